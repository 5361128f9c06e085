"""How is the emulator told what to do? The routes under /__emulator/: faults, plants, pace and the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from emulator.replies import JsonReply
from emulator.state import EmulatorState

_HELP = {
    "GET /__emulator/health": "200 when it answers",
    "GET|POST|DELETE /__emulator/faults": "what is still to go wrong; add; clear",
    "GET|POST|DELETE /__emulator/plant": "which mistakes are planted, and where they were; choose; clear",
    "GET|DELETE /__emulator/log": "every call to a model; ?bodies=1 with the latest requests' bodies; clear",
    "GET|POST /__emulator/pace": 'how long an answer takes: {"seconds": 4}',
    "DELETE /__emulator": "clear faults, plants, log and prompt cache",
}


def answer_control(state: EmulatorState, method: str, path: str, body: Any, *, query: Mapping[str, str]) -> JsonReply:
    """The answer to a control request; a body that cannot be understood is a 422 that says why."""
    routes = {"faults": _faults, "plant": _plant, "log": _log, "pace": _pace, "health": _health}
    name = path.removeprefix("/__emulator").strip("/")
    try:
        if name in routes:
            return routes[name](state, method, body, query) or JsonReply(status=405, body=_HELP)
        if not name and method == "DELETE":
            for part in (state.faults, state.plants, state.log, state.cache):
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
        seconds = body.get("seconds") if isinstance(body, Mapping) else None
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise msgspec.ValidationError("seconds must be a number, at least 0")
        state.pace = msgspec.structs.replace(state.pace, seconds=float(seconds))
    elif method != "GET":
        return None
    return JsonReply(body={"seconds": state.pace.seconds})


def _health(state: EmulatorState, method: str, body: Any, query: Mapping[str, str]) -> JsonReply | None:
    return JsonReply(body={"status": "ok"}) if method == "GET" else None
