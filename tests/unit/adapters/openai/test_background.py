"""OpenAI's calls in the background, as jobs make them, against the provider's emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel

from chalicelib.adapters.openai.background_answers import BackgroundAnswers
from chalicelib.adapters.openai.background_calls import OpenAIBackgroundCalls
from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
from chalicelib.analyses.kit.llm import TextPart
from chalicelib.analyses.kit.untrusted import wrap_call
from chalicelib.auth import Principal
from chalicelib.jobs.attempt_calls import Background
from chalicelib.jobs.leftovers import adopt_call
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, JobMessage
from chalicelib.jobs.requests import cancel_job
from chalicelib.jobs.submit import Submitted
from emulator import Emulator
from tests.fakes.engine import Engine
from tests.fakes.model_calls import FakeCallIndex

OWNER = Principal(user_id="owner-1")


class Person(BaseModel):
    id_number: str


class Asked:
    """An engine whose analysis asks OpenAI's emulator one question; its time is the machine's own, and the emulator's
    passes as the test wants."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.engine = Engine(self._run)
        self.monotonic = 0.0
        calls = OpenAIBackgroundCalls(api_key=lambda: "sk-test", model="gpt-6-luna")
        self.answers = BackgroundAnswers(calls, monotonic=lambda: self.monotonic, sleep=self._sleep)
        self.model = OpenAIStructuredModel(model="gpt-6-luna", api_key="sk-test", background=self.answers)
        self.background = Background(
            provider=calls, index=FakeCallIndex(self.engine.store), has_webhook=True, follow_seconds=2.5
        )
        self.engine.background = self.background

    def _run(self, ctx: AttemptContext) -> Completed:
        def ask() -> Any:
            parts = [TextPart(wrap_call("AI: מה מספר הזהות?\nUser: ת.ז. 000000422"))]
            return self.model.parse(
                ctx, instructions="Extract.", parts=parts, output=Person, max_output_tokens=500
            ).model_dump()

        return Completed(result=ctx.step("ask", ask))

    def _sleep(self, seconds: float) -> None:
        self.pass_time(seconds)

    def pass_time(self, seconds: float) -> None:
        self.monotonic += seconds
        self.engine.clock.advance(seconds=seconds)
        self.emulator.state.clock.advance(seconds)

    def start(self, **changes: Any) -> Submitted:
        started = self.engine.start(**changes)
        self.engine.deliver()
        return started

    def wake(self, started: Submitted) -> None:
        self.engine.receive(JobMessage(job_id=started.job.job_id))

    def job(self, started: Submitted) -> Job:
        return self.engine.job(started)

    def fault(self, **fault: Any) -> None:
        self.emulator.state.faults.add(fault)

    def takes(self, seconds: float) -> None:
        self.emulator.state.pace = msgspec.structs.replace(self.emulator.state.pace, seconds=seconds)

    @property
    def there(self) -> list[dict[str, Any]]:
        return self.emulator.state.responses.listed()

    @property
    def made(self) -> int:
        return sum(call["outcome"] != "failed" for call in self.emulator.state.log.listed(with_bodies=False))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    with Emulator(seconds=60) as running:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{running.url}/v1")
        yield Asked(running)


def result(asked: Asked, started: Submitted) -> bytes | None:
    stored: bytes | None = asked.engine.store.result(asked.job(started))
    return stored


def test_a_long_call_is_left_to_the_provider_and_its_answer_fetched_and_deleted(asked: Asked) -> None:
    started = asked.start()
    [at_provider] = asked.there
    job = asked.job(started)
    assert (job.waiting_for, [call.id for call in job.calls]) == ("model", [at_provider["id"]])
    assert (at_provider["background"], at_provider["stored"]) == (True, True)
    [call] = job.calls
    made_for = {"job": job.job_id, "question": call.question, "fence": "1", "most_usd": str(call.most_usd)}
    assert at_provider["metadata"] == made_for

    asked.pass_time(60)
    asked.wake(started)

    job = asked.job(started)
    assert (job.status, result(asked, started)) == (Status.COMPLETED, b'{"id_number":"000000422"}')
    assert (asked.there, asked.made, job.usage.calls[0].requests) == ([], 1, 1)
    assert job.usage.cost_usd


def test_a_short_call_is_followed_to_its_end(asked: Asked) -> None:
    asked.takes(2)

    started = asked.start()

    assert asked.job(started).status is Status.COMPLETED
    assert asked.there == []


def test_a_model_that_is_fast_again_is_followed_again(asked: Asked) -> None:
    slow = asked.start()
    asked.pass_time(60)
    asked.wake(slow)
    asked.takes(2)
    seen_late = asked.start()
    asked.pass_time(60)
    asked.wake(seen_late)
    assert asked.job(seen_late).status is Status.COMPLETED

    followed = asked.start()

    assert asked.job(followed).status is Status.COMPLETED


