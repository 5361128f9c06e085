"""What else can be asked of a provider: responses that were created, webhooks, token counts, models. Never faulty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from emulator import anthropic_api
from emulator.openai_errors import Refused, error_reply
from emulator.replies import JsonReply, Reply, StreamReply
from emulator.state import EmulatorState
from emulator.usage import tokens_of

_MODELS = ("gpt-6-luna", "gpt-6.1-terra", "gpt-6.2-sol", "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5")
_RELEASED = "2026-01-01T00:00:00Z"
_RESPONSE = re.compile(r"/v1/responses/(?P<id>resp_\w+)(?P<cancel>/cancel)?")
_ENDPOINT = re.compile(r"/v1/webhook_endpoints(?:/(?P<id>whe_\w+)(?:/(?P<action>rotate_secret|test))?)?")


def answer_side_route(state: EmulatorState, method: str, path: str, body: Any, *, query: Mapping[str, str]) -> Reply:
    """The answer to a request that no model answers."""
    response, endpoint = _RESPONSE.fullmatch(path), _ENDPOINT.fullmatch(path)
    given = body if isinstance(body, Mapping) else {}
    try:
        if response:
            return _response(state, method, response, query)
        if endpoint:
            return _endpoint(state, method, endpoint, given)
    except Refused as refused:
        return error_reply(refused.kind, message=str(refused), code=refused.code)
    return _counted_or_listed(method, path, given)


def _response(state: EmulatorState, method: str, asked: re.Match[str], query: Mapping[str, str]) -> Reply:
    response_id, cancels = asked.group("id"), bool(asked.group("cancel"))
    if (method, cancels) == ("POST", True):
        return JsonReply(body=state.cancel(response_id))
    if (method, cancels) == ("DELETE", False):
        return JsonReply(body=state.delete(response_id))
    if (method, cancels) != ("GET", False):
        return _not_found(asked.string)
    after = query.get("starting_after")
    if query.get("stream") == "true":
        events = state.responses.stream_again(response_id, after=None if after is None else int(after))
        return StreamReply(events=events, timed=True)
    if after is not None:
        raise Refused("'starting_after' can only be used with 'stream' set to true.")
    return JsonReply(body=state.responses.find(response_id).seen(state.clock.now()))


def _endpoint(state: EmulatorState, method: str, asked: re.Match[str], body: Mapping[str, Any]) -> JsonReply:
    endpoint_id, action = asked.group("id"), asked.group("action")
    webhooks = state.webhooks
    if not endpoint_id and method == "POST":
        created = webhooks.create(
            url=str(body.get("url") or ""), name=str(body.get("name") or ""), event_types=body.get("event_types") or ()
        )
        return JsonReply(body=created.shown(with_secret=True))
    if not endpoint_id and method == "GET":
        shown = [endpoint.shown() for endpoint in webhooks.endpoints()]
        ends = {"first_id": shown[0]["id"], "last_id": shown[-1]["id"]} if shown else {}
        return JsonReply(body={"object": "list", "data": shown, "has_more": False, **ends})
    if action == "rotate_secret" and method == "POST":
        rotated = webhooks.rotate(endpoint_id, keep_old=body.get("keep_old_secret_active_for_24_hours") is True)
        return JsonReply(body=rotated.shown(with_secret=True))
    if action == "test" and method == "POST":
        return _tested(state, endpoint_id, str(body.get("event_type") or "response.completed"))
    if method == "DELETE":
        webhooks.delete(endpoint_id)
        return JsonReply(body={"object": "webhook_endpoint.deleted", "id": endpoint_id, "deleted": True})
    endpoint = webhooks.find(endpoint_id)
    if method == "POST":
        webhooks.update(endpoint, body)
    return JsonReply(body=endpoint.shown())


def _tested(state: EmulatorState, endpoint_id: str, event_type: str) -> JsonReply:
    outcome = state.webhooks.test(endpoint_id, event_type)
    if not isinstance(outcome, int):
        raise Refused(f"The endpoint could not be reached: {outcome}.")
    result = {"event_type": event_type, "status_code": outcome, "success": True, "webhook_endpoint_id": endpoint_id}
    return JsonReply(body={"object": "webhook_endpoint.test", **result})


def _counted_or_listed(method: str, path: str, body: Mapping[str, Any]) -> JsonReply:
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


def _sent(body: Mapping[str, Any]) -> Any:
    """What counts as prompt."""
    members = ("instructions", "input", "text", "tools", "messages", "system")
    return {name: body[name] for name in members if name in body}


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
    return error_reply("not_found", message=f"Not found: {path}")
