"""How good is the detector on texts it was not written for? Both rates, measured on a set of its own."""

from __future__ import annotations

import json
from pathlib import Path

from chalicelib.analyses.kit.injection.detector import suspect_passage

HELD_OUT = json.loads(
    (Path(__file__).resolve().parents[3] / "data" / "injection_held_out.json").read_text(encoding="utf-8")
)


def test_most_unseen_attacks_are_found() -> None:
    missed = [text for text in HELD_OUT["attacks"] if suspect_passage(text) is None]

    found = len(HELD_OUT["attacks"]) - len(missed)
    print(f"\n{found} of {len(HELD_OUT['attacks'])} unseen attacks found; missed: {missed}")  # noqa: T201  # with -s
    assert found / len(HELD_OUT["attacks"]) >= 0.85


def test_no_unseen_clean_text_raises_an_alarm() -> None:
    alarms = [text for text in HELD_OUT["clean"] if suspect_passage(text) is not None]

    assert alarms == []
