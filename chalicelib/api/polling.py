"""Polling a job: its ETag, what If-None-Match says about it (RFC 9110, 13.1.2), and the pause before the next poll."""

from __future__ import annotations

import math
import re
from datetime import datetime

from chalicelib.analyses.kit.definition import Analysis
from chalicelib.jobs.model import Job, Status

USUAL_SECONDS = (30, 90)
"""For jobs of a type that no longer exists."""

START_MS = 2000
"""After a start: the worker needs a moment to claim the job."""

SHORTEST_SECONDS = 2.5
"""Near the end: the longest that a client learns of it late."""
LONGEST_SECONDS = 10.0
SHARE_OF_REMAINING = 0.6
"""More than half of the remaining time each time: few polls, and each nearer to the end."""
FIRST_SECONDS = 3.0
"""Right after the claim, plus the time that has passed: the first progress is seen soon."""
SHARE_OF_ELAPSED = 0.02
"""A job far beyond its usual time is polled less and less often."""
TRUSTED_PROGRESS = 30
"""From this percentage on the pace so far predicts better than the usual duration."""

SHORTEST_WAIT_SECONDS = 2.0
WAIT_SHARE = 0.25
WAIT_AFTER_DUE_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0

ANY_VERSION = "*"

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def job_tag(version: int, *, variant: str = "") -> str:
    """The weak ETag of a version of a job; a `variant` of its representation has a separate tag."""
    return f'W/"{version}-{variant}"' if variant else f'W/"{version}"'


def seen_already(if_none_match: str | None, tag: str) -> bool:
    """True when the header names the tag, by weak comparison, in a list or as `*`."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == ANY_VERSION:
        return True
    return tag.removeprefix("W/").strip('"') in _TAG.findall(if_none_match)


def retry_after_ms(job: Job, *, typical_seconds: tuple[int, int], now: datetime) -> int | None:
    """Milliseconds to pause before the next poll; None when the job is done. A cancelled worker stops soon.

    Slow at first, quick near the end: a share of the time the job still needs, within 2.5..10 s. With jobs that take
    30–90 s a client that follows makes at most 15 polls and sees the end within 3 s (tests/unit/api/test_hints.py).
    """
    if job.is_done:
        return None
    if job.cancel_requested:
        return _milliseconds(SHORTEST_WAIT_SECONDS)
    if job.status is Status.PENDING:
        return _milliseconds(_pause_while_waiting(job, now=now))
    elapsed = max(0.0, (now - (job.started_at or job.created_at)).total_seconds())
    return _milliseconds(pause_while_running(elapsed, progress=job.progress, typical_seconds=typical_seconds))


def pause_while_running(elapsed_seconds: float, *, progress: int, typical_seconds: tuple[int, int]) -> float:
    """Seconds to pause, from how long the job has run and how far it says it is (0..100)."""
    usual = sum(typical_seconds) / 2
    remaining = max(0.0, usual - elapsed_seconds)
    if progress > 0:
        by_pace = elapsed_seconds * (100 - progress) / progress
        trust = min(1.0, progress / TRUSTED_PROGRESS)
        remaining = trust * by_pace + (1 - trust) * remaining
    shortest = max(SHORTEST_SECONDS, SHARE_OF_ELAPSED * elapsed_seconds)
    longest = min(LONGEST_SECONDS, FIRST_SECONDS + elapsed_seconds)
    return min(longest, max(shortest, SHARE_OF_REMAINING * remaining))


def typical_seconds(analysis: Analysis | None) -> tuple[int, int]:
    """The range of seconds that most jobs of an analysis take."""
    return USUAL_SECONDS if analysis is None else analysis.typical_seconds


def header_seconds(milliseconds: int) -> str:
    """The pause as a Retry-After header says it: whole seconds, never sooner."""
    return str(math.ceil(milliseconds / 1000))


def _pause_while_waiting(job: Job, *, now: datetime) -> float:
    """While the job waits to be claimed, or for its next attempt to be due."""
    until_due = (job.due_at - now).total_seconds()
    if until_due > 0:
        return min(LONGEST_WAIT_SECONDS, max(SHORTEST_WAIT_SECONDS, until_due + WAIT_AFTER_DUE_SECONDS))
    return min(LONGEST_SECONDS, max(SHORTEST_WAIT_SECONDS, -until_due * WAIT_SHARE))


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
