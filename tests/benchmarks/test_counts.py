"""Has a call of AWS crept in? The counts of docs/performance.md, taken again; each may fall and must not rise."""

from __future__ import annotations

import pytest

from benchmarks.counts import Counts, measure

# What the shipped program needs, and why it cannot be less.
MOST = Counts(
    submit=2,  # the transaction, the message
    post=3,  # and the case with its documents, in one query
    poll=1,  # the record
    poll_unchanged=1,  # it must be read to know
    poll_read_units=1,  # one consistent read of at most 4 KB, however large the result is
    poll_with_result=2,  # the record, the result
    list_of_20=2,  # the index, the records
    rescue_idle=2,  # the index of open jobs, and who waits for a slot at a provider
    heartbeats_a_minute=5,  # every 12 s
    worker_5_updates=5,  # claim, updates after 1, 3 and 5 of its five seconds, the final transaction
    worker_50_updates=5,  # the same
    slots_of_a_job=2,  # taken before its first model call, given back after its last one
)


@pytest.fixture(scope="module")
def counts() -> Counts:
    return measure()


@pytest.mark.parametrize("operation", Counts.__struct_fields__)
def test_an_operation_costs_no_more_calls_than_it_did(counts: Counts, operation: str) -> None:
    assert 0 < getattr(counts, operation) <= getattr(MOST, operation)
