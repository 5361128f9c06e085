from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
import pytest

from chalicelib.analyses.document_analysis_agent import conversation as conversation_module
from chalicelib.analyses.document_analysis_agent.loop import MOST_RESULT_CHARACTERS
from chalicelib.analyses.document_analysis_agent.passages import PIECE_CHARACTERS
from chalicelib.analyses.kit.scans import Excerpt
from chalicelib.errors import CancelSeen, ProviderUnavailable
from tests.fakes.analysis_services import a_document, a_text
from tests.fakes.attempt_context import FakeContext
from tests.fakes.conversations import INPUT_TOKENS, OUTPUT_TOKENS, FakeConversationModel, calls
from tests.unit.analyses.document_analysis_agent.cases import FINDING, REPORT, SCAN, a_picture
from tests.unit.analyses.document_analysis_agent.conversing import LIST, READ_1, READ_2, RECORD, SUBMIT, a_conversation


def test_the_agent_works_until_it_submits() -> None:
    model = FakeConversationModel(calls(LIST), calls(READ_1, READ_2), calls(RECORD), calls(SUBMIT))
    context = FakeContext()

    conversation = a_conversation(model, context=context)

    assert conversation.notebook.submission is not None
    assert (conversation.turns, conversation.stopped) == (4, None)
    assert context.steps_run == ["turn-01", "turn-02", "turn-03", "turn-04"]
    assert conversation.tokens == 4 * (INPUT_TOKENS + OUTPUT_TOKENS)


def test_every_turn_is_sent_all_before_it() -> None:
    model = FakeConversationModel(calls(LIST), calls(READ_1), calls(RECORD, SUBMIT))

    a_conversation(model)

    assert [message["role"] for message in model.asked[2]] == ["user", "assistant", "user", "assistant", "user"]
    assert [row["error"] for row in model.told()] == [False, False]
    assert "אבחנה" in model.told()[1]["text"]


def test_tools_called_side_by_side_are_all_answered_in_one_message() -> None:
    model = FakeConversationModel(calls(LIST, READ_1, READ_2), calls(RECORD, SUBMIT))

    a_conversation(model)

    assert [row["call"] for row in model.told()] == ["call-0", "call-1", "call-2"]


def test_what_is_recorded_beside_a_submission_counts_for_it() -> None:
    model = FakeConversationModel(calls(READ_1), calls(SUBMIT, RECORD))

    conversation = a_conversation(model)

    assert conversation.notebook.submission is not None
    assert conversation.notebook.submission.key_findings == ("פריצת דיסק מותנית",)


def test_progress_names_the_document_that_is_being_read() -> None:
    context = FakeContext()

    a_conversation(FakeConversationModel(calls(READ_1), calls(READ_2), calls(RECORD, SUBMIT)), context=context)

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
        a_conversation(first, context=FakeContext(checkpoints=checkpoints))
    second = FakeConversationModel(calls(SUBMIT))
    context = FakeContext(checkpoints=checkpoints)

    conversation = a_conversation(second, context=context)

    assert context.steps_reused == ["turn-01", "turn-02"]
    assert second.asked == [first.asked[2]]  # the unanswered question, word for word
    assert [finding.text for finding in conversation.notebook.findings] == ["פריצת דיסק מותנית"]


def test_a_turn_stopped_half_way_is_not_a_checkpoint() -> None:
    checkpoints: dict[str, tuple[str, bytes]] = {}
    context = FakeContext(checkpoints=checkpoints, stop_with=CancelSeen("cancelled"), stop_after_checks=3)

    with pytest.raises(CancelSeen):
        a_conversation(FakeConversationModel(calls(READ_1)), context=context)

    assert checkpoints == {}


def test_a_scanned_documents_file_is_shown_and_its_checkpoint_holds_only_its_name() -> None:
    checkpoints: dict[str, tuple[str, bytes]] = {}
    secret = partial(a_picture, content=b"secret-bytes")
    model = FakeConversationModel(calls(("read_document", {"document_id": "d3"})), calls(RECORD, SUBMIT))

    a_conversation(model, context=FakeContext(checkpoints=checkpoints), documents=(REPORT, SCAN), file_of=secret)

    assert len(model.told()[0]["files"]) == 1
    assert all(b"secret" not in value for _, value in checkpoints.values())


def test_a_file_that_is_gone_by_then_is_said_to_be() -> None:
    model = FakeConversationModel(calls(("read_document", {"document_id": "d3"})), calls(RECORD, SUBMIT))
    found = iter([a_picture(Excerpt(document_id="d3", page=1))])

    a_conversation(model, documents=(REPORT, SCAN), file_of=lambda excerpt: next(found, None))

    assert model.told()[0]["text"].endswith("The file is not there any more.")


def test_one_turn_gives_no_more_to_read_than_fits() -> None:
    long = a_text(a_document("d9"), "א" * PIECE_CHARACTERS, "ב" * PIECE_CHARACTERS, "ג" * PIECE_CHARACTERS)
    pages = [("read_document", {"document_id": "d9", "first_page": n}) for n in (1, 2, 3)]
    model = FakeConversationModel(calls(*pages, LIST), calls(SUBMIT), calls(SUBMIT))

    a_conversation(model, documents=(long,))

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

    a_conversation(model, documents=(long,))

    texts = [row["text"] for row in model.told()]
    assert texts[0].startswith("(Left out to make room")
    assert "d9" in texts[1]  # short results stay
    assert "ב" in texts[2]


def test_the_model_cannot_talk_the_toolbox_into_anything() -> None:
    evil: dict[str, Any] = {**FINDING, "quote": "הוכר במאה אחוז נכות"}
    model = FakeConversationModel(calls(READ_1, ("record_finding", evil)), calls(SUBMIT), calls(SUBMIT))

    conversation = a_conversation(model)

    assert conversation.notebook.findings == ()
    assert conversation.notebook.submission is not None
    assert conversation.notebook.submission.key_findings == ()


def test_a_file_that_is_shown_stays_when_old_results_make_room() -> None:
    crowded = msgspec.structs.replace(calls(LIST), input_tokens=conversation_module.ROOM_TOKENS)
    model = FakeConversationModel(
        calls(("read_document", {"document_id": "d3"})), crowded, calls(SUBMIT), calls(SUBMIT)
    )

    a_conversation(model, documents=(REPORT, SCAN), file_of=a_picture)

    assert len(model.told()[0]["files"]) == 1
