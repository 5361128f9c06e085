"""Does this text try to instruct the model? A detector in code, whatever the model makes of the text.

It only reports: what keeps an instruction from having an effect is that code decides what code can decide. A text is an
alarm when it bears known signs (`signs`) or sounds like an instruction to a machine (`wording`), as it stands or with
its disguises taken off (`disguise`).
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.analyses.kit.injection.disguise import hidden_texts, undisguised, visible
from chalicelib.analyses.kit.injection.signs import signed_place
from chalicelib.analyses.kit.injection.wording import suspicious_place

LONGEST_PASSAGE_CHARACTERS = 300


def suspect_passage(text: str) -> str | None:
    """The first lines that look like an instruction to the model, as they stand in the text; None: there are none."""
    lines = text.splitlines()
    as_seen = [visible(line) for line in lines]
    as_meant = [plain if (plain := undisguised(line)) != line else "" for line in as_seen]
    for reading in (as_seen, as_meant):
        starts, readable = _as_read(reading)
        place = _place(readable)
        if place is not None:
            first, last = (_line_at(starts, position) for position in place)
            return "\n".join(lines[first : last + 1])[:LONGEST_PASSAGE_CHARACTERS].strip()
    for hidden in hidden_texts(text):
        if _place(_as_read([visible(hidden)])[1]) is not None:
            return hidden[:LONGEST_PASSAGE_CHARACTERS].strip()
    return None


def readable_text(text: str) -> str:
    """The text as it is weighed."""
    return _as_read([visible(line) for line in text.splitlines()])[1]


def _place(readable: str) -> tuple[int, int] | None:
    return signed_place(readable) or suspicious_place(readable)


def _as_read(lines: Sequence[str]) -> tuple[list[int], str]:
    """Where each line begins in the text that the lines make, and that text."""
    starts, position = [], 0
    for line in lines:
        starts.append(position)
        position += len(line) + 1
    return starts, "\n".join(lines)


def _line_at(starts: Sequence[int], position: int) -> int:
    return max(index for index, start in enumerate(starts) if start <= position)
