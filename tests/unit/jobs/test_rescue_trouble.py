"""What the timer does when storage is in trouble, or a record cannot be repaired."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.lifecycle import LEASE_SECONDS
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.rescue import RepairsFailed, rescue
from tests.fakes.engine import Engine, claim_and_die


@pytest.fixture
def engine() -> Engine:
    return Engine(lambda ctx: Completed(result={}))


def test_a_job_that_cannot_be_repaired_keeps_no_other_waiting(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.jobs.rescue.PAGE_SIZE", 2)
    jobs = [engine.start(lock=None) for _ in range(5)]
    for started in jobs:
        claim_and_die(engine, started)
    engine.clock.advance(seconds=LEASE_SECONDS)
    save, broken = engine.store.save, [started.job.job_id for started in jobs[:2]]

    def save_or_break(before: Job, after: Job, **more: Any) -> Job:
        if before.job_id in broken:
            raise ValueError("a record that cannot be written")
        saved: Job = save(before, after, **more)
        return saved

    engine.store.save = save_or_break

    with pytest.raises(RepairsFailed, match="2 jobs"):
        engine.rescue()

    assert [engine.job(started).status for started in jobs] == [Status.RUNNING] * 2 + [Status.PENDING] * 3
    assert len(engine.queue.waiting) == 3


def test_storage_that_is_silent_at_a_repair_is_no_defect(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    claim_and_die(engine, engine.start())
    engine.clock.advance(seconds=LEASE_SECONDS)
    engine.store.fail("save")
    caplog.set_level(logging.WARNING, logger="casework")

    with pytest.raises(RepairsFailed, match="1 job"):
        engine.rescue()

    levels = {record.getMessage(): record.levelno for record in caplog.records}
    assert levels["repair_failed"] == logging.WARNING


class AnswersLost:
    """The first answer to each write is lost, and the SDK asks again."""

    def __init__(self, engine: Engine) -> None:
        self._store = engine.store

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in ("save", "postpone"):
            return method

        def twice(*asked: Any, **more: Any) -> Any:
            method(*asked, **more)
            return method(*asked, **more)

        return twice


def test_a_repair_whose_answer_was_lost_still_sends_its_message(engine: Engine) -> None:
    waiting, orphan = engine.start(lock=None), engine.start(lock=None)
    claim_and_die(engine, orphan)
    engine.clock.advance(seconds=LEASE_SECONDS)

    store: Any = AnswersLost(engine)
    repairs = rescue(store=store, queue=engine.queue, clock=engine.clock, time_left=lambda: 60.0)

    assert repairs == {"sent_again": 1, "worker_lost": 1}
    sent = [sent.message.job_id for sent in engine.queue.waiting]
    assert sent == [waiting.job.job_id, orphan.job.job_id]


def test_storage_that_does_not_answer_fails_the_tick(engine: Engine) -> None:
    engine.store.fail("due_checks")

    with pytest.raises(StorageUnavailable):
        engine.rescue()
