"""Sockets that break in every way: no end of a job is missed, and no state that is shown goes back.

The outbox's own functions on fakes, and clients that keep the rules of docs/live.md, on simulated time.
"""

from __future__ import annotations

import pytest

from tests.fakes.broken_sockets import JOBS, Figures, World, ends_missed

BROKEN = ("blocked", "doubled", "hidden", "killed", "late", "lost", "reordered", "restarts", "tickets refused")
MEDIAN_SECONDS = 5
"""With polls alone it would be above this."""
LONGEST_SECONDS = 120
"""A tab that was hidden for a minute, a watchdog's 30 s, and one that had no answer."""


def line(world: World, figures: Figures) -> str:
    """All figures, in one line."""
    took = sorted(figures.seen_after.values())
    p50, p95, worst = (took[int(share * (len(took) - 1))] for share in (0.5, 0.95, 1))
    counts = ", ".join(f"{name} {count}" for name, count in sorted(figures.counts.items()))
    seconds = f"p50 {p50:.1f}, p95 {p95:.1f}, worst {worst:.1f} simulated s"
    return f"sockets: jobs {len(figures.done_at)}, {counts}, ends missed {ends_missed(world)}; done to seen {seconds}"


def test_no_end_is_missed_and_no_state_goes_back(capsys: pytest.CaptureFixture[str]) -> None:
    world = World(seed=1)

    figures = world.run()

    with capsys.disabled():
        print("\n" + line(world, figures))  # noqa: T201  # the figures are what the test is run for
    assert len(figures.done_at) == len(figures.seen_after) == JOBS
    assert ends_missed(world) == 0
    assert figures.counts["went back"] == 0
    assert min(figures.counts[name] for name in BROKEN) > 0
    took = sorted(figures.seen_after.values())
    assert took[JOBS // 2] <= MEDIAN_SECONDS
    assert took[-1] <= LONGEST_SECONDS


def test_without_the_rule_of_the_higher_version_states_would_go_back() -> None:
    world = World(seed=1, gate=lambda shown, news: True)

    figures = world.run()

    assert figures.counts["went back"] > 0


def test_without_the_watchdog_ends_would_be_missed() -> None:
    world = World(seed=1, watchdog_seconds=86_400)

    world.run()

    assert ends_missed(world) > 0
