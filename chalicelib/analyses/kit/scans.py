"""Pages that a model has to see: each is a picture of its own, with a line of text that says which page it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chalicelib.analyses.kit.issues import Issue, document_field
from chalicelib.analyses.kit.llm import FilePart
from chalicelib.analyses.kit.reading import pages_to_show
from chalicelib.cases.model import CaseReader, Document, DocumentText


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """One page that a model is shown; pages count from 1."""

    document_id: str
    page: int


def scanned_pages(text: DocumentText) -> tuple[int, ...]:
    """The numbers of the pages that have to be looked at."""
    return tuple(page.number for page in pages_to_show(text))


def illegible_pages(texts: Iterable[DocumentText]) -> frozenset[tuple[str, int]]:
    """The pages (document id, number) of which code has not read every word: what is not found there may be there.

    A page that is shown only because of a sign has all of its words in its text.
    """
    return frozenset(
        (text.document.id, page.number)
        for text in texts
        for page in text.pages
        if page.needs_image and set(page.doubts) != {"signs"}
    )


def excerpts(text: DocumentText) -> tuple[Excerpt, ...]:
    """All that has to be looked at of a document."""
    return tuple(Excerpt(document_id=text.document.id, page=number) for number in scanned_pages(text))


def files_of(document: Document, pages: Sequence[int], cases: CaseReader) -> Mapping[int, FilePart]:
    """Pictures of these pages; those that cannot be made are left out, all of a document that is gone."""
    return {
        number: FilePart(
            file_name=f"page-{number}",
            content_type=picture.content_type,
            content=picture.content,
            pixels=picture.width * picture.height,
        )
        for number, picture in cases.pictures(document, pages).items()
    }


def label_of(excerpt: Excerpt, *, name: str) -> str:
    """What comes right before the picture; `name` is what the document is called in the prompt."""
    return f'The picture that follows shows page {excerpt.page} of the document with the id "{name}".'


def not_shown_issue(document: Document, pages: Sequence[int]) -> Issue:
    """What to say of scanned pages that no model could be given."""
    message = f"{document.file_name} has scanned pages that could not be shown to the AI: {page_ranges(pages)}."
    return Issue(
        field=document_field(document.id),
        code="document_unreadable",
        message=message,
        params={"name": document.file_name, "pages": page_ranges(pages)},
    )


def page_ranges(numbers: Sequence[int]) -> str:
    """`1, 3-5` for 1, 3, 4, 5."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
