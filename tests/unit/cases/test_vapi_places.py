"""Where Vapi puts the words, the case and the times of a call; and what only looks like a call."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.cases.vapi import OtherMessage, Report, is_older, read_call, read_webhook
from chalicelib.errors import InvalidRequest

SAID = [{"role": "bot", "message": "שלום"}, {"role": "user", "message": "כואב לי הגב"}]
FORMATTED = [
    {"role": "system", "content": "You are Noa"},
    {"role": "assistant", "content": "שלום"},
    {"role": "user", "content": "כואב לי הגב"},
]
IN_PARTS = [
    {"role": "assistant", "content": [{"type": "text", "text": "שלום"}]},
    {"role": "user", "content": [{"type": "text", "text": "כואב לי"}, {"type": "text", "text": "הגב"}]},
]
TRANSCRIPT = "AI: שלום\nUser: כואב לי הגב\n"
PLACES: dict[str, dict[str, Any]] = {
    "the message": {"call": {"id": "k1"}},
    "its artifact": {"call": {"id": "k1"}, "artifact": {}},
    "its call": {"call": {"id": "k1"}, "artifact": {"recordingUrl": "https://x.invalid"}},
    "the artifact of its call": {
        "call": {"id": "k1", "artifact": {}},
        "artifact": {"recordingUrl": "https://x.invalid"},
    },
}
SERVER_MESSAGES = (
    *("assistant-request", "conversation-update", "function-call", "hang", "knowledge-base-request"),
    *("language-change-detected", "language-changed", "model-output", "phone-call-control", "session.created"),
    *("speech-update", "status-update", "tool-calls", "transcript", 'transcript[transcriptType="final"]'),
    *("transfer-destination-request", "transfer-update", "user-interrupted", "voice-input", "voice-request"),
    *("call.endpointing.request", "chat.created", "assistant.started", "a-type-of-next-year"),
)


def with_words(place: str, words: dict[str, Any]) -> dict[str, Any]:
    message = {"type": "end-of-call-report", **PLACES[place]}
    match place:
        case "the message":
            return {**message, **words}
        case "its artifact":
            return {**message, "artifact": {**message["artifact"], **words}}
        case "its call":
            return {**message, "call": {**message["call"], **words}}
        case _:
            return {**message, "call": {**message["call"], "artifact": words}}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "words",
    [
        {"transcript": TRANSCRIPT},
        {"transcript": ["AI: שלום", "User: כואב לי הגב"]},
        {"transcript": [" AI: שלום\n", "", "User: כואב לי הגב\n"]},
        {"transcript": SAID},
        {"transcript": [{"role": "assistant", "text": "שלום"}, {"role": "user", "transcript": "כואב לי הגב"}]},
        {"messages": SAID},
        {"messagesOpenAIFormatted": FORMATTED},
        {"messages": IN_PARTS},
        {"messages": FORMATTED[:1], "messagesOpenAIFormatted": FORMATTED},
        {"transcript": [], "messages": [], "messagesOpenAIFormatted": FORMATTED},
    ],
)
@pytest.mark.parametrize("wrapped", [True, False])
def test_the_words_of_a_report_are_found_in_each_place(place: str, words: dict[str, Any], wrapped: bool) -> None:
    message = with_words(place, words)

    call = read_call({"message": message} if wrapped else message)

    assert (call.id, call.has_transcript, call.details["transcript"]) == ("k1", True, TRANSCRIPT)


@pytest.mark.parametrize(
    "words", [{"transcript": ["AI: שלום", "User: כואב לי הגב"]}, {"messagesOpenAIFormatted": FORMATTED}]
)
@pytest.mark.parametrize("on_top", [True, False])
def test_the_words_of_a_call_object_are_found_on_top_and_in_its_artifact(words: Any, on_top: bool) -> None:
    call = read_call({"id": "k1", "type": "outboundPhoneCall", **(words if on_top else {"artifact": words})})

    assert call.details["transcript"] == TRANSCRIPT
    assert read_call(call.details).details == call.details


@pytest.mark.parametrize("transcript", [[], [" ", "\n"], [7, None], [{"role": "system", "message": "x"}]])
def test_a_list_without_words_is_no_transcript(transcript: Any) -> None:
    call = read_call({"id": "k1", "transcript": transcript})

    assert (call.has_transcript, call.details["transcript"]) == (False, "")


@pytest.mark.parametrize("kind", SERVER_MESSAGES)
def test_a_server_message_that_is_no_report_is_never_taken_for_a_call(kind: str) -> None:
    message = {
        "type": kind,
        "call": {"id": "k1", "type": "webCall"},
        "artifact": {"messages": SAID},
        "transcript": "שלום",
    }
    without_call = {"type": kind, "role": "user", "transcriptType": "final", "transcript": "שלום", "messages": SAID}

    for payload, pointer in ((message, "/type"), (without_call, "/type"), ({"message": message}, "/message/type")):
        with pytest.raises(InvalidRequest) as refused:
            read_call(payload)
        assert [problem.pointer for problem in refused.value.problems] == [pointer]
        assert kind in refused.value.detail


@pytest.mark.parametrize("kind", SERVER_MESSAGES)
def test_the_webhook_ignores_every_other_message_with_and_without_its_envelope(kind: str) -> None:
    message = {"type": kind, "call": {"id": "k1", "metadata": {"case_id": "c1"}}, "messages": SAID}

    assert read_webhook({"message": message}) == read_webhook(message) == OtherMessage(kind)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"model": "gpt-6-luna", "messages": FORMATTED, "stream": True, "call": {"id": "k1"}}, "/call"),
        ({"model": "gpt-6-luna", "messages": FORMATTED, "temperature": 0.7}, "/model"),
        ({"messages": FORMATTED, "stream": False, "tools": []}, "/stream"),
        ({"messages": SAID, "call": {"id": "k1"}, "phoneNumber": {}, "customer": {}}, "/call"),
        ({"id": "chatcmpl-1", "choices": [{"message": {"content": "שלום"}}]}, "/choices"),
    ],
)
def test_a_body_for_a_custom_model_is_no_call(body: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_call(body)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]


@pytest.mark.parametrize("kind", ["webCall", "inboundPhoneCall", "outboundPhoneCall", "vapi.websocketCall", "", None])
def test_a_call_object_may_have_each_type_of_a_call(kind: str | None) -> None:
    assert read_call({"id": "k1", "type": kind, "messages": SAID}).has_transcript


@pytest.mark.parametrize(
    "members",
    [
        {"call": {"metadata": {"case_id": "c1", "case_token": "t1"}}},
        {"call": {"assistantOverrides": {"metadata": {"case_id": "c1", "case_token": "t1"}}}},
        {"call": {}, "assistant": {"metadata": {"case_id": "c1", "case_token": "t1"}}},
        {"call": {"assistant": {"metadata": {"case_id": "c1", "case_token": "t1"}}}},
        {"call": {"metadata": {"other": 1}, "assistantOverrides": {"metadata": {"case_id": "c1", "case_token": "t1"}}}},
        {"call": {"metadata": {"case_id": "c1", "case_token": "t1"}, "assistant": {"metadata": {"case_id": "c2"}}}},
        {"call": {"metadata": None, "assistantOverrides": {"metadata": {"case_id": "c1", "case_token": "t1"}}}},
    ],
)
@pytest.mark.parametrize("wrapped", [True, False])
def test_the_case_of_a_report_is_found_in_each_place_of_its_metadata(members: dict[str, Any], wrapped: bool) -> None:
    message = {"type": "end-of-call-report", "transcript": TRANSCRIPT, **members}

    report = read_webhook({"message": message} if wrapped else message)

    assert isinstance(report, Report)
    assert (report.case_id, report.case_token) == ("c1", "t1")


def test_a_token_of_another_place_or_type_does_not_count() -> None:
    metadata = {"metadata": {"case_id": "c1", "case_token": 7}, "assistant": {"metadata": {"case_token": "t1"}}}

    report = read_webhook({"message": {"type": "end-of-call-report", "call": {"id": "k1", **metadata}}})

    assert isinstance(report, Report)
    assert (report.case_id, report.case_token) == ("c1", None)


@pytest.mark.parametrize(
    ("call", "other", "older"),
    [
        ({"startedAt": "2026-06-10T08:00:00Z"}, {"startedAt": "2026-06-10T08:30:00Z"}, True),
        ({"startedAt": "2026-06-10T08:30:00Z"}, {"startedAt": "2026-06-10T08:00:00Z"}, False),
        ({"startedAt": "2026-06-10T08:00:00Z"}, {"startedAt": "2026-06-10T08:00:00Z"}, False),
        ({"endedAt": "2026-06-10T08:00:00.5Z"}, {"endedAt": "2026-06-10T08:00:01Z"}, True),
        ({"createdAt": "2026-06-10T08:00:00"}, {"createdAt": "2026-06-10T08:00:01+00:00"}, True),
        ({"startedAt": "2026-06-10T11:00:00+03:00"}, {"startedAt": "2026-06-10T08:30:00Z"}, True),
        # The same member of both counts, not the first of each: this call ended after the other began.
        (
            {"endedAt": "2026-06-10T09:00:00Z", "createdAt": "2026-06-10T08:00:00Z"},
            {"startedAt": "2026-06-10T08:30:00Z", "createdAt": "2026-06-10T08:30:00Z"},
            True,
        ),
        ({"endedAt": "2026-06-10T08:00:00Z"}, {"startedAt": "2026-06-10T08:30:00Z"}, True),
        ({"startedAt": 1781078400000}, {"startedAt": "2026-06-10T09:00:00Z"}, True),
        ({"startedAt": "soon"}, {"startedAt": "2026-06-10T08:30:00Z"}, False),
        ({}, {"startedAt": "2026-06-10T08:30:00Z"}, False),
        ({"startedAt": True}, {"startedAt": 1e300}, False),
        ({}, {}, False),
    ],
)
def test_a_call_is_older_when_its_times_say_so(call: dict[str, Any], other: dict[str, Any], older: bool) -> None:
    assert is_older(call, other) is older
