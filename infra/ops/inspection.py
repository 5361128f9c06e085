"""What happened to one job? Its record, its timeline, its checkpoints, and what its workers logged of errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.jobs.model import ErrorInfo, Job, NumberedEvent, Usage, numbered_events
from chalicelib.jobs.ports import JobStore
from infra.ops.problem import OpsProblem

LOGGED_BY = ("work_high", "work_normal", "rescue", "api")


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a job but its result. `tracebacks` are places in our code, without what errors quote."""

    job: Job
    events: Sequence[NumberedEvent]
    checkpoints: Sequence[str]
    tracebacks: Sequence[Mapping[str, Any]]

    @property
    def facts(self) -> Mapping[str, Any]:
        """The record without what the other parts show, as plain values."""
        left_out = {"timeline", "event_count", "usage", "error", "format"}
        return {name: getattr(self.job, name) for name in self.job.__struct_fields__ if name not in left_out}

    @property
    def error(self) -> ErrorInfo | None:
        """The last error, also of a job that waits to be tried again."""
        return self.job.error

    @property
    def usage(self) -> Usage:
        """What its provider calls used."""
        return self.job.usage


def inspect_job(job_id: str, *, store: JobStore, tracebacks: Sequence[Mapping[str, Any]]) -> Inspection:
    """Everything about the job. Raises: OpsProblem when there is none; StorageUnavailable."""
    job = store.get(job_id)
    if job is None:
        raise OpsProblem(f"There is no job {job_id} in this stage: it was never there, was deleted, or has expired.")
    return Inspection(
        job=job,
        events=numbered_events(job),
        checkpoints=sorted(store.checkpoints(job_id)),
        tracebacks=tracebacks,
    )


def logged_errors(logs: Any, *, stack: str, job_id: str, since: datetime) -> Sequence[Mapping[str, Any]]:
    """The error lines that the functions of a deployed stage logged of the job, in order of time.

    Raises: OpsProblem when the logs cannot be read.
    """
    found = []
    for function in LOGGED_BY:
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{stack}/{function}",
                filterPattern=f'{{ $.level = "ERROR" && $.job_id = "{job_id}" }}',
                startTime=int(since.timestamp() * 1000),
            )
            found += [_line(event["message"]) for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            continue  # a group without a line yet
        except (ClientError, BotoCoreError) as exc:
            raise OpsProblem(f"The logs of {function} cannot be read: {exc}") from exc
    return sorted(found, key=lambda line: str(line.get("at")))


def _line(message: str) -> Mapping[str, Any]:
    try:
        line: Mapping[str, Any] = msgspec.json.decode(message, type=dict)
    except msgspec.DecodeError:
        return {"event": "unreadable"}
    return {name: line[name] for name in ("at", "event", "attempt", "error", "frames") if name in line}
