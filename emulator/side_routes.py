"""What else can be asked of a provider? Stored responses, token counts and the list of models: free, never faulty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from emulator import anthropic_api
from emulator.openai_errors import error_reply
from emulator.replies import JsonReply
from emulator.state import EmulatorState
from emulator.usage import tokens_of

_MODELS = ("gpt-6-luna", "gpt-6.1-terra", "gpt-6.2-sol", "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5")
_RELEASED = "2026-01-01T00:00:00Z"
_RESPONSE = re.compile(r"/v1/responses/(?P<id>resp_\w+)(?P<cancel>/cancel)?")


def answer_side_route(state: EmulatorState, method: str, path: str, body: Any, *, now: float) -> JsonReply:
    """The answer to a request that no model answers; `now` in epoch seconds."""
    stored = _RESPONSE.fullmatch(path)
    if stored and method in ("GET", "POST"):
        look = state.responses.cancel if stored.group("cancel") else state.responses.look
        response = look(stored.group("id"), now=now)
        return JsonReply(body=response) if response else _not_found(path)
    if (method, path) == ("POST", "/v1/responses/input_tokens"):
        return JsonReply(body={"object": "response.input_tokens", "input_tokens": tokens_of(_sent(body))})
    if (method, path) == ("POST", "/v1/messages/count_tokens"):
        return JsonReply(body={"input_tokens": tokens_of(_sent(body))})
    if method == "GET" and path == "/v1/models":
        models = [_model(name) for name in _MODELS]
        ends = {"has_more": False, "first_id": _MODELS[0], "last_id": _MODELS[-1]}
        return JsonReply(body={"object": "list", "data": models, **ends})
    if method == "GET" and path.startswith("/v1/models/"):
        return JsonReply(body=_model(path.rsplit("/", 1)[-1]))
    return _not_found(path)


def _sent(body: Any) -> Any:
    """What counts as prompt."""
    members = ("instructions", "input", "text", "tools", "messages", "system")
    return {name: body[name] for name in members if name in body} if isinstance(body, Mapping) else {}


def _model(name: str) -> dict[str, Any]:
    """A model in both providers' shapes at once."""
    return {
        "id": name,
        "object": "model",
        "created": 1_767_225_600,
        "owned_by": "emulator",
        "type": "model",
        "display_name": f"{name} (emulated)",
        "created_at": _RELEASED,
    }


def _not_found(path: str) -> JsonReply:
    if path.startswith("/v1/messages"):
        return anthropic_api.error_reply("model_not_found", request_id="", message=f"Not found: {path}")
    return error_reply("model_not_found", message=f"Not found: {path}")
