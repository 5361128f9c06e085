"""Documents that a Word document holds as parts of its text: Word shows them where they stand (`altChunk`).

Web programs that export to Word put a whole page of HTML there, and programs that join documents put Word documents.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping

from chalicelib.adapters.html_text import html_text
from chalicelib.adapters.mail_text import mail_text
from chalicelib.adapters.office_problems import Unreadable
from chalicelib.adapters.rtf_text import rtf_text
from chalicelib.documents.plain_text import decoded_text

MOST_BYTES = 50_000_000
_PASTED = re.compile(r"(?:word/)?[^/]+\.(mht|mhtml|htm|html|xhtml|rtf|txt|docx)", re.IGNORECASE)
_Text = tuple[str, tuple[str, ...]]
"""A text, and the names of files in it that are not read."""

_READERS: Mapping[str, Callable[[bytes], _Text]] = {
    **dict.fromkeys(("mht", "mhtml"), mail_text),
    **dict.fromkeys(("htm", "html", "xhtml"), lambda content: (html_text(content), ())),
    "rtf": lambda content: (rtf_text(content)[0], ()),
    "txt": lambda content: (decoded_text(content) or "", ()),
}


def pasted_texts(file: zipfile.ZipFile, *, word: Callable[[bytes], _Text]) -> Iterator[_Text]:
    """Each document in this one, by its kind; `word` reads a Word document. One that cannot be read is only named."""
    for name in file.namelist():
        found = _PASTED.fullmatch(name)
        if found is None:
            continue
        read = _READERS.get(found[1].lower(), word)
        with file.open(name) as part:
            content = part.read(MOST_BYTES)
        try:
            yield read(content)
        except Unreadable:
            yield "", (name.rpartition("/")[2],)
