"""What may an analysis read? The whole case, its documents' bytes, and their text; nothing is kept between reads."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from chalicelib import telemetry
from chalicelib.blobs import BlobStore
from chalicelib.cases.model import CaseFile, CaseStore, Document, DocumentStatus, DocumentText, TextReader
from chalicelib.cases.read import resolved
from chalicelib.errors import InputInvalid, StorageUnavailable


class StoredCaseReader:
    """The CaseReader over the store. What a document turns out to be, `ready` or `unreadable`, is stored with it."""

    def __init__(self, *, store: CaseStore, blobs: BlobStore, text_reader: TextReader) -> None:
        self._store = store
        self._blobs = blobs
        self._text_reader = text_reader

    def file(self, case_id: str) -> CaseFile:
        """The whole case as it is now. Raises: InputInvalid when it is gone."""
        file = self._store.file(case_id)
        if file is None:
            raise InputInvalid("The case was deleted.")
        return resolved(file, store=self._store, blobs=self._blobs)

    def content(self, document: Document) -> bytes | None:
        """The document's bytes, or None when they are gone or not there yet."""
        return self._blobs.get(document.blob_key)

    def excerpt(self, document: Document, pages: Sequence[int]) -> bytes | None:
        """A file with only these pages (from 1), in this order; None when the document is gone or cannot be cut."""
        content = self.content(document)
        return None if content is None else self._text_reader.excerpt(document, content, pages)

    def text(self, document: Document) -> DocumentText | None:
        """The document's pages, or None when its bytes are gone or not there yet."""
        content = self.content(document)
        if content is None:
            return None
        read = self._text_reader.read(document, content)
        return msgspec.structs.replace(read, document=self._with_status(document, problem=read.problem))

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
