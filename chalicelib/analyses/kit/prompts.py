"""Which words does a model get? Prompts are files, `prompts/<name>.md`; the name ends in the version."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

_FOLDER = Path(__file__).parent.parent / "prompts"


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """The instructions of one analysis. `version` is the file's name, e.g. "form7801_v2", and goes into the result."""

    version: str
    text: str


@cache
def prompt(version: str) -> Prompt:
    """The prompt of this name, read once.

    Raises: FileNotFoundError when there is no such file: a defect.
    """
    return Prompt(version=version, text=(_FOLDER / f"{version}.md").read_text(encoding="utf-8").strip())
