"""What a list of jobs is asked for, and a page of it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.jobs.model import Job, Status


class JobFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which jobs a list shows. `owner` limits it to cases of that user, `starter` adds jobs started by that user."""

    owner: str | None = None
    starter: str | None = None
    status: Status | None = None
    job_type: str | None = None
    case_id: str | None = None
    error_code: str | None = None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a list, newest first: the last item seen."""

    created_at: datetime
    id: str


class JobPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list; `next` is None on the last page."""

    jobs: tuple[Job, ...]
    next: Position | None
