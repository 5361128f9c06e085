from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from chalicelib.analyses.agent import conversation as conversation_module
from chalicelib.analyses.agent.conversation import Conversation
from chalicelib.analyses.agent.loop import (
    CUT_NOTE,
    LAST_TURN_NOTE,
    MOST_RESULT_CHARACTERS,
    SUBMIT_NOTE,
    Brief,
    Limits,
    converse,
)
from chalicelib.analyses.agent.passages import PIECE_CHARACTERS
from chalicelib.analyses.agent.tools import tools
from chalicelib.analyses.kit.llm import FilePart
from chalicelib.cases.model import DocumentText
from chalicelib.errors import BudgetExceeded, CancelSeen, ProviderRefused, ProviderUnavailable
from chalicelib.jobs.model import ModelUsage, Usage
from tests.fakes.analysis_services import a_document, a_text
from tests.fakes.attempt_context import NOW, FakeContext, a_job
from tests.fakes.conversations import INPUT_TOKENS, OUTPUT_TOKENS, FakeConversationModel, calls, says
from tests.unit.analyses.agent.cases import ANALYSIS, FINDING, REPORT, SCAN, a_toolbox

LIST = ("list_documents", {})
READ_1 = ("read_document", {"document_id": "d1"})
READ_2 = ("read_document", {"document_id": "d2"})
RECORD = ("record_finding", FINDING)
SUBMIT = ("submit_analysis", ANALYSIS)
BRIEF = Brief(instructions="rules", opening="begin", tools=tools(topics=["payment"]), inputs="fingerprint")


def _converse(
    model: FakeConversationModel,
    *,
    context: FakeContext | None = None,
    limits: Limits | None = None,
    documents: tuple[DocumentText, ...] = (),
    files: dict[str, FilePart] | None = None,
) -> Conversation:
    return converse(
        context or FakeContext(),
        model,
        brief=BRIEF,
        toolbox=a_toolbox(*documents),
        file_of=(files or {}).get,
        limits=limits or Limits(),
    )


def _usage(cost_usd: Decimal | None) -> Usage:
    row = ModelUsage(model="m", requests=1, input_tokens=1, output_tokens=1, cached_tokens=0, cost_usd=cost_usd)
    return Usage(calls=(row,))


def test_the_agent_works_until_it_submits() -> None:
    model = FakeConversationModel(calls(LIST), calls(READ_1, READ_2), calls(RECORD), calls(SUBMIT))
    context = FakeContext()

    conversation = _converse(model, context=context)

    assert conversation.notebook.submission is not None
    assert (conversation.turns, conversation.stopped) == (4, None)
    assert context.steps_run == ["turn-01", "turn-02", "turn-03", "turn-04"]
    assert conversation.tokens == 4 * (INPUT_TOKENS + OUTPUT_TOKENS)


def test_every_turn_is_sent_all_before_it() -> None:
    model = FakeConversationModel(calls(LIST), calls(READ_1), calls(RECORD, SUBMIT))

    _converse(model)

    assert [message["role"] for message in model.asked[2]] == ["user", "assistant", "user", "assistant", "user"]
    assert [row["error"] for row in model.told()] == [False, False]
    assert "אבחנה" in model.told()[1]["text"]


def test_tools_called_side_by_side_are_all_answered_in_one_message() -> None:
    model = FakeConversationModel(calls(LIST, READ_1, READ_2), calls(RECORD, SUBMIT))

    _converse(model)

    assert [row["call"] for row in model.told()] == ["call-0", "call-1", "call-2"]


def test_what_is_recorded_beside_a_submission_counts_for_it() -> None:
    model = FakeConversationModel(calls(READ_1), calls(SUBMIT, RECORD))

    conversation = _converse(model)

    assert conversation.notebook.submission is not None
    assert conversation.notebook.submission.key_findings == ("פריצת דיסק מותנית",)


def test_progress_names_the_document_that_is_being_read() -> None:
    context = FakeContext()

    _converse(FakeConversationModel(calls(READ_1), calls(READ_2), calls(RECORD, SUBMIT)), context=context)

    said = list(dict.fromkeys(context.progress_made))
    assert said == [
        (15, "Planning the work"),
        (37, "Reading document 1 of 2: סיכום אורתופדי.txt"),  # 15 + 45 / 2
        (60, "Reading document 2 of 2: אישור העסקה.txt"),
        (65, "Recording findings: 1 so far"),  # 60 + 25 * 0.2
        (90, "The analysis is written"),
    ]


