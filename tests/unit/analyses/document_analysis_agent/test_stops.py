from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from chalicelib.analyses.document_analysis_agent.loop import CUT_NOTE, LAST_TURN_NOTE, SUBMIT_NOTE, Limits
from chalicelib.analyses.kit.llm import Turn
from chalicelib.errors import (
    BudgetExceeded,
    CancelSeen,
    DeadlineExceeded,
    OutOfTime,
    ProviderRefused,
)
from chalicelib.jobs.model import ModelUsage, Usage
from chalicelib.jobs.ports import AttemptContext
from tests.fakes.attempt_context import NOW, FakeContext, a_job
from tests.fakes.conversations import INPUT_TOKENS, OUTPUT_TOKENS, FakeConversationModel, calls, says
from tests.unit.analyses.document_analysis_agent.cases import ANALYSIS
from tests.unit.analyses.document_analysis_agent.conversing import LIST, READ_1, RECORD, SUBMIT, a_conversation


def _usage(cost_usd: Decimal | None) -> Usage:
    row = ModelUsage(model="m", requests=1, input_tokens=1, output_tokens=1, cached_tokens=0, cost_usd=cost_usd)
    return Usage(calls=(row,))


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(turns=2), "limit of 2 turns"),
        (Limits(tokens=2 * (INPUT_TOKENS + OUTPUT_TOKENS)), "tokens"),
    ],
)
def test_a_limit_ends_the_work_and_keeps_the_findings(limits: Limits, says: str) -> None:
    conversation = a_conversation(FakeConversationModel(calls(READ_1, RECORD), calls(LIST)), limits=limits)

    assert conversation.stopped is not None
    assert says in conversation.stopped
    assert len(conversation.notebook.findings) == 1


def test_the_agent_is_told_before_its_last_turn() -> None:
    model = FakeConversationModel(calls(READ_1, RECORD), calls(SUBMIT))

    conversation = a_conversation(model, limits=Limits(turns=2))

    assert model.asked[1][-1]["content"] == [LAST_TURN_NOTE]
    assert conversation.notebook.submission is not None


def test_a_submission_refused_in_the_last_turn_stands_without_what_was_never_recorded() -> None:
    wanted = ("submit_analysis", {**ANALYSIS, "key_findings": ["פריצת דיסק מותנית", "סוכרת"]})

    conversation = a_conversation(FakeConversationModel(calls(READ_1, RECORD), calls(wanted)), limits=Limits(turns=2))

    assert conversation.stopped == "The analysis stopped at its limit of 2 turns."
    assert conversation.notebook.refused is not None
    assert conversation.notebook.refused.summary == "סיכום"
    assert conversation.notebook.refused.key_findings == ("פריצת דיסק מותנית",)


def test_the_agents_own_cost_limit_ends_the_work() -> None:
    context = FakeContext(a_job(usage=_usage(Decimal(3))))

    conversation = a_conversation(FakeConversationModel(), context=context)

    assert conversation.stopped == "The analysis stopped at its limit of 2 USD."


def test_an_unknown_price_is_no_reason_to_stop() -> None:
    context = FakeContext(a_job(usage=_usage(None)))

    conversation = a_conversation(FakeConversationModel(calls(READ_1), calls(RECORD, SUBMIT)), context=context)

    assert conversation.stopped is None


def test_the_jobs_own_cost_limit_ends_the_work_once_something_was_found() -> None:
    context = FakeContext(a_job(max_cost_usd=Decimal("0.015")))

    conversation = a_conversation(FakeConversationModel(calls(READ_1, RECORD), calls(SUBMIT)), context=context)

    assert len(conversation.notebook.findings) == 1
    assert conversation.stopped is not None


def test_the_jobs_own_cost_limit_fails_the_job_before_anything_was_found() -> None:
    context = FakeContext(a_job(max_cost_usd=Decimal("0.015")))

    with pytest.raises(BudgetExceeded):
        a_conversation(FakeConversationModel(calls(READ_1), calls(SUBMIT)), context=context)


def test_a_near_deadline_ends_the_work_once_there_is_something_to_give() -> None:
    context = FakeContext(a_job(deadline_at=NOW + timedelta(seconds=20)))
    model = FakeConversationModel(calls(READ_1), calls(RECORD), calls(SUBMIT))

    conversation = a_conversation(model, context=context)

    assert conversation.turns == 2
    assert conversation.stopped == "The analysis stopped because its deadline was near."


def test_a_refusal_before_anything_was_found_fails_the_job_and_is_no_checkpoint() -> None:
    checkpoints: dict[str, tuple[str, bytes]] = {}

    with pytest.raises(ProviderRefused):
        a_conversation(
            FakeConversationModel(calls(READ_1), says("", stop_reason="refusal")),
            context=FakeContext(checkpoints=checkpoints),
        )

    assert list(checkpoints) == ["turn-01"]


def test_a_refusal_later_ends_the_work_with_what_was_found() -> None:
    model = FakeConversationModel(calls(READ_1, RECORD), says("no", stop_reason="refusal"))

    conversation = a_conversation(model)

    assert conversation.stopped == "The analysis stopped because the model declined to go on."
    assert len(conversation.notebook.findings) == 1


def test_a_full_context_ends_the_work() -> None:
    conversation = a_conversation(FakeConversationModel(calls(READ_1), says("", stop_reason="context_exceeded")))

    assert conversation.stopped is not None
    assert "more than the model can hold" in conversation.stopped


