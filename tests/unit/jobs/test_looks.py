"""When a worker looks at a call that no webhook told of: soon after such calls usually end."""

from __future__ import annotations

import pytest

from chalicelib.jobs.calls import Durations, seconds_to_look

ALIKE = Durations(seconds=(58.0, 60.0, 60.0, 61.0, 62.0))
ONE_OF_TWO = Durations(seconds=(60.0, 1200.0))
ONE_LONG = Durations(seconds=(60.0, 60.0, 60.0, 1200.0))


def found_after(durations: Durations, *, takes: float, has_webhook: bool = False) -> float:
    """Seconds from a call's begin to the look that finds its answer."""
    elapsed = 0.0
    while elapsed < takes:
        elapsed += seconds_to_look(elapsed, durations, has_webhook=has_webhook)
    return elapsed


@pytest.mark.parametrize(
    "durations", [Durations(), ALIKE, ONE_OF_TWO, ONE_LONG], ids=["unknown", "alike", "one of two", "one long"]
)
@pytest.mark.parametrize("takes", [20.0, 60.0, 90.0, 1200.0])
def test_an_answer_is_found_soon_after_it_is_there(durations: Durations, takes: float) -> None:
    late = found_after(durations, takes=takes) - takes

    usual = durations.usual or 0.0
    # A call that is quicker than usual is found when it usually ends.
    assert late <= max(15.0, 0.15 * takes, 1.2 * usual - takes)


def test_a_lost_webhook_costs_no_twenty_minutes_for_one_call_that_took_them() -> None:
    assert found_after(ONE_LONG, takes=60.0, has_webhook=True) < 120


def test_what_usually_takes_long_is_not_looked_at_before() -> None:
    long = Durations(seconds=(1180.0, 1200.0, 1220.0))

    assert seconds_to_look(2.5, long, has_webhook=False) > 1150
