"""The bill of a durable function, from what was counted."""

from __future__ import annotations

import pytest

from benchmarks.cost.one_job import PROCESSOR_GB_SECONDS, WORKER_GB
from benchmarks.cost.parked import AWS_CALL_SECONDS, PROVIDER_SECONDS
from benchmarks.durable import MODEL_CALLS, Durable

PROCESSOR_SECONDS = PROCESSOR_GB_SECONDS / WORKER_GB
HELD = Durable(invocations=1, operations=9, checkpoint_calls=11, checkpoint_bytes=10_000)
SUSPENDED = Durable(invocations=4, operations=15, checkpoint_calls=14, checkpoint_bytes=19_000)


def test_a_suspended_function_creates_each_call_and_is_run_once_more_for_each() -> None:
    own = 14 * AWS_CALL_SECONDS + 4 * PROCESSOR_SECONDS

    assert SUSPENDED.seconds == pytest.approx(own + MODEL_CALLS * PROVIDER_SECONDS)


def test_a_function_that_holds_its_calls_needs_no_request_more() -> None:
    assert HELD.seconds == pytest.approx(11 * AWS_CALL_SECONDS + PROCESSOR_SECONDS)