def test_a_paused_turn_goes_on_without_a_word() -> None:
    model = FakeConversationModel(calls(READ_1), says("…", stop_reason="pause_turn"), calls(RECORD, SUBMIT))

    a_conversation(model)

    assert model.asked[2][-1] == {"role": "assistant", "content": [{"text": "…"}]}


def test_an_answer_cut_off_is_told_so() -> None:
    model = FakeConversationModel(says("half", stop_reason="max_tokens"), calls(READ_1), calls(RECORD, SUBMIT))

    a_conversation(model)

    assert [message["content"] for message in model.asked[1][-2:]] == [[{"text": "half"}], [CUT_NOTE]]


def test_an_empty_answer_is_not_sent_back() -> None:
    model = FakeConversationModel(says("", stop_reason="max_tokens"), calls(READ_1), calls(RECORD, SUBMIT))

    a_conversation(model)

    assert [message["role"] for message in model.asked[1]] == ["user", "user"]


def test_answers_cut_off_again_and_again_end_the_work() -> None:
    cut = says("half", stop_reason="max_tokens")

    conversation = a_conversation(FakeConversationModel(calls(READ_1, RECORD), cut, cut, cut))

    assert conversation.stopped is not None
    assert "cut off" in conversation.stopped


def test_an_answer_without_tools_is_asked_to_submit() -> None:
    model = FakeConversationModel(says("done, I think"), calls(READ_1), calls(RECORD, SUBMIT))

    a_conversation(model)

    assert model.asked[1][-1]["content"] == [SUBMIT_NOTE]


class _Slow(FakeConversationModel):
    """Each turn streams for 60 seconds, an event every 5."""

    def __init__(self, clock: list[datetime], *turns: Turn | Exception) -> None:
        super().__init__(*turns)
        self._clock = clock

    def turn(self, ctx: AttemptContext, **asked: Any) -> Turn:
        for _ in range(12):
            self._clock[0] += timedelta(seconds=5)
            ctx.check()
        return super().turn(ctx, **asked)


class _Attempt(FakeContext):
    """A context whose time goes by: the deadline's and the function's."""

    def __init__(self, clock: list[datetime], *, deadline_seconds: float, function_seconds: float) -> None:
        super().__init__(a_job(deadline_at=NOW + timedelta(seconds=deadline_seconds)))
        self._clock = clock
        self._function_ends = NOW + timedelta(seconds=function_seconds)

    def step(self, name: str, run: Callable[[], Any], *, inputs: str = "", until: int | None = None) -> Any:
        value = super().step(name, run, inputs=inputs)
        self.job = msgspec.structs.replace(self.job, updated_at=self._clock[0])
        return value

    def remaining(self) -> float:
        return (min(self.job.deadline_at, self._function_ends) - self._clock[0]).total_seconds()

    def check(self) -> None:
        super().check()
        if self._clock[0] >= self.job.deadline_at:
            raise DeadlineExceeded("The analysis did not finish before its deadline.")
        if self._clock[0] >= self._function_ends:
            raise OutOfTime("the function's time is nearly over")


def test_a_deadline_inside_a_turn_ends_the_work_with_what_was_found_before_it() -> None:
    clock = [NOW]
    model = _Slow(clock, calls(READ_1, RECORD), calls(LIST), calls(SUBMIT))

    # The third turn would last from 120 s to 180 s.
    conversation = a_conversation(model, context=_Attempt(clock, deadline_seconds=155, function_seconds=800))

    assert conversation.stopped == "The analysis stopped because its deadline was near."
    assert (conversation.turns, len(conversation.notebook.findings)) == (2, 1)
    assert clock[0] == NOW + timedelta(seconds=125)  # 30 s before the deadline


def test_the_functions_end_inside_a_turn_is_no_end_of_the_work() -> None:
    clock = [NOW]

    with pytest.raises(OutOfTime):
        a_conversation(
            _Slow(clock, calls(READ_1, RECORD), calls(SUBMIT)),
            context=_Attempt(clock, deadline_seconds=3_600, function_seconds=100),
        )


def test_a_cancel_inside_a_turn_stays_a_cancel() -> None:
    clock = [NOW]
    context = _Attempt(clock, deadline_seconds=155, function_seconds=800)
    model = _Slow(clock, calls(READ_1, RECORD), CancelSeen("cancelled"))

    with pytest.raises(CancelSeen):
        a_conversation(model, context=context)


def test_a_deadline_before_anything_was_found_fails_the_job() -> None:
    clock = [NOW]

    with pytest.raises(DeadlineExceeded):
        a_conversation(
            _Slow(clock, calls(READ_1), calls(RECORD)),
            context=_Attempt(clock, deadline_seconds=100, function_seconds=800),
        )


def test_a_model_that_is_silent_may_be_waited_for_only_as_long_as_the_turn_may_take() -> None:
    waits: list[float] = []

    class Silent(FakeConversationModel):
        def turn(self, ctx: AttemptContext, **asked: Any) -> Turn:
            waits.append(ctx.remaining())
            return super().turn(ctx, **asked)

    clock = [NOW]
    context = _Attempt(clock, deadline_seconds=155, function_seconds=800)

    a_conversation(Silent(calls(READ_1, RECORD), calls(SUBMIT)), context=context)

    assert waits == [155, 125]  # before and after there is something to give
