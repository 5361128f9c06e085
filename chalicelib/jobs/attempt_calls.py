"""The calls in the background of one attempt: found again, begun, booked, waited for, ended and deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

import msgspec

from chalicelib import telemetry
from chalicelib.errors import AttemptError, AttemptStopped, BudgetExceeded, ModelAtWork
from chalicelib.jobs import outcomes
from chalicelib.jobs.calls import (
    MOST_CALLS_AT_ONCE,
    SHORTEST_LOOK_SECONDS,
    Call,
    CallIndex,
    CreationLost,
    Durations,
    Parked,
    ProviderCalls,
    adopted_name,
    is_of_step,
    question_of,
    seconds_to_look,
)
from chalicelib.jobs.lifecycle import HEARTBEAT_SECONDS, LEASE_SECONDS, UNKNOWN_PRICE
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.ports import Clock

if TYPE_CHECKING:
    from chalicelib.jobs.attempt import Attempt

LOST_WAIT_SECONDS = 30.0
LONGEST_LOST_WAIT_SECONDS = 120.0
"""For so long the webhook of a call whose creation was not answered is waited for, before it is made again."""

ENDING_TAKES_SECONDS = 25.0
"""With less of the function's time left no call is ended or deleted: one answer of the provider may take 15 s, and the
attempt's outcome is stored after that."""

SINCE_LOST = timedelta(seconds=LEASE_SECONDS - HEARTBEAT_SECONDS)
"""A worker whose lease has ended died at least so long ago."""


class Background(msgspec.Struct, frozen=True, kw_only=True):
    """What calls in the background need. `has_webhook`: a webhook reports their end; `follow_seconds`: how long a
    worker follows a new one; `name`: the provider whose limit of calls in flight they count for."""

    provider: ProviderCalls
    index: CallIndex
    has_webhook: bool
    follow_seconds: float
    name: str = "openai"


