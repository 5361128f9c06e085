"""What may a caller see of the cases? Other people's cases do not exist here; documents are shown as they are now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from chalicelib.cases.model import Case, CaseFile, CaseOutline, CaseStore, Document, DocumentList, DocumentStatus
from chalicelib.cases.ports import CaseBlobs
from chalicelib.cases.requested_documents import with_marks
from chalicelib.errors import Forbidden, NotFound
from chalicelib.principal import Principal

Scope = Literal["all", "mine"]

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


def case_outline(case_id: str, *, principal: Principal, store: CaseStore, blobs: CaseBlobs) -> CaseOutline:
    """What a start looks at: the light record, and the documents with finished uploads turned `ready`.

    Raises: NotFound.
    """
    outline = visible_outline(case_id, principal=principal, store=store)
    documents = with_arrivals(outline.documents, store=store, blobs=blobs)
    return msgspec.structs.replace(outline, documents=documents)


def case_file(case_id: str, *, principal: Principal, store: CaseStore, blobs: CaseBlobs) -> CaseFile:
    """The whole case: finished uploads turned `ready`, requested documents marked.

    Raises: NotFound.
    """
    file = store.file(case_id) if is_case_id(case_id) else None
    if file is None or not principal.sees(file.case.user_id):
        raise no_such_case()
    return resolved(file, store=store, blobs=blobs)


def case_documents(case_id: str, *, principal: Principal, store: CaseStore, blobs: CaseBlobs) -> DocumentList:
    """The documents of a case with their metadata, finished uploads turned `ready`.

    Raises: NotFound.
    """
    outline = case_outline(case_id, principal=principal, store=store, blobs=blobs)
    return DocumentList(documents=outline.documents, metadata=store.document_metadata(case_id))


def list_cases(
    *,
    principal: Principal,
    scope: Scope | None,
    store: CaseStore,
    blobs: CaseBlobs,
    after: tuple[datetime, str] | None,
    limit: int,
) -> CaseList:
    """One page of cases, finished uploads turned `ready`. Without a `scope` an admin sees all, a user their own.

    Raises: Forbidden when a user asks for all.
    """
    if scope == "all" and not principal.is_admin:
        raise Forbidden("Only an admin may list the cases of all users.")
    owner = principal.user_id if scope == "mine" or not principal.is_admin else None
    cases, following = store.list(owner=owner, after=after, limit=limit)
    documents = {
        case_id: msgspec.structs.replace(found, documents=with_arrivals(found.documents, store=store, blobs=blobs))
        for case_id, found in store.documents_of([case.id for case in cases]).items()
    }
    return CaseList(cases=cases, documents=documents, next=following)


def resolved(file: CaseFile, *, store: CaseStore, blobs: CaseBlobs) -> CaseFile:
    """The file with finished uploads turned `ready`, and its lists of requested documents marked."""
    documents = with_arrivals(file.documents, store=store, blobs=blobs)
    return with_marks(msgspec.structs.replace(file, documents=documents))


def with_arrivals(documents: Sequence[Document], *, store: CaseStore, blobs: CaseBlobs) -> tuple[Document, ...]:
    """The documents, those whose upload has arrived stored as `ready` with their real size.

    Documents deleted meanwhile are left out.
    """
    found = (_with_arrival(document, store=store, blobs=blobs) for document in documents)
    return tuple(document for document in found if document is not None)


def is_case_id(text: str) -> bool:
    """True for what can be the id of a case at all: nothing else reaches a key of the storage."""
    return _CASE_ID.fullmatch(text) is not None


def no_such_case() -> NotFound:
    """The one answer to unknown, malformed, deleted and somebody else's ids."""
    return NotFound("There is no such case.")


def _with_arrival(document: Document, *, store: CaseStore, blobs: CaseBlobs) -> Document | None:
    if document.status is not DocumentStatus.AWAITING_UPLOAD:
        return document
    size = blobs.size(document.blob_key)
    if not size:
        return document
    ready = msgspec.structs.replace(document, status=DocumentStatus.READY, size=size)
    return ready if store.save_document(ready) else None
