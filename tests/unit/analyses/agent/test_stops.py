from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.analyses.agent.loop import CUT_NOTE, LAST_TURN_NOTE, SUBMIT_NOTE, Limits
from chalicelib.errors import BudgetExceeded, ProviderRefused
from chalicelib.jobs.model import ModelUsage, Usage
from tests.fakes.attempt_context import NOW, FakeContext, a_job
from tests.fakes.conversations import INPUT_TOKENS, OUTPUT_TOKENS, FakeConversationModel, calls, says
from tests.unit.analyses.agent.conversing import LIST, READ_1, RECORD, SUBMIT, a_conversation


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


def test_the_agents_own_cost_limit_ends_the_work() -> None:
    context = FakeContext(a_job(usage=_usage(Decimal(3))))

    conversation = a_conversation(FakeConversationModel(), context=context)

    assert conversation.stopped == "The analysis stopped at its limit of 2 USD."


def test_an_unknown_price_is_no_reason_to_stop() -> None:
    context = FakeContext(a_job(usage=_usage(None)))

    conversation = a_conversation(FakeConversationModel(calls(READ_1), calls(RECORD, SUBMIT)), context=context)

    assert conversation.stopped is None


def test_the_jobs_own_cost_limit_fails_the_job() -> None:
    context = FakeContext(a_job(max_cost_usd=Decimal("0.015")))

    with pytest.raises(BudgetExceeded):
        a_conversation(FakeConversationModel(calls(READ_1, RECORD), calls(SUBMIT)), context=context)


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
