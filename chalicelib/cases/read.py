"""What may a caller see of the cases? Other people's cases do not exist here; documents are shown as they are now."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import msgspec

from chalicelib.auth import Principal
from chalicelib.blobs import BlobStore
from chalicelib.cases.model import (
    EVERY_CASE,
    Case,
    CaseFile,
    CaseFilter,
    CaseOutline,
    CaseStore,
    Document,
    DocumentList,
    DocumentStatus,
)
from chalicelib.cases.requested_documents import with_marks
from chalicelib.errors import Forbidden, NotFound
from chalicelib.time_budget import within_this

Scope = Literal["all", "mine"]

UPLOAD_AWAITED = timedelta(minutes=75)
"""The form of an upload is good for 15 minutes; what it began may take another hour."""
UPLOAD_EXPECTED = timedelta(minutes=2)
"""For so long an upload is looked for by every read."""

LOOKS_PER_AGE = 8
"""After that, a look follows when an upload is this part of its age older: after 10 minutes, every 75 s."""

LOOKS_AT_ONCE = 8

_CASE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class CaseList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of cases, newest first, and their documents by case id; `next` is where the next page begins
    (None: last)."""

    cases: Sequence[Case]
    documents: Mapping[str, DocumentList]
    next: tuple[datetime, str] | None


def visible_outline(case_id: str, *, principal: Principal, store: CaseStore) -> CaseOutline:
    """The case's light record and its documents as stored, by one query.

    Raises: NotFound, the same for an unknown, a malformed and somebody else's id.
    """
    outline = store.outline(case_id) if is_case_id(case_id) else None
    if outline is None or not principal.sees(outline.case.user_id):
        raise no_such_case()
    return outline


def case_outline(case_id: str, *, principal: Principal, store: CaseStore, blobs: BlobStore) -> CaseOutline:
    """What a start looks at: the light record, and the documents with finished uploads turned `ready`.

    Raises: NotFound.
    """
    outline = visible_outline(case_id, principal=principal, store=store)
    documents = with_arrivals(outline.documents, store=store, blobs=blobs)
    return msgspec.structs.replace(outline, documents=documents)


def case_file(
    case_id: str, *, principal: Principal, store: CaseStore, blobs: BlobStore, now: datetime | None = None
) -> CaseFile:
    """The whole case: finished uploads turned `ready`, requested documents marked.

    With `now` an upload that does not come is looked for less and less often. Raises: NotFound.
    """
    file = store.file(case_id) if is_case_id(case_id) else None
    if file is None or not principal.sees(file.case.user_id):
        raise no_such_case()
    documents = _with_due_arrivals(file.documents, store=store, blobs=blobs, now=now)
    return with_marks(msgspec.structs.replace(file, documents=documents))


def case_documents(
    case_id: str, *, principal: Principal, store: CaseStore, blobs: BlobStore, now: datetime | None = None
) -> DocumentList:
    """The documents of a case with their metadata, finished uploads turned `ready`; `now` as in `case_file`.

    Raises: NotFound.
    """
    outline = visible_outline(case_id, principal=principal, store=store)
    documents = _with_due_arrivals(outline.documents, store=store, blobs=blobs, now=now)
    metadata = store.document_metadata(case_id)
    return DocumentList(documents=documents, metadata=metadata, owner=outline.case.user_id)


def list_cases(
    *,
    principal: Principal,
    scope: Scope | None,
    store: CaseStore,
    blobs: BlobStore,
    now: datetime,
    after: tuple[datetime, str] | None,
    limit: int,
    wanted: CaseFilter = EVERY_CASE,
) -> CaseList:
    """One page of cases, finished uploads turned `ready`. Without a `scope` an admin sees all, a user their own.

    An upload that does not come is checked less and less often, and finally not at all.

    Raises: Forbidden when a user asks for all.
    """
    if scope == "all" and not principal.is_admin:
        raise Forbidden("Only an admin may list the cases of all users.")
    owner = principal.user_id if scope == "mine" or not principal.is_admin else None
    cases, following = store.list(owner=owner, after=after, limit=limit, wanted=wanted)
    listed = store.documents_of([case.id for case in cases])
    stored = [document for found in listed.values() for document in found.documents]
    arrived = _with_due_arrivals(stored, store=store, blobs=blobs, now=now)
    current = {document.id: document for document in arrived}
    documents = {
        case_id: msgspec.structs.replace(
            found, documents=tuple(current[document.id] for document in found.documents if document.id in current)
        )
        for case_id, found in listed.items()
    }
    return CaseList(cases=cases, documents=documents, next=following)