def test_a_repeated_attempt_asks_no_finished_turn_again() -> None:
    checkpoints: dict[str, tuple[str, bytes]] = {}
    first = FakeConversationModel(calls(LIST), calls(READ_1, RECORD), ProviderUnavailable("no answer"))
    with pytest.raises(ProviderUnavailable):
        _converse(first, context=FakeContext(checkpoints=checkpoints))
    second = FakeConversationModel(calls(SUBMIT))
    context = FakeContext(checkpoints=checkpoints)

    conversation = _converse(second, context=context)

    assert context.steps_reused == ["turn-01", "turn-02"]
    assert second.asked == [first.asked[2]]  # the unanswered question, word for word
    assert [finding.text for finding in conversation.notebook.findings] == ["פריצת דיסק מותנית"]


def test_a_turn_stopped_half_way_is_not_a_checkpoint() -> None:
    checkpoints: dict[str, tuple[str, bytes]] = {}
    context = FakeContext(checkpoints=checkpoints, stop_with=CancelSeen("cancelled"), stop_after_checks=3)

    with pytest.raises(CancelSeen):
        _converse(FakeConversationModel(calls(READ_1)), context=context)

    assert checkpoints == {}


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(turns=2), "limit of 2 turns"),
        (Limits(tokens=2 * (INPUT_TOKENS + OUTPUT_TOKENS)), "tokens"),
    ],
)
def test_a_limit_ends_the_work_and_keeps_the_findings(limits: Limits, says: str) -> None:
    conversation = _converse(FakeConversationModel(calls(READ_1, RECORD), calls(LIST)), limits=limits)

    assert conversation.stopped is not None
    assert says in conversation.stopped
    assert len(conversation.notebook.findings) == 1


def test_the_agent_is_told_before_its_last_turn() -> None:
    model = FakeConversationModel(calls(READ_1, RECORD), calls(SUBMIT))

    conversation = _converse(model, limits=Limits(turns=2))

    assert model.asked[1][-1]["content"] == [LAST_TURN_NOTE]
    assert conversation.notebook.submission is not None


def test_the_agents_own_cost_limit_ends_the_work() -> None:
    context = FakeContext(a_job(usage=_usage(Decimal(3))))

    conversation = _converse(FakeConversationModel(), context=context)

    assert conversation.stopped == "The analysis stopped at its limit of 2 USD."


def test_an_unknown_price_is_no_reason_to_stop() -> None:
    context = FakeContext(a_job(usage=_usage(None)))

    conversation = _converse(FakeConversationModel(calls(READ_1), calls(RECORD, SUBMIT)), context=context)

    assert conversation.stopped is None


def test_the_jobs_own_cost_limit_fails_the_job() -> None:
    context = FakeContext(a_job(max_cost_usd=Decimal("0.015")))

    with pytest.raises(BudgetExceeded):
        _converse(FakeConversationModel(calls(READ_1, RECORD), calls(SUBMIT)), context=context)


def test_a_near_deadline_ends_the_work_once_there_is_something_to_give() -> None:
    context = FakeContext(a_job(deadline_at=NOW + timedelta(seconds=20)))
    model = FakeConversationModel(calls(READ_1), calls(RECORD), calls(SUBMIT))

    conversation = _converse(model, context=context)

    assert conversation.turns == 2
    assert conversation.stopped == "The analysis stopped because its deadline was near."


def test_a_refusal_before_anything_was_found_fails_the_job_and_is_no_checkpoint() -> None:
    checkpoints: dict[str, tuple[str, bytes]] = {}

    with pytest.raises(ProviderRefused):
        _converse(
            FakeConversationModel(calls(READ_1), says("", stop_reason="refusal")),
            context=FakeContext(checkpoints=checkpoints),
        )

    assert list(checkpoints) == ["turn-01"]


def test_a_refusal_later_ends_the_work_with_what_was_found() -> None:
    model = FakeConversationModel(calls(READ_1, RECORD), says("no", stop_reason="refusal"))

    conversation = _converse(model)

    assert conversation.stopped == "The analysis stopped because the model declined to go on."
    assert len(conversation.notebook.findings) == 1


def test_a_full_context_ends_the_work() -> None:
    conversation = _converse(FakeConversationModel(calls(READ_1), says("", stop_reason="context_exceeded")))

    assert conversation.stopped is not None
    assert "more than the model can hold" in conversation.stopped


