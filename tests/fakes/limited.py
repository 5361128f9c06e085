"""An engine whose provider takes few calls, and jobs that arrive while all slots are taken."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.jobs.model import Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext
from chalicelib.jobs.submit import Submitted
from tests.fakes.engine import Engine, complete


class Provider:
    """An analysis of one call. `during` runs while the call is in flight; `errors` are raised, one a call."""

    def __init__(self, *, calls: int = 1) -> None:
        self.calls = calls
        self.during: list[Callable[[], None]] = []
        self.errors: list[Exception] = []
        self.order: list[str] = []

    def __call__(self, ctx: AttemptContext) -> Completed:
        ctx.take_slots("openai", calls=self.calls)
        ctx.take_slots("openai", calls=self.calls)
        self.order.append(ctx.job.job_id)
        if self.during:
            self.during.pop(0)()
        if self.errors:
            raise self.errors.pop(0)
        return complete(ctx)


def an_engine(most: int, *, calls: int = 1) -> tuple[Engine, Provider]:
    provider = Provider(calls=calls)
    return Engine(provider, most={"openai": most, "openai-low": most, "anthropic": most}), provider


def start(engine: Engine, **changes: object) -> Submitted:
    engine.clock.advance(seconds=0.001)
    return engine.start(lock=None, **changes)


def statuses(engine: Engine, *started: Submitted) -> list[Status]:
    return [engine.job(one).status for one in started]


def with_waiting(engine: Engine, provider: Provider, *waiting: dict[str, object]) -> tuple[Submitted, list[Submitted]]:
    """A job whose call is in flight while these others arrive; what is left when all workers have ended."""
    first = start(engine)
    others: list[Submitted] = []

    def arrive() -> None:
        for changes in waiting:
            others.append(start(engine, **changes))
        engine.deliver()

    provider.during.append(arrive)
    return first, others
