"""The routes under /__emulator/ that control it: faults, plants, pace, clock, responses, webhooks and the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from emulator.in_flight import Limits
from emulator.replies import JsonReply
from emulator.state import EmulatorState
from emulator.webhooks import RESPONSE_EVENTS

_HELP = {
    "GET /__emulator/health": "200 when it answers",
    "GET|POST|DELETE /__emulator/faults": "what is still to go wrong; add; clear",
    "GET|POST|DELETE /__emulator/plant": "which mistakes are planted, and where they were; choose; clear",
    "GET|DELETE /__emulator/log": "every call to a model; ?bodies=1 with the latest requests' bodies; clear",
    "GET|POST /__emulator/pace": 'how long an answer takes: {"seconds": 4, "later_seconds": 20}',
    "GET|POST /__emulator/clock": 'let time pass for responses and webhooks: {"advance_seconds": 600}',
    "GET|POST /__emulator/limits": 'most calls at once, else 429: {"openai": 20}; GET tells the highest count, too',
    "GET|DELETE /__emulator/responses": "the responses that can be read now; forget them",
    "GET|POST|DELETE /__emulator/webhooks": 'endpoints and deliveries; add one: {"url": …, "secret": "whsec_…"}; clear',
    "DELETE /__emulator": "clear faults, plants, log, prompt cache, limits and responses",
}


Seconds = Annotated[float, msgspec.Meta(ge=0)]


class _Pace(msgspec.Struct, forbid_unknown_fields=True):
    seconds: Seconds
    later_seconds: Seconds | None = None


class _Advance(msgspec.Struct, forbid_unknown_fields=True):
    advance_seconds: Seconds


class _Endpoint(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    secret: str = ""
    event_types: tuple[str, ...] = RESPONSE_EVENTS


def answer_control(state: EmulatorState, method: str, path: str, body: Any, *, query: Mapping[str, str]) -> JsonReply:
    """The answer to a control request; a body that cannot be understood is a 422 that says why."""
    routes = {"faults": _faults, "plant": _plant, "log": _log, "pace": _pace, "health": _health}
    routes |= {"clock": _clock, "responses": _responses, "webhooks": _webhooks, "limits": _limits}
    name = path.removeprefix("/__emulator").strip("/")
    try:
        if name in routes:
            return routes[name](state, method, body, query) or JsonReply(status=405, body=_HELP)
        if not name and method == "DELETE":
            for part in (state.faults, state.plants, state.log, state.cache, state.responses, state.in_flight):
                part.clear()
            return JsonReply(body={})
    except msgspec.ValidationError as exc:
        return JsonReply(status=422, body={"error": str(exc)})
    return JsonReply(status=404 if name else 200, body=_HELP)


def _faults(state: EmulatorState, method: str, body: Any, query: Mapping[str, str]) -> JsonReply | None:
    if method == "POST":
        state.faults.add(body)
    elif method == "DELETE":
        state.faults.clear()
    return JsonReply(body=state.faults.listed()) if method in ("GET", "POST", "DELETE") else None


def _plant(state: EmulatorState, method: str, body: Any, query: Mapping[str, str]) -> JsonReply | None:
    if method == "POST":
        state.plants.choose(body)
    elif method == "DELETE":
        state.plants.clear()
    return JsonReply(body=state.plants.listed()) if method in ("GET", "POST", "DELETE") else None


def _log(state: EmulatorState, method: str, body: Any, query: Mapping[str, str]) -> JsonReply | None:
    if method == "DELETE":
        state.log.clear()
    elif method != "GET":
        return None
    entries = state.log.listed(with_bodies=query.get("bodies") == "1")
    return JsonReply(body={"requests": entries, "count": len(entries)})


def _pace(state: EmulatorState, method: str, body: Any, query: Mapping[str, str]) -> JsonReply | None:
    if method == "POST":
        wanted = msgspec.convert(body, _Pace)
        later = {} if wanted.later_seconds is None else {"later_seconds": wanted.later_seconds}
        state.pace = msgspec.structs.replace(state.pace, seconds=wanted.seconds, **later)
    elif method != "GET":
        return None
    return JsonReply(body={"seconds": state.pace.seconds, "later_seconds": state.pace.later_seconds})


def _clock(state: EmulatorState, method: str, body: Any, query: Mapping[str, str]) -> JsonReply | None:
    if method == "POST":
        state.clock.advance(msgspec.convert(body, _Advance).advance_seconds)
    return JsonReply(body={"now": state.clock.now()}) if method in ("GET", "POST") else None


def _responses(state: EmulatorState, method: str, body: Any, query: Mapping[str, str]) -> JsonReply | None:
    if method == "DELETE":
        state.responses.clear()
    return JsonReply(body={"responses": state.responses.listed()}) if method in ("GET", "DELETE") else None


def _limits(state: EmulatorState, method: str, body: Any, query: Mapping[str, str]) -> JsonReply | None:
    if method == "POST":
        state.in_flight.limits = msgspec.convert(body, Limits)
    return JsonReply(body=state.in_flight.listed()) if method in ("GET", "POST") else None


def _webhooks(state: EmulatorState, method: str, body: Any, query: Mapping[str, str]) -> JsonReply | None:
    if method == "POST":
        wanted = msgspec.convert(body, _Endpoint)
        state.webhooks.create(url=wanted.url, event_types=wanted.event_types, secret=wanted.secret)
    elif method == "DELETE":
        state.webhooks.clear()
    return JsonReply(body=state.webhooks.listed()) if method in ("GET", "POST", "DELETE") else None


def _health(state: EmulatorState, method: str, body: Any, query: Mapping[str, str]) -> JsonReply | None:
    return JsonReply(body={"status": "ok"}) if method == "GET" else None