def test_a_cancel_ends_the_response_and_books_what_it_used(asked: Asked) -> None:
    started = asked.start()
    asked.pass_time(30)
    engine = asked.engine
    cancel_job(started.job.job_id, principal=OWNER, store=engine.store, queue=engine.queue, now=engine.clock())

    engine.deliver()

    job = asked.job(started)
    assert job.status is Status.CANCELLED
    assert job.usage.input_tokens > 0
    assert asked.there == []


def test_a_response_whose_id_was_lost_is_found_by_its_metadata(asked: Asked) -> None:
    asked.fault(kind="lost_create")
    started = asked.start()
    [orphan] = asked.there
    assert [call.id for call in asked.job(started).calls] == [""]

    engine = asked.engine
    adopt_call(orphan["id"], store=engine.store, queue=engine.queue, background=asked.background, clock=engine.clock)
    asked.pass_time(60)
    asked.engine.deliver()
    asked.wake(started)

    assert asked.job(started).status is Status.COMPLETED
    assert (asked.there, asked.made) == ([], 1)  # the one whose answer was lost


def test_while_the_background_is_out_calls_are_streamed_and_then_come_back(asked: Asked) -> None:
    asked.takes(0)
    asked.fault(kind="unavailable", background=True, times=3)
    started = asked.start()
    assert asked.job(started).waiting_for == "retry"
    for _ in range(3):
        asked.pass_time(20)
        asked.engine.deliver()
    assert asked.job(started).status is Status.COMPLETED
    assert asked.there == []

    streamed = asked.start(lock=None)
    assert asked.job(streamed).status is Status.COMPLETED
    asked.pass_time(61)
    asked.takes(60)
    back = asked.start(lock=None)

    assert asked.job(back).waiting_for == "model"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "refusal"}, "provider_refused"),
        ({"kind": "content_filter"}, "provider_refused"),
        ({"kind": "unauthorized"}, "provider_auth"),
        ({"kind": "quota"}, "provider_quota_exhausted"),
        ({"kind": "bad_request"}, "input_invalid"),
    ],
)
def test_a_permanent_failure_ends_the_job_and_leaves_nothing_at_the_provider(
    asked: Asked, fault: dict[str, Any], code: str
) -> None:
    asked.fault(**fault)
    started = asked.start()
    asked.pass_time(60)
    asked.wake(started)

    job = asked.job(started)
    assert (job.status, job.error and job.error.code) == (Status.FAILED, code)
    assert asked.there == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "failed", "code": "server_error"}, "provider_unavailable"),
        ({"kind": "failed", "code": "rate_limit_exceeded"}, "provider_rate_limited"),
        ({"kind": "truncated"}, "output_invalid"),
        ({"kind": "schema_breaking"}, "output_invalid"),
        ({"kind": "prose"}, "output_invalid"),
    ],
)
def test_an_answer_of_no_use_is_deleted_and_asked_for_anew(asked: Asked, fault: dict[str, Any], code: str) -> None:
    asked.fault(**fault)
    started = asked.start()
    asked.pass_time(60)
    asked.wake(started)
    job = asked.job(started)
    assert (job.waiting_for, job.error and job.error.code) == ("retry", code)
    assert asked.there == []

    asked.pass_time(10)
    asked.engine.deliver()
    asked.pass_time(60)
    asked.wake(started)

    assert asked.job(started).status is Status.COMPLETED
    assert asked.there == []


def test_a_response_that_is_gone_is_asked_for_anew(asked: Asked) -> None:
    started = asked.start()
    asked.emulator.state.responses.clear()

    asked.wake(started)
    asked.pass_time(60)
    asked.wake(started)

    assert asked.job(started).status is Status.COMPLETED
    assert asked.there == []


def test_switched_off_it_starts_nothing_and_fetches_what_was_started(asked: Asked) -> None:
    started = asked.start()
    off = BackgroundAnswers(asked.background.provider, begins=False)  # type: ignore[arg-type]
    asked.model = OpenAIStructuredModel(model="gpt-6-luna", api_key="sk-test", background=off)
    asked.takes(0)

    streamed = asked.start(lock=None)
    assert asked.job(streamed).status is Status.COMPLETED
    asked.pass_time(60)
    asked.wake(started)

    assert asked.job(started).status is Status.COMPLETED
    assert (asked.there, asked.made) == ([], 2)


def test_a_job_of_low_priority_is_answered_later_at_a_discount(asked: Asked) -> None:
    asked.takes(0)
    asked.emulator.state.pace = msgspec.structs.replace(asked.emulator.state.pace, later_seconds=3600)

    started = asked.start(priority="low", deadline_seconds=43_200)

    [sent] = asked.emulator.state.log.listed(with_bodies=True)
    assert sent["body"]["background_options"] == {"completion_window": "8h"}
    assert asked.job(started).waiting_for == "model"
    asked.pass_time(3600)
    asked.wake(started)
    assert asked.job(started).status is Status.COMPLETED
