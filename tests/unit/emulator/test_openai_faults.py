"""What only OpenAI does: error events, refusals, incomplete and failed answers, messages beside the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openai
import pytest
from pydantic import BaseModel, ValidationError

Control = Callable[..., Any]
PROMPT = '<document id="d1" name="a">\nת.ז. 000000422\n</document>'


class Person(BaseModel):
    """What is asked for."""

    id_number: str


def _ask(client: openai.OpenAI, **options: Any) -> Any:
    return client.responses.parse(model="gpt-6-luna", input=PROMPT, text_format=Person, **options)


def _stream(client: openai.OpenAI) -> list[Any]:
    with client.responses.create(model="gpt-6-luna", input=PROMPT, stream=True) as stream:
        return list(stream)


def test_the_sdks_stream_helper_raises_on_an_early_end(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "cut", "events": 4})

    with (
        pytest.raises(RuntimeError),
        openai_client.responses.stream(model="gpt-6-luna", input=PROMPT, text_format=Person) as stream,
    ):
        stream.get_final_response()


def test_an_error_event_comes_with_status_200(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "stream_error", "code": "rate_limit_exceeded", "events": 2})

    events = _stream(openai_client)

    assert (events[-1].type, events[-1].code) == ("error", "rate_limit_exceeded")


def test_a_rate_limit_can_come_inside_a_stream(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "rate_limited_stream", "retry_after": 1.5, "events": 2})

    last = _stream(openai_client)[-1]

    assert (last.type, last.code) == ("error", "rate_limit_exceeded")
    assert "gpt-6-luna" in last.message
    assert "try again in 1.5s" in last.message


def test_commentary_comes_before_the_answer_and_the_sdk_parses_the_answer(
    openai_client: openai.OpenAI, control: Control
) -> None:
    control("POST", "faults", [{"kind": "commentary"}, {"kind": "commentary"}])

    response = _ask(openai_client)
    added = [event.item.phase for event in _stream(openai_client) if event.type == "response.output_item.added"]

    assert [item.phase for item in response.output] == ["commentary", "final_answer"]
    assert added == ["commentary", "final_answer"]
    assert response.output_parsed.id_number == "000000422"


def test_an_answer_can_come_twice(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "repeated_message"})

    first, second = _ask(openai_client).output

    assert first.id != second.id
    assert first.content == second.content


def test_control_characters_come_inside_and_instead_of_letters(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", [{"kind": "control_characters"}, {"kind": "lost_letters"}])

    assert _ask(openai_client).output_parsed.id_number == "0\x0000000422"
    assert "\x00" in openai_client.responses.create(model="gpt-6-luna", input=PROMPT).output_text


def test_a_refusal_is_no_error_and_parses_to_nothing(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", [{"kind": "refusal"}, {"kind": "refusal"}])

    response = _ask(openai_client)
    kinds = [event.type for event in _stream(openai_client)]

    assert response.output_parsed is None
    assert response.output[0].content[0].type == "refusal"
    assert "response.refusal.delta" in kinds


@pytest.mark.parametrize(("kind", "reason"), [("truncated", "max_output_tokens"), ("content_filter", "content_filter")])
def test_an_incomplete_answer_says_why(openai_client: openai.OpenAI, control: Control, kind: str, reason: str) -> None:
    control("POST", "faults", [{"kind": kind}, {"kind": kind}])

    response = openai_client.responses.create(model="gpt-6-luna", input=PROMPT)
    last = _stream(openai_client)[-1]

    assert (response.status, response.incomplete_details.reason) == ("incomplete", reason)
    assert (last.type, last.response.incomplete_details.reason) == ("response.incomplete", reason)


@pytest.mark.parametrize("kind", ["truncated", "schema_breaking", "prose"])
def test_an_answer_of_another_shape_does_not_validate(
    openai_client: openai.OpenAI, control: Control, kind: str
) -> None:
    control("POST", "faults", {"kind": kind})

    with pytest.raises(ValidationError):
        _ask(openai_client)


def test_a_failed_response_names_its_code(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "failed", "code": "invalid_prompt"})

    last = _stream(openai_client)[-1]

    assert (last.type, last.response.error.code) == ("response.failed", "invalid_prompt")


def test_an_empty_answer_has_no_text(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "empty"})

    assert openai_client.responses.create(model="gpt-6-luna", input=PROMPT).output_text == ""


def test_a_slow_answer_is_late_and_whole(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "slow", "seconds": 0.05})

    assert _ask(openai_client).output_parsed.id_number == "000000422"
