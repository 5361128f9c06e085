"""What the detector learns from: sets of attacks and clean texts, each set from another hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

TEXTS = Path(__file__).parent / "texts"


class Examples(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One set. An attack tells the machine that reads a case what to write, to rate, to omit or to do."""

    attacks: tuple[str, ...]
    clean: tuple[str, ...]


def all_examples(folder: Path = TEXTS) -> dict[str, Examples]:
    """Every set, by the name of its file. Raises: msgspec.ValidationError with the file's name for a broken one."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.stem] = msgspec.json.decode(path.read_bytes(), type=Examples)
        except msgspec.ValidationError as problem:
            raise msgspec.ValidationError(f"{path}: {problem}") from problem
    return found


def fingerprint(sets: Mapping[str, Examples]) -> str:
    """Tells these sets from others: the model that ships names what it learned from."""
    return hashlib.sha256(msgspec.json.encode(dict(sets), order="deterministic")).hexdigest()[:16]
