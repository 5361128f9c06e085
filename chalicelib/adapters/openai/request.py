"""What is sent to OpenAI? The body of one Responses API call, built from our values."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.analyses.kit.llm import FilePart, Part
from chalicelib.analyses.kit.prices import worst_case_usd
from chalicelib.analyses.kit.tokens import most_tokens_of_picture, most_tokens_of_text
from chalicelib.jobs.model import Job

SOONEST = "soonest"
LATER_WINDOWS: Mapping[str, float] = {"8h": 8.5 * 3600, "2h": 2 * 3600 - 300}
"""OpenAI's windows with a discount, and how many seconds before the deadline a call with one is still begun: time for
what follows, and of the shortest deadline that a start may have, 2 h, the minutes until its first call."""

if TYPE_CHECKING:
    from pydantic import BaseModel


def request_body(
    *,
    model: str,
    effort: str,
    instructions: str,
    parts: Sequence[Part],
    output: type[BaseModel],
    max_output_tokens: int,
) -> dict[str, Any]:
    """The body of a streamed call that must answer with JSON of `output`'s schema.

    `store` is off: the provider shall not keep medical documents for later retrieval. Only the instructions are written
    to the provider's cache: what follows is read once, and a cache write costs more than plain input.
    """
    mark = {"mode": "explicit"}
    return {
        "model": model,
        "input": [
            {
                "role": "developer",
                "content": [{"type": "input_text", "text": instructions, "prompt_cache_breakpoint": mark}],
            },
            {"role": "user", "content": [_content(part, number) for number, part in enumerate(parts, 1)]},
        ],
        "prompt_cache_options": mark,
        "reasoning": {"effort": effort},
        "text": {"format": {"type": "json_schema", "name": output.__name__, "schema": _schema(output), "strict": True}},
        "max_output_tokens": max_output_tokens,
        "store": False,
        "stream": True,
    }


def most_input_tokens(body: Mapping[str, Any], parts: Sequence[Part]) -> int:
    """At most this many tokens are sent: the prompt's parts, the instructions and the schema."""
    schema = msgspec.json.encode(body["text"]).decode()
    instructions = body["input"][0]["content"][0]["text"]
    of_parts = sum(_most_tokens_of_part(part) for part in parts)
    return of_parts + most_tokens_of_text(instructions) + most_tokens_of_text(schema)


def completion_window(job: Job) -> str:
    """By when the model must have answered: of a job of low priority as late as its deadline allows, at a discount."""
    left = (job.deadline_at - job.updated_at).total_seconds()
    fitting = (name for name, seconds in LATER_WINDOWS.items() if job.priority == "low" and left >= seconds)
    return next(fitting, SOONEST)


def most_usd(body: Mapping[str, Any], sent_tokens: int) -> Decimal | None:
    """What the call costs at most; None when its model has no price."""
    return worst_case_usd(body["model"], input_tokens=sent_tokens, max_output_tokens=body["max_output_tokens"])


def count_files(parts: Sequence[Part]) -> int:
    """How many files are sent."""
    return sum(isinstance(part, FilePart) for part in parts)


def _most_tokens_of_part(part: Part) -> int:
    if not isinstance(part, FilePart):
        return most_tokens_of_text(part.text)
    return most_tokens_of_picture(part.pixels)


def _content(part: Part, number: int) -> dict[str, Any]:
    """A part as the API takes it. A file's own name is a stranger's text, so it stays here."""
    if not isinstance(part, FilePart):
        return {"type": "input_text", "text": part.text}
    data_url = f"data:{part.content_type};base64,{base64.b64encode(part.content).decode('ascii')}"
    if part.content_type.startswith("image/"):
        return {"type": "input_image", "image_url": data_url, "detail": "original"}
    return {"type": "input_file", "filename": f"file-{number}.pdf", "file_data": data_url, "detail": "high"}


@cache
def _schema(output: type[BaseModel]) -> Mapping[str, Any]:
    """The output's JSON Schema in the strict form that the provider asks for (every member required, none added)."""
    from openai import pydantic_function_tool

    return dict(pydantic_function_tool(output)["function"]["parameters"])
