from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.capacity import item_bytes
from chalicelib.adapters.dynamodb.job_items import fitting, job_of, record_of, update_of
from chalicelib.adapters.dynamodb.values import Item
from chalicelib.errors import ProviderRateLimited
from chalicelib.jobs.lifecycle import completed, error_info, progressed
from chalicelib.jobs.model import (
    ErrorInfo,
    Event,
    Job,
    ModelUsage,
    Status,
    StepFacts,
    Usage,
    numbered_events,
    with_event,
)
from tests.fakes.jobs import CREATED_AT, a_job

RECORD_BYTES = 4096
"""One read unit: a poll costs as little as it can."""

moments = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
words = st.text(min_size=1, max_size=20)
counts = st.integers(0, 10**9)
money = st.decimals(0, 1000, places=6)
usages = st.builds(
    Usage,
    calls=st.lists(
        st.builds(
            ModelUsage,
            model=words,
            requests=counts,
            input_tokens=counts,
            output_tokens=counts,
            cached_tokens=counts,
            cost_usd=st.none() | money,
        ),
        max_size=3,
    ).map(tuple),
)
jobs = st.builds(
    Job,
    **dict.fromkeys(("job_id", "job_type", "case_id", "user_id", "requested_by", "endpoint"), words),
    **dict.fromkeys(("created_at", "updated_at", "deadline_at", "expires_at", "due_at", "check_at"), moments),
    **dict.fromkeys(("lease_until", "started_at", "completed_at"), st.none() | moments),
    **dict.fromkeys(("call_id", "lock", "retried_from", "claim_token"), st.none() | words),
    **dict.fromkeys(("document_count", "result_bytes", "result_sent_bytes"), st.none() | counts),
    **dict.fromkeys(("max_attempts", "version", "attempt", "fence", "continuations", "event_count"), counts),
    next_claim_cost=st.sampled_from([0, 1]),
    cancel_requested=st.booleans(),
    progress=st.integers(0, 100),
    progress_message=st.text(max_size=50),
    labels=st.dictionaries(words, words, max_size=3),
    max_cost_usd=st.none() | money,
    usage=usages,
    error=st.none() | st.builds(ErrorInfo),
    timeline=st.lists(st.builds(Event, at=moments, message=st.text(max_size=20)), max_size=40).map(tuple),
)


def written_by(update: Mapping[str, Any]) -> tuple[Item, Sequence[str]]:
    """The attributes that an UpdateItem request sets, and the names of those that it removes."""
    sets, _, removes = update["UpdateExpression"].removeprefix("SET ").partition(" REMOVE ")
    values = update["ExpressionAttributeValues"]
    pairs = [pair.split(" = ") for pair in sets.split(", ") if pair]
    return {name[1:]: values[value] for name, value in pairs}, [name[1:] for name in removes.split(", ") if name]


def a_busy_job() -> Job:
    """Everything a job may gather: 10 labels, 40 events with messages, a cost, an error, a lock, a lease."""
    job = a_job(
        job_id=str(uuid.uuid4()),
        user_id=str(uuid.uuid4()),
        requested_by=str(uuid.uuid4()),
        call_id=str(uuid.uuid4()),
        labels={f"label {number}": f"value of label {number}" for number in range(10)},
        lock=f"active#{uuid.uuid4()}#document_analysis_form7801#{uuid.uuid4()}",
        retried_from=str(uuid.uuid4()),
        max_cost_usd=Decimal("1.5"),
        claim_token=str(uuid.uuid4()),
        lease_until=CREATED_AT,
        started_at=CREATED_AT,
        status=Status.RUNNING,
    )
    calls = tuple(
        ModelUsage(
            model=f"claude-haiku-5-5-{number}",
            requests=40,
            input_tokens=1_234_567,
            output_tokens=12_345,
            cached_tokens=123_456,
            cost_usd=Decimal("0.123456"),
        )
        for number in range(2)
    )
    message = "קורא מסמך 2 מתוך 3: דוח אורתופדי.pdf"
    job = progressed(job, percent=50, message=message, usage=Usage(calls=calls), at=CREATED_AT)
    error = ProviderRateLimited(
        "The provider is busy.", provider="openai", provider_status=429, provider_request_id="r"
    )
    job = msgspec.structs.replace(job, error=error_info(error, attempt=2))
    for number in range(45):
        at = CREATED_AT + timedelta(microseconds=number * 1_000_001)
        job = with_event(job, Event(at=at, type="step", message=f"turn {number}: read_document"))
    return job


