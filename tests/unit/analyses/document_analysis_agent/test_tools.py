from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest

from chalicelib.analyses.document_analysis_agent.tools import INPUTS, ReadDocument, SubmitAnalysis, parsed, tools


def test_the_agent_has_the_seven_tools() -> None:
    names = [tool.name for tool in tools(topics=["payment"])]

    assert names == [
        "list_documents",
        "read_document",
        "search_documents",
        "read_call",
        "read_guidelines",
        "record_finding",
        "submit_analysis",
    ]


def test_every_schema_is_a_closed_object_and_describes_its_tool() -> None:
    for tool in tools(topics=["payment"]):
        assert tool.input_schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        assert set(tool.input_schema["required"]) <= set(tool.input_schema["properties"])
        assert len(tool.description) > 40


def test_a_schema_has_no_null_and_no_default() -> None:
    read = next(tool for tool in tools(topics=["payment"]) if tool.name == "read_document")

    assert read.input_schema["required"] == ["document_id"]
    assert read.input_schema["properties"]["last_page"]["type"] == "integer"
    assert "default" not in read.input_schema["properties"]["first_page"]


def test_the_topics_of_the_guidelines_are_named() -> None:
    guidelines = next(tool for tool in tools(topics=["payment", "attachments"]) if tool.name == "read_guidelines")

    assert guidelines.input_schema["properties"]["topic"]["enum"] == ["payment", "attachments"]


def test_input_is_parsed_into_the_tools_type() -> None:
    assert parsed("read_document", {"document_id": "d1", "last_page": None}) == ReadDocument(document_id="d1")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "document_id"),
        ({"document_id": 7}, r"\$.document_id"),
        ({"document_id": "d1", "first_page": 0}, r"\$.first_page"),
        ({"document_id": "d1", "page": 2}, "unknown field `page`"),
    ],
)
def test_a_wrong_input_is_named(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=says):
        parsed("read_document", arguments)


def test_null_and_numbers_as_text_are_read() -> None:
    read = parsed("read_document", {"document_id": "d1", "first_page": None, "last_page": "3", "from_character": 2.0})

    assert read == ReadDocument(document_id="d1", last_page=3, from_character=2)


@pytest.mark.parametrize("rate", [72, "72%", 72.0, "72.0 %"], ids=["number", "percent", "decimal", "decimal percent"])
def test_a_rate_may_be_written_in_other_ways_and_lists_may_be_null(rate: Any) -> None:
    texts = dict.fromkeys(("eligibility_assessment", "claim_strength", "summary", "strategy"), "x")
    lists = {"key_findings": None, "recommendations": '["a", "b"]', "gaps": "one"}

    submitted = parsed("submit_analysis", {**texts, **lists, "claim_rate": rate})

    assert isinstance(submitted, SubmitAnalysis)
    assert (submitted.claim_rate, submitted.key_findings, submitted.recommendations, submitted.gaps) == (
        72,
        [],
        ["a", "b"],
        ["one"],
    )


class Interview(msgspec.Struct, frozen=True, kw_only=True):
    words: Annotated[str, msgspec.Meta(description="Of the interview, as in list[int]")]


def test_what_a_description_says_does_not_change_how_a_member_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(INPUTS, "read_interview", Interview)

    assert parsed("read_interview", {"words": "2026"}) == Interview(words="2026")
