"""Batches of sources that fit the model, each portion with its place in the sources.

The call comes first, because most of a claim is said there, then the documents in the case's order, then what an
earlier analysis made of the call. A document is split between pages; a page or the call that is longer than a batch,
between lines. A picture counts by its pixels, as models count it, not by its bytes. Only what no batch can take is left
out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.source_names import names_of
from chalicelib.analyses.kit.issues import Issue, document_field
from chalicelib.analyses.kit.llm import FilePart, Part, TextPart
from chalicelib.analyses.kit.reading import Reading
from chalicelib.analyses.kit.scans import Excerpt, excerpts, label_of
from chalicelib.analyses.kit.tokens import MOST_PICTURE_TOKENS, PAGE_TOKENS, REQUEST_TOKENS
from chalicelib.analyses.kit.untrusted import CALL_ID, wrap_call, wrap_document, wrap_tool
from chalicelib.cases.model import Document, DocumentText
from chalicelib.documents.page import Page

BATCH_TOKENS = REQUEST_TOKENS
"""A character counts as a token at most, so nearly every call is in one batch, whole."""
MOST_PICTURES = 24
"""In one batch: a request may have 50 MB, and a picture of a photo has 1.3 MB, a third more in base64."""
MOST_BATCHES = 12
SUMMARY_NAME = "call_summary"

FilesOf = Callable[[Document, Sequence[int]], Mapping[int, FilePart]]
"""Pictures of these pages; those that cannot be made are left out, all of a document that is gone."""


class Portion(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of one source. `document` is None for the call; `excerpt` is a page that the model is to look at."""

    document: Document | None
    page: Page | None
    characters: int
    excerpt: Excerpt | None = None
    summary: str = ""

    @property
    def source_id(self) -> str:
        """The document's id, or "call"."""
        return self.document.id if self.document else CALL_ID


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What the model gets in one call; `number` counts from 1."""

    number: int
    portions: tuple[Portion, ...]
    names: Mapping[str, str] = {}
    """What each document is called in the prompt, by its id."""

    def parts(self, files_of: FilesOf) -> list[Part]:
        """The prompt's parts, everything between tags; `files_of` makes the pictures that are to be looked at."""
        said = [one.page.text for one in self.portions if one.document is None and one.page]
        parts: list[Part] = [TextPart(wrap_call("\n".join(said)))] if said else []
        for document in dict.fromkeys(one.document for one in self.portions if one.document):
            portions = [one for one in self.portions if one.document == document]
            parts += _document_parts(document, portions, files_of, name=self._name(document))
        parts += [TextPart(wrap_tool(SUMMARY_NAME, one.summary)) for one in self.portions if one.summary]
        return parts

    @property
    def content(self) -> Sequence[Any]:
        """What the model is given, for a fingerprint: of a page to look at, which page of which document."""
        return [
            (one.source_id, one.document and self._name(one.document), one.page, one.excerpt, one.summary)
            for one in self.portions
        ]

    def _name(self, document: Document) -> str:
        return self.names.get(document.id, document.id)

    @property
    def pages_to_show(self) -> Mapping[str, Sequence[int]]:
        """The pages that the model is to look at, by document id."""
        pages: dict[str, list[int]] = {}
        for one in self.portions:
            if one.excerpt:
                pages.setdefault(one.excerpt.document_id, []).append(one.excerpt.page)
        return pages


class Batches(msgspec.Struct, frozen=True, kw_only=True):
    """All batches, and an issue for each source that did not fit into them."""

    batches: tuple[Batch, ...]
    issues: tuple[Issue, ...]

    def documents_analysed(self, *, without: Iterable[Document] = (), without_files: Iterable[Document] = ()) -> int:
        """How many documents reached the model in any part, these aside, and those of which only a file should have."""
        gone, unloaded = {one.id for one in without}, {one.id for one in without_files}
        portions = [one for batch in self.batches for one in batch.portions if one.document]
        return len({one.source_id for one in portions if not (one.excerpt and one.source_id in unloaded)} - gone)


def make_batches(
    reading: Reading, *, summary: str, batch_characters: int = BATCH_TOKENS, most_batches: int = MOST_BATCHES
) -> Batches:
    """The sources of a case in batches of at most so many characters (a file counts by what it may cost)."""
    groups: list[list[Portion]] = []
    room, pictures = 0, 0
    for portion in _portions(reading, summary, batch_characters):
        is_picture = portion.excerpt is not None
        if not groups or portion.characters > room or (is_picture and pictures == MOST_PICTURES):
            groups.append([])
            room, pictures = batch_characters, 0
        groups[-1].append(portion)
        room -= portion.characters
        pictures += is_picture
    names = {document_id: name for name, document_id in names_of(reading.texts).items()}
    kept, left_out = groups[:most_batches], groups[most_batches:]
    return Batches(
        batches=tuple(Batch(number=number, portions=tuple(group), names=names) for number, group in enumerate(kept, 1)),
        issues=_left_out(portion for group in left_out for portion in group),
    )


def _portions(reading: Reading, summary: str, limit: int) -> Iterator[Portion]:
    if reading.transcript:
        for piece in _pieces(Page(number=1, text=reading.transcript), limit):
            yield Portion(document=None, page=piece, characters=len(piece.text))
    for text in reading.texts:
        for page in text.pages:
            for piece in _pieces(page, limit):
                yield Portion(document=text.document, page=piece, characters=len(piece.text))
        for excerpt in excerpts(text):
            yield Portion(document=text.document, page=None, characters=_picture_tokens(text), excerpt=excerpt)
    if summary:
        yield Portion(document=None, page=None, characters=len(summary), summary=summary)


def _picture_tokens(text: DocumentText) -> int:
    """What the model's look at a page of this document may cost: a photo is drawn larger than a page."""
    return MOST_PICTURE_TOKENS if text.document.content_type.startswith("image/") else PAGE_TOKENS


def _pieces(page: Page, limit: int) -> Iterator[Page]:
    """The page in pieces of at most `limit` characters, cut between lines where there are any; none of a blank page."""
    rest = page.text
    while len(rest) > limit:
        cut = rest.rfind("\n", 1, limit) + 1 or limit
        yield Page(number=page.number, text=rest[:cut])
        rest = rest[cut:]
    if rest.strip():
        yield Page(number=page.number, text=rest)


def _document_parts(document: Document, portions: Sequence[Portion], files_of: FilesOf, *, name: str) -> Iterator[Part]:
    pages = [one.page for one in portions if one.page]
    yield TextPart(wrap_document(name, name=document.file_name, pages=pages))
    shown = [one.excerpt for one in portions if one.excerpt]
    files = files_of(document, [excerpt.page for excerpt in shown]) if shown else {}
    for excerpt in shown:
        if excerpt.page in files:
            yield TextPart(label_of(excerpt, name=name))
            yield files[excerpt.page]


def _left_out(portions: Iterator[Portion]) -> tuple[Issue, ...]:
    names = {one.source_id: one.document.file_name if one.document else "The call" for one in portions}
    return tuple(
        Issue(
            field=document_field(source_id),
            code="document_truncated",
            message=f"{name} did not fit into one analysis as a whole; its end was left out.",
        )
        for source_id, name in names.items()
    )