@given(jobs)
def test_every_job_is_read_as_it_was_written(job: Job) -> None:
    assert job_of(record_of(job)) == job


@given(jobs, jobs)
def test_the_changed_attributes_turn_one_record_into_the_other(before: Job, after: Job) -> None:
    values, gone = written_by(update_of("jobs", before, after))

    changed = {name: value for name, value in {**record_of(before), **values}.items() if name not in gone}

    assert changed == record_of(after)
    assert all(record_of(before).get(name) != value for name, value in values.items())


def test_a_record_stays_within_one_read_unit() -> None:
    size = item_bytes(record_of(a_busy_job()))

    assert size <= RECORD_BYTES


@given(jobs)
def test_no_record_is_larger_than_the_json_by_which_it_is_taken_to_fit(job: Job) -> None:
    assert item_bytes(record_of(job)) <= len(msgspec.json.encode(job))


def test_progress_writes_only_what_it_changes() -> None:
    job = a_busy_job()

    after = progressed(job, percent=60, message="…", usage=job.usage, at=CREATED_AT + timedelta(seconds=1))
    update = update_of("jobs", job, msgspec.structs.replace(after, version=job.version + 1))

    written = set(update["ExpressionAttributeNames"].values()) - {"fence"}
    assert written == {"progress", "progress_message", "updated_at", "lease_until", "version"}


def test_a_job_that_ended_leaves_the_index_of_checks() -> None:
    job = a_busy_job()

    _, gone = written_by(update_of("jobs", job, completed(job, result_bytes=1, at=CREATED_AT)))

    assert "open" in gone
    assert {"lease_until", "claim_token", "lock", "error"} <= set(gone)


def test_unknown_attributes_are_passed_over_and_missing_ones_are_at_their_default() -> None:
    job = a_job()
    required = {
        name: value
        for name, value in record_of(job).items()
        if name not in {"usage", "progress", "check_interval_seconds", "cancel_requested", "timeline", "event_count"}
    }

    read = job_of({**required, "colour": {"S": "green"}, "format": {"N": "0"}})

    assert read == msgspec.structs.replace(job, timeline=(), event_count=0, format=0)


def test_an_error_of_a_later_release_is_read_too() -> None:
    job = msgspec.structs.replace(a_job(), error=error_info(ProviderRateLimited("Busy."), attempt=1))
    record = record_of(job)
    later = {**record["error"]["M"], "hint": {"S": "wait"}}

    assert job_of({**record, "error": {"M": later}}) == job


def test_the_time_to_live_is_never_before_the_job_expires() -> None:
    job = a_job(expires_at=datetime(2026, 7, 1, 0, 0, 0, 1, tzinfo=UTC))

    record = record_of(job)

    assert record["expires_at"] == {"N": str(int(datetime(2026, 7, 1, 0, 0, 1, tzinfo=UTC).timestamp()))}
    assert job_of(record).expires_at == job.expires_at


def test_a_record_with_the_longest_labels_and_many_steps_is_cut_to_one_read_unit() -> None:
    labels = {"ת" * 60 + f"{number:04}": "ש" * 64 for number in range(10)}
    job = msgspec.structs.replace(a_busy_job(), labels=labels)
    for number in range(60):
        facts = StepFacts(
            seconds=12.3, model="claude-haiku-5-5", input_tokens=12_345, output_tokens=678, cost_usd="0.1"
        )
        job = with_event(job, Event(at=CREATED_AT, type="step", message=f"documents-{number:03}", step=facts))

    fitted = fitting(job)

    assert item_bytes(record_of(fitted)) <= RECORD_BYTES
    assert job_of(record_of(fitted)) == fitted
    assert fitted.event_count == job.event_count
    seqs = [event.seq for event in numbered_events(fitted)]
    assert seqs == sorted(set(seqs))
    assert seqs[-1] == job.event_count
