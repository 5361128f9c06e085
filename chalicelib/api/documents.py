"""Which routes do the documents of a case have? Add, list, delete."""

from __future__ import annotations

from chalicelib.api.answer import Answer
from chalicelib.api.case_view import (
    AddedDocumentView,
    DocumentListView,
    added_document_view,
    document_views,
)
from chalicelib.api.endpoint import endpoint
from chalicelib.api.parsing import MB
from chalicelib.api.request import Request
from chalicelib.api.system import System
from chalicelib.cases.documents import NewDocument
from chalicelib.cases.documents import add_document as store_document
from chalicelib.cases.documents import delete_document as remove_document
from chalicelib.cases.read import case_documents
from chalicelib.errors import BodyTooLarge, NotFound

DOCUMENT_LIMIT_BYTES = int(5.8 * MB)
"""4 MB of content are 5.34 MB as base64; Lambda takes 6 MB with everything around it."""


@endpoint(
    body=NewDocument,
    body_rules={"oneOf": [{"required": [way]} for way in ("text", "content_base64", "size")]},
    body_limit_bytes=DOCUMENT_LIMIT_BYTES,
    answers={201: AddedDocumentView},
    refusals=(BodyTooLarge, NotFound),
)
def add_document(request: Request, system: System, *, body: NewDocument) -> Answer:
    """Add a document: as text, as base64, or by its size to be uploaded straight to storage."""
    added = store_document(
        request.parameters["case_id"],
        body,
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
        now=system.clock(),
        document_id=system.new_id(),
    )
    return Answer(status=201, content=added_document_view(added))


@endpoint(answers={200: DocumentListView}, refusals=(NotFound,))
def list_documents(request: Request, system: System) -> Answer:
    """List all documents of a case."""
    found = case_documents(
        request.parameters["case_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
    )
    views = document_views(found)
    return Answer(content=DocumentListView(documents=views, count=len(views)))


@endpoint(answers={204: None}, refusals=(NotFound,))
def delete_document(request: Request, system: System) -> Answer:
    """Delete a document and its bytes."""
    remove_document(
        request.parameters["case_id"],
        request.parameters["document_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
        now=system.clock(),
    )
    return Answer(status=204)
