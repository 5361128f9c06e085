"""A job engine whose one analysis asks a model that works in the background."""

from __future__ import annotations

from typing import Any

from chalicelib.auth import Principal
from chalicelib.jobs.attempt_calls import Background
from chalicelib.jobs.leftovers import adopt_call
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, JobMessage, JobStore, Step
from chalicelib.jobs.submit import Submitted
from tests.fakes.engine import Engine
from tests.fakes.model_calls import BackgroundModel, FakeCallIndex, FakeProvider

OWNER = Principal(user_id="owner-1")
PATIENCE = 2.5
KIND = "document_analysis_form7801#ask#fake-model"


class Parking:
    """An engine whose one analysis asks its model `questions`, one after the other or all at once."""

    def __init__(
        self,
        *questions: str,
        at_once: bool = False,
        has_webhook: bool = True,
        seconds: float = 60.0,
        store: JobStore | None = None,
        index: Any = None,
        most: int = 1000,
    ) -> None:
        self.engine = Engine(self._run, store=store, most={"openai": most, "openai-low": most})
        self.provider = FakeProvider(self.engine.clock, seconds=seconds)
        self.model = BackgroundModel(self.provider)
        self.index = index or FakeCallIndex(self.engine.store)
        self.engine.background = Background(
            provider=self.provider, index=self.index, has_webhook=has_webhook, follow_seconds=PATIENCE
        )
        self._questions = questions or ("one",)
        self.wording: dict[str, str] = {}
        """What a question is from now on, as when the inputs of its step have changed."""
        self._at_once = at_once

    def _run(self, ctx: AttemptContext) -> Completed:
        steps = [
            Step(name=f"ask-{name}", run=lambda name=name: self.model.ask(ctx, self.wording.get(name, name)), until=80)
            for name in self._questions
        ]
        ctx.progress(20, "Asking")
        one_by_one = (ctx.step(one.name, one.run, until=one.until) for one in steps)
        return Completed(result={"answers": ctx.steps(steps) if self._at_once else list(one_by_one)})

    def parked(self, **changes: Any) -> Submitted:
        started = self.engine.start(**changes)
        self.engine.deliver()
        assert self.engine.job(started).waiting_for == "model"
        return started

    def webhook(self, started: Submitted) -> None:
        self.engine.receive(JobMessage(job_id=started.job.job_id))

    def job(self, started: Submitted) -> Job:
        return self.engine.job(started)

    def pass_time(self, seconds: float) -> None:
        self.engine.clock.advance(seconds=seconds)

    def tick(self) -> None:
        self.engine.rescue()
        self.engine.deliver()

    def cancel(self, started: Submitted) -> Job:
        return self.engine.cancel(started)

    def look_up(self, call_id: str, *, tries: int = 0) -> None:
        """What a worker does when a webhook tells of a call that no job is known for."""
        engine = self.engine
        assert engine.background is not None
        adopt_call(
            call_id,
            store=engine.store,
            queue=engine.queue,
            background=engine.background,
            clock=engine.clock,
            tries=tries,
        )
