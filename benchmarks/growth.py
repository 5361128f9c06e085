"""Whether a job costs more when there are many: calls and capacity units of each operation, by what is stored.

Two things grow: the jobs that one user has stored (10 to 10,000), and the jobs that are open (1 to 1,000). The records
are written as they would stand after their jobs ran; then each operation is asked for once, through the API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from benchmarks.counted import USER, Cost, Counted, counted
from benchmarks.jobs import a_job
from benchmarks.processes import metered_aws
from chalicelib.adapters.dynamodb.job_items import case_entry, record_of
from chalicelib.jobs import lifecycle
from chalicelib.jobs.model import Job
from infra.local.invocation import LambdaContext
from infra.local.resources import Resources, resource_names

STORED = (10, 100, 1_000, 10_000)
OPEN = (1, 10, 100, 1_000)
PAGE = 10
JOBS_OF_A_CASE = 10
BATCH = 25


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """The cost of each operation at each size: of what one user has stored, and of what is open."""

    stored: Mapping[int, Mapping[str, Cost]]
    open: Mapping[int, Mapping[str, Cost]]


def measured() -> Growth:
    """All sizes, each kind of growth on a metered moto of its own."""
    now = datetime.now(UTC)
    page = [_done(number, now=now) for number in range(PAGE)]
    return Growth(
        stored=_sizes(STORED, lambda number: _done(number, now=now), beforehand=[]),
        open=_sizes(OPEN, lambda number: _open(PAGE + number, now=now), beforehand=page),
    )


def highest_rise(costs: Mapping[int, Mapping[str, Cost]], value: Callable[[Cost], float]) -> float:
    """The largest ratio, over all operations, of the cost at any size to that at the smallest."""
    smallest, *larger = costs.values()
    return max(value(cost[name]) / value(smallest[name]) for cost in larger for name in cost)


def _sizes(
    sizes: Sequence[int], job: Callable[[int], Job], *, beforehand: Sequence[Job]
) -> Mapping[int, Mapping[str, Cost]]:
    found, stored = {}, 0
    with metered_aws() as aws:
        resources = resource_names(aws.client_url)
        _store(resources, beforehand)
        with counted(aws) as casework:
            for size in sizes:
                _store(resources, [job(number) for number in range(stored, size)])
                stored = size
                found[size] = _costs(casework)
    return found


def _costs(casework: Counted) -> Mapping[str, Cost]:
    """Of one page of the list, a poll of a job that waits, an idle rescue, and a start."""
    case_id, last_case_id = casework.new_case(), casework.new_case()
    job_id = casework.new_job(case_id)
    context = LambdaContext("rescue", request_id="r", timeout_seconds=60)
    last_job_ids: list[str] = []
    found = {
        "list": casework.cost(lambda: casework.ask("GET", "/jobs", {}, query={"limit": [str(PAGE)]})),
        "poll": casework.cost(lambda: casework.ask("GET", "/jobs/{job_id}", {"job_id": job_id})),
        "submit": casework.cost(lambda: last_job_ids.append(casework.new_job(last_case_id))),
        "rescue": casework.cost(lambda: casework.system.rescue(context)),
    }
    for started in (job_id, *last_job_ids):
        casework.complete(started, b"{}")
    return found


def _done(number: int, *, now: datetime) -> Job:
    """A completed job of the user, an hour and more ago."""
    created_at = now - timedelta(hours=1, seconds=number)
    job = _job(number, user_id=USER, created_at=created_at)
    done = lifecycle.completed(job, result_bytes=2000, at=created_at + timedelta(seconds=40))
    return msgspec.structs.replace(done, started_at=created_at, attempt=1, fence=1, version=8)


def _open(number: int, *, now: datetime) -> Job:
    """A pending job of another user, not due to be looked at."""
    return _job(number, user_id=f"someone-{number // JOBS_OF_A_CASE}", created_at=now)


def _job(number: int, *, user_id: str, created_at: datetime) -> Job:
    return a_job(
        job_id=f"00000000-0000-4000-8000-{number:012d}",
        case_id=f"case-{number // JOBS_OF_A_CASE}",
        user_id=user_id,
        requested_by=user_id,
        created_at=created_at,
        check_at=created_at + timedelta(minutes=30),
    )


def _store(resources: Resources, jobs: Sequence[Job]) -> None:
    client, items = resources.client("dynamodb"), (item for job in jobs for item in (record_of(job), case_entry(job)))
    for batch in _batches(items):
        puts = [{"PutRequest": {"Item": item}} for item in batch]
        client.batch_write_item(RequestItems={resources.jobs_table: puts})


def _batches(items: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(items, BATCH)):
        yield batch
