"""A job may need longer than a function runs: it goes on in fresh invocations, at no attempt's and no call's cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import AttemptContext, Step
from tests.fakes.clock import FakeClock
from tests.fakes.engine import Engine
from tests.fakes.real_analyses import answered_calls, engine_of, start
from tests.fakes.sample_case import Providers

# Simulated, and as long as deployed: what is left of them bounds the real calls, which a busy machine answers late.
FUNCTION_SECONDS = 300.0
JOB_SECONDS = 1200.0
LONGEST_FIRST_DELAYS_SECONDS = 60.0


class Slow:
    """An AttemptContext whose steps take a while before their answer comes; a stop is seen once a second."""

    def __init__(self, ctx: AttemptContext, *, clock: FakeClock, step_seconds: float) -> None:
        self._ctx = ctx
        self._clock = clock
        self._step_seconds = step_seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    def step(self, name: str, run: Callable[[], Any], **facts: Any) -> Any:
        def slow_run() -> Any:
            left = self._step_seconds
            while left > 0:
                self._clock.advance(seconds=min(1.0, left))
                self._ctx.check()
                left -= 1.0
            return run()

        return self._ctx.step(name, slow_run, **facts)

    def steps(self, wanted: Sequence[Step]) -> list[Any]:
        return [self.step(one.name, one.run, inputs=one.inputs, until=one.until) for one in wanted]


def slow_engine(job_type: str, providers: Providers, *, step_seconds: float) -> Engine:
    """An engine whose functions may take `FUNCTION_SECONDS`."""
    engines: list[Engine] = []
    engine = engine_of(
        job_type, providers, wrap=lambda ctx: Slow(ctx, clock=engines[0].clock, step_seconds=step_seconds)
    )
    engines.append(engine)
    engine.function_seconds = FUNCTION_SECONDS
    return engine


def invocations(engine: Engine) -> list[float]:
    """Deliver until nothing is left; how many seconds each invocation took."""
    taken = []
    while engine.queue.waiting:
        began = engine.clock()
        assert engine.deliver() == 1, "one message at a time, due at once"
        taken.append((engine.clock() - began).total_seconds())
    return taken


def steps_of(job: Job) -> int:
    return sum(event.type == "step" for event in job.timeline)


def test_a_call_that_fits_into_no_function_is_made_three_times_and_not_forty(providers):
    engine = slow_engine("call_analysis", providers, step_seconds=FUNCTION_SECONDS + 10)
    submitted = start(engine, "call_analysis")
    invoked = 0

    while engine.queue.waiting:
        invoked += engine.deliver()
        engine.clock.advance(seconds=LONGEST_FIRST_DELAYS_SECONDS)

    job = engine.job(submitted)
    assert (job.status, job.error and job.error.code) == (Status.FAILED, "provider_unavailable")
    assert (job.attempt, invoked) == (1, 3)
    assert not answered_calls(providers)


@pytest.mark.parametrize("job_type", ["call_analysis", "document_analysis_agent"])
def test_a_job_of_twenty_minutes_completes_in_functions_of_five(providers, job_type):
    undisturbed = engine_of(job_type, providers)
    submitted = start(undisturbed, job_type)
    undisturbed.deliver()
    step_count = steps_of(undisturbed.job(submitted))
    providers.start_afresh()
    engine = slow_engine(job_type, providers, step_seconds=JOB_SECONDS / step_count)
    submitted = start(engine, job_type)

    taken = invocations(engine)

    job = engine.job(submitted)
    assert (job.status, job.attempt) == (Status.COMPLETED, 1)
    assert job.continuations == len(taken) - 1 >= JOB_SECONDS / FUNCTION_SECONDS - 1
    assert max(taken) <= FUNCTION_SECONDS
    assert sum(taken) >= JOB_SECONDS
    assert steps_of(job) == step_count
    assert set(answered_calls(providers).values()) == {1}
