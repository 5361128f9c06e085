"""The mistakes that the model makes on purpose, so that tests see whether code catches them.

    POST /__emulator/plant   {"kinds": ["wrong_values", "false_quotes"]}     until DELETE /__emulator/plant
    GET  /__emulator/plant   {"kinds": […], "planted": [{"kind", "field", "value"}]}

wrong_values: a phone, postal code, branch, salary and birth date that cannot be or that no quote supports ·
false_quotes: words that stand nowhere · bad_ids: an ID number with a wrong check digit, evidence in a document that
does not exist · swapped_dates: ends before beginnings · invented_hospitalisations: a stay that never was ·
attribution: a real value with its real quote in another field of its kind (the agent: the quote of another finding) ·
swapped_numbers: a real quote with two of its numbers changed round · another_person: the physician's name and phone as
the claimant's · older_value: of two documents that differ, the older one's value first ·
obey_injections: what an instruction inside a document or the call tells to set, is set, and no instruction is reported.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import msgspec

KINDS = (
    "wrong_values",
    "false_quotes",
    "bad_ids",
    "swapped_dates",
    "invented_hospitalisations",
    "attribution",
    "swapped_numbers",
    "another_person",
    "older_value",
    "obey_injections",
)


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake that was made: `field` is its path in the answer."""

    kind: str
    field: str
    value: Any


class _Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kinds: tuple[str, ...]


class Plants:
    """What to plant, and what was. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: frozenset[str] = frozenset()
        self._planted: list[Planted] = []

    @property
    def kinds(self) -> frozenset[str]:
        return self._kinds

    def choose(self, wanted: Any) -> None:
        """Takes the kinds as they come in a request. Raises: msgspec.ValidationError."""
        kinds = msgspec.convert(wanted, _Wanted).kinds
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise msgspec.ValidationError(f"cannot plant {', '.join(unknown)}; there are {', '.join(KINDS)}")
        with self._lock:
            self._kinds = frozenset(kinds)

    def record(self, planted: Sequence[Planted]) -> None:
        with self._lock:
            self._planted += planted

    def clear(self) -> None:
        with self._lock:
            self._kinds = frozenset()
            self._planted.clear()

    def listed(self) -> dict[str, Any]:
        with self._lock:
            return {"kinds": sorted(self._kinds), "planted": msgspec.to_builtins(self._planted)}
