"""`status`: open jobs by lane, status and age, what waits in the queues and for the providers, what failed lately."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.call_limits import LIMITS, SlotStore, allowed
from chalicelib.jobs.lists import JobFilter
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import JobStore
from infra.ops.metrics import Counted
from infra.ops.output import STORAGE_SILENT, print_json, print_table
from infra.ops.stage import Lane, Stage
from infra.problem import Problem

MOST_OPEN_JOBS = 10_000
"""How many are counted: each is read, a hundred in one call."""
SPARE = 1000
"""Asked for beyond them: what is not there shows that these are all, though some ended while they were read."""
PAGE = 100
MOST_WAITING = 1000
LOOK_AHEAD = timedelta(days=1)
"""Further ahead than any open job's next check is."""

FAILURES_SHOWN = timedelta(days=1)

DEPLOYED = ("staging", "prod")

DEPTHS = {
    "waiting": "ApproximateNumberOfMessages",
    "in_flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


class OpenGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The open jobs of one lane in one status; the oldest by its creation."""

    lane: str
    status: str
    jobs: int
    oldest_seconds: int
    oldest_job_id: str


class CallsInFlight(msgspec.Struct, frozen=True, kw_only=True):
    """Slots taken of a provider's limit, jobs that wait for one (at most `MOST_WAITING` are counted), and how much of
    the limit is allowed now: less than 100 percent after the provider refused calls, 0 while it wants none."""

    limit: str
    in_flight: int
    waiting: int
    allowed_percent: int


class OpenJobs(msgspec.Struct, frozen=True, kw_only=True):
    """The open jobs by lane and status. `are_all` is false when there are more than could be counted."""

    groups: Sequence[OpenGroup]
    are_all: bool


def open_jobs(store: JobStore, *, now: datetime) -> OpenJobs:
    """The first `MOST_OPEN_JOBS` open jobs, those that rescue looks at next. Raises: StorageUnavailable."""
    found = store.due_checks(now=now + LOOK_AHEAD, limit=MOST_OPEN_JOBS + SPARE)
    groups: dict[tuple[str, str], list[Job]] = {}
    for job in found[:MOST_OPEN_JOBS]:
        groups.setdefault((job.priority, _status(job)), []).append(job)
    return OpenJobs(
        groups=[_group(lane, status, jobs, now=now) for (lane, status), jobs in sorted(groups.items())],
        are_all=len(found) <= MOST_OPEN_JOBS,
    )


def calls_in_flight(slots: SlotStore, *, now: datetime) -> Sequence[CallsInFlight]:
    """Of each limit that is in use. Raises: StorageUnavailable."""
    found = []
    for limit in LIMITS:
        state = slots.state(limit)
        one = CallsInFlight(
            limit=limit,
            in_flight=state.used,
            waiting=len(slots.waiting(limit, count=MOST_WAITING)),
            allowed_percent=allowed(100, state.cool_down, now=now),
        )
        if one.in_flight or one.waiting or one.allowed_percent < 100:
            found.append(one)
    return found


def depths(sqs: Any, lane: Lane) -> Mapping[str, int]:
    """How many messages wait, are in flight and are delayed in the lane, and how many are dead. Raises: Problem."""
    alive, dead = _attributes(sqs, lane.queue_url), _attributes(sqs, lane.dead_letter_queue_url)
    return {**{name: int(alive[attribute]) for name, attribute in DEPTHS.items()}, "dead": int(dead[DEPTHS["waiting"]])}


def failures(store: JobStore, *, since: datetime, now: datetime) -> Mapping[str, Sequence[str]]:
    """The ids of the jobs created since then that failed, newest first, by their error's code."""
    failed: dict[str, list[str]] = {}
    for job in jobs_since(store, JobFilter(status=Status.FAILED), since=since, now=now):
        if job.error is not None:
            failed.setdefault(job.error.code, []).append(job.job_id)
    return failed


def jobs_since(store: JobStore, wanted: JobFilter, *, since: datetime, now: datetime) -> Iterator[Job]:
    """The jobs created since then, newest first, page after page. Raises: StorageUnavailable."""
    after = None
    while True:
        page = store.list(wanted, now=now, after=after, limit=PAGE)
        for job in page.jobs:
            if job.created_at < since:
                return
            yield job
        after = page.next
        if after is None:
            return


def show_status(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """Open jobs by lane, status and age; the queues; what failed within a day. Raises: Problem."""
    try:
        found = open_jobs(stage.jobs, now=now)
        calls = calls_in_flight(stage.slots, now=now)
        failed = _failed(stage, now=now, with_ids=is_local(stage) or vars(arguments).get("ids", False))
    except StorageUnavailable as exc:
        raise Problem(STORAGE_SILENT) from exc
    queues = {lane.name: depths(stage.sqs, lane) for lane in stage.lanes}
    if arguments.json:
        counted = {"open": msgspec.to_builtins(found.groups), "open_are_all": found.are_all}
        beside = {"calls_in_flight": msgspec.to_builtins(calls), "queues": queues}
        print_json(console, {"stage": stage.name, **counted, **beside, **_as_json(failed)})
        return
    rows = [(g.lane, g.status, g.jobs, timedelta(seconds=g.oldest_seconds), g.oldest_job_id) for g in found.groups]
    print_table(console, f"Open jobs of {stage.name}", ("lane", "status", "jobs", "oldest", "its job"), rows)
    if not found.are_all:
        console.print(f"There are more: only {MOST_OPEN_JOBS:,} were counted, and the oldest may be another one.")
    counts = [(lane, *depth.values()) for lane, depth in queues.items()]
    print_table(console, "Messages", ("lane", "waiting", "in flight", "delayed", "dead letters"), counts)
    in_flight = [(one.limit, one.in_flight, one.waiting, f"{one.allowed_percent} %") for one in calls]
    print_table(console, "Calls at the providers", ("limit", "in flight", "jobs waiting", "allowed now"), in_flight)
    failures_by_code = [(code, _count(jobs)) for code, jobs in sorted(failed.items())]
    print_table(console, "Failed within a day", ("code", "jobs"), failures_by_code)


def is_local(stage: Stage) -> bool:
    """Whether nobody counts what the stage logs: on a developer's machine."""
    return stage.name not in DEPLOYED


def _failed(stage: Stage, *, now: datetime, with_ids: bool) -> Mapping[str, Sequence[str] | int]:
    """Failed jobs of a day by code: their ids, read job by job, or their number, which CloudWatch knows."""
    since = now - FAILURES_SHOWN
    if with_ids:
        return failures(stage.jobs, since=since, now=now)
    counted = Counted(stage.client("cloudwatch"), stage=stage.name).sums("JobsFailed", by="code", since=since, now=now)
    return {code: round(number) for code, number in counted.items()}


def _as_json(failed: Mapping[str, Sequence[str] | int]) -> Mapping[str, Any]:
    """The ids, where they were asked for, and always the numbers."""
    ids = {code: jobs for code, jobs in failed.items() if not isinstance(jobs, int)}
    counts = {code: _count(jobs) for code, jobs in failed.items()}
    return {"failed_last_day_counts": counts, **({"failed_last_day": ids} if len(ids) == len(failed) else {})}


def _count(jobs: Sequence[str] | int) -> int:
    return jobs if isinstance(jobs, int) else len(jobs)


def _status(job: Job) -> str:
    """The status, with what makes a job wait."""
    if job.cancel_requested:
        return f"{job.status}, to be cancelled"
    return "pending, to be tried again" if job.status is Status.PENDING and job.error else str(job.status)


def _group(lane: str, status: str, jobs: Sequence[Job], *, now: datetime) -> OpenGroup:
    oldest = min(jobs, key=lambda job: job.created_at)
    return OpenGroup(
        lane=lane,
        status=status,
        jobs=len(jobs),
        oldest_seconds=max(0, round((now - oldest.created_at).total_seconds())),
        oldest_job_id=oldest.job_id,
    )


def _attributes(sqs: Any, url: str) -> Mapping[str, str]:
    try:
        found: Mapping[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(DEPTHS.values()))[
            "Attributes"
        ]
    except (ClientError, BotoCoreError) as exc:
        raise Problem(f"The queue {url} does not answer: {exc}") from exc
    return found
