"""Documents of a case: added as text, as base64, or straight from a browser to storage; and removed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.auth import Principal
from chalicelib.blobs import BlobStore
from chalicelib.cases.checks import check_same_request, checked_document_metadata, cleaned_file_name
from chalicelib.cases.model import CaseStore, Document, DocumentStatus
from chalicelib.cases.read import case_outline, no_such_case, visible_outline
from chalicelib.cases.requested_documents import is_requested
from chalicelib.documents.content_types import CONTENT_TYPES, ContentType, type_of_bytes, type_of_name
from chalicelib.errors import BodyTooLarge, FieldProblem, InvalidRequest, NotFound, StorageUnavailable, TooManyDocuments

MIB = 1024 * 1024
MAX_TEXT_BYTES = 3 * MIB
MAX_BASE64_BYTES = 4 * MIB
MAX_UPLOAD_BYTES = 20 * MIB
MAX_DOCUMENTS = 200
"""Documents of one case: each start and each look at the case reads all their records."""
UPLOAD_SECONDS = 900

_WAYS = ("text", "content_base64", "size")


class NewDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a request for a new document: exactly one of `text`, `content_base64` and `size` (bytes to come)."""

    file_name: Annotated[
        str, Meta(min_length=1, description="1 to 255 characters once directories and control characters are stripped")
    ]
    content_type: Annotated[
        ContentType | Literal[""],
        Meta(description="Without one it follows from the bytes, for an upload from the ending of `file_name`"),
    ] = ""
    text: Annotated[str, Meta(description="At most 3 MB as UTF-8, and not empty")] | UnsetType = UNSET
    content_base64: Annotated[str, Meta(description="At most 4 MB decoded, and not empty")] | UnsetType = UNSET
    size: Annotated[int, Meta(ge=1, description="Bytes that are to be uploaded, at most 20 MB")] | UnsetType = UNSET
    document_type: Annotated[str, Meta(max_length=100)] = ""
    metadata: Mapping[str, Any] = msgspec.field(default_factory=dict)
    requested_name: Annotated[str, Meta(min_length=1, max_length=500)] | UnsetType = UNSET


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """How a browser sends the bytes: a form with `fields`, then the file as `file`, before `expires_at`."""

    method: str
    url: str
    headers: Mapping[str, str]
    fields: Mapping[str, str]
    expires_at: datetime


class AddedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The stored document, its metadata, who owns its case, and where its bytes are to go when they did not come along.

    `replayed`: an earlier request with the same Idempotency-Key stored it.
    """

    document: Document
    metadata: Mapping[str, Any]
    owner: str
    upload: Upload | None = None
    replayed: bool = False


def check_sizes(members: Mapping[str, Any]) -> None:
    """Look at how much a new document holds, or announces, whatever else is right or wrong with it.

    Raises: BodyTooLarge.
    """
    text, content_base64, size = (members.get(way) for way in _WAYS)
    if isinstance(text, str) and len(text.encode()) > MAX_TEXT_BYTES:
        raise _too_large("The text", MAX_TEXT_BYTES)
    if isinstance(content_base64, str) and _decoded_bytes(content_base64) > MAX_BASE64_BYTES:
        raise _too_large("The content", MAX_BASE64_BYTES)
    if isinstance(size, int | float) and size > MAX_UPLOAD_BYTES:
        raise _too_large("An upload", MAX_UPLOAD_BYTES)


def add_document(
    case_id: str,
    new: NewDocument,
    *,
    principal: Principal,
    store: CaseStore,
    blobs: BlobStore,
    now: datetime,
    document_id: str,
    fingerprint: str | None = None,
) -> AddedDocument:
    """Store a document, or prepare its upload. Its `requested_name` is kept when a list of the case has that name.

    With the `fingerprint` of a request that may be repeated, `document_id` follows from its key, and the document that
    an earlier request with the key stored is returned.
    Raises: BodyTooLarge; InvalidRequest naming the member; NotFound; IdempotencyKeyReused; TooManyDocuments.
    """
    check_sizes({way: getattr(new, way) for way in _WAYS})
    content_type, content, size = _checked_content(new)
    file_name = cleaned_file_name(new.file_name)
    metadata = checked_document_metadata(new.metadata)
    outline = visible_outline(case_id, principal=principal, store=store)
    owner = outline.case.user_id
    stored = next((found for found in outline.documents if found.id == document_id), None)
    if stored is not None:
        check_same_request(stored.request_fingerprint, fingerprint)
        return _again(stored, owner=owner, store=store, blobs=blobs, now=now)
    if len(outline.documents) >= MAX_DOCUMENTS:
        raise TooManyDocuments(f"The case has {MAX_DOCUMENTS} documents, the most it can have. Delete some first.")
    document = Document(
        id=document_id,
        case_id=case_id,
        file_name=file_name,
        content_type=content_type,
        size=size,
        status=DocumentStatus.AWAITING_UPLOAD if content is None else DocumentStatus.READY,
        uploaded_by=principal.user_id,
        uploaded_at=now,
        document_type=new.document_type,
        requested_name=_requested_name(new.requested_name, case_id=case_id, store=store),
        request_fingerprint=fingerprint,
    )
    if content is None:
        upload = _upload(document, blobs=blobs, now=now)
        if not store.add_document(document, metadata):
            raise no_such_case()
        return AddedDocument(document=document, metadata=metadata, owner=owner, upload=upload)
    blobs.put(document.blob_key, content, content_type=content_type)
    if not store.add_document(document, metadata):
        blobs.delete([document.blob_key])
        raise no_such_case()
    return AddedDocument(document=document, metadata=metadata, owner=owner)


def find_document(
    case_id: str, document_id: str, *, principal: Principal, store: CaseStore, blobs: BlobStore
) -> tuple[Document, str]:
    """A document whose file is there, and who owns its case.

    Raises: NotFound for the case, for the document, and while its upload is still to come.
    """
    outline = case_outline(case_id, principal=principal, store=store, blobs=blobs)
    document = next((found for found in outline.documents if found.id == document_id), None)
    if document is None:
        raise NotFound("There is no such document.")
    if document.status is DocumentStatus.AWAITING_UPLOAD:
        raise NotFound(
            "The file of this document has not been uploaded yet. Send it with the upload form, or add it again."
        )
    return document, outline.case.user_id


class Texts(Protocol):
    """What the deletion of a document needs of the case's jobs."""

    def forget_texts(self, case_id: str) -> None:
        """Remove what they have stored of documents' text."""


