"""Model calls that go on without a worker: what the record keeps of them, and what is asked of their provider.

A call is created at the provider, its id is stored before anything else, and the job may then be parked: no worker
holds it until the answer is there. The record keeps each call until its answer is deleted at the provider.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn, Protocol

import msgspec

from chalicelib.errors import ProviderUnavailable

if TYPE_CHECKING:
    from chalicelib.jobs.model import ModelUsage

MOST_CALLS_AT_ONCE = 8
"""Calls that a job has at its provider at most: the record keeps each."""

STEP_DIGITS, BODY_DIGITS = 8, 16
SHORTEST_LOOK_SECONDS, LONGEST_LOOK_SECONDS = 5.0, 60.0
LOW_LONGEST_LOOK_SECONDS = 900.0
"""A call of low priority takes hours."""
LATE_SHARE = 0.15
"""Without a webhook an answer is found late by about this share of the time that it took."""
RARE_LOOKS = 4.0
"""With a webhook looks are only for those that were lost: so much rarer, at the longest too."""
SPREAD_SECONDS = 5.0
MOST_OF_STEP = 0.95
"""A step that waits may claim this share of its progress: the rest comes with the answer."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call that its provider works on, or whose answer it still keeps.

    `id` is the provider's; "": the answer to the creation was lost, and its webhook may tell it. `question` is made by
    `question_of`. `most_usd` is the most it can cost; None: its price is not known. `booked`: it has ended and its
    usage is counted. `over`: nobody needs its answer; it is to be ended and deleted at the provider.
    """

    id: str
    question: str
    began_at: datetime
    most_usd: Decimal | None = None
    booked: bool = False
    over: bool = False


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """The job waits for a model since `since`. `expected_seconds` is what its step usually takes (None: not known);
    progress goes on from `progress` towards `until`."""

    since: datetime
    expected_seconds: float | None = None
    progress: int = 0
    until: int = 0

    def progress_at(self, now: datetime) -> int:
        """Percent done: even over the usual time, never past what the step may claim."""
        if not self.expected_seconds or self.until <= self.progress:
            return self.progress
        share = min(MOST_OF_STEP, max(0.0, (now - self.since).total_seconds()) / self.expected_seconds)
        return self.progress + int((self.until - self.progress) * share)

    def seconds_left(self, now: datetime) -> int | None:
        """About how long the model still takes; None: not known, or it takes longer than usual."""
        if self.expected_seconds is None:
            return None
        left = self.expected_seconds - (now - self.since).total_seconds()
        return round(left) if left >= 1 else None


class Durations(msgspec.Struct, frozen=True, kw_only=True):
    """How long calls of one kind took, the latest ones, in seconds, sorted."""

    seconds: tuple[float, ...] = ()

    def share(self, part: float) -> float | None:
        """So long or shorter were this part (0..1) of them; None before there was any."""
        return self.seconds[min(len(self.seconds) - 1, int(part * len(self.seconds)))] if self.seconds else None

    @property
    def usual(self) -> float | None:
        """The middle one; of two, the shorter."""
        return self.seconds[(len(self.seconds) - 1) // 2] if self.seconds else None


def question_of(step: str, body: bytes) -> str:
    """The name of one question of one step: the same body in the same step is the same question."""
    digests = (hashlib.sha256(step.encode()).hexdigest(), hashlib.sha256(body).hexdigest())
    return digests[0][:STEP_DIGITS] + digests[1][:BODY_DIGITS]


def is_of_step(call: Call, step: str) -> bool:
    """Whether the call was made by this step."""
    return call.question[:STEP_DIGITS] == question_of(step, b"")[:STEP_DIGITS]


def seconds_to_look(elapsed: float, durations: Durations, *, has_webhook: bool, is_low: bool = False) -> float:
    """Seconds until a worker looks whether a call has ended that began `elapsed` seconds ago.

    At first when nearly all calls of its kind had ended, but not much after the usual time: one call that took long
    says nothing of the next. Then ever later. `has_webhook`: a webhook will usually report the end sooner. `is_low`: it
    is a call of low priority.
    """
    rarer = RARE_LOOKS if has_webhook else 1
    usual, late = durations.usual, durations.share(0.9)
    if usual is not None and late is not None:
        first = min(late, usual * (1 + LATE_SHARE * rarer))
        if elapsed < first:
            return max(1.0, first - elapsed) + (SPREAD_SECONDS if has_webhook else 0.5)
    longest = LOW_LONGEST_LOOK_SECONDS if is_low else LONGEST_LOOK_SECONDS * rarer
    return min(longest, max(SHORTEST_LOOK_SECONDS, elapsed * LATE_SHARE * rarer))


class CreationLost(ProviderUnavailable):
    """A call may have been created: the connection broke before its id was known."""


class Ended(msgspec.Struct, frozen=True):
    """How a call ended at its provider: what it used (None: nothing was counted)."""

    usage: ModelUsage | None


class ProviderCalls(Protocol):
    """What the engine asks of the provider of calls that were created; each raises the errors of a provider."""

    def end(self, call_id: str) -> Ended:
        """End the call, if it has not ended; what it really used. One that is gone has used nothing."""

    def forget(self, call_id: str) -> None:
        """Delete its answer. One that is gone is deleted."""

    def made_for(self, call_id: str) -> Mapping[str, str]:
        """The metadata it was created with: `job`, `question`, `fence`; empty when it is gone, or not ours."""


class CallOwner(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a call is. `answered`: its end was reported; `webhook_id`: by which message, once that has been handled."""

    job_id: str
    question: str
    answered: bool = False
    webhook_id: str | None = None


