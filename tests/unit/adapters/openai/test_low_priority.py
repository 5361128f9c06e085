"""Calls of low priority, against OpenAI's emulator: asked for later, left at once, looked at rarely."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from chalicelib.adapters.openai.request import completion_window
from chalicelib.jobs.model import Status
from emulator import Emulator
from tests.fakes.attempt_context import NOW, a_job
from tests.unit.adapters.openai.test_background import Asked

HOUR = 3600
LOW = {"priority": "low", "deadline_seconds": 12 * HOUR}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    with Emulator(seconds=60) as running:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{running.url}/v1")
        yield Asked(running)


@pytest.mark.parametrize(
    ("left", "window"),
    [
        (24 * HOUR, "8h"),
        (12 * HOUR, "8h"),
        (8.5 * HOUR, "8h"),
        (8.5 * HOUR - 1, "2h"),  # what follows the answer needs time
        (2 * HOUR, "2h"),
        (2 * HOUR - 300, "2h"),  # the shortest deadline, five minutes after the start
        (2 * HOUR - 301, "soonest"),
        (60, "soonest"),
    ],
)
def test_the_window_is_the_latest_that_the_deadline_allows(left: float, window: str) -> None:
    job = a_job(priority="low", deadline_at=NOW + timedelta(seconds=left))

    assert completion_window(job) == window
    assert completion_window(msgspec.structs.replace(job, priority="normal")) == "soonest"


def test_a_call_of_low_priority_is_parked_at_once_and_paid_once(asked: Asked) -> None:
    started = asked.start(**LOW)

    job = asked.job(started)
    assert (job.status, job.waiting_for, asked.monotonic) == (Status.RUNNING, "model", 0)
    [call] = asked.emulator.state.log.listed(with_bodies=True)
    assert call["body"]["background_options"] == {"completion_window": "8h"}
    assert call["body"]["background"] is True
    assert asked.engine.slots.state("openai-low").used == 1
    assert asked.engine.slots.state("openai").used == 0

    asked.pass_time(asked.emulator.state.pace.later_seconds)
    asked.wake(started)
    done = asked.job(started)
    assert (done.status, done.attempt, asked.there) == (Status.COMPLETED, 1, [])
    assert done.usage.cost_usd is not None


def test_others_ask_for_no_window(asked: Asked) -> None:
    asked.start()

    [call] = asked.emulator.state.log.listed(with_bodies=True)
    assert "background_options" not in call["body"]


def test_a_worker_looks_rarely_at_a_call_that_takes_hours(asked: Asked) -> None:
    asked.emulator.state.pace = msgspec.structs.replace(asked.emulator.state.pace, later_seconds=6 * HOUR)
    started, looks = asked.start(**LOW), 0
    while not asked.job(started).is_done:
        asked.pass_time(60)
        looks += asked.engine.deliver()

    assert asked.job(started).status is Status.COMPLETED
    assert 20 < looks < 40  # at most every quarter of an hour, after the first ones
