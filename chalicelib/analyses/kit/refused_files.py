"""What when the provider cannot open a file? The question is asked again without it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

from chalicelib.analyses.kit.llm import FilePart, FileRefused, Part, TextPart

MOST_TRIED_ALONE = 8
"""Of so many files each is left out alone to find the one, for a provider does not bill a request that it refuses."""
_NOT_OPENED = TextPart("(The file could not be opened. Nothing is known of what it holds.)")

Answer = TypeVar("Answer")


def ask_without_refused(
    ask: Callable[[Sequence[Part]], Answer], parts: Sequence[Part]
) -> tuple[Answer, tuple[int, ...]]:
    """The answer, and the places (from 0) of the files that had to be left out.

    Raises: what `ask` raises; FileRefused when it is refused without any file, too.
    """
    refused: set[int] = set()
    while True:
        try:
            return ask(_without(parts, refused)), tuple(sorted(refused))
        except FileRefused as error:
            left = [place for place in _files(parts) if place not in refused]
            if not left:
                raise
            if error.part in left:
                refused.add(error.part)
                continue
        answered = _answered_without_one(ask, parts, refused=refused, left=left)
        if answered is not None:
            return answered
        refused.update(left)


def _answered_without_one(
    ask: Callable[[Sequence[Part]], Answer], parts: Sequence[Part], *, refused: Collection[int], left: Sequence[int]
) -> tuple[Answer, tuple[int, ...]] | None:
    """The answer when one file alone was the reason; None when it was not, or there are too many to try."""
    if not 1 < len(left) <= MOST_TRIED_ALONE:
        return None
    for place in left:
        try:
            return ask(_without(parts, {*refused, place})), tuple(sorted({*refused, place}))
        except FileRefused:
            continue
    return None


def _files(parts: Sequence[Part]) -> Iterator[int]:
    return (place for place, part in enumerate(parts) if isinstance(part, FilePart))


def _without(parts: Sequence[Part], refused: Collection[int]) -> list[Part]:
    return [_NOT_OPENED if place in refused else part for place, part in enumerate(parts)]