class CallIndex(Protocol):
    """Finds the job of a call, and keeps how long calls took. All methods raise StorageUnavailable."""

    def owner(self, call_id: str) -> CallOwner | None:
        """The job that made the call; None when no job did, as far as is known."""

    def note_answer(self, call_id: str, *, webhook_id: str | None) -> None:
        """Note that its end was reported; with `webhook_id` that the job was woken for it."""

    def is_new(self, call_id: str, *, until: datetime) -> bool:
        """Whether nobody has asked this before of a call without a job; remembered until then."""

    def adopt(self, job_id: str, call: Call, *, expires_at: datetime) -> None:
        """Give a job a call whose creation was not answered: it is found among its checkpoints, see `adopted_name`."""

    def durations(self, kind: str) -> Durations:
        """How long calls of this kind took."""

    def note_duration(self, kind: str, seconds: float) -> None:
        """Add one to the latest durations."""


def adopted_name(question: str) -> str:
    """The checkpoint under which an adopted call is kept."""
    return f"call:{question}"


class AttemptCalls(Protocol):
    """What an analysis' model does with its calls in the background. Each method raises AttemptStopped as `check`."""

    def question(self, body: bytes) -> str:
        """The name of this step's question; the body may hold 40 MB of pictures, and is not kept."""

    def find(self, question: str) -> Call | None:
        """The call by which this step asked this before; None: it is still to be asked."""

    def begin(
        self, question: str, create: Callable[[Mapping[str, str]], str], *, model: str, most_usd: Decimal | None
    ) -> Call:
        """Make a call: `create` is given its metadata, and gives the provider's id, which is stored when this returns.

        Here, and nowhere else, a call in the background begins. After CreationLost its webhook is waited for.
        Raises: BudgetExceeded; ModelAtWork when the job has as many calls as it may; what `create` raises, CreationLost
        too when it is lost once more.
        """

    def follow_seconds(self, model: str) -> float:
        """Seconds for which a worker follows a new call; 0 when calls of this step take longer in any case."""

    def ended(self, call: Call, usage: ModelUsage | None, *, model: str, seconds: float | None) -> None:
        """Count what an ended call used, once. It is kept until its step is stored.

        `seconds`: how long it took, as its provider says; None: it does not say, and what was waited for it counts.
        """

    def useless(self, call: Call) -> None:
        """The answer cannot be used: if the step fails by it, the next attempt asks again."""

    def gone(self, call: Call) -> None:
        """The provider no longer knows the call."""

    def wait(self, call: Call, *, model: str) -> NoReturn:
        """Leave the call to its provider. Raises: ModelAtWork."""
