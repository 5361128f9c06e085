"""The real OpenAI SDK against the emulator: create, parse, stream, background, chat and counts."""

from __future__ import annotations

import base64
from typing import Any, Literal

import openai
import pytest
from pydantic import BaseModel

from tests.unit.emulator.prompts import DATA, PICTURE, a_document

PROMPT = a_document("שם: תמר דוגמא-לדוגמה   ת.ז. 000000422   ילידת 14.07.1984   מין: נקבה\nאבחנה: סוכרת")


class Person(BaseModel):
    """A schema that the emulator has never seen, with names it knows."""

    id_number: str
    full_name: str
    gender: Literal["זכר", "נקבה", ""]
    number_of_children: int
    favourite_colour: str | None


def test_a_parsed_answer_holds_what_the_text_says_and_is_empty_elsewhere(openai_client: openai.OpenAI) -> None:
    response = openai_client.responses.parse(model="gpt-6-luna", input=PROMPT, text_format=Person)

    assert response.output_parsed == Person(
        id_number="000000422",
        full_name="תמר דוגמא-לדוגמה",
        gender="נקבה",
        number_of_children=0,
        favourite_colour=None,
    )


def test_the_answering_model_is_marked_as_emulated(openai_client: openai.OpenAI) -> None:
    response = openai_client.responses.create(model="gpt-6-luna", input=PROMPT)

    assert response.model == "emulated-gpt-6-luna"
    assert response.status == "completed"
    assert response._request_id
    assert "תמר" in response.output_text


def test_a_stream_brings_the_same_answer_in_pieces(openai_client: openai.OpenAI) -> None:
    with openai_client.responses.stream(model="gpt-6-luna", input=PROMPT, text_format=Person) as stream:
        kinds = [event.type for event in stream]
        parsed = stream.get_final_response().output_parsed

    assert parsed
    assert parsed.id_number == "000000422"
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert kinds.count("response.output_text.delta") > 2


def test_usage_follows_the_length_of_what_was_sent_and_said(openai_client: openai.OpenAI) -> None:
    short = openai_client.responses.create(model="gpt-6-luna", input=PROMPT).usage
    long = openai_client.responses.create(model="gpt-6-luna", input=PROMPT + " מילה" * 2_000).usage

    assert short
    assert long
    assert short.input_tokens < 200
    assert 3_000 < long.input_tokens < 12_000  # 10,000 characters more: a Hebrew token is two of them
    assert short.total_tokens == short.input_tokens + short.output_tokens


def test_instructions_that_came_before_are_read_from_the_cache(openai_client: openai.OpenAI) -> None:
    instructions = "Follow these rules. " * 400  # 8,000 characters, 2,000 tokens: above the least that is cached

    usages = [
        openai_client.responses.create(model="gpt-6-luna", instructions=instructions, input=PROMPT).usage
        for _ in range(2)
    ]

    assert [usage.input_tokens_details.cached_tokens >= 2_000 for usage in usages if usage] == [False, True]


def test_a_finished_response_can_be_read_again(openai_client: openai.OpenAI) -> None:
    answered = openai_client.responses.create(model="gpt-6-luna", input=PROMPT)

    assert openai_client.responses.retrieve(answered.id).output_text == answered.output_text


def test_chat_completions_answer_and_stream(openai_client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": PROMPT}]

    parsed = openai_client.chat.completions.parse(model="gpt-6-luna", messages=messages, response_format=Person)
    with openai_client.chat.completions.create(model="gpt-6-luna", messages=messages, stream=True) as stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)

    assert parsed.choices[0].message.parsed
    assert parsed.choices[0].message.parsed.id_number == "000000422"
    assert "תמר" in text


def test_tokens_are_counted_and_models_listed(openai_client: openai.OpenAI) -> None:
    assert openai_client.responses.input_tokens.count(model="gpt-6-luna", input="x" * 400).input_tokens == 100
    assert "gpt-6-luna" in [model.id for model in openai_client.models.list()]


def test_the_text_layer_of_a_pdf_part_is_read_under_the_documents_id(openai_client: openai.OpenAI) -> None:
    content = base64.b64encode((DATA / "sample_case" / "doc1_orthopaedic_report.he.pdf").read_bytes()).decode()
    parts: Any = [
        {"type": "input_text", "text": '<document id="d7" name="a &amp; b.pdf">\n</document>'},
        {"type": "input_text", "text": '<document id="d8" name="c.pdf">\n</document>'},
        {"type": "input_file", "filename": "a & b.pdf", "file_data": f"data:application/pdf;base64,{content}"},
        {"type": "input_image", "image_url": f"data:image/png;base64,{PICTURE}", "detail": "high"},
    ]

    class Evidence(BaseModel):
        field: str
        document_id: str

    class Answer(BaseModel):
        id_number: str
        evidence: list[Evidence]

    response = openai_client.responses.parse(
        model="gpt-6-luna", input=[{"role": "user", "content": parts}], text_format=Answer
    )

    assert response.output_parsed
    assert response.output_parsed.id_number == "000000422"
    assert {evidence.document_id for evidence in response.output_parsed.evidence} == {"d7"}


def test_an_answer_longer_than_its_limit_is_incomplete(openai_client: openai.OpenAI) -> None:
    response = openai_client.responses.create(model="gpt-6-luna", input=PROMPT, max_output_tokens=5)

    assert response.status == "incomplete"
    assert response.incomplete_details
    assert response.incomplete_details.reason == "max_output_tokens"


def test_a_schema_that_breaks_the_strict_rules_is_refused_as_the_provider_does(openai_client: openai.OpenAI) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": []}
    text: Any = {"format": {"type": "json_schema", "name": "loose", "schema": schema, "strict": True}}

    with pytest.raises(openai.BadRequestError, match="additionalProperties"):
        openai_client.responses.create(model="gpt-6-luna", input="x", text=text)


def test_without_a_key_nothing_is_answered(openai_client: openai.OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError):
        openai_client.responses.create(model="gpt-6-luna", input="x", extra_headers={"Authorization": ""})
