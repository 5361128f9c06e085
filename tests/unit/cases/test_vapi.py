"""What is a Vapi call, in either of its two shapes?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cases.vapi import OtherMessage, Report, read_call, read_webhook, transcript_of
from chalicelib.errors import InvalidRequest

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample_case"


def sample(name: str) -> Any:
    return json.loads((SAMPLE / name).read_text(encoding="utf-8"))


def report(**members: Any) -> dict[str, Any]:
    return {"message": {"type": "end-of-call-report", **members}}


def test_both_shapes_of_the_sample_become_what_the_case_keeps() -> None:
    kept = sample("case_call_details.json")

    from_call, from_report = read_call(sample("vapi_call.json")), read_call(sample("vapi_end_of_call_report.json"))

    for call in (from_call, from_report):
        assert call.id == kept["id"]
        assert call.has_transcript
        assert {name: call.details[name] for name in kept} == kept


def test_what_the_case_keeps_can_be_sent_again_unchanged() -> None:
    kept = sample("case_call_details.json")

    assert read_call(kept).details == kept


def test_a_report_may_come_without_its_envelope() -> None:
    whole = sample("vapi_end_of_call_report.json")

    assert read_call(whole["message"]) == read_call(whole)


def test_a_call_keeps_every_member_it_came_with() -> None:
    call = read_call({"id": "k1", "costs": [{"type": "llm"}], "unknown": {"deep": 1}})

    assert call.details == {
        "id": "k1",
        "costs": [{"type": "llm"}],
        "unknown": {"deep": 1},
        "transcript": "",
        "messages": [],
        "artifact": {},
        "analysis": {},
    }
    assert not call.has_transcript


def test_what_the_report_says_beside_the_call_is_kept_where_the_call_does_not_say_it() -> None:
    call = read_call(report(call={"id": "k1", "cost": 1}, cost=2, endedReason="hangup", timestamp=5, artifact={}))

    assert call.details["endedReason"] == "hangup"
    assert call.details["cost"] == 1
    assert "timestamp" not in call.details


@pytest.mark.parametrize(
    "payload",
    [
        {"id": "k1", "messages": [{"role": "bot", "message": "שלום"}, {"role": "user", "message": " היי "}]},
        {"artifact": {"messages": [{"role": "bot", "message": "שלום"}, {"role": "user", "message": "היי"}]}},
        {"transcript": "  ", "messages": [{"role": "bot", "message": "שלום"}, {"role": "user", "message": "היי"}]},
        {
            "artifact": {
                "messagesOpenAIFormatted": [
                    {"role": "system", "content": "prompt"},
                    {"role": "assistant", "content": "שלום"},
                    {"role": "user", "content": "היי"},
                ]
            }
        },
        report(messages=[{"role": "bot", "message": "שלום"}, {"role": "user", "message": "היי"}]),
    ],
)
def test_a_missing_transcript_is_built_from_what_was_said(payload: dict[str, Any]) -> None:
    call = read_call(payload)

    assert call.details["transcript"] == "AI: שלום\nUser: היי\n"
    assert call.has_transcript


def test_the_built_transcript_is_the_one_vapi_would_have_sent() -> None:
    whole = sample("vapi_call.json")

    assert transcript_of(whole["artifact"]["messages"]) == whole["artifact"]["transcript"]


def test_only_the_caller_and_the_assistant_speak_in_a_transcript() -> None:
    messages = [
        {"role": "system", "message": "You are Noa"},
        {"role": "tool", "message": "result"},
        {"role": "user", "message": "כן"},
        {"role": "user", "message": ""},
        {"role": "bot"},
        {"role": ["user"], "message": "x"},
        "text",
        None,
    ]

    assert transcript_of(messages) == "User: כן\n"


@pytest.mark.parametrize(
    ("role", "label"),
    [("User", "User"), ("customer", "User"), ("human", "User"), ("Assistant", "AI"), ("agent", "AI"), ("BOT", "AI")],
)
def test_roles_are_known_as_other_programs_write_them(role: str, label: str) -> None:
    assert transcript_of([{"role": role, "message": "כן"}]) == f"{label}: כן\n"


@pytest.mark.parametrize(
    "payload",
    [
        {"id": "k1", "messages": [{"role": "system", "message": "x"}]},
        {"id": "k1", "transcript": " \n"},
        {"id": "k1", "transcript": None, "messages": None, "artifact": None, "analysis": None},
        report(call={"id": "k1"}),
    ],
)
def test_a_call_in_which_nothing_was_said_has_no_transcript(payload: dict[str, Any]) -> None:
    call = read_call(payload)

    assert call.id == "k1"
    assert not call.has_transcript
    assert call.details["transcript"] == ""


def test_a_call_without_id_gets_one_and_the_same_call_the_same() -> None:
    payload = {"transcript": "AI: שלום\n", "cost": 1}

    first, again = read_call(payload), read_call(dict(reversed(payload.items())))
    other = read_call({"transcript": "AI: להתראות\n"})

    assert first.details["id"] == first.id == again.id
    assert first.id != other.id
    assert read_call({**payload, "id": ""}).id == first.id


@pytest.mark.parametrize(
    ("payload", "pointers"),
    [
        ({}, ["/id", "/message"]),
        ({"foo": 1}, ["/id", "/message"]),
        ({"id": None, "transcript": "", "messages": []}, ["/id", "/message"]),
        ([], [""]),
        ("text", [""]),
        (None, [""]),
        ({"message": {"type": "status-update"}}, ["/message/type"]),
        ({"message": {}}, ["/message/type"]),
        ({"message": "hello"}, ["/id", "/message"]),
        (report(), ["/message/call", "/message/artifact"]),
        (report(call="k1"), ["/message/call"]),
        ({"id": 7}, ["/id"]),
        ({"id": "x" * 256}, ["/id"]),
        (
            {"id": "k1", "transcript": 7, "messages": "m", "artifact": [], "analysis": ""},
            ["/artifact", "/analysis", "/transcript", "/messages"],
        ),
        ({"id": "k1", "artifact": {"transcript": 1, "messages": {}}}, ["/artifact/transcript", "/artifact/messages"]),
        (report(call={"id": "k1", "artifact": 1}), ["/message/call/artifact"]),
        (report(artifact={"messages": 1}), ["/message/artifact/messages"]),
    ],
)
def test_neither_shape_is_refused_naming_what_is_missing_or_wrong(payload: Any, pointers: list[str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_call(payload)

    assert sorted(problem.pointer for problem in refused.value.problems) == sorted(pointers)


def test_the_webhook_gets_the_call_and_the_case_it_belongs_to() -> None:
    told = read_webhook(sample("vapi_end_of_call_report.json"))

    assert isinstance(told, Report)
    assert told.case_id == "c0000422-0000-4000-8000-000000000000"
    assert told.call == read_call(sample("vapi_end_of_call_report.json"))


@pytest.mark.parametrize("metadata", [None, {}, {"case_id": 7}, {"case_id": None}, "c1", []])
def test_a_report_that_names_no_case_has_none(metadata: Any) -> None:
    told = read_webhook(report(call={"id": "k1", "metadata": metadata}))

    assert isinstance(told, Report)
    assert told.case_id is None


@pytest.mark.parametrize("kind", ["status-update", "transcript", None])
def test_another_message_of_vapi_is_told_apart(kind: str | None) -> None:
    assert read_webhook({"message": {"type": kind}}) == OtherMessage(str(kind))


@pytest.mark.parametrize("payload", [{}, [], None, {"message": []}, {"id": "k1"}, {"id": "k1", "type": 7}])
def test_what_is_no_message_is_refused_by_the_webhook(payload: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_webhook(payload)

    assert [problem.pointer for problem in refused.value.problems] == ["/message"]
