from __future__ import annotations

import base64
from typing import Any

from chalicelib.adapters.anthropic.request import (
    most_tokens_of_body,
    request_body,
    tool_results_message,
    user_message,
)
from chalicelib.analyses.kit.llm import FilePart, TextPart, Tool, ToolResult

PDF = FilePart(file_name="דוח.pdf", content_type="application/pdf", content=b"%PDF")
PNG = FilePart(file_name="scan.png", content_type="image/png", content=b"png")
MARK = {"type": "ephemeral"}


def _body(*messages: dict[str, Any], tools: int = 2) -> dict[str, Any]:
    definitions = [Tool(name=f"t{n}", description="d", input_schema={"type": "object"}) for n in range(tools)]
    return request_body(
        model="claude-haiku-5-5", instructions="rules", messages=messages, tools=definitions, max_tokens=100
    )


def _marked(messages: list[dict[str, Any]]) -> list[bool]:
    return ["cache_control" in message["content"][-1] for message in messages]


def test_a_message_holds_texts_documents_and_images() -> None:
    message = user_message([TextPart("look"), PDF, PNG])

    assert message["role"] == "user"
    assert [block["type"] for block in message["content"]] == ["text", "document", "image"]
    assert "title" not in message["content"][1]  # the file's own name is a stranger's text
    assert base64.b64decode(message["content"][2]["source"]["data"]) == b"png"


def test_tool_results_name_their_calls_their_errors_and_their_files() -> None:
    message = tool_results_message(
        [ToolResult(call_id="a", content="text", files=(PDF,)), ToolResult(call_id="b", content="no", is_error=True)]
    )

    first, second = message["content"]
    assert (first["tool_use_id"], "is_error" in first) == ("a", False)
    assert [block["type"] for block in first["content"]] == ["text", "document"]
    assert (second["tool_use_id"], second["is_error"]) == ("b", True)


def test_instructions_the_last_tool_and_our_last_two_messages_are_marked_for_the_cache() -> None:
    messages = [user_message([TextPart(text)]) for text in "abc"]

    body = _body(*messages)

    assert body["system"] == [{"type": "text", "text": "rules", "cache_control": MARK}]
    assert ["cache_control" in tool for tool in body["tools"]] == [False, True]
    assert _marked(body["messages"]) == [False, True, True]


def test_the_models_own_messages_are_not_marked() -> None:
    theirs = {"role": "assistant", "content": [{"type": "thinking", "thinking": "x", "signature": "s"}]}

    body = _body(user_message([TextPart("a")]), theirs)

    assert _marked(body["messages"]) == [True, False]


def test_marking_leaves_the_stored_messages_as_they_are() -> None:
    message = user_message([TextPart("a")])

    _body(message)

    assert message == user_message([TextPart("a")])


def test_a_request_is_at_most_a_token_a_character() -> None:
    body = _body(user_message([TextPart("א" * 1_000)]))

    assert 1_000 < most_tokens_of_body(body) < 1_400


def test_a_picture_is_counted_by_its_pixels_not_by_its_characters() -> None:
    scan = FilePart(file_name="page-1", content_type="image/jpeg", content=b"x" * 1_000_000)

    # at most 2,000 by 2,000 pixels, 600 a token
    assert 6_666 < most_tokens_of_body(user_message([scan])) < 6_900
