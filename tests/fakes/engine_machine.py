"""A job engine driven in any order: what hypothesis may do to it, and what must hold whatever it does.

The machine plays every worker itself: a claimed attempt stays open between two rules, so that anything can happen while
it runs, and goes on after it was given up for dead. It works on any job store; see `engine_drive`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.auth import Principal
from chalicelib.errors import (
    AttemptError,
    AttemptStopped,
    CancelSeen,
    OutOfTime,
    ProviderAuth,
    ProviderUnavailable,
    Refusal,
)
from chalicelib.jobs.attempt import Attempt
from chalicelib.jobs.lifecycle import lease_end
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import Cancelled, Completed, Failed, Outcome, Retry, WriteBack, Yield
from chalicelib.jobs.ports import AttemptContext, JobMessage
from chalicelib.jobs.requests import cancel_job, retryable_job, reusable_checkpoints
from chalicelib.jobs.run import write_outcome
from chalicelib.jobs.submit import Submitted
from tests.fakes.engine import Engine
from tests.fakes.engine_promises import Promises
from tests.fakes.jobs import CASE_ID

ADMIN = Principal(user_id="root", is_admin=True)
FUNCTION_SECONDS = 60.0
STEPS = 3
ROUNDS_TO_THE_END = 200

# Mostly small ones, so that attempts get somewhere; some end a lease (45 s), a function (60 s) or a deadline.
JUMPS_SECONDS = [0.5, 1, 2, 5, 5, 12, 12, 31, 46, 46, 61, 400, 4000]


ENDINGS: list[Outcome | None] = [
    Failed(ProviderAuth("denied")),
    Retry(error=ProviderUnavailable("down"), after_seconds=20),
    Yield(),
    None,  # a crash: the worker writes nothing
]


def complete(ctx: AttemptContext) -> Completed:
    """The analysis of the machine: three steps, then a result that names the fence it was made under."""
    for number in range(STEPS):
        ctx.progress(30 * number, f"Step {number}")
        ctx.step(f"step-{number}", lambda: number)  # noqa: B023  # called at once
    made_by = {"job_id": ctx.job.job_id, "fence": ctx.job.fence}
    return Completed(result=made_by, write_back=WriteBack(bodies={"final_document_analysis": made_by}))


class EngineMachine(RuleBasedStateMachine):
    """Rules are what clients, workers, the queue, the timer and bad luck do. `reached` counts what came of them."""

    new_engine: Callable[[], Engine]
    completed_in_case: Callable[[Engine], Any]
    left_behind: Callable[[Engine], list[str]]
    reached: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.engine = type(self).new_engine()
        self.promises = Promises()
        self.started: list[str] = []
        self.live: list[Attempt] = []
        self.delivered: list[JobMessage] = []
        self.claims = 0

    @rule(shared_lock=st.booleans(), deadline=st.sampled_from([60, 3600, 21600]))
    def submit(self, shared_lock: bool, deadline: int) -> None:
        try:
            self._remember(self.engine.start(deadline_seconds=deadline, **({} if shared_lock else {"lock": None})))
        except Refusal:
            assert self._open_count() >= 20

    @rule()
    def submit_to_a_free_worker(self) -> None:
        self.submit(shared_lock=False, deadline=21600)
        self.receive(pick=-1)

    @rule(pick=st.integers(0, 99))
    def receive(self, pick: int) -> None:
        """A worker takes one due message and claims its job; the attempt stays open."""
        messages = list(self.engine.queue.pop_due(self.engine.clock()))
        if messages:
            message = messages.pop(pick % len(messages))
            self.delivered = [*self.delivered[-9:], message]
            self._claim(message)
        for rest in messages:
            self.engine.queue.send(rest, lane="normal", group="g")

    @precondition(lambda self: self.delivered)
    @rule(pick=st.integers(0, 99))
    def receive_once_more(self, pick: int) -> None:
        """SQS delivers a message that was delivered before."""
        self._claim(self.delivered[pick % len(self.delivered)])

    @precondition(lambda self: self.live)
    @rule(pick=st.integers(0, 99), percent=st.integers(0, 100))
    def work(self, pick: int, percent: int) -> None:
        attempt = self._attempt(pick)
        try:
            attempt.progress(percent, f"At {percent}")
            attempt.step(f"step-{percent % STEPS}", lambda: percent)
            self.reached["step"] += 1
        except (AttemptStopped, AttemptError) as stopped:
            self.reached[type(stopped).__name__] += 1

    @precondition(lambda self: self.live)
    @rule(pick=st.integers(0, 99))
    def heartbeat(self, pick: int) -> None:
        self._attempt(pick).beat()

    @precondition(lambda self: self.live)
    @rule(pick=st.integers(0, 99))
    def finish(self, pick: int) -> None:
        """An analysis comes to its result; its worker may have been given up for dead long ago."""
        attempt = self._take(pick)
        try:
            self._settle(attempt, complete(attempt))
        except (AttemptStopped, AttemptError) as stopped:
            self.reached[type(stopped).__name__] += 1
            outcome = _outcome_of(stopped)
            if outcome is not None:
                self._settle(attempt, outcome)

    @precondition(lambda self: self._zombies())
    @rule(pick=st.integers(0, 99), with_result=st.booleans())
    def a_zombie_writes(self, pick: int, with_result: bool) -> None:
        """A worker that was given up for dead writes its end without asking: only the store can refuse it."""
        zombies = self._zombies()
        attempt = zombies[pick % len(zombies)]
        self.live.remove(attempt)
        made_by = {"job_id": attempt.job.job_id, "fence": attempt.job.fence}
        body = WriteBack(bodies={"final_document_analysis": made_by})
        outcome = Completed(result=made_by, write_back=body) if with_result else Failed(ProviderAuth("denied"))
        self._settle(attempt, outcome)

    @precondition(lambda self: self.live)
    @rule(pick=st.integers(0, 99), outcome=st.sampled_from(ENDINGS))
    def end_attempt(self, pick: int, outcome: Outcome | None) -> None:
        attempt = self._take(pick)
        if outcome is not None:
            self._settle(attempt, outcome)

    @rule(seconds=st.sampled_from(JUMPS_SECONDS))
    def time_passes(self, seconds: float) -> None:
        self.engine.clock.advance(seconds=seconds)

    @precondition(lambda self: self.live)
    @rule()
    def the_leases_end(self) -> None:
        """Every worker is cut off for longer than its lease, and goes on after that."""
        self.engine.clock.advance(seconds=46)
        self.rescue()
        self.receive(pick=0)

    @rule()
    def lose_messages(self) -> None:
        self.engine.queue.lose_all()

    @rule()
    def rescue(self) -> None:
        self.reached.update(self.engine.rescue())

    @precondition(lambda self: self.started)
    @rule(pick=st.integers(0, 99))
    def cancel(self, pick: int) -> None:
        job_id = self._job_id(pick)
        try:
            cancel_job(
                job_id, principal=ADMIN, store=self.engine.store, queue=self.engine.queue, now=self.engine.clock()
            )
            self.promises.cancel_accepted(job_id)
        except Refusal:
            assert self.engine.store.get(job_id).is_done

    @precondition(lambda self: self.started)
    @rule(pick=st.integers(0, 99))
    def retry(self, pick: int) -> None:
        try:
            source = retryable_job(
                self._job_id(pick), principal=ADMIN, store=self.engine.store, now=self.engine.clock()
            )
            self._remember(self.engine.start(retried_from=source.job_id, checkpoints_from=reusable_checkpoints(source)))
        except Refusal:
            pass

    @invariant()
    def every_promise_holds(self) -> None:
        in_case = type(self).completed_in_case(self.engine)
        self.promises.check(self._jobs(), store=self.engine.store, in_case=in_case)

    def teardown(self) -> None:
        """Whatever happened: workers that work and a timer that ticks bring every job to its end."""
        self.live.clear()
        for _ in range(ROUNDS_TO_THE_END):
            if not self._open_count():
                break
            self.engine.clock.advance(seconds=60)
            self.engine.rescue()
            self.engine.deliver()
        assert self._open_count() == 0
        self.every_promise_holds()
        self.promises.check_results(self._jobs(), store=self.engine.store)
        assert type(self).left_behind(self.engine) == []

    def _claim(self, message: JobMessage) -> None:
        now = self.engine.clock()
        self.claims += 1
        token = f"claim-{self.claims}"
        job = self.engine.store.claim(message.job_id, now=now, lease_until=lease_end(now), claim_token=token)
        self.reached["claim lost" if job is None else "claim"] += 1
        if job is not None:
            owners = [a.job for a in self.live if a.job.job_id == job.job_id and (a.job.lease_until or now) > now]
            assert owners == [], "a living worker lost its job to another"
            ends_at = now.timestamp() + FUNCTION_SECONDS
            self.live.append(
                Attempt(
                    job,
                    store=self.engine.store,
                    clock=self.engine.clock,
                    time_left=lambda: ends_at - self.engine.clock().timestamp(),
                )
            )

    def _settle(self, attempt: Attempt, outcome: Outcome) -> None:
        before: Job = self.engine.store.get(attempt.job.job_id)
        write_outcome(attempt, outcome, queue=self.engine.queue, clock=self.engine.clock, rng=Random(7))
        after: Job = self.engine.store.get(attempt.job.job_id)
        self.reached["refused" if after.version == before.version else f"{before.status} to {after.status}"] += 1

    def _zombies(self) -> list[Attempt]:
        now = self.engine.clock()
        return [attempt for attempt in self.live if (attempt.job.lease_until or now) <= now]

    def _remember(self, submitted: Submitted) -> None:
        if submitted.job.job_id not in self.started:
            self.started.append(submitted.job.job_id)

    def _attempt(self, pick: int) -> Attempt:
        return self.live[pick % len(self.live)]

    def _take(self, pick: int) -> Attempt:
        return self.live.pop(pick % len(self.live))

    def _job_id(self, pick: int) -> str:
        return self.started[pick % len(self.started)]

    def _jobs(self) -> list[Job]:
        jobs: list[Job] = list(self.engine.store.jobs_of_case(CASE_ID))
        assert sorted(job.job_id for job in jobs) == sorted(self.started)
        return jobs

    def _open_count(self) -> int:
        return sum(job.is_open for job in self._jobs())


def _outcome_of(stopped: AttemptStopped | AttemptError) -> Outcome | None:
    match stopped:
        case CancelSeen():
            return Cancelled()
        case OutOfTime():
            return Yield()
        case AttemptError():
            return Failed(stopped)
        case _:
            return None
