"""The agent, turn by turn through the real SDK: it lists, reads in parallel, looks up, records, corrects, submits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic

from chalicelib.analyses.document_analysis_agent.tools import tools
from tests.unit.emulator.prompts import a_call, a_document

TOOLS: Any = [
    {"name": tool.name, "description": tool.description, "input_schema": dict(tool.input_schema)}
    for tool in tools(topics=["eligibility", "medical_disability", "payment"])
]
REPORT = a_document(
    """תאריך הביקור: 27/05/2026
רופאה מטפלת: ד"ר נוגה כלום
אבחנה: שבר חוליה L4-L5""",
    document_id="d1",
)
LETTER = a_document("מכתב שחרור\nתאריך קבלה: 11.02.2026   תאריך שחרור: 15.02.2026", document_id="d2")
LIST = """<tool name="list_documents">
d1 | a.pdf | medical | 1 page
d2 | b.txt | medical | 1 page
d3 | c.png | image | cannot be read
</tool>"""
CALL = a_call("מתי זה התחיל?", "ב-3 בפברואר 2026, במשמרת.")
Answers = Callable[[str, dict[str, Any]], tuple[str, bool]]


def _answers(name: str, given: dict[str, Any]) -> tuple[str, bool]:
    """What the tools give back, and whether it is an error."""
    texts = {
        "list_documents": LIST,
        "read_call": CALL,
        "read_guidelines": "Rules.",
        "search_documents": "nothing",
        "record_finding": "Recorded.",
        "submit_analysis": "Submitted.",
    }
    if name == "read_document":
        return {"d1": REPORT, "d2": LETTER}[given["document_id"]], False
    return texts[name], False


def _play(client: anthropic.Anthropic, answers: Answers = _answers, *, most_turns: int = 15) -> list[list[Any]]:
    """The tool calls of each turn until a turn has none."""
    messages: list[Any] = [{"role": "user", "content": "Begin with list_documents, end with submit_analysis."}]
    turns: list[list[Any]] = []
    while len(turns) < most_turns:
        turn = client.messages.create(model="claude-haiku-5-5", max_tokens=8000, messages=messages, tools=TOOLS)
        calls = [block for block in turn.content if block.type == "tool_use"]
        turns.append(calls)
        if not calls:
            break
        results = []
        for call in calls:
            text, failed = answers(call.name, dict(call.input))
            results.append({"type": "tool_result", "tool_use_id": call.id, "content": text, "is_error": failed})
        messages += [turn.to_param(), {"role": "user", "content": results}]
    return turns


def _names(turns: list[list[Any]]) -> list[list[str]]:
    return [[call.name for call in calls] for calls in turns]


def _inputs(turns: list[list[Any]], name: str) -> list[dict[str, Any]]:
    return [dict(call.input) for calls in turns for call in calls if call.name == name]


def test_it_works_through_the_case_in_turns(anthropic_client: anthropic.Anthropic) -> None:
    names = _names(_play(anthropic_client))

    assert names == [
        ["list_documents"],
        ["read_document", "read_document"],
        ["read_call", "read_guidelines", "read_guidelines", "search_documents"],
        ["record_finding"] * 4,
        ["submit_analysis"],
        [],
    ]


def test_it_reads_each_readable_document_once(anthropic_client: anthropic.Anthropic) -> None:
    read = _inputs(_play(anthropic_client), "read_document")

    assert read == [{"document_id": "d1"}, {"document_id": "d2"}]


def test_every_finding_quotes_what_the_tools_gave_back(anthropic_client: anthropic.Anthropic) -> None:
    found = _inputs(_play(anthropic_client), "record_finding")

    assert {finding["document_id"] for finding in found} == {"d1", "d2"}
    assert all(finding["quote"] in REPORT + LETTER + CALL for finding in found)


def test_it_submits_what_the_schema_asks_for_with_findings_as_recorded(
    anthropic_client: anthropic.Anthropic,
) -> None:
    turns = _play(anthropic_client)
    recorded = [finding["finding"] for finding in _inputs(turns, "record_finding")]

    (submitted,) = _inputs(turns, "submit_analysis")

    assert submitted["key_findings"] == recorded
    assert submitted["claim_strength"].split()[0] in ("weak", "moderate", "strong")
    assert 0 < submitted["claim_rate"] <= 100
    assert "MRI" not in submitted["summary"]


def test_a_refused_quote_is_corrected_once_and_then_left_out(anthropic_client: anthropic.Anthropic) -> None:
    refused: list[str] = []

    def strict(name: str, given: dict[str, Any]) -> tuple[str, bool]:
        if name == "record_finding" and "L4-L5" in given["finding"]:
            refused.append(given["quote"])
            return "The quote does not stand in this document.", True
        return _answers(name, given)

    turns = _play(anthropic_client, strict)

    (submitted,) = _inputs(turns, "submit_analysis")
    assert len(refused) == 2
    assert refused[0] != refused[1]
    assert not any("L4-L5" in finding for finding in submitted["key_findings"])


def test_a_refused_submission_is_tried_again_but_not_for_ever(anthropic_client: anthropic.Anthropic) -> None:
    def never(name: str, given: dict[str, Any]) -> tuple[str, bool]:
        return ("No.", True) if name == "submit_analysis" else _answers(name, given)

    turns = _play(anthropic_client, never)

    assert len(_inputs(turns, "submit_analysis")) == 3
    assert turns[-1] == []


def test_a_long_document_is_read_to_its_end(anthropic_client: anthropic.Anthropic) -> None:
    def in_pieces(name: str, given: dict[str, Any]) -> tuple[str, bool]:
        if name == "read_document" and given["document_id"] == "d1" and "first_page" not in given:
            return f"{REPORT}\n2 more pages: go on with first_page=2.", False
        if name == "read_document" and given.get("first_page") == 2 and "from_character" not in given:
            return f"{REPORT}\nPage 2 goes on: first_page=2, from_character=500.", False
        return _answers(name, given)

    read = _inputs(_play(anthropic_client, in_pieces), "read_document")

    assert [given for given in read if given["document_id"] == "d1"] == [
        {"document_id": "d1"},
        {"document_id": "d1", "first_page": 2},
        {"document_id": "d1", "first_page": 2, "from_character": 500},
    ]


def test_what_was_put_off_to_the_next_turn_is_asked_again(anthropic_client: anthropic.Anthropic) -> None:
    asked: list[str] = []

    def one_at_a_time(name: str, given: dict[str, Any]) -> tuple[str, bool]:
        if name == "read_document":
            asked.append(given["document_id"])
            if asked == ["d1", "d2"]:
                return "This turn has given you enough to read. Call this again in your next turn.", True
        return _answers(name, given)

    turns = _play(anthropic_client, one_at_a_time)

    assert asked == ["d1", "d2", "d2"]
    assert len(_inputs(turns, "submit_analysis")) == 1


def test_told_that_time_is_up_it_submits_what_it_has(anthropic_client: anthropic.Anthropic) -> None:
    messages: Any = [
        {"role": "user", "content": "Begin."},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "list_documents", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": LIST}]},
        {"role": "user", "content": "The limits are nearly reached. Call submit_analysis now."},
    ]

    turn = anthropic_client.messages.create(model="m", max_tokens=8000, messages=messages, tools=TOOLS)

    assert [block.name for block in turn.content if block.type == "tool_use"] == ["submit_analysis"]


def test_the_same_conversation_gets_the_same_turn(anthropic_client: anthropic.Anthropic) -> None:
    first, second = (_play(anthropic_client)[3] for _ in range(2))

    assert [call.input for call in first] == [call.input for call in second]


def test_an_unreadable_document_does_not_stop_it(anthropic_client: anthropic.Anthropic) -> None:
    def broken(name: str, given: dict[str, Any]) -> tuple[str, bool]:
        if name == "read_document" and given["document_id"] == "d1":
            return "This document cannot be read.", True
        return _answers(name, given)

    turns = _play(anthropic_client, broken)

    assert _inputs(turns, "read_document") == [{"document_id": "d1"}, {"document_id": "d2"}]
    assert len(_inputs(turns, "submit_analysis")) == 1
