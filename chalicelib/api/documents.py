"""The routes of a case's documents: add, list, delete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.api.case_view import (
    AddedDocumentView,
    ContentView,
    DocumentListView,
    PageView,
    added_document_view,
    document_views,
)
from chalicelib.api.endpoint import endpoint
from chalicelib.api.http import Request, Response, timestamp, timestamp_or_none
from chalicelib.api.parsing import KEY_HEADER, MB, REPLAYED, id_of_key, idempotency_key
from chalicelib.cases.checks import NAMES_A_FILE
from chalicelib.cases.documents import MAX_UPLOAD_BYTES, NewDocument, check_sizes, find_document
from chalicelib.cases.documents import add_document as store_document
from chalicelib.cases.documents import delete_document as remove_document
from chalicelib.cases.pages import read_page
from chalicelib.cases.read import case_documents
from chalicelib.documents.content_types import ENDS_AS_A_KIND
from chalicelib.errors import BodyTooLarge, DocumentNotReadable, IdempotencyKeyReused, NotFound, TooManyDocuments
from chalicelib.jobs.requests import JobsOfCase

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

DOCUMENT_LIMIT_BYTES = int(5.8 * MB)
"""4 MB of content are 5.34 MB as base64; Lambda takes 6 MB with everything else in the event."""

CONTENT_LINK_SECONDS = 15 * 60
MOST_PAGE_DIGITS = 6
WAYS = ("text", "content_base64", "size")
DOCUMENT_RULES: Mapping[str, Any] = {
    "properties": {
        "file_name": {"pattern": NAMES_A_FILE},
        "text": {"pattern": r"\S"},
        "content_base64": {
            "pattern": r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$",
            "contentEncoding": "base64",
        },
        "size": {"maximum": MAX_UPLOAD_BYTES},
        "metadata": {
            "properties": {
                "document_summary": {"type": ["string", "null"]},
                "key_points": {"type": ["array", "null"], "items": {"type": "string"}},
            }
        },
    },
    "oneOf": [
        {
            "required": [way, *others],
            "properties": properties,
            "not": {"anyOf": [{"required": [w]} for w in WAYS if w != way]},
        }
        for way, others, properties in (
            ("text", (), {"content_type": {"enum": ["text/plain", ""]}}),
            ("content_base64", (), {}),
            ("size", (), {}),
        )
    ],
    # What the bytes do not say, the name of an upload must.
    "if": {"required": ["size"], "properties": {"content_type": {"const": ""}}},
    "then": {"properties": {"file_name": {"pattern": ENDS_AS_A_KIND}}},
}
"""Exactly one way, and what each requires; beyond it `file_name` has its length, text and content their bytes."""


@endpoint(
    body=NewDocument,
    body_rules=DOCUMENT_RULES,
    body_limit_bytes=DOCUMENT_LIMIT_BYTES,
    check_sizes=check_sizes,
    responses={201: AddedDocumentView},
    refusals=(BodyTooLarge, NotFound, IdempotencyKeyReused, TooManyDocuments),
    request_headers=(KEY_HEADER,),
    response_headers=("Idempotency-Replayed",),
)
def add_document(request: Request, system: System, *, body: NewDocument) -> Response:
    """Add a document: as text, as base64, or by its size to be uploaded straight to storage."""
    key, case_id = idempotency_key(request, body), request.parameters["case_id"]
    added = store_document(
        case_id,
        body,
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
        now=system.clock(),
        document_id=system.new_id() if key is None else id_of_key(key, within=f"documents of {case_id}"),
        fingerprint=None if key is None else key.fingerprint,
    )
    return Response(
        status=201,
        content=added_document_view(added),
        headers=REPLAYED if added.replayed else {},
        owners={added.document.id: added.owner},
    )


@endpoint(responses={200: DocumentListView}, refusals=(NotFound,))
def list_documents(request: Request, system: System) -> Response:
    """List all documents of a case."""
    found = case_documents(
        request.parameters["case_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
        now=system.clock(),
    )
    views = document_views(found)
    case_id = request.parameters["case_id"]
    return Response(content=DocumentListView(documents=views, count=len(views)), owners={case_id: found.owner})


@endpoint(responses={200: ContentView}, refusals=(NotFound,))
def document_content(request: Request, system: System) -> Response:
    """Get a link to a document's file as it was uploaded, valid for 15 minutes."""
    document, owner = find_document(
        request.parameters["case_id"],
        request.parameters["document_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
    )
    url = system.blob_store.link(
        document.blob_key, expires_in_seconds=CONTENT_LINK_SECONDS, file_name=document.file_name
    )
    expires_at = system.clock() + timedelta(seconds=CONTENT_LINK_SECONDS)
    view = ContentView(url=url, expires_at=timestamp(expires_at))
    return Response(content=view, owners={document.id: owner})


@endpoint(responses={200: PageView}, refusals=(NotFound, DocumentNotReadable))
def document_page(request: Request, system: System) -> Response:
    """Get one page of a document: the text that was read of it, and a link to its picture."""
    document, owner = find_document(
        request.parameters["case_id"],
        request.parameters["document_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
    )
    text = request.parameters["n"]
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_PAGE_DIGITS else 0
    page = read_page(document, number, store=system.case_store, reader=system.text_reader, blobs=system.blob_store)
    url, expires_at = None, None
    if page.picture_key is not None:
        url, expires_at = system.blob_store.picture_link(page.picture_key, expires_in_seconds=CONTENT_LINK_SECONDS)
    view = PageView(
        number=page.number,
        pages=page.pages,
        text=page.text,
        text_source=page.text_source,
        width=page.width,
        height=page.height,
        image_url=url,
        image_url_expires_at=timestamp_or_none(expires_at),
    )
    return Response(content=view, owners={document.id: owner})


@endpoint(responses={204: None}, refusals=(NotFound,), always_audited=True)
def delete_document(request: Request, system: System) -> Response:
    """Delete a document and its bytes."""
    remove_document(
        request.parameters["case_id"],
        request.parameters["document_id"],
        principal=request.principal,
        store=system.case_store,
        blobs=system.blob_store,
        texts=JobsOfCase(system.job_store, system.job_queue),
        now=system.clock(),
    )
    return Response(status=204)
