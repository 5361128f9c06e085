"""What OpenAI's models really answer: several messages, letters that were lost, files they cannot open, a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.adapters.openai.response import StreamedResponse
from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
from chalicelib.analyses.kit.llm import FilePart, FileRefused, TextPart
from chalicelib.errors import InputInvalid, OutputInvalid, ProviderRateLimited, ProviderRefused
from tests.fakes.attempt_context import FakeContext
from tests.fakes.scripted_openai import (
    Reply,
    ScriptedOpenAI,
    answer_events,
    json_reply,
    response,
    scripted_openai,
    stream_reply,
)
from tests.unit.adapters.openai.test_structured_model import ANSWER, Person

OTHER = '{"full_name": "טיוטה", "children": 9}'
PHOTO = FilePart(file_name="a.jpg", content_type="image/jpeg", content=b"\xff\xd8")


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedOpenAI]:
    with scripted_openai() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        yield running


def ask(*parts: Any, **changes: Any) -> Person:
    model = OpenAIStructuredModel(model="gpt-6-luna", api_key="sk-test", **changes)
    return model.parse(
        FakeContext(), instructions="Extract.", parts=[TextPart("x"), *parts], output=Person, max_output_tokens=500
    )


@pytest.mark.parametrize(
    ("created_at", "completed_at", "seconds"),
    [(10, 70, 60.0), (10.0, 70.5, 60.5), (10, None, None), (None, 70, None), (70, 10, None), ("10", "70", None)],
)
def test_how_long_it_took_is_what_openai_says_or_nothing(created_at: Any, completed_at: Any, seconds: float | None):
    answered = StreamedResponse()

    answered.take(SimpleNamespace(created_at=created_at, completed_at=completed_at))

    assert answered.seconds == seconds


def messages(*said: tuple[str | None, str]) -> Reply:
    """A response with these messages: phase and text."""
    output = [
        {
            "type": "message",
            "id": f"m{number}",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
            **({"phase": phase} if phase else {}),
        }
        for number, (phase, text) in enumerate(said)
    ]
    final = {**response(""), "output": output}
    return stream_reply(answer_events("")[0], {"type": "response.completed", "response": final})


@pytest.mark.parametrize(
    "said",
    [
        [("commentary", "I will look at the documents first."), ("final_answer", ANSWER)],
        [("commentary", OTHER), ("final_answer", ANSWER)],
        [("commentary", OTHER), (None, ANSWER)],
        [("final_answer", ANSWER), ("commentary", OTHER)],
        [(None, OTHER), ("final_answer", ANSWER)],
        [(None, ANSWER), (None, ANSWER)],
        [("final_answer", ANSWER), ("final_answer", ANSWER)],
        [(None, "Here it is:"), (None, ANSWER)],
        [(None, OTHER), (None, ANSWER)],  # the model corrected itself
        [("final_answer", ANSWER), ("final_answer", '{"full_name": "cut')],
    ],
)
def test_the_answer_is_the_final_message(provider: ScriptedOpenAI, said: list[tuple[str | None, str]]) -> None:
    provider.will_answer(messages(*said))

    assert ask() == Person(full_name="תמר דוגמא", children=2)


def test_commentary_alone_is_no_answer(provider: ScriptedOpenAI) -> None:
    provider.will_answer(messages(("commentary", ANSWER)))

    with pytest.raises(OutputInvalid):
        ask()


def test_pieces_of_commentary_are_no_part_of_an_answer_that_only_came_in_pieces(provider: ScriptedOpenAI) -> None:
    item = {"type": "message", "id": "m", "role": "assistant", "status": "in_progress", "content": []}
    provider.will_answer(
        stream_reply(
            answer_events("")[0],
            {"type": "response.output_item.added", "output_index": 0, "item": {**item, "phase": "commentary"}},
            {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "thinking"},
            {"type": "response.output_item.added", "output_index": 1, "item": {**item, "phase": "final_answer"}},
            {"type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": ANSWER},
            {"type": "response.completed", "response": {**response(""), "output": []}},
        )
    )

    assert ask().children == 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("תמר\\u0000 דוגמא", "תמר דוגמא"),
        ("תמר\\u001b דוגמא\\u007f", "תמר דוגמא"),
        ("תמר\\nדוגמא\\tלוי", "תמר\nדוגמא\tלוי"),
        ("תמר \\ud83d", "תמר \ufffd"),
        ("תמר \\ud83d\\ude00", "תמר \U0001f600"),
        ("תמר\nדוגמא", "תמר\nדוגמא"),  # a line break that should have been escaped
    ],
)
def test_characters_that_cannot_be_stored_are_taken_out(provider: ScriptedOpenAI, written: str, read: str) -> None:
    provider.will_answer(messages((None, '{"full_name": "' + written + '", "children": 2}')))

    assert ask().full_name == read


def test_many_control_characters_are_letters_that_were_lost(provider: ScriptedOpenAI) -> None:
    provider.will_answer(messages((None, '{"full_name": "' + "\\u0000" * 9 + '", "children": 2}')))

    with pytest.raises(OutputInvalid):
        ask()


@pytest.mark.parametrize(
    "reply",
    [
        json_reply(429, {"error": {"message": "Please try again in 2.5s.", "code": "rate_limit_exceeded"}}),
        stream_reply(
            answer_events(ANSWER)[0],
            {"type": "error", "code": "rate_limit_exceeded", "message": "Please try again in 2.5s."},
        ),
        stream_reply(
            *answer_events(
                ANSWER,
                status="failed",
                output=[],
                error={"code": "rate_limit_exceeded", "message": "Please try again in 2.5s."},
            )
        ),
    ],
    ids=["status", "event in the stream", "failed response"],
)
def test_a_rate_limit_names_its_wait_wherever_it_comes(provider: ScriptedOpenAI, reply: Reply) -> None:
    provider.will_answer(reply)

    with pytest.raises(ProviderRateLimited) as caught:
        ask()

    assert caught.value.retry_after_seconds == 2.5


@pytest.mark.parametrize(
    ("error", "part"),
    [
        ({"message": "Invalid image.", "code": "invalid_image"}, None),
        ({"message": "Could not process it.", "param": "input[1].content[1].image_url"}, 1),
        ({"message": "The file at input[1].content[1] is no valid PDF.", "code": "invalid_file"}, 1),
    ],
)
def test_a_file_that_the_provider_cannot_open_is_named(
    provider: ScriptedOpenAI, error: dict[str, Any], part: int | None
) -> None:
    provider.will_answer(json_reply(400, {"error": error}))

    with pytest.raises(FileRefused) as caught:
        ask(PHOTO)

    assert caught.value.part == part


def test_a_bad_request_without_files_is_about_no_file(provider: ScriptedOpenAI) -> None:
    provider.will_answer(json_reply(400, {"error": {"message": "Invalid image."}}))

    with pytest.raises(InputInvalid) as caught:
        ask()

    assert not isinstance(caught.value, FileRefused)


REFUSED = stream_reply(
    *answer_events(
        "",
        output=[
            {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
        ],
    )
)


def test_a_model_that_declines_is_followed_by_the_fallback(provider: ScriptedOpenAI) -> None:
    provider.will_answer(REFUSED, stream_reply(*answer_events(ANSWER, model="gpt-6.2-sol")))

    assert ask(fallback_model="gpt-6.2-sol").children == 2
    assert [request["model"] for request in provider.requests] == ["gpt-6-luna", "gpt-6.2-sol"]


def test_without_a_fallback_a_refusal_is_final(provider: ScriptedOpenAI) -> None:
    provider.will_answer(REFUSED)

    with pytest.raises(ProviderRefused):
        ask()


def test_text_that_only_came_in_pieces_is_the_answer_too(
    provider: ScriptedOpenAI,
) -> None:
    events = answer_events(ANSWER)
    events[-1] = {"type": "response.completed", "response": {**response(""), "output": []}}
    provider.will_answer(stream_reply(*events))

    assert ask().children == 2
