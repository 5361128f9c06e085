"""A provider that is away for a while fails no job that has the time to wait for it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from random import Random

import pytest

from chalicelib.errors import ProviderRateLimited, ProviderUnavailable, StorageUnavailable, TransientError
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext
from chalicelib.jobs.run import run_attempt
from tests.fakes.engine import Engine, complete

SEEDS = 300
RESCUE_SECONDS = 60


def lived_through(
    error: TransientError, *, outage_seconds: float, deadline_seconds: int, seed: int
) -> tuple[Job, list[float]]:
    """The job at its end, and when each of its attempts began, in seconds from its start."""
    engine = Engine(complete)
    began = engine.clock()
    attempts: list[float] = []

    def run(ctx: AttemptContext) -> Completed:
        attempts.append((engine.clock() - began).total_seconds())
        if engine.clock() < began + timedelta(seconds=outage_seconds):
            raise error
        return complete(ctx)

    engine = Engine(run)
    started, rng = engine.start(deadline_seconds=deadline_seconds), Random(seed)
    while engine.job(started).is_open:
        for message in engine.queue.pop_due(engine.clock()):
            run_attempt(
                message,
                store=engine.store,
                queue=engine.queue,
                job_types=engine.job_types,
                clock=engine.clock,
                rng=rng,
                claim_token=str(len(attempts)),
                time_left=lambda: 300.0,
                sleep=lambda seconds: None,
                pulse=lambda attempt: nullcontext(),
            )
        engine.clock.advance(seconds=1)
        if int((engine.clock() - began).total_seconds()) % RESCUE_SECONDS == 0:
            engine.rescue()
    return engine.job(started), attempts


@pytest.mark.parametrize("outage_seconds", [10, 30, 60, 300])
@pytest.mark.parametrize(
    "error", [ProviderUnavailable("overloaded"), StorageUnavailable("S3 does not answer.")], ids=repr
)
def test_no_job_with_an_hour_fails_because_of_an_outage(error: TransientError, outage_seconds: int) -> None:
    ends = [
        lived_through(error, outage_seconds=outage_seconds, deadline_seconds=3600, seed=seed)[0].status
        for seed in range(SEEDS if error.code == "provider_unavailable" else SEEDS // 10)
    ]

    assert ends.count(Status.COMPLETED) == len(ends)


def test_a_retry_after_of_an_hour_is_waited_for_by_a_job_that_has_six() -> None:
    asked = ProviderRateLimited("slow down", retry_after_seconds=3600)

    job, attempts = lived_through(asked, outage_seconds=3000, deadline_seconds=6 * 3600, seed=1)

    assert job.status is Status.COMPLETED
    assert len(attempts) == 2
    assert 3600 <= attempts[1] <= 3600 + 2 * RESCUE_SECONDS


def test_an_outage_without_end_fails_the_job_near_its_deadline_with_the_providers_error() -> None:
    job, attempts = lived_through(
        ProviderUnavailable("overloaded"), outage_seconds=99_999, deadline_seconds=600, seed=1
    )

    assert job.status is Status.FAILED
    assert job.error is not None
    assert job.error.code == "provider_unavailable"
    assert attempts[-1] >= 500
