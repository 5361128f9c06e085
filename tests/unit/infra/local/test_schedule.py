"""The local timer calls its function at every interval, whatever the function does."""

from __future__ import annotations

from typing import Any

from infra.local.schedule import run


class Times:
    """A clock that waits by moving on, for a given number of waits."""

    def __init__(self, waits: int) -> None:
        self.now = 0.0
        self._waits = waits

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        self._waits -= 1
        return self._waits < 0


def calls_of(handler: Any, *, waits: int) -> tuple[list[float], list[str]]:
    """When `handler` was called at an interval of 60 s, and what was said."""
    times, called, said = Times(waits), [], []

    def call(event: Any, context: Any) -> None:
        called.append(times.now)
        handler(times)

    run(
        call,
        name="rescue",
        every_seconds=60,
        timeout_seconds=60,
        wait=times.wait,
        monotonic=lambda: times.now,
        say=said.append,
    )
    return called, said


def test_the_function_is_called_at_every_interval():
    called, _ = calls_of(lambda times: None, waits=3)

    assert called == [60, 120, 180]


def test_a_failing_call_does_not_stop_the_timer():
    called, said = calls_of(lambda times: 1 / 0, waits=2)

    assert called == [60, 120]
    assert "ZeroDivisionError" in "\n".join(said)


def test_calls_missed_by_a_slow_one_are_not_made_up_for():
    def slow(times: Times) -> None:
        times.now += 150 if times.now == 60 else 0

    called, _ = calls_of(slow, waits=3)

    assert called == [60, 210, 270]
