"""What models made of texts that they had not learned from, as `make detector` found it."""

from __future__ import annotations

from pathlib import Path

import msgspec

WRITTEN = Path(__file__).with_name("verdict.json")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One set: how many of its attacks were found, how many of its clean texts raised an alarm."""

    name: str
    attacks: int
    found: int
    clean: int
    alarms: int


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Every set, judged by the model of the other groups; `everything` sums them up."""

    threshold: float
    everything: Row
    rows: tuple[Row, ...]


def written_verdict() -> Verdict:
    """The one beside the texts."""
    return msgspec.json.decode(WRITTEN.read_bytes(), type=Verdict)
