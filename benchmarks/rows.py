"""The rows of docs/performance.md: what was promised, what was measured, and whether it is met."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One promise: `what` it is about, its `target` and the `measured` value in words, and whether it is met."""

    what: str
    target: str
    measured: str
    met: bool


def at_most(what: str, value: float, limit: float, *, unit: str = "", note: str = "") -> Row:
    """A value that must not pass a limit."""
    return Row(
        what=what, target=f"≤ {_shown(limit)}{unit}", measured=f"{_shown(value)}{unit}{note}", met=value <= limit
    )


def at_least(what: str, value: float, limit: float, *, unit: str = "", note: str = "") -> Row:
    """A value that must not be under a limit."""
    return Row(
        what=what, target=f"≥ {_shown(limit)}{unit}", measured=f"{_shown(value)}{unit}{note}", met=value >= limit
    )


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| what | target | measured | |", "|---|---|---|---|"]
    lines += [f"| {row.what} | {row.target} | {row.measured} | {'met' if row.met else '**missed**'} |" for row in rows]
    return "\n".join(lines)


def between(page: str, begin: str, written: str, end: str) -> str:
    """The page with what is between two marks replaced; the marks come last where the page has none."""
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return before + begin + written + end + after


def _shown(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"
