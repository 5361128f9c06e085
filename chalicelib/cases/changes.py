"""Changes of a case by its owner: create it, replace its call, delete it with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any, Protocol

import msgspec

from chalicelib import telemetry
from chalicelib.auth import Principal
from chalicelib.blobs import BlobStore
from chalicelib.cases.checks import check_same_request, checked_metadata
from chalicelib.cases.model import Case, CaseFile, CaseStore
from chalicelib.cases.read import case_file, is_case_id, no_such_case, visible_outline
from chalicelib.cases.vapi import read_call
from chalicelib.errors import NotFinished, StorageUnavailable

FOLDERS = ("uploads", "cases", "bodies", "texts")
"""Where a case has objects: what browsers upload, the originals, large parts of its record, texts that were read.
Workers, which open files of strangers, may write the last two only."""
DELETION_TRIES = 8


class NewCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a request for a new case."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    description: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    metadata: Mapping[str, Any] = msgspec.field(default_factory=dict)


def create_case(
    new: NewCase,
    *,
    principal: Principal,
    store: CaseStore,
    now: datetime,
    case_id: str,
    fingerprint: str | None = None,
) -> Case:
    """Store a new case that belongs to the caller.

    With the `fingerprint` of a request that may be repeated, `case_id` follows from its key, and the case that an
    earlier request with the key made is returned.
    Raises: InvalidRequest when the metadata is too large; IdempotencyKeyReused.
    """
    case = Case(
        id=case_id,
        user_id=principal.user_id,
        title=new.title,
        description=new.description,
        metadata=checked_metadata(new.metadata),
        created_at=now,
        updated_at=now,
        request_fingerprint=fingerprint,
    )
    if store.create(case) or fingerprint is None:
        return case  # a fresh id that is taken: the write was repeated after its first answer was lost
    outline = store.outline(case_id)
    if outline is None:
        raise StorageUnavailable("The case made with this Idempotency-Key is being deleted. Try again.")
    check_same_request(outline.case.request_fingerprint, fingerprint)
    return outline.case


def put_call(
    case_id: str, payload: Any, *, principal: Principal, store: CaseStore, blobs: BlobStore, now: datetime
) -> CaseFile:
    """Replace the call of a case and return the whole case. `payload` is the decoded JSON body, either shape of `vapi`.

    Raises: InvalidRequest naming what is missing; NotFound.
    """
    call = read_call(payload)
    visible_outline(case_id, principal=principal, store=store)
    if not store.put_call(case_id, call.details, call_id=call.id, has_transcript=call.has_transcript, at=now):
        raise no_such_case()
    return case_file(case_id, principal=principal, store=store, blobs=blobs)


class EndedJobs(Protocol):
    """Which jobs have ended."""

    def ended(self, job_ids: Collection[str]) -> frozenset[str]:
        """Those of the jobs that are done or gone."""


def close_ended_jobs(case: Case, *, store: CaseStore, jobs: EndedJobs) -> None:
    """Take jobs that have ended out of the case's `open_jobs`: a worker of an older release leaves them there."""
    try:
        ended = jobs.ended(case.open_jobs) if case.open_jobs else ()
        if ended:
            store.close_jobs(case.id, ended)
    except StorageUnavailable:
        telemetry.warning("open_jobs_not_stored", case_id=case.id)  # for lists; the next read stores it


class CaseJobs(Protocol):
    """What the deletion of a case needs of its jobs."""

    def refuse_open(self, case_id: str) -> None:
        """Raises: NotFinished while a job of the case is open."""

    def delete(self, case_id: str) -> None:
        """Remove all jobs of a case that gets no new ones."""


def delete_case(
    case_id: str, *, principal: Principal, store: CaseStore, blobs: BlobStore, jobs: CaseJobs, mark: str
) -> None:
    """Remove the case and everything that belongs to it; a deletion that broke off continues when it is repeated.

    `mark` is a fresh id: it tells this deletion from others of the same case. Nothing is removed before the case gets
    no new jobs and has none that is open. Raises: NotFound; NotFinished while a job is open; then the case is whole.
    """
    owner = store.owner_of(case_id) if is_case_id(case_id) else None
    if owner is None or not principal.sees(owner):
        raise no_such_case()
    jobs.refuse_open(case_id)
    if not _closed(case_id, store=store, jobs=jobs, mark=mark):
        return
    jobs.delete(case_id)
    # Uploads first: bytes are copied from there into the case. What such a copy leaves after the first sweep is removed
    # by the second one, or by whoever copied: without its document's record nobody may keep it.
    for folder in FOLDERS:
        blobs.delete(blobs.keys(f"{folder}/{case_id}/"))
    store.delete_content(case_id)
    for folder in FOLDERS[1:]:
        blobs.delete(blobs.keys(f"{folder}/{case_id}/"))
    store.delete(case_id)
    telemetry.info("case_deleted", case_id=case_id)


def _closed(case_id: str, *, store: CaseStore, jobs: CaseJobs, mark: str) -> bool:
    """Whether the case is there to be deleted and gets no new jobs; False when another deletion was faster."""
    for _ in range(DELETION_TRIES):
        if not store.begin_deletion(case_id, mark=mark):
            return False
        try:
            jobs.refuse_open(case_id)
        except NotFinished:
            # A job that started since the first look: the case is given back.
            store.cancel_deletion(case_id, mark=mark)
            raise
        if store.confirm_deletion(case_id, mark=mark):
            return True
    raise StorageUnavailable("The case is changing too fast to be deleted. Try again.", retry_after_seconds=1)
