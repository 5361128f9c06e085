"""What OpenAI would refuse: the rules of the Responses API that a careless client breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.asked import Asked
from emulator.openai_errors import Refused
from emulator.pictures import picture_size, pictures_in
from emulator.strict_schema import problem_of_format

WINDOWS = ("soonest", "2h", "8h")
MOST_METADATA, LONGEST_NAME, LONGEST_VALUE = 16, 64, 512


def check_request(asked: Asked) -> None:
    """Raises: Refused, in the provider's words."""
    if not asked.model:
        raise Refused("Missing required parameter: 'model'.", code="missing_required_parameter")
    if "input" not in asked.body and "messages" not in asked.body:
        raise Refused("Missing required parameter: 'input'.", code="missing_required_parameter")
    wanted = format_of(asked)
    if wanted.get("type") == "json_schema" and wanted.get("strict"):
        problem = problem_of_format(wanted.get("name"), wanted.get("schema"))
        if problem:
            raise Refused(problem, code="invalid_json_schema")
    _check_background(asked.body)
    _check_metadata(asked.body.get("metadata") or {})
    if any(picture_size(picture) is None for picture in pictures_in(asked.body.get("input"))):
        raise Refused(
            "The image data you provided does not represent a valid image. Please check your input and try again with"
            " one of the following image formats: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'].",
            code="invalid_image_format",
        )


def format_of(asked: Asked) -> dict[str, Any]:
    """The format of the answer, as the Responses API writes it."""
    wanted = (asked.body.get("text") or {}).get("format")
    if wanted is None:
        chat = asked.body.get("response_format") or {}
        wanted = {"type": chat.get("type"), **(chat.get("json_schema") or {})}
    return dict(wanted)


def _check_background(body: Mapping[str, Any]) -> None:
    """A later window needs the background, the standard tier, and an answer in one piece."""
    window = (body.get("background_options") or {}).get("completion_window", "soonest")
    if window not in WINDOWS:
        raise Refused(f"Invalid value: '{window}'. Supported values are: 'soonest', '2h', and '8h'.")
    if window != "soonest" and not body.get("background"):
        raise Refused(f"'background_options.completion_window' '{window}' requires 'background' to be true.")
    if window != "soonest" and body.get("stream"):
        raise Refused(f"'background_options.completion_window' '{window}' does not support streaming.")
    if window != "soonest" and body.get("service_tier") not in (None, "auto", "default"):
        raise Refused(f"'background_options.completion_window' '{window}' requires standard processing.")


def _check_metadata(metadata: Mapping[str, Any]) -> None:
    if len(metadata) > MOST_METADATA:
        raise Refused(f"Invalid 'metadata': too many properties. Expected an object with at most {MOST_METADATA}.")
    for name, value in metadata.items():
        if not isinstance(value, str):
            raise Refused(f"Invalid type for 'metadata.{name}': expected a string.")
        if len(name) > LONGEST_NAME or len(value) > LONGEST_VALUE:
            raise Refused(f"Invalid 'metadata.{name}': string too long.", code="string_above_max_length")
