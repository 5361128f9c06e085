"""One page of a document for a person: what the machine read of it, and a picture of it, each made once and kept.

Both are under `texts/<case>/<document>/`, named by the bytes they were made of, and go with their document.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from chalicelib import time_budget
from chalicelib.blobs import BlobStore
from chalicelib.cases.model import CaseStore, Document, TextReader
from chalicelib.documents.page import Picture
from chalicelib.errors import DocumentNotReadable, NotFound

PICTURE_LONGEST_PIXELS = 1_600
READING_SECONDS = 20.0
STORING_SECONDS = 8.0
"""What is left of the request's time for the page's picture, and for storing both."""

TextSource = Literal["text_layer", "form_fields", "none"]
_FORM = "document_is_xfa"


class ShownPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page. `width` and `height` in points; `picture_key` is the blob of its picture, None when there is none."""

    number: int
    pages: int
    text: str
    text_source: TextSource
    width: float
    height: float
    picture_key: str | None


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a document: the text of each page, where it is from, or why nothing could be read."""

    texts: tuple[str, ...] = ()
    is_form: bool = False
    problem: str | None = None


class _Size(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a page's picture: of the page in points, 0 when there is no picture."""

    width: float = 0
    height: float = 0


def read_page(document: Document, number: int, *, store: CaseStore, reader: TextReader, blobs: BlobStore) -> ShownPage:
    """The page, from what is kept of it, or read now. What is made while the document is deleted is not kept.

    Raises: NotFound when the document's bytes are gone or it has no such page; DocumentNotReadable with the reason.
    """
    version = blobs.version(document.blob_key)
    if version is None:
        raise NotFound("The document's file is not there.")
    place = f"texts/{document.case_id}/{document.id}/{version}"
    content = _Content(document, blobs)
    try:
        return _page(document, number, place, content, reader=reader, blobs=blobs)
    finally:
        if content.was_loaded and not _is_there(document, store):
            blobs.delete(blobs.keys(f"texts/{document.case_id}/{document.id}/"))


def _is_there(document: Document, store: CaseStore) -> bool:
    outline = store.outline(document.case_id)
    return outline is not None and any(found.id == document.id for found in outline.documents)


def _page(
    document: Document, number: int, place: str, content: _Content, *, reader: TextReader, blobs: BlobStore
) -> ShownPage:
    kept = _kept_text(f"{place}.json", document, content, reader=reader, blobs=blobs)
    if kept.problem is not None:
        raise DocumentNotReadable(kept.problem)
    if not 1 <= number <= len(kept.texts):
        raise NotFound(f"The document has {len(kept.texts)} pages, counted from 1.")
    size = _kept_picture(f"{place}-{number}", document, content, number=number, reader=reader, blobs=blobs)
    text = kept.texts[number - 1]
    source: TextSource = "none" if not text.strip() else "form_fields" if kept.is_form else "text_layer"
    return ShownPage(
        number=number,
        pages=len(kept.texts),
        text=text,
        text_source=source,
        width=size.width,
        height=size.height,
        picture_key=f"{place}-{number}.jpg" if size.width else None,
    )


class _Content:
    """The document's bytes, loaded when they are first needed."""

    def __init__(self, document: Document, blobs: BlobStore) -> None:
        self._load: Callable[[], bytes | None] = lambda: blobs.get(document.blob_key)
        self._bytes: bytes | None = None
        self.was_loaded = False
        """Whether something may have been made of them, and stored."""

    def __call__(self) -> bytes:
        """The bytes. Raises: NotFound."""
        self.was_loaded = True
        if self._bytes is None:
            self._bytes = self._load()
        if self._bytes is None:
            raise NotFound("The document's file is not there.")
        return self._bytes


def _kept_text(key: str, document: Document, content: _Content, *, reader: TextReader, blobs: BlobStore) -> _Kept:
    stored = blobs.get(key)
    if stored is not None:
        return msgspec.json.decode(stored, type=_Kept)
    loaded = content()
    time_budget.require(STORING_SECONDS)
    seconds = min(READING_SECONDS, time_budget.seconds_left() - STORING_SECONDS)
    read = reader.read(document, loaded, seconds=seconds, check=lambda: None)
    kept = _Kept(
        texts=tuple(page.text for page in read.pages),
        is_form=any(note.code == _FORM for note in read.notes),
        problem=read.problem,
    )
    if not read.truncated:  # what a limit of time cut is read again
        blobs.put(key, msgspec.json.encode(kept), content_type="application/json")
    return kept


def _kept_picture(
    place: str, document: Document, content: _Content, *, number: int, reader: TextReader, blobs: BlobStore
) -> _Size:
    stored = blobs.get(f"{place}.json")
    if stored is not None:
        return msgspec.json.decode(stored, type=_Size)
    made = reader.pictures(document, content(), [number], longest=PICTURE_LONGEST_PIXELS).get(number)
    size = _Size() if made is None else _size_of(made)
    if made is not None:
        blobs.put(f"{place}.jpg", made.content, content_type=made.content_type)
    blobs.put(f"{place}.json", msgspec.json.encode(size), content_type="application/json")
    return size


def _size_of(picture: Picture) -> _Size:
    """The page's size: the file's own, or for a photo a point for each pixel shown."""
    width, height = picture.points or (picture.width, picture.height)
    return _Size(width=round(width, 1), height=round(height, 1))
