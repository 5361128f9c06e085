"""A worker may die at any moment of any analysis: no call whose answer was stored is ever made again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from chalicelib.jobs.lifecycle import LEASE_SECONDS
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.ports import AttemptContext, Step
from tests.fakes.analysis_services import FakeCaseReader, a_document, a_text
from tests.fakes.engine import Engine
from tests.fakes.real_analyses import JOB_TYPES, answered_calls, engine_of, services_of, start
from tests.fakes.sample_case import Providers

MOST_DEATHS = 40


class Killed(BaseException):
    """The process ends here: like SIGKILL, no `except Exception` sees it and nothing more is written."""


class Mortal:
    """An AttemptContext whose worker dies when `dies_after` or `dies_in` says so of a step's name."""

    def __init__(
        self,
        ctx: AttemptContext,
        *,
        dies_after: Callable[[str], bool] = lambda _: False,
        dies_in: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._ctx = ctx
        self._dies_after = dies_after
        self._dies_in = dies_in

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    def steps(self, wanted: Sequence[Step]) -> list[Any]:
        return [self.step(one.name, one.run, inputs=one.inputs, until=one.until) for one in wanted]

    def step(self, name: str, run: Callable[[], Any], *, inputs: str = "", until: int | None = None) -> Any:
        ran = []

        def mortal_run() -> Any:
            ran.append(run())
            if self._dies_in(name):
                raise Killed
            return ran[0]

        value = self._ctx.step(name, mortal_run, inputs=inputs, until=until)
        if ran and self._dies_after(name):
            raise Killed
        return value


def once(victim: str) -> Callable[[str], bool]:
    """True the first time that it is asked about the victim."""
    left = [victim]

    def dies(name: str) -> bool:
        if name not in left:
            return False
        left.remove(name)
        return True

    return dies


def run_to_the_end(
    engine: Engine, submitted: Any, *, after_death: Callable[[], None] = lambda: None
) -> tuple[Job, int]:
    """Deliver, and let the timer rescue what a dead worker left, until the job is done; how often a worker died."""
    deaths = 0
    for _ in range(MOST_DEATHS):
        try:
            engine.deliver()
        except Killed:
            deaths += 1
            after_death()
        if engine.job(submitted).is_done:
            return engine.job(submitted), deaths
        engine.clock.advance(seconds=LEASE_SECONDS + 1)
        engine.rescue()
    raise AssertionError("the job never ends")


def step_names(job: Job) -> list[str]:
    return [event.message for event in job.timeline if event.type == "step"]


def paid(steps: list[str]) -> list[str]:
    """Those of the steps that ask a model; the others read the case."""
    return [name for name in steps if name != "inputs" and not name.startswith("text-")]


@pytest.fixture
def steps(providers: Providers, job_type: str) -> list[str]:
    """The steps of an undisturbed run, in which every call is made once."""
    engine = engine_of(job_type, providers)
    job, _ = run_to_the_end(engine, start(engine, job_type))
    calls = answered_calls(providers)
    providers.start_afresh()
    assert job.status is Status.COMPLETED
    assert len(step_names(job)) >= 3
    assert set(calls.values()) == {1}
    assert len(calls) == len(paid(step_names(job)))
    return step_names(job)


@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_worker_killed_after_a_step_costs_no_call_whichever_step_it_was(providers, job_type, steps):
    for victim in steps:
        providers.start_afresh()
        dies = once(victim)
        engine = engine_of(job_type, providers, wrap=lambda ctx, dies=dies: Mortal(ctx, dies_after=dies))

        job, deaths = run_to_the_end(engine, start(engine, job_type))

        assert (job.status, job.attempt, deaths) == (Status.COMPLETED, 2, 1), victim
        assert step_names(job) == steps, victim
        assert sum(answered_calls(providers).values()) == len(paid(steps)), victim
        assert set(answered_calls(providers).values()) == {1}, victim


@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_worker_killed_within_a_step_costs_the_call_in_flight_and_no_other(providers, job_type, steps):
    for victim in paid(steps):
        providers.start_afresh()
        dies = once(victim)
        engine = engine_of(job_type, providers, wrap=lambda ctx, dies=dies: Mortal(ctx, dies_in=dies))

        job, deaths = run_to_the_end(engine, start(engine, job_type))

        calls = answered_calls(providers)
        assert (job.status, job.attempt, deaths) == (Status.COMPLETED, 2, 1), victim
        assert step_names(job) == steps, victim
        assert sorted(calls.values()) == [1] * (len(paid(steps)) - 1) + [2], victim


@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_workers_killed_after_every_single_step_still_get_there_and_make_each_call_once(providers, job_type, steps):
    engine = engine_of(job_type, providers, wrap=lambda ctx: Mortal(ctx, dies_after=lambda _: True))

    job, deaths = run_to_the_end(engine, start(engine, job_type, max_attempts=MOST_DEATHS))

    assert (job.status, deaths) == (Status.COMPLETED, len(steps))
    assert set(answered_calls(providers).values()) == {1}
    assert len(answered_calls(providers)) == len(paid(steps))


@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_retried_job_makes_only_the_calls_that_the_failed_one_never_finished(providers, job_type, steps):
    dies = [True]
    engine = engine_of(
        job_type, providers, wrap=lambda ctx: Mortal(ctx, dies_in=lambda n: n == steps[-1] and any(dies))
    )
    failed, _ = run_to_the_end(engine, start(engine, job_type, max_attempts=1))
    dies.clear()

    job, _ = run_to_the_end(engine, start(engine, job_type, retried_from=failed.job_id, checkpoints_from=failed.job_id))

    assert (failed.status, failed.error and failed.error.code) == (Status.FAILED, "worker_lost")
    assert job.status is Status.COMPLETED
    assert sorted(answered_calls(providers).values()) == [1] * (len(paid(steps)) - 1) + [2]


def with_a_document_more(cases: FakeCaseReader) -> None:
    """Somebody uploads while nobody works on the job."""
    more = a_text(a_document(f"more-{len(cases.file_now.documents)}"), "מכתב נוסף שהגיע באיחור")
    cases.texts[more.document.id] = more
    cases.file_now = msgspec.structs.replace(cases.file_now, documents=(*cases.file_now.documents, more.document))


def with_another_summary(cases: FakeCaseReader) -> None:
    """The analysis of the call completes while nobody works on the job."""
    said = {"call_summary": f"The claimant called, {len(str(cases.file_now.call_summary))}."}
    cases.file_now = msgspec.structs.replace(cases.file_now, call_summary=said)


@pytest.mark.parametrize("change", [with_a_document_more, with_another_summary])
@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_case_that_changes_whenever_a_worker_dies_costs_no_call_more(providers, job_type, steps, change):
    services = services_of(job_type, providers)
    engine = engine_of(job_type, providers, wrap=lambda ctx: Mortal(ctx, dies_after=lambda _: True), services=services)

    job, deaths = run_to_the_end(
        engine, start(engine, job_type, max_attempts=MOST_DEATHS), after_death=lambda: change(services.cases)
    )

    assert (job.status, deaths) == (Status.COMPLETED, len(steps))
    assert step_names(job) == steps
    assert sum(answered_calls(providers).values()) == len(paid(steps))
