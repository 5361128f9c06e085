"""Which files is a model given to look at? Scanned pages have no text; a model sees them in the file, or a part of it.

A short file is given whole: what surrounds a scanned page helps to read it. Of a long one only the scanned pages go,
in a file of their own, so that a report of 300 pages is looked at piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from chalicelib.analyses.kit.issues import Issue, document_field
from chalicelib.analyses.kit.llm import FilePart
from chalicelib.analyses.kit.reading import pages_to_show
from chalicelib.cases.model import CaseReader, Document, DocumentText

MOST_WHOLE_PAGES = 25


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """What of a document's file a model is given: these pages (numbers from 1), or with none the whole file."""

    document_id: str
    pages: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        """True for the file as it was uploaded."""
        return not self.pages


def scanned_pages(text: DocumentText) -> tuple[int, ...]:
    """The numbers of the pages that have to be looked at."""
    return tuple(page.number for page in pages_to_show(text))


def is_shown_whole(text: DocumentText) -> bool:
    """True for a document whose file is given as it is. Of one that was cut nobody knows how long its file is."""
    return len(text.pages) <= MOST_WHOLE_PAGES and not text.truncated


def excerpts(text: DocumentText, *, most_pages: int) -> Iterator[Excerpt]:
    """All that has to be looked at of a document, in files of at most so many pages; a short file whole."""
    scanned = scanned_pages(text)
    if scanned and is_shown_whole(text):
        yield Excerpt(document_id=text.document.id)
        return
    for start in range(0, len(scanned), most_pages):
        yield Excerpt(document_id=text.document.id, pages=scanned[start : start + most_pages])


def shown_pages(excerpt: Excerpt, text: DocumentText) -> tuple[int, ...]:
    """The scanned pages that can be seen in this excerpt."""
    return scanned_pages(text) if excerpt.is_whole else excerpt.pages


def file_of(excerpt: Excerpt, document: Document, cases: CaseReader) -> FilePart | None:
    """The file of an excerpt; None when the document is gone or its pages cannot be taken out of it."""
    content = cases.content(document) if excerpt.is_whole else cases.excerpt(document, excerpt.pages)
    if content is None:
        return None
    return FilePart(file_name=document.file_name, content_type=document.content_type, content=content)


def not_shown_issue(document: Document, pages: Sequence[int]) -> Issue:
    """What to say of scanned pages that no model could be given."""
    message = f"{document.file_name} has scanned pages that could not be shown to the AI: {page_ranges(pages)}."
    return Issue(field=document_field(document.id), code="document_unreadable", message=message)


def page_ranges(numbers: Sequence[int]) -> str:
    """`1, 3-5` for 1, 3, 4, 5."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