def delete_document(
    case_id: str,
    document_id: str,
    *,
    principal: Principal,
    store: CaseStore,
    blobs: BlobStore,
    texts: Texts,
    now: datetime,
) -> None:
    """Remove a document, its bytes and the text that jobs have stored of it; entries of requested documents that it
    marked are unmarked.

    Raises: NotFound for the case and for the document.
    """
    outline = visible_outline(case_id, principal=principal, store=store)
    document = next((found for found in outline.documents if found.id == document_id), None)
    if document is None:
        raise NotFound("There is no such document.")
    # The bytes go first: a deletion that breaks off in between can be repeated. A read may be copying the upload just
    # now: what it leaves is removed after the record, or by that read, which finds the record gone.
    blobs.delete([document.upload_key])
    made_of_it = f"texts/{document.case_id}/{document.id}/"
    blobs.delete([*blobs.keys(document.blob_key), *blobs.keys(made_of_it)])
    texts.forget_texts(case_id)
    store.delete_document(document, at=now)
    blobs.delete([*blobs.keys(document.blob_key), *blobs.keys(made_of_it)])
    texts.forget_texts(case_id)


def _again(document: Document, *, owner: str, store: CaseStore, blobs: BlobStore, now: datetime) -> AddedDocument:
    """The document that is stored already, with a fresh form while its upload is still to come.

    Raises: StorageUnavailable when it is deleted or arrives in this moment.
    """
    upload = None
    if document.status is DocumentStatus.AWAITING_UPLOAD:
        # What this form brings is looked for as what the first one would have brought.
        document = msgspec.structs.replace(document, upload_lapsed=False, look_at=None, upload_renewed_at=now)
        if not store.save_document(document):
            raise StorageUnavailable("The document was changed just now. Try again.", retry_after_seconds=1)
        upload = _upload(document, blobs=blobs, now=now)
    return AddedDocument(
        document=document,
        metadata=store.document_metadata(document.case_id).get(document.id, {}),
        owner=owner,
        upload=upload,
        replayed=True,
    )


def _checked_content(new: NewDocument) -> tuple[ContentType, bytes | None, int]:
    """The content type, the bytes (None: they are to be uploaded), and their number."""
    given = [way for way in _WAYS if getattr(new, way) is not UNSET]
    if len(given) != 1:
        found = " and ".join(given) or "none of them"
        raise _invalid("", f"must have exactly one of text, content_base64 and size, and has {found}")
    if new.text is not UNSET:
        content = _text_bytes(new.text, content_type=new.content_type)
        return "text/plain", content, len(content)
    if new.size is not UNSET:
        return _known(new.content_type or type_of_name(new.file_name), by="the name"), None, new.size
    content = _decoded(new.content_base64 or "")
    return _known(new.content_type or type_of_bytes(content), by="the content"), content, len(content)


def _known(content_type: ContentType | Literal[""] | None, *, by: str) -> ContentType:
    if not content_type:
        raise _invalid(
            "/content_type", f"is missing and does not follow from {by}: name one of {', '.join(CONTENT_TYPES)}"
        )
    return content_type


def _text_bytes(text: str, *, content_type: str) -> bytes:
    if content_type not in ("text/plain", ""):
        raise _invalid("/content_type", "must be text/plain when the document comes as text")
    if not text.strip():
        raise _invalid("/text", "is empty")
    return text.encode()


def _decoded(content_base64: str) -> bytes:
    if len(content_base64) % 4:
        raise _invalid("/content_base64", "is not base64")
    try:
        content = base64.b64decode(content_base64, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _invalid("/content_base64", "is not base64") from exc
    if not content:
        raise _invalid("/content_base64", "is empty")
    return content


def _decoded_bytes(content_base64: str) -> int:
    """How many bytes base64 encodes: three for each four characters, less one for each "=" at the end."""
    padding = 2 if content_base64.endswith("==") else int(content_base64.endswith("="))
    return len(content_base64) * 3 // 4 - padding


def _requested_name(name: str | UnsetType, *, case_id: str, store: CaseStore) -> str:
    if name is UNSET:
        return ""
    file = store.file(case_id)
    return name if file is not None and is_requested(name, file=file) else ""


def _upload(document: Document, *, blobs: BlobStore, now: datetime) -> Upload:
    form = blobs.upload_form(
        document.upload_key,
        content_type=document.content_type,
        max_bytes=document.size,
        expires_in_seconds=UPLOAD_SECONDS,
    )
    return Upload(
        method=form["method"],
        url=form["url"],
        headers={},
        fields=form["fields"],
        expires_at=now + timedelta(seconds=UPLOAD_SECONDS),
    )


def _too_large(what: str, limit_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"{what} is larger than {limit_bytes // MIB} MB ({limit_bytes} bytes), the most it may have.")


def _invalid(pointer: str, message: str) -> InvalidRequest:
    subject = pointer.removeprefix("/") or "The document"
    return InvalidRequest(f"{subject} {message}.", problems=[FieldProblem(pointer, message)])
