"""How does a running attempt show that it lives? A thread beside the work beats once a second until the work ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib import telemetry
from chalicelib.jobs.attempt import Attempt

BEAT_SECONDS = 1.0


@contextmanager
def pulse(attempt: Attempt, *, beat_seconds: float = BEAT_SECONDS) -> Iterator[None]:
    """Call `attempt.beat()` every `beat_seconds` from a thread of its own while the block runs."""
    ended = threading.Event()
    thread = threading.Thread(
        target=_beat_until, args=(ended,), kwargs={"attempt": attempt, "beat_seconds": beat_seconds}, daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat_until(ended: threading.Event, *, attempt: Attempt, beat_seconds: float) -> None:
    while not ended.wait(beat_seconds):
        try:
            attempt.beat()
        except Exception as exc:  # noqa: BLE001  # a dead pulse would let a living attempt lose its lease
            telemetry.defect("pulse_failed", exc, job_id=attempt.job.job_id, attempt=attempt.job.attempt)
