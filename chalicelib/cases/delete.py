"""How does a case end? With its documents, jobs and stored objects; a deletion that broke off goes on when repeated."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib import telemetry
from chalicelib.cases.model import Case, CaseStore
from chalicelib.cases.ports import CaseBlobs, case_prefixes
from chalicelib.cases.read import is_case_id, no_such_case
from chalicelib.errors import NotFinished
from chalicelib.principal import Principal

DeleteJobs = Callable[[str], None]
"""Removes all jobs of the case with this id. Raises: NotFinished while one is open; then none is removed."""


def delete_case(
    case_id: str, *, principal: Principal, store: CaseStore, blobs: CaseBlobs, delete_jobs: DeleteJobs
) -> None:
    """Remove the case and everything that belongs to it.

    The case is hidden before anything is removed, so no start or upload can slip in behind. A job that started right
    before brings it back. Raises: NotFound; NotFinished while a job is open; then the case is whole.
    """
    if not is_case_id(case_id):
        raise no_such_case()
    outline = store.outline(case_id)
    owner = store.hidden_owner(case_id) if outline is None else outline.case.user_id
    if owner is None or not principal.sees(owner):
        raise no_such_case()
    delete_jobs(case_id)
    if outline is not None:
        _hide(outline.case, store=store, delete_jobs=delete_jobs)
    for prefix in case_prefixes(case_id):
        blobs.delete(blobs.keys(prefix))
    store.delete(case_id)
    telemetry.info("case_deleted", case_id=case_id)


def _hide(case: Case, *, store: CaseStore, delete_jobs: DeleteJobs) -> None:
    hidden = store.hide(case)
    try:
        delete_jobs(case.id)
    except NotFinished:
        if hidden is not None:
            store.unhide(hidden)
        raise
