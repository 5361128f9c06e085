"""What an analysis may read: the case, and its documents' text, places and pictures; nothing is kept between reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from chalicelib import telemetry
from chalicelib.blobs import BlobStore
from chalicelib.cases.model import CaseFile, CaseStore, Document, DocumentStatus, DocumentText, TextReader
from chalicelib.cases.read import resolved
from chalicelib.cases.working_form.model import FormStore
from chalicelib.documents.page import LONGEST_SIDE_PIXELS, Line, Picture
from chalicelib.errors import InputInvalid, StorageUnavailable


class StoredCaseReader:
    """The CaseReader over the store. What a document turns out to be, `ready` or `unreadable`, is stored with it."""

    def __init__(self, *, store: CaseStore, forms: FormStore, blobs: BlobStore, text_reader: TextReader) -> None:
        self._store = store
        self._forms = forms
        self._blobs = blobs
        self._text_reader = text_reader

    def file(self, case_id: str) -> CaseFile:
        """The whole case as it is now. Raises: InputInvalid when it is gone."""
        file = self._store.file(case_id)
        if file is None:
            raise InputInvalid("The case was deleted.")
        return resolved(file, store=self._store, blobs=self._blobs)

    def confirmed(self, case_id: str) -> Mapping[str, Any]:
        """What persons set or confirmed in the form; nothing of a case that is gone."""
        stored = self._forms.read(case_id)
        return {} if stored is None else stored.form.told()

    def version(self, document: Document) -> str | None:
        """A mark of the document's bytes; None when they are gone or not there yet."""
        return self._blobs.version(document.blob_key)

    def text(self, document: Document, *, seconds: float, check: Callable[[], None]) -> DocumentText | None:
        """The document's pages, or None when its bytes are gone or not there yet."""
        content = self._blobs.get(document.blob_key)
        if content is None:
            return None
        read = self._text_reader.read(document, content, seconds=seconds, check=check)
        return msgspec.structs.replace(read, document=self._with_status(document, problem=read.problem))

    def lines(self, document: Document, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """The lines of these pages with their boxes; none of a document that is gone or has no places."""
        content = self._blobs.get(document.blob_key)
        return {} if content is None else self._text_reader.lines(document, content, pages)

    def pictures(self, document: Document, pages: Iterable[int]) -> Mapping[int, Picture]:
        """These pages as a model is shown them; those that cannot be made, or are gone, are left out."""
        content = self._blobs.get(document.blob_key)
        if content is None:
            return {}
        return self._text_reader.pictures(document, content, pages, longest=LONGEST_SIDE_PIXELS)

    def _with_status(self, document: Document, *, problem: str | None) -> Document:
        status = DocumentStatus.UNREADABLE if problem else DocumentStatus.READY
        if document.status is status:
            return document
        found = msgspec.structs.replace(document, status=status)
        try:
            self._store.save_document(found)
        except StorageUnavailable:
            # The status is for people to see; the analysis has what it needs and goes on.
            telemetry.warning("document_status_not_stored", document_id=document.id)
        return found
