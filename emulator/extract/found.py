"""Which reading counts when sources differ? A document outranks speech; a speaker's last word outranks the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from emulator.extract.sources import CALL_ID, Line

_COMPARED = ("start_date", "end_date", "monthly_salary_gross", "admission_date", "discharge_date", "hospital_name")


class Found(msgspec.Struct, frozen=True):
    """A value and the line it was read from; `around` is the part of the line that a short quote must hold."""

    value: Any
    line: Line
    around: str = ""

    def evidence(self, field: str) -> dict[str, Any]:
        """The evidence entry of a form's field."""
        return {
            "field": field,
            "document_id": self.line.source_id,
            "page": self.line.page,
            "quote": self.line.quote(self.around),
        }

    @property
    def was_said(self) -> bool:
        return self.line.source_id == CALL_ID


class Entry(dict[str, Found]):
    """One job, stay or physician: the reading of each field that counts. `others` are readings that differ from it."""

    def __init__(self, fields: Mapping[str, Found] | None = None) -> None:
        super().__init__(fields or {})
        self.others: list[tuple[str, Found]] = []

    def absorb(self, entry: Mapping[str, Found]) -> None:
        """Takes over what another source adds; what it says differently is kept beside."""
        for field, reading in entry.items():
            known = self.setdefault(field, reading)
            if field in _COMPARED and not alike(known.value, reading.value):
                self.others.append((field, reading))


def alike(first: Any, second: Any) -> bool:
    """True when two values say the same, one perhaps less precisely: `2018-09` and `2018-09-01`."""
    ours, theirs = (
        "".join(character for character in str(value).lower() if character.isalnum()) for value in (first, second)
    )
    return ours.startswith(theirs) or theirs.startswith(ours)


def settled(readings: Sequence[Found]) -> Found | None:
    """The reading that counts: the one most documents have (the first of equals), else the last one said."""
    written = [reading for reading in readings if not reading.was_said]
    if not written:
        return readings[-1] if readings else None
    value, _ = Counter(str(reading.value) for reading in written).most_common(1)[0]
    return next(reading for reading in written if str(reading.value) == value)
