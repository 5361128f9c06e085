"""A job engine driven in any order: what hypothesis may do to it, and what must hold whatever it does.

The machine plays every worker itself: a claimed attempt stays open between two rules, so that anything can happen while
it runs. It works on any job store; see `machine`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.errors import AttemptError, AttemptStopped, ProviderAuth, ProviderUnavailable, Refusal
from chalicelib.jobs.attempt import Attempt
from chalicelib.jobs.cancel import cancel_job
from chalicelib.jobs.lifecycle import lease_end
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Cancelled, Completed, Failed, Outcome, Retry, WriteBack, Yield
from chalicelib.jobs.ports import AttemptContext, JobMessage
from chalicelib.jobs.retry import retryable_job, reusable_checkpoints
from chalicelib.jobs.run import settle
from chalicelib.jobs.submit import Submitted
from chalicelib.principal import Principal
from tests.fakes.engine import Engine
from tests.fakes.jobs import CASE_ID

ADMIN = Principal(user_id="root", is_admin=True)
FUNCTION_SECONDS = 300.0
STEPS = 3
ROUNDS_TO_THE_END = 200


def complete(ctx: AttemptContext) -> Completed:
    """The analysis of the machine: three steps, then a result that names the fence it was made under."""
    for number in range(STEPS):
        ctx.progress(30 * number, f"Step {number}")
        ctx.step(f"step-{number}", lambda: number)  # noqa: B023  # called at once
    made_by = {"job_id": ctx.job.job_id, "fence": ctx.job.fence}
    return Completed(result=made_by, write_back=WriteBack(bodies={"final_document_analysis": made_by}))


class EngineMachine(RuleBasedStateMachine):
    """Rules are what clients, workers, the queue, the timer and bad luck do."""

    new_engine: Callable[[], Engine]
    completed_in_case: Callable[[Engine], Any]
    left_behind: Callable[[Engine], list[str]]

    def __init__(self) -> None:
        super().__init__()
        self.engine = type(self).new_engine()
        self.started: list[str] = []
        self.live: list[Attempt] = []
        self.ended: dict[str, Job] = {}
        self.progress: dict[tuple[str, int], int] = {}
        self.delivered: list[JobMessage] = []
        self.cancelled: set[str] = set()
        self.claims = 0

    @rule(shared_lock=st.booleans(), deadline=st.sampled_from([60, 3600, 21600]))
    def submit(self, shared_lock: bool, deadline: int) -> None:
        try:
            self._remember(self.engine.start(deadline_seconds=deadline, **({} if shared_lock else {"lock": None})))
        except Refusal:
            assert self._open_count() >= 20

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
        except (AttemptStopped, AttemptError):
            pass

    @precondition(lambda self: self.live)
    @rule(pick=st.integers(0, 99))
    def heartbeat(self, pick: int) -> None:
        self._attempt(pick).beat()

    @precondition(lambda self: self.live)
    @rule(
        pick=st.integers(0, 99),
        ending=st.sampled_from(["complete", "fail", "retry", "yield", "see the cancel", "crash"]),
    )
    def end_attempt(self, pick: int, ending: str) -> None:
        attempt = self._attempt(pick)
        self.live.remove(attempt)
        outcome = self._outcome(attempt, ending)
        if outcome is not None:
            settle(attempt, outcome, queue=self.engine.queue, clock=self.engine.clock)

    @rule(seconds=st.sampled_from([0.5, 1, 5, 12, 31, 46, 61, 400, 1000, 4000]))
    def time_passes(self, seconds: float) -> None:
        self.engine.clock.advance(seconds=seconds)

    @rule()
    def lose_messages(self) -> None:
        self.engine.queue.lose_all()

    @rule()
    def rescue(self) -> None:
        self.engine.rescue()

    @precondition(lambda self: self.started)
    @rule(pick=st.integers(0, 99))
    def cancel(self, pick: int) -> None:
        try:
            cancel_job(self._job_id(pick), principal=ADMIN, store=self.engine.store, now=self.engine.clock())
            self.cancelled.add(self._job_id(pick))
        except Refusal:
            assert self.engine.store.get(self._job_id(pick)).is_done

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
    def a_final_record_never_changes(self) -> None:
        for job in self._jobs():
            if job.is_done:
                assert self.ended.setdefault(job.job_id, job) == job

    @invariant()
    def an_accepted_cancel_ends_cancelled(self) -> None:
        for job in self._jobs():
            if job.job_id in self.cancelled:
                assert job.status is Status.CANCELLED or (job.is_open and job.cancel_requested)

    @invariant()
    def progress_never_falls_within_an_attempt(self) -> None:
        for job in self._jobs():
            key = (job.job_id, job.attempt)
            assert job.progress >= self.progress.get(key, 0)
            assert (job.progress == 100) == (job.status is Status.COMPLETED)
            self.progress[key] = job.progress

    @invariant()
    def a_result_belongs_to_the_fence_that_completed(self) -> None:
        for job in self._jobs():
            result = self.engine.store.result(job) if job.result_bytes is not None else None
            assert (result is not None) == (job.status is Status.COMPLETED)
            if result is not None:
                assert f'"fence":{job.fence}' in result.decode()

    @invariant()
    def the_case_holds_the_result_of_the_youngest_completed_job(self) -> None:
        completed = [job for job in self._jobs() if job.status is Status.COMPLETED]
        youngest = max(completed, key=lambda job: (job.created_at, job.job_id), default=None)
        held = type(self).completed_in_case(self.engine)
        assert (held or {}).get("job_id") == (youngest.job_id if youngest else None)

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
        self.a_final_record_never_changes()
        assert type(self).left_behind(self.engine) == []

    def _claim(self, message: JobMessage) -> None:
        now = self.engine.clock()
        self.claims += 1
        token = f"claim-{self.claims}"
        job = self.engine.store.claim(message.job_id, now=now, lease_until=lease_end(now), claim_token=token)
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

    def _outcome(self, attempt: Attempt, ending: str) -> Outcome | None:
        if ending == "fail":
            return Failed(ProviderAuth("denied"))
        if ending == "retry":
            return Retry(error=ProviderUnavailable("down"), after_seconds=20)
        if ending == "yield":
            return Yield()
        if ending == "see the cancel" and attempt.job.cancel_requested:
            return Cancelled()
        if ending != "complete":
            return None
        try:
            return complete(attempt)
        except (AttemptStopped, AttemptError):
            return None

    def _remember(self, submitted: Submitted) -> None:
        if submitted.job.job_id not in self.started:
            self.started.append(submitted.job.job_id)

    def _attempt(self, pick: int) -> Attempt:
        return self.live[pick % len(self.live)]

    def _job_id(self, pick: int) -> str:
        return self.started[pick % len(self.started)]

    def _jobs(self) -> list[Job]:
        return [self.engine.store.get(job_id) for job_id in self.started]

    def _open_count(self) -> int:
        return sum(job.is_open for job in self._jobs())


def machine(
    *,
    new_engine: Callable[[], Engine],
    completed_in_case: Callable[[Engine], Any],
    left_behind: Callable[[Engine], list[str]],
) -> type[EngineMachine]:
    """The machine on the engine that `new_engine` makes.

    `completed_in_case` reads what its case holds now; `left_behind` names the locks that are held and the counters that
    are not zero.
    """
    attributes = {
        "new_engine": staticmethod(new_engine),
        "completed_in_case": staticmethod(completed_in_case),
        "left_behind": staticmethod(left_behind),
    }
    return type("Machine", (EngineMachine,), attributes)


def fake_engine() -> Engine:
    """The engine on the fake store."""
    return Engine(complete)


def in_fake_case(engine: Engine) -> Any:
    """What the fake case holds of the analysis."""
    return engine.cases.bodies[CASE_ID].get("final_document_analysis")


def left_in_fake_store(engine: Engine) -> list[str]:
    """Locks and counters of the fake store that something still holds."""
    counters = [user for user, count in engine.store.open_job_counts.items() if count]
    return [*engine.store.lock_holders, *counters]
