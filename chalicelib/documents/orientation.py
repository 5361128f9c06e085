"""How text runs on a page: along a line at any angle, upright or mirrored; and its place seen along that line.

Most text is level or turned by quarters. A scan that was put in askew has its text layer at a small angle, which is
never quite the same twice; stamps have letters around a circle, each at an angle of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

Rectangle = tuple[float, float, float, float]
"""Least x, least y, greatest x, greatest y, in points; y grows upwards."""

NEARLY_LEVEL_DEGREES = 0.6
"""Lines at angles that small, among level ones, are level ones; a page of them has an angle of its own from half on."""
APART_DEGREES = 1.0
"""Angles that no others join over a gap as wide are different directions."""
FEWEST_OF_A_DIRECTION = 3
"""Fewer letters at one angle are part of a curve."""
_NEAR_A_DIAGONAL = 0.25


class Axes(NamedTuple):
    """The directions of a text on the page, of length one: along its line, and up its letters.

    Mirrored text has `up` where unmirrored text of the same line has its feet.
    """

    along_x: float
    along_y: float
    up_x: float
    up_y: float

    def seen(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page as the text has it: how far along its line, and how far up."""
        return x * self.along_x + y * self.along_y, x * self.up_x + y * self.up_y

    def rectangle_seen(self, box: Rectangle) -> Rectangle:
        """A rectangle of the page as the text has it; exact for quarter turns, else what surrounds it."""
        first, second = self.seen(box[0], box[1]), self.seen(box[2], box[3])
        third, fourth = self.seen(box[0], box[3]), self.seen(box[2], box[1])
        return _around((first, second, third, fourth))

    def rectangle_on_page(self, x0: float, y0: float, x1: float, y1: float) -> Rectangle:
        """What surrounds a rectangle of the text on the page."""
        return _around(
            [
                (x * self.along_x + y * self.up_x, x * self.along_y + y * self.up_y)
                for x, y in ((x0, y0), (x1, y1), (x0, y1), (x1, y0))
            ]
        )


LEVEL = Axes(1, 0, 0, 1)
QUARTERS = (LEVEL, Axes(0, 1, -1, 0), Axes(-1, 0, 0, -1), Axes(0, -1, 1, 0))
"""By quarter turns, against the clock."""
CURVED = Axes(0, 0, 0, 0)
"""Letters at an angle of their own each; their rectangles are those of the page."""
MOST_GAP = 1.5
"""In heights, between letters around a curve."""
MOST_CURVED = 500
"""Letters; more are left in the file's order."""


class Letter(NamedTuple):
    """A character that is not level, as the page has it: what surrounds it, the place where it begins on its baseline,
    the angle of its line (degrees), and its height (points)."""

    char: str
    box: Rectangle
    origin: tuple[float, float]
    angle: float
    is_mirrored: bool
    height: float


def axes_of(angle: float, *, is_mirrored: bool) -> Axes:
    """The axes of a line at this angle (degrees, against the clock); quarter turns are exact."""
    quarter = round(angle / 90)
    if abs(angle - 90 * quarter) < 1e-3:
        along_x, along_y, up_x, up_y = QUARTERS[quarter % 4]
    else:
        along_x, along_y = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        up_x, up_y = -along_y, along_x
    return Axes(along_x, along_y, -up_x, -up_y) if is_mirrored else Axes(along_x, along_y, up_x, up_y)


