"""The situations in which jobs are followed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from benchmarks.latency.followers import Seen, following
from benchmarks.latency.systems import MeasuredSystem

STEADY_EVERY_SECONDS = 1
BURST_JOBS = 20
"""As many as a user may have open."""
KILLED_JOBS = 4
KILL_AFTER_SECONDS = 1.5


def steady(system: MeasuredSystem, *, jobs: int, user: str = "steady") -> Sequence[Seen]:
    """A job every second."""
    with following(system, user) as followers:
        waiting, began = [], time.monotonic()
        for number in range(jobs):
            time.sleep(max(0.0, began + number * STEADY_EVERY_SECONDS - time.monotonic()))
            waiting.append(followers.start())
        return [wait() for wait in waiting]


def burst(system: MeasuredSystem, *, jobs: int = BURST_JOBS, user: str = "burst") -> Sequence[Seen]:
    """All jobs at once."""
    with following(system, user) as followers:
        return [wait() for wait in [followers.start() for _ in range(jobs)]]


def beside_noise(system: MeasuredSystem, *, jobs: int) -> Sequence[Seen]:
    """A steady flow that begins when another user has just started as many jobs as a user may."""
    with following(system, "noisy") as noisy:
        waiting = [noisy.start() for _ in range(BURST_JOBS)]
        quiet = steady(system, jobs=jobs, user="quiet")
        for wait in waiting:
            wait()
        return quiet


@contextmanager
def killed(system: MeasuredSystem) -> Iterator[Callable[[], Sequence[Seen]]]:
    """Jobs whose worker was ended by SIGKILL while the model answered; call what comes back to wait for their end."""
    with following(system, "unlucky") as followers:
        waiting = [followers.start() for _ in range(KILLED_JOBS)]
        time.sleep(KILL_AFTER_SECONDS)
        system.kill_workers()
        yield lambda: [wait() for wait in waiting]
