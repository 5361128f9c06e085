"""A provider that works on calls in the background, a model that makes them, and the index that finds their jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from chalicelib.errors import AttemptError, ProviderUnavailable
from chalicelib.jobs.calls import Call, CallOwner, CreationLost, Durations, Ended, adopted_name
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.ports import AttemptContext
from tests.fakes.job_store import FakeJobStore

PRICE = Decimal("0.01")


def usage(*, output_tokens: int = 200) -> ModelUsage:
    """What a call used."""
    return ModelUsage(
        model="fake-model", requests=1, input_tokens=1000, output_tokens=output_tokens, cached_tokens=0, cost_usd=PRICE
    )


class AtProvider(msgspec.Struct, kw_only=True):
    """A call as its provider has it."""

    metadata: Mapping[str, str]
    body: bytes
    ready_at: datetime
    seconds: float
    cancelled: bool = False


class FakeProvider:
    """Implements ProviderCalls. An answer takes `seconds`; `silent` refuses everything for a while.

    `made` are all calls that were ever created, `there` those that were not deleted.
    """

    def __init__(self, clock: Callable[[], datetime], *, seconds: float = 60.0) -> None:
        self._clock = clock
        self.seconds = seconds
        self.silent = False
        self.loses_answers = False
        self.made: list[str] = []
        self.there: dict[str, AtProvider] = {}

    def create(self, body: bytes, metadata: Mapping[str, str]) -> str:
        self._answers()
        call_id = f"resp_{len(self.made) + 1}"
        self.made.append(call_id)
        ready_at = self._clock() + timedelta(seconds=self.seconds)
        self.there[call_id] = AtProvider(metadata=metadata, body=body, ready_at=ready_at, seconds=self.seconds)
        if self.loses_answers:
            raise CreationLost("The connection to the AI provider broke.", provider="fake")
        return call_id

    def answer(self, call_id: str) -> str | None:
        """The answer if it is there."""
        self._answers()
        return f"answer {call_id}" if self.there[call_id].ready_at <= self._clock() else None

    def is_at_work(self, call_id: str) -> bool:
        call = self.there.get(call_id)
        return call is not None and not call.cancelled and call.ready_at > self._clock()

    def end(self, call_id: str) -> Ended:
        """See ProviderCalls.end."""
        self._answers()
        call = self.there.get(call_id)
        if call is None:
            return Ended(usage=None)
        was_at_work = self.is_at_work(call_id)
        call.cancelled = call.cancelled or was_at_work
        return Ended(usage=usage(output_tokens=50 if call.cancelled else 200))

    def forget(self, call_id: str) -> None:
        """See ProviderCalls.forget."""
        self._answers()
        self.there.pop(call_id, None)

    def made_for(self, call_id: str) -> Mapping[str, str]:
        """See ProviderCalls.made_for."""
        self._answers()
        call = self.there.get(call_id)
        return {} if call is None else call.metadata

    def _answers(self) -> None:
        if self.silent:
            raise ProviderUnavailable("The provider does not answer.", provider="fake")


class BackgroundModel:
    """Asks the provider as a model's adapter does: found again, begun, waited for, booked."""

    def __init__(self, provider: FakeProvider, *, name: str = "fake-model") -> None:
        self._provider = provider
        self.name = name
        self.spoils: AttemptError | None = None

    def ask(self, ctx: AttemptContext, question: str) -> str:
        calls, body = ctx.calls, question.encode()
        assert calls is not None
        name = calls.question(body)
        call = calls.find(name)
        if call is None:
            call = calls.begin(
                name, lambda metadata: self._provider.create(body, metadata), model=self.name, most_usd=PRICE
            )
        answer = self._provider.answer(call.id)
        if answer is None:
            calls.wait(call, model=self.name)
        calls.ended(call, usage(), model=self.name, seconds=self._provider.there[call.id].seconds)
        if self.spoils is not None:
            calls.useless(call)
            spoiled, self.spoils = self.spoils, None
            raise spoiled
        return answer


class FakeCallIndex:
    """Implements CallIndex beside a FakeJobStore."""

    def __init__(self, store: FakeJobStore) -> None:
        self._store = store
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.asked: set[str] = set()

    def owner(self, call_id: str) -> CallOwner | None:
        return self._store.call_owners.get(call_id)

    def note_answer(self, call_id: str, *, webhook_id: str | None) -> None:
        owner = self._store.call_owners.get(call_id)
        if owner is not None:
            changes: dict[str, Any] = {"answered": True} | ({} if webhook_id is None else {"webhook_id": webhook_id})
            self._store.call_owners[call_id] = msgspec.structs.replace(owner, **changes)

    def is_new(self, call_id: str, *, until: datetime) -> bool:
        return call_id not in self.asked and not self.asked.add(call_id)

    def adopt(self, job_id: str, call: Call, *, expires_at: datetime) -> None:
        stored = self._store.stored_checkpoints.setdefault(job_id, {})
        stored[adopted_name(call.question)] = msgspec.json.encode(call)
        self._store.call_owners[call.id] = CallOwner(job_id=job_id, question=call.question)

    def durations(self, kind: str) -> Durations:
        return Durations(seconds=tuple(sorted(self.seconds[kind])))

    def note_duration(self, kind: str, seconds: float) -> None:
        self.seconds[kind].append(seconds)
