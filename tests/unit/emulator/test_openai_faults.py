"""What only OpenAI does: error events, refusals, incomplete and failed answers, messages beside the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openai
from pydantic import BaseModel

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


def test_a_slow_answer_is_late_and_whole(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "slow", "seconds": 0.05})

    assert _ask(openai_client).output_parsed.id_number == "000000422"