def resolved(file: CaseFile, *, store: CaseStore, blobs: BlobStore) -> CaseFile:
    """The file with finished uploads turned `ready`, and its lists of requested documents marked."""
    documents = with_arrivals(file.documents, store=store, blobs=blobs)
    return with_marks(msgspec.structs.replace(file, documents=documents))


def with_arrivals(documents: Sequence[Document], *, store: CaseStore, blobs: BlobStore) -> tuple[Document, ...]:
    """The documents, those whose upload has arrived stored as `ready` with their real size.

    Documents deleted since then are left out.
    """
    awaited = [document for document in documents if _is_awaited(document)]
    return _replaced(documents, awaited, partial(_with_arrival, store=store, blobs=blobs))


def is_case_id(text: str) -> bool:
    """True for what has the form of a case id: nothing else becomes part of a storage key."""
    return _CASE_ID.fullmatch(text) is not None


def no_such_case() -> NotFound:
    """The one answer to unknown, malformed, deleted and somebody else's ids."""
    return NotFound("There is no such case.")


def _with_due_arrivals(
    documents: Sequence[Document], *, store: CaseStore, blobs: BlobStore, now: datetime | None
) -> tuple[Document, ...]:
    """As `with_arrivals`, but an upload that does not come is checked less and less often, and finally not at all."""
    if now is None:
        return with_arrivals(documents, store=store, blobs=blobs)
    due = [found for found in documents if _is_awaited(found) and (found.look_at or now) <= now]
    arrived = _replaced(documents, due, partial(_with_arrival, store=store, blobs=blobs))
    looked_for = {document.id for document in due}
    missed = [
        found
        for found in arrived
        if found.id in looked_for and _is_awaited(found) and now - found.awaited_since > UPLOAD_EXPECTED
    ]
    return _replaced(arrived, missed, partial(_with_next_look, store=store, now=now))


def _replaced(
    documents: Sequence[Document], some: Sequence[Document], change: Callable[[Document], Document | None]
) -> tuple[Document, ...]:
    """The documents, some of them changed, several at once; those that the change finds deleted are left out."""
    if not some:
        return tuple(documents)
    with ThreadPoolExecutor(LOOKS_AT_ONCE) as pool:
        changed = dict(zip((document.id for document in some), pool.map(within_this(change), some), strict=True))
    found = (changed.get(document.id, document) for document in documents)
    return tuple(document for document in found if document is not None)


def _is_awaited(document: Document) -> bool:
    return document.status is DocumentStatus.AWAITING_UPLOAD and not document.upload_lapsed


def _with_next_look(document: Document, *, store: CaseStore, now: datetime) -> Document | None:
    age = now - document.awaited_since
    if age > UPLOAD_AWAITED:
        later = msgspec.structs.replace(document, upload_lapsed=True, look_at=None)
    else:
        later = msgspec.structs.replace(document, look_at=now + age / LOOKS_PER_AGE)
    if store.save_document(later):
        return later
    # Deleted since it was read, or found by another read.
    outline = store.outline(document.case_id)
    return next((found for found in outline.documents if found.id == document.id), None) if outline else None


def _with_arrival(document: Document, *, store: CaseStore, blobs: BlobStore) -> Document | None:
    """The document, `ready` once its bytes were uploaded. They are copied, once: the form may be used again."""
    if not blobs.size(document.upload_key):
        return document
    blobs.copy(document.upload_key, document.blob_key)
    size = blobs.size(document.blob_key)
    if not size:
        return document
    ready = msgspec.structs.replace(document, status=DocumentStatus.READY, size=size, look_at=None)
    if store.save_document(ready):
        return ready
    # The document was deleted after it was read, and nobody else knows of this copy of its bytes.
    blobs.delete([document.blob_key])
    return None
