"""What goes wrong next: a queue of faults, each taken by the next call it fits, and faults at a random rate.

    POST /__emulator/faults  {"kind": "rate_limited", "provider": "openai", "after": 0, "times": 1, "retry_after": 2}
    POST /__emulator/faults  [{…}, {…}]                      several, in order
    POST /__emulator/faults  {"rate": 0.2, "seed": 7, "kinds": ["server_error", "drop"]}    at random, until DELETE;
                             `background_rate`: a share of their own for what only calls in the background meet

Answered with an error status:
    rate_limited 429 · tokens_limited 429 (tokens a minute are used up; its message alone says for how long) ·
    quota 429 (anthropic 402) · unauthorized 401 · forbidden 403 · model_not_found 404 · bad_request 400 ·
    too_large 413 · conflict 409 · server_error 500 · unavailable 503 · overloaded 529 (openai 503) · html 502 with a
    page of HTML. `status` overrides the number, `retry_after` (seconds) adds Retry-After.
On the wire (`events`: how many stream events are sent first):
    hang (`seconds` of silence, then the connection drops) · drop (before any answer) · stall (silence inside the
    stream) · cut (the stream ends cleanly, early) · cut_abruptly (the connection breaks inside it) · stream_error (an
    error event, `code` names it) · rate_limited_stream (its error event is the one of a rate limit) · malformed_json ·
    slow (answers properly after `seconds`)
In the answer:
    refusal · content_filter (openai) · truncated (incomplete, max_tokens) · truncated_tool_call (anthropic) ·
    schema_breaking (JSON of another shape) · prose (no JSON at all) · empty · failed (openai: status "failed") ·
    control_characters (a NUL inside each text) · lost_letters (NULs instead of all letters that are not ASCII) ·
    commentary (openai: a message of phase commentary before the answer), repeated_message (openai: it comes twice) ·
    unknown_tool, pause_turn, context_exceeded, broken_tool_json (no JSON), stringified_lists (anthropic)
To a response in the background:
    lost_create (it was created, and the connection drops before its id is sent) · webhook_lost · webhook_twice (the
    same webhook-id) · webhook_early (before the answer to its creation) · webhook_forged (the first try is signed with
    another secret). Any kind with `background: true` meets only calls in the background: with `unavailable` the layer
    is out while the foreground works.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from emulator.asked import Asked, Provider

STATUSES: Mapping[str, int] = {
    "rate_limited": 429,
    "tokens_limited": 429,
    "quota": 429,
    "unauthorized": 401,
    "forbidden": 403,
    "model_not_found": 404,
    "bad_request": 400,
    "too_large": 413,
    "conflict": 409,
    "server_error": 500,
    "unavailable": 503,
    "overloaded": 529,
    "html": 502,
}
WIRE_KINDS = (
    "hang",
    "drop",
    "stall",
    "cut",
    "cut_abruptly",
    "stream_error",
    "rate_limited_stream",
    "malformed_json",
    "slow",
)
ANSWER_KINDS = ("refusal", "truncated", "schema_breaking", "prose", "empty", "control_characters", "lost_letters")
OPENAI_KINDS = ("content_filter", "failed", "commentary", "repeated_message")
ANTHROPIC_KINDS = (
    *("truncated_tool_call", "broken_tool_json", "stringified_lists"),
    *("unknown_tool", "pause_turn", "context_exceeded"),
)
BACKGROUND_KINDS = ("lost_create", "webhook_lost", "webhook_twice", "webhook_early", "webhook_forged")
STREAM_KINDS = ("cut", "cut_abruptly", "stream_error", "rate_limited_stream", "malformed_json", "stall")
CREATED_KINDS = frozenset({"lost_create", "cut", "cut_abruptly", "malformed_json", "stall"})
"""In the background these lose the answer to the creation: the call goes on, and is billed."""
ANSWERED_KINDS = frozenset({"slow", *BACKGROUND_KINDS} - {"lost_create"})
"""Faults of calls that are answered well."""
KINDS = (*BACKGROUND_KINDS, *STATUSES, *WIRE_KINDS, *ANSWER_KINDS, *OPENAI_KINDS, *ANTHROPIC_KINDS)
PASSING_KINDS = (
    *("rate_limited", "overloaded", "server_error", "unavailable", "html"),
    *("drop", "cut", "cut_abruptly", "stream_error", "malformed_json"),
)
"""What a patient client recovers from: the kinds of random faults by default."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to go wrong. `after`: how many fitting calls go well first; `times`: how many then go wrong."""

    kind: str
    provider: Provider | None = None
    after: int = 0
    times: int = 1
    status: int | None = None
    retry_after: float | None = None
    seconds: float | None = None
    events: int = 3
    code: str | None = None
    background: bool | None = None

    def fits(self, asked: Asked) -> bool:
        if self.provider and self.provider != asked.provider:
            return False
        background = True if self.kind in BACKGROUND_KINDS else self.background
        if background is not None and background != asked.in_background:
            return False
        needed = {**dict.fromkeys(OPENAI_KINDS, "openai"), **dict.fromkeys(ANTHROPIC_KINDS, "anthropic")}.get(self.kind)
        return needed in (None, asked.provider)


class RandomFaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Faults at a rate. Which call fails depends on the seed, the body and how often it came: not on the timing."""

    rate: float
    seed: int = 0
    kinds: tuple[str, ...] = PASSING_KINDS
    provider: Provider | None = None
    retry_after: float | None = None
    background_rate: float = 0.0
    """Of the calls in the background that are not failed by `rate`: these meet those of `kinds` that only calls in the
    background meet, in turn."""


class FaultQueue:
    """The faults still to come. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: list[Fault] = []
        self._random: RandomFaults | None = None
        self._seen: Counter[str] = Counter()
        self._turns = 0

    def add(self, wanted: Any) -> None:
        """Takes faults as they come in a request. Raises: msgspec.ValidationError."""
        entries: Sequence[Any] = wanted if isinstance(wanted, list) else [wanted]
        for entry in entries:
            if isinstance(entry, Mapping) and "rate" in entry:
                chosen = msgspec.convert(entry, RandomFaults)
                _check_kinds(chosen.kinds)
                with self._lock:
                    self._random = chosen
            else:
                fault = msgspec.convert(entry, Fault)
                _check_kinds((fault.kind,))
                with self._lock:
                    self._queue.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._queue.clear()
            self._random = None
            self._seen.clear()

    def listed(self) -> dict[str, Any]:
        with self._lock:
            return {"queue": msgspec.to_builtins(self._queue), "random": msgspec.to_builtins(self._random)}

    def next_for(self, asked: Asked) -> Fault | None:
        """The fault that this call meets, if any; it is used up."""
        fingerprint = asked.fingerprint
        with self._lock:
            for index, fault in enumerate(self._queue):
                if fault.fits(asked):
                    return self._used(index, fault)
            self._seen[fingerprint] += 1
            return self._by_chance(asked, f"{fingerprint}-{self._seen[fingerprint]}")

    def _used(self, index: int, fault: Fault) -> Fault | None:
        if fault.after:
            self._queue[index] = msgspec.structs.replace(fault, after=fault.after - 1)
            return None
        if fault.times > 1:
            self._queue[index] = msgspec.structs.replace(fault, times=fault.times - 1)
        else:
            del self._queue[index]
        return fault

    def _by_chance(self, asked: Asked, call: str) -> Fault | None:
        chosen = self._random
        if chosen is None or (chosen.provider and chosen.provider != asked.provider):
            return None
        rng = random.Random(f"{chosen.seed}-{call}")  # noqa: S311  # chosen to be repeatable
        if rng.random() >= chosen.rate:
            return self._in_turn(chosen) if asked.in_background and rng.random() < chosen.background_rate else None
        fitting = [
            fault
            for fault in (Fault(kind=kind, retry_after=chosen.retry_after) for kind in chosen.kinds)
            if fault.fits(asked)
        ]
        return rng.choice(fitting) if fitting else None

    def _in_turn(self, chosen: RandomFaults) -> Fault | None:
        kinds = [kind for kind in chosen.kinds if kind in BACKGROUND_KINDS]
        self._turns += 1
        return Fault(kind=kinds[self._turns % len(kinds)]) if kinds else None


def _check_kinds(kinds: Sequence[str]) -> None:
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise msgspec.ValidationError(f"no such fault: {', '.join(unknown)}; there are {', '.join(KINDS)}")
