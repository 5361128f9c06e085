"""Which cases are forgotten? Those that nothing changed for as long as the stage keeps cases; off by default."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from chalicelib import telemetry
from chalicelib.auth import Principal
from chalicelib.blobs import BlobStore
from chalicelib.cases.changes import CaseJobs, delete_case
from chalicelib.cases.model import Case, CaseStore
from chalicelib.errors import NotFinished, NotFound

PAGE = 100
TIME_FOR_ONE_SECONDS = 30.0
"""With less time left no deletion is begun; the next run goes on."""

RETENTION = Principal(user_id="retention", is_admin=True)
BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000"


def forget_old_cases(
    *,
    store: CaseStore,
    blobs: BlobStore,
    jobs: CaseJobs,
    kept_for: timedelta,
    now: datetime,
    new_id: Callable[[], str],
    time_left: Callable[[], float],
) -> dict[str, int]:
    """Delete every case whose last change is `kept_for` ago, as its owner would; how many went, and how many stayed
    because a job of theirs is open. Raises: StorageUnavailable; the next run goes on."""
    counted = {"forgotten": 0, "in_use": 0}
    for case in _old(store, before=now - kept_for):
        if time_left() < TIME_FOR_ONE_SECONDS:
            break
        try:
            delete_case(case.id, principal=RETENTION, store=store, blobs=blobs, jobs=jobs, mark=new_id())
        except NotFinished:
            counted["in_use"] += 1
        except NotFound:
            continue  # deleted by somebody else since it was listed
        else:
            counted["forgotten"] += 1
    telemetry.info("old_cases_forgotten", **counted)
    return counted


def _old(store: CaseStore, *, before: datetime) -> Iterator[Case]:
    """Cases that were last changed before then; what was created later was changed later too."""
    after: tuple[datetime, str] | None = (before, BEFORE_ALL_IDS)
    while after is not None:
        cases, after = store.list(owner=None, after=after, limit=PAGE)
        yield from (case for case in cases if case.updated_at < before)
