"""Which cases are forgotten? Those that nothing changed for as long as the stage keeps cases; off by default."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib import telemetry
from chalicelib.auth import Principal
from chalicelib.blobs import BlobStore
from chalicelib.cases.changes import CaseJobs, delete_case
from chalicelib.cases.model import CaseStore
from chalicelib.errors import NotFinished, NotFound

TIME_FOR_ONE_SECONDS = 30.0
"""With less time left no deletion is begun; the next run goes on."""

RETENTION = Principal(user_id="retention", is_admin=True)


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
    because a job of theirs is open. A deletion that broke off is finished, whoever began it.

    Raises: StorageUnavailable; the next run goes on.
    """
    counted = {"forgotten": 0, "in_use": 0}
    for case_id in store.unchanged_since(now - kept_for):
        if time_left() < TIME_FOR_ONE_SECONDS:
            break
        try:
            delete_case(case_id, principal=RETENTION, store=store, blobs=blobs, jobs=jobs, mark=new_id())
        except NotFinished:
            counted["in_use"] += 1
        except NotFound:
            continue  # deleted by somebody else since it was listed
        else:
            counted["forgotten"] += 1
    telemetry.info("old_cases_forgotten", **counted)
    return counted