class CallsOfAttempt:
    """The AttemptCalls of one attempt. `now` are the calls as they are to be stored with the next write."""

    def __init__(self, attempt: Attempt, background: Background, *, clock: Clock) -> None:
        self._attempt = attempt
        self._background = background
        self._clock = clock
        self._waited: dict[str, Durations] = {}
        self._useless: set[str] = set()
        self._gone: set[str] = set()
        self._asked: set[str] = set()
        self.now: tuple[Call, ...] = attempt.job.calls
        self.has_webhook = background.has_webhook
        self._is_low = attempt.job.priority == "low"

    def question(self, body: bytes) -> str:
        """See AttemptCalls.question."""
        return question_of(self._attempt.step_name, body)

    def find(self, question: str) -> Call | None:
        """See AttemptCalls.find."""
        self._asked.add(question)
        known = next((call for call in self.now if call.question == question and not call.over), None)
        if known is not None and known.id:
            return known
        adopted = self._adopted(question)
        self.now = self.now if adopted is None else (*_without(self.now, known), adopted)
        return adopted

    def begin(
        self, question: str, create: Callable[[Mapping[str, str]], str], *, model: str, most_usd: Decimal | None
    ) -> Call:
        """See AttemptCalls.begin."""
        lost = self._lost_call(question, model=model)
        if len(self.now) >= MOST_CALLS_AT_ONCE or any(call.over and not call.booked for call in self.now):
            self.finish(all_calls=False)
        if len(self.now) >= MOST_CALLS_AT_ONCE:
            raise ModelAtWork("the job has as many calls as it may")
        self.allow(most_usd)
        self._attempt.check()
        in_flight = sum(not call.booked for call in self.now if call.id)
        self._attempt.take_slots(self._background.name, calls=in_flight + 1)
        job = self._attempt.job
        metadata = {"job": job.job_id, "question": question, "fence": str(job.fence)}
        metadata |= {} if most_usd is None else {"most_usd": str(most_usd)}
        call = Call(id="", question=question, began_at=self._clock(), most_usd=most_usd)
        try:
            call = msgspec.structs.replace(call, id=create(metadata))
        except CreationLost:
            if not self.has_webhook:
                raise
            self.now = (*_without(self.now, lost), call)
            if lost is not None:  # the second one counts as a failure: else calls are made until the deadline
                raise
            self.wait(call, model=model)
        self.now = (*_without(self.now, lost), call)
        try:
            self._attempt.save_call(call)
        except AttemptStopped:
            self._end_unowned(call)
            raise
        return call

    def allow(self, most_usd: Decimal | None) -> None:
        """Raise BudgetExceeded if this call and those that are not booked yet could pass the job's `max_cost_usd`."""
        if self._attempt.job.max_cost_usd is None:
            return
        pending = [call.most_usd for call in self.now if not call.booked]
        if None in pending or most_usd is None:
            raise BudgetExceeded(UNKNOWN_PRICE)
        self._attempt.allow(sum((one for one in pending if one is not None), most_usd))

    def follow_seconds(self, model: str) -> float:
        """See AttemptCalls.follow_seconds."""
        seconds = self._background.follow_seconds
        shortest = self._durations(model).share(0.1)
        if self._is_low or self._attempt.is_one_of_several or (shortest is not None and shortest > seconds):
            return 0.0
        return seconds

    def ended(self, call: Call, usage: ModelUsage | None, *, model: str, seconds: float | None) -> None:
        """See AttemptCalls.ended."""
        if not call.booked:
            if usage is not None:
                self._attempt.charge(usage)
            waited = (self._clock() - call.began_at).total_seconds()
            self._background.index.note_duration(self._kind(model), waited if seconds is None else seconds)
            self._replace(call, booked=True)

    def useless(self, call: Call) -> None:
        """See AttemptCalls.useless."""
        self._useless.add(call.id)

    def gone(self, call: Call) -> None:
        """See AttemptCalls.gone."""
        self._gone.add(call.id)
        self._drop(call)

    def wait(self, call: Call, *, model: str) -> NoReturn:
        """See AttemptCalls.wait."""
        self._waited[call.question] = self._durations(model)
        raise ModelAtWork("a model is at work")

    def step_is_over(self, step: str) -> None:
        """The step is stored: nobody needs the answers of its calls."""
        self.now = tuple(
            msgspec.structs.replace(call, over=True) if is_of_step(call, step) else call for call in self.now
        )

    def step_failed(self, step: str) -> None:
        """The step failed: what made it fail is not looked at again."""
        self.now = tuple(
            msgspec.structs.replace(call, over=True) if call.id in self._useless and is_of_step(call, step) else call
            for call in self.now
        )

    def began(self, step: str) -> datetime | None:
        """When the step made its first call."""
        return min((call.began_at for call in self.now if is_of_step(call, step)), default=None)

    def parked(self, *, progress: int, until: int) -> outcomes.Parked:
        """How the job is left to its calls. A job whose calls are all answered is looked at again at once.

        A call that this attempt did not ask for is of a question that changed, as when a document was deleted: it is
        ended, for nobody would fetch its answer, and the call instead of it may need its slot. While its provider
        does not end or delete what is in the way, the job is looked at ever later, as if it waited for an answer.
        """
        self.now = tuple(
            call if call.question in self._asked else msgspec.structs.replace(call, over=True) for call in self.now
        )
        self.finish(all_calls=False)
        now, open_calls = self._clock(), [call for call in self.now if not call.booked and not call.over]
        waited_for = open_calls or [call for call in self.now if call.over]
        looks = [self._seconds_to_look(call, now) for call in waited_for]
        since = min((call.began_at for call in open_calls), default=now)
        usual = [one.usual for call in open_calls if (one := self._waited.get(call.question)) is not None]
        expected = max((one for one in usual if one is not None), default=None)
        waiting = Parked(since=since, expected_seconds=expected, progress=progress, until=until)
        return outcomes.Parked(look_after_seconds=min(looks, default=0.0), waiting=waiting)

    def finish(self, *, all_calls: bool) -> None:
        """End and delete at the provider what nobody needs, with `all_calls` everything; book what it used.

        What fails, or comes too late in the function's time, stays in the record: a later worker finishes it. The job
        stays ours for so long: the attempt's pulse may be over, and a provider that hangs takes 15 s a call.
        """
        self.now = tuple(call for call in self.now if call.id or not (all_calls or call.over))
        for call in self.now:
            if not call.id or not (call.over or all_calls):
                continue
            if self._attempt.function_seconds() < ENDING_TAKES_SECONDS:
                telemetry.warning("calls_left_at_provider", job_id=self._attempt.job.job_id)
                return
            self._finish_one(msgspec.structs.replace(call, over=True))
            self._attempt.beat()

    def _finish_one(self, call: Call) -> None:
        self._replace(call, over=True)
        try:
            if not call.booked:
                usage = self._background.provider.end(call.id).usage
                if usage is not None:
                    self._attempt.charge(usage)
                self._replace(call, over=True, booked=True)
            self._background.provider.forget(call.id)
        except AttemptError as error:
            telemetry.warning("call_left_at_provider", job_id=self._attempt.job.job_id, code=error.code)
            return
        self._drop(call)

    def _end_unowned(self, call: Call) -> None:
        """End a call that could not be stored: the job is another worker's, or is to be cancelled."""
        if self._attempt.job.cancel_requested:
            return  # it is ended with the job's others
        try:
            self._background.provider.end(call.id)
            self._background.provider.forget(call.id)
        except AttemptError as error:
            telemetry.warning("call_left_at_provider", job_id=self._attempt.job.job_id, code=error.code)
        self._drop(call)

    def _lost_call(self, question: str, *, model: str) -> Call | None:
        """The call that was perhaps made and never stored, when its webhook can no longer be expected.

        Its creation was not answered, or the worker before this one died and may have made it.
        Raises: ModelAtWork while the webhook may come.
        """
        lost = next((call for call in self.now if call.question == question and not call.id), None)
        if lost is None:
            if not self.has_webhook or not self._attempt.job.lost_workers:
                return None
            # Nobody knows that it was made: unlike one whose creation broke off, it counts as no cost of the job.
            lost = Call(id="", question=question, began_at=self._clock() - SINCE_LOST, most_usd=Decimal(0))
            self.now = (*self.now, lost)
        if (self._clock() - lost.began_at).total_seconds() < self._lost_wait(self._durations(model)):
            self.wait(lost, model=model)
        return lost

    def _lost_wait(self, durations: Durations) -> float:
        if not self.has_webhook:
            return 0.0
        late = durations.share(0.9)
        return LOST_WAIT_SECONDS if late is None else min(LONGEST_LOST_WAIT_SECONDS, late + LOST_WAIT_SECONDS / 3)

    def _seconds_to_look(self, call: Call, now: datetime) -> float:
        elapsed = max(0.0, (now - call.began_at).total_seconds())
        durations = self._waited.get(call.question, Durations())
        if not call.id and (left := self._lost_wait(durations) - elapsed) > 0:
            return max(SHORTEST_LOOK_SECONDS, left)
        return seconds_to_look(elapsed, durations, has_webhook=self.has_webhook, is_low=self._is_low)

    def _adopted(self, question: str) -> Call | None:
        stored = self._attempt.checkpoint(adopted_name(question))
        call = None if stored is None else msgspec.json.decode(stored, type=Call)
        known = {one.id for one in self.now} | self._gone
        return None if call is None or call.id in known else call

    def _durations(self, model: str) -> Durations:
        return self._background.index.durations(self._kind(model))

    def _kind(self, model: str) -> str:
        """Calls of one kind take about the same time: those of a step, whatever its number or fingerprint is."""
        step = self._attempt.step_name.partition("-")[0]
        return f"{self._attempt.job.job_type}#{step}#{model}{'#low' if self._is_low else ''}"

    def _replace(self, call: Call, **changes: bool) -> None:
        self.now = tuple(msgspec.structs.replace(one, **changes) if one.id == call.id else one for one in self.now)

    def _drop(self, call: Call) -> None:
        self.now = _without(self.now, call)


def _without(calls: tuple[Call, ...], gone: Call | None) -> tuple[Call, ...]:
    return tuple(call for call in calls if gone is None or (call.id, call.question) != (gone.id, gone.question))
