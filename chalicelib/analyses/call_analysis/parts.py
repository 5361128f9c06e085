"""How is a call cut that no request can take? Into parts of about one length, never inside a sentence said.

The model reads a call in one piece up to 250,000 characters, more than four hours of talk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalicelib.analyses.kit.tokens import REQUEST_TOKENS

PART_CHARACTERS = REQUEST_TOKENS
"""A character is a token at most."""

OVERLAP_CHARACTERS = 600
"""What a part repeats of the one before at most, in whole lines, so that an answer keeps its question."""

_PIECES = re.compile(r".{1,1000}(?:\s|$)|.{1,1000}")
"""A line is cut after some word, at the latest after 1,000 characters."""


def parts_of(transcript: str, *, part_characters: int = PART_CHARACTERS) -> tuple[str, ...]:
    """The transcript in as few parts as will do, cut between lines; one part when it is short enough.

    A line of more than 1,000 characters counts as several. Every part but the first begins with the last lines of the
    one before.
    """
    count = -(-len(transcript) // part_characters)
    if count <= 1:
        return (transcript,)
    parts: list[list[str]] = [[] for _ in range(count)]
    position = 0
    for line in transcript.splitlines():
        for piece in _PIECES.findall(line):
            parts[min(count - 1, position * count // len(transcript))].append(piece.rstrip())
            position += len(piece)
        position += 1
    before: list[list[str]] = [[], *parts]
    return tuple("\n".join([*_last_lines(last), *part]) for last, part in zip(before, parts, strict=False) if part)


def _last_lines(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for line in reversed(lines):
        if sum(map(len, kept)) + len(line) > OVERLAP_CHARACTERS:
            break
        kept.insert(0, line)
    return kept