def test_a_paused_turn_goes_on_without_a_word() -> None:
    model = FakeConversationModel(calls(READ_1), says("…", stop_reason="pause_turn"), calls(RECORD, SUBMIT))

    _converse(model)

    assert model.asked[2][-1] == {"role": "assistant", "content": [{"text": "…"}]}


def test_an_answer_cut_off_is_told_so() -> None:
    model = FakeConversationModel(says("half", stop_reason="max_tokens"), calls(READ_1), calls(RECORD, SUBMIT))

    _converse(model)

    assert [message["content"] for message in model.asked[1][-2:]] == [[{"text": "half"}], [CUT_NOTE]]


def test_an_empty_answer_is_not_sent_back() -> None:
    model = FakeConversationModel(says("", stop_reason="max_tokens"), calls(READ_1), calls(RECORD, SUBMIT))

    _converse(model)

    assert [message["role"] for message in model.asked[1]] == ["user", "user"]


def test_answers_cut_off_again_and_again_end_the_work() -> None:
    cut = says("half", stop_reason="max_tokens")

    conversation = _converse(FakeConversationModel(calls(READ_1, RECORD), cut, cut, cut))

    assert conversation.stopped is not None
    assert "cut off" in conversation.stopped


def test_an_answer_without_tools_is_asked_to_submit() -> None:
    model = FakeConversationModel(says("done, I think"), calls(READ_1), calls(RECORD, SUBMIT))

    _converse(model)

    assert model.asked[1][-1]["content"] == [SUBMIT_NOTE]


def test_a_scanned_documents_file_is_shown_and_its_checkpoint_holds_only_its_name() -> None:
    checkpoints: dict[str, tuple[str, bytes]] = {}
    scan = FilePart(file_name="scan.pdf", content_type="application/pdf", content=b"%PDF-secret-bytes")
    model = FakeConversationModel(calls(("read_document", {"document_id": "d3"})), calls(RECORD, SUBMIT))

    _converse(model, context=FakeContext(checkpoints=checkpoints), documents=(REPORT, SCAN), files={"d3": scan})

    assert model.told()[0]["files"] == ["scan.pdf"]
    assert all(b"secret" not in value for _, value in checkpoints.values())


def test_a_file_that_is_gone_by_then_is_said_to_be() -> None:
    model = FakeConversationModel(calls(("read_document", {"document_id": "d3"})), calls(RECORD, SUBMIT))

    _converse(model, documents=(REPORT, SCAN))

    assert model.told()[0]["text"].endswith("The file is not there any more.")


def test_one_turn_gives_no_more_to_read_than_fits() -> None:
    long = a_text(a_document("d9"), "א" * PIECE_CHARACTERS, "ב" * PIECE_CHARACTERS, "ג" * PIECE_CHARACTERS)
    pages = [("read_document", {"document_id": "d9", "first_page": n}) for n in (1, 2, 3)]
    model = FakeConversationModel(calls(*pages, LIST), calls(SUBMIT), calls(SUBMIT))

    _converse(model, documents=(long,))

    assert MOST_RESULT_CHARACTERS == 2 * PIECE_CHARACTERS
    assert [row["error"] for row in model.told()[:4]] == [False, False, True, False]
    assert "next turn" in model.told()[2]["text"]


def test_old_results_make_room_for_new_ones() -> None:
    long = a_text(a_document("d9"), "א" * PIECE_CHARACTERS, "ב" * PIECE_CHARACTERS)
    crowded = msgspec.structs.replace(
        calls(("read_document", {"document_id": "d9", "first_page": 2})), input_tokens=conversation_module.ROOM_TOKENS
    )
    model = FakeConversationModel(
        calls(("read_document", {"document_id": "d9"}), LIST), crowded, calls(SUBMIT), calls(SUBMIT)
    )

    _converse(model, documents=(long,))

    texts = [row["text"] for row in model.told()]
    assert texts[0].startswith("(Left out to make room")
    assert "d9" in texts[1]  # short results stay
    assert "ב" in texts[2]


def test_the_model_cannot_talk_the_toolbox_into_anything() -> None:
    evil: dict[str, Any] = {**FINDING, "quote": "הוכר במאה אחוז נכות"}
    model = FakeConversationModel(calls(READ_1, ("record_finding", evil)), calls(SUBMIT), calls(SUBMIT))

    conversation = _converse(model)

    assert conversation.notebook.findings == ()
    assert conversation.notebook.submission is not None
    assert conversation.notebook.submission.key_findings == ()
