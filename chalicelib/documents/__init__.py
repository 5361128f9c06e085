"""What do the files of a case say, and where on the page? Text with positions, and quotes found again in it.

Pure: nothing here opens a file. The parts, in reading order:

    page           the values: Line, Page, Note, Picture, FileText, and FileReader, which every kind of file implements
    layout         glyphs of a page -> its lines, in reading order (rows, cells, columns)
    orientation    how text runs on a page: turned, askew, mirrored, around a curve
    stacks         words whose letters are one below the other, or around a curve
    direction      one row that mixes Hebrew, Latin and numbers -> logical order, brackets by their place
    sense          is this text language, or what a font without a usable map left of it?
    normalise      when are two texts the same?
    matching       a quote found again in a page: exact, by words, or nearly; two numbers never change places
    places         the rectangles of a quote on its page
    content_types  which kinds of files there are, and how the bytes or the name of a file say its kind
    plain_text     the characters that the bytes of a text file encode
    turned         text files that hold Hebrew in the order of a screen

A new kind of file is one FileReader in `adapters/` and one row of the table in `adapters/file_readers.py`:

    text(content, limits=…, check=…)   all pages, or the problem that names what to do; never raises for what is in
                                       the file. `limits.seconds` is all the time there is; `check()` is called between
                                       pages and may raise (the job was cancelled).
    lines(content, pages)              these pages again with a box for each character; {} for kinds without places
    pictures(content, pages, longest)  these pages as a model and a browser can see them: JPEG, upright, at most
                                       `longest` pixels a side and 3.5 MB; what cannot be made is left out

Libraries that decode run in a child process (`adapters/decoder_process.py`): a module with a `main` that reads the file
from standard input and writes one line of JSON for each page. The parent limits its memory and the time of each page.
"""
