"""What are sources called in a prompt? D1, D2, … in the case's order, and "call": short names are copied exactly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from chalicelib.analyses.kit.untrusted import CALL_ID
from chalicelib.cases.model import DocumentText

_NUMBER = re.compile(r"\bD\W?(\d+)\b", re.IGNORECASE)


def names_of(texts: Iterable[DocumentText]) -> dict[str, str]:
    """The ids of these documents by their names."""
    return {f"D{number}": text.document.id for number, text in enumerate(texts, 1)}


def source_id(written: str, names: Mapping[str, str]) -> str:
    """The id of the source that a model names; what names none is given back as it is.

    A document's own id is understood too, and a name with words around it ("document D2", `[D2]`).
    """
    plain = written.strip().strip("\"'[]<>")
    if plain in names.values():
        return plain
    if re.fullmatch(r"(?:the )?(?:call|transcript|שיחה|השיחה)", plain, re.IGNORECASE):
        return CALL_ID
    number = _NUMBER.search(plain)
    return names.get(f"D{number[1]}", plain) if number else plain
