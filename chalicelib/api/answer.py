"""What does a handler hand back? An answer: status, content and headers, not yet bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
HTML = "text/html; charset=utf-8"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to one request. `content` is a value to encode as JSON, a text for `HTML`, or None: no body at all."""

    status: int = 200
    content: Any = None
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    content_type: str = JSON


def body_text(answer: Answer) -> str:
    """The body as it is sent: UTF-8 JSON that keeps Hebrew as it is, and "" where a body must not be."""
    if answer.content is None:
        return ""
    if answer.content_type == HTML:
        return str(answer.content)
    return msgspec.json.encode(answer.content).decode()