def directions(letters: Sequence[Letter], *, level: int) -> list[Axes]:
    """The axes of each letter: those of the lines that run nearly as its own. `level` letters beside them are level."""
    found: list[Axes] = [CURVED] * len(letters)
    for is_mirrored in (False, True):
        chosen = [index for index, letter in enumerate(letters) if letter.is_mirrored is is_mirrored]
        for group in _groups(chosen, letters):
            angles = sorted(letters[index].angle for index in group)
            angle = angles[len(angles) // 2]
            quarter = 90 * round(angle / 90)
            if abs(angle - quarter) < NEARLY_LEVEL_DEGREES and (
                angle == quarter or (quarter % 360 == 0 and not is_mirrored and level > len(group) / 10)
            ):
                angle = quarter
            elif len(group) < FEWEST_OF_A_DIRECTION:
                continue
            axes = axes_of(angle, is_mirrored=is_mirrored)
            for index in group:
                found[index] = axes
    return found


def rectangle_along(letter: Letter, axes: Axes) -> Rectangle:
    """Where the letter is, as its line has it: for quarter turns from its box, else from its box's middle and size."""
    off = abs(letter.angle) % 90
    if off in (0, 90) and (axes.along_x == 0 or axes.along_y == 0):
        return axes.rectangle_seen(letter.box)
    left, bottom, right, top = letter.box
    width, height = _size(right - left, top - bottom, letter)
    along, up = axes.seen((left + right) / 2, (bottom + top) / 2)
    return along - width / 2, up - height / 2, along + width / 2, up + height / 2


def along_curves(letters: Sequence[Letter]) -> list[tuple[Letter, float]]:
    """Letters around stamps, each followed by the one that begins where it ends, whatever the file's order is; and the
    gap before each (points), infinite where a line begins."""
    ends = [_end(letter) for letter in letters]
    after = _followers(letters, ends) if len(letters) <= MOST_CURVED else {at - 1: at for at in range(1, len(letters))}
    ordered: list[tuple[Letter, float]] = []
    followed = set(after.values())
    for start in (at for at in range(len(letters)) if at not in followed):
        at, gap = start, math.inf
        while True:
            ordered.append((letters[at], gap))
            if at not in after:
                break
            at, gap = after[at], math.dist(ends[at], letters[after[at]].origin)
    return ordered


def _followers(letters: Sequence[Letter], ends: Sequence[tuple[float, float]]) -> dict[int, int]:
    """Which letter comes after each: the nearest pairs first, none twice, no circle."""
    gaps = sorted(
        (math.dist(end, other.origin), at, to)
        for at, end in enumerate(ends)
        for to, other in enumerate(letters)
        if at != to
    )
    after: dict[int, int] = {}
    followed: set[int] = set()
    for gap, at, to in gaps:
        if gap < MOST_GAP * letters[at].height and at not in after and to not in followed and not _leads(to, at, after):
            after[at] = to
            followed.add(to)
    return after


def _leads(at: int, to: int, after: dict[int, int]) -> bool:
    """Whether following the letters from one comes to the other."""
    while at != to:
        if at not in after:
            return False
        at = after[at]
    return True


def _end(letter: Letter) -> tuple[float, float]:
    """Where the letter ends on its baseline."""
    left, bottom, right, top = letter.box
    width, _ = _size(right - left, top - bottom, letter)
    turn = math.radians(letter.angle)
    return letter.origin[0] + width * math.cos(turn), letter.origin[1] + width * math.sin(turn)


def _groups(chosen: Iterable[int], letters: Sequence[Letter]) -> list[list[int]]:
    """The letters by their angles, parted where there is a gap between them."""
    groups: list[list[int]] = []
    last = math.nan
    for index in sorted(chosen, key=lambda index: letters[index].angle):
        angle = letters[index].angle
        if not angle - last <= APART_DEGREES:
            groups.append([])
        groups[-1].append(index)
        last = angle
    return groups


def _size(around_x: float, around_y: float, letter: Letter) -> tuple[float, float]:
    """Width and height of a rectangle at the letter's angle, from those of what surrounds it."""
    cos, sin = abs(math.cos(math.radians(letter.angle))), abs(math.sin(math.radians(letter.angle)))
    spread = cos * cos - sin * sin
    if abs(spread) > _NEAR_A_DIAGONAL:
        width, height = (around_x * cos - around_y * sin) / spread, (around_y * cos - around_x * sin) / spread
    else:
        height = letter.height
        width = (around_x + around_y) / (cos + sin) - height
    return max(width, 0.05 * letter.height), max(height, 0.5 * letter.height)


def _around(points: Iterable[tuple[float, float]]) -> Rectangle:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
