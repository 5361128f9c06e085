"""A connection that takes nothing costs the other followers nothing, and a silent gateway no webhook."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from chalicelib import time_budget
from chalicelib.auth import Principal
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.model import Status
from chalicelib.outbox.live import Change, Connection, publish
from chalicelib.outbox.webhooks import WebhookMessage
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import JOB_ID, a_job
from tests.fakes.outbox import FakeSockets, FakeWatchStore, FakeWebhookQueue

FUNCTION_SECONDS = 60
SECONDS_A_TRY = 6
"""Of a call that nobody answers; it is tried twice."""
QUEUEING_SECONDS = 2 * SECONDS_A_TRY
FOLLOWERS = ("c1", "c2", "c3")
JOBS = (JOB_ID, *(f"{number:08d}-0000-4000-8000-000000000000" for number in range(9)))


class World:
    """Jobs that three connections follow, and their ends."""

    def __init__(self, sockets: FakeSockets) -> None:
        self.clock, self.watches, self.queue = FakeClock(), FakeWatchStore(), FakeWebhookQueue()
        self.sockets = sockets
        for name in FOLLOWERS:
            self.sockets.open(name)
            connection = Connection(
                connection_id=name,
                principal=Principal(user_id="owner-1"),
                job_ids=JOBS,
                expires_at=self.clock() + timedelta(hours=2),
            )
            self.watches.put_connection(connection)
            self.watches.watch(JOBS, connection=connection, now=self.clock())

    def end(self, *job_ids: str) -> None:
        """These jobs end, in one batch of the stream."""
        publish(
            [self._ended(job_id) for job_id in job_ids],
            watches=self.watches,
            sockets=self.sockets,
            webhooks=self.queue,
            view=lambda job, _: {"version": job.version},
            clock=self.clock,
            sleep=lambda _: None,
        )

    def _ended(self, job_id: str) -> Change:
        running = a_job(job_id=job_id, status=Status.RUNNING, notify_url="https://hooks.example.com/")
        done = msgspec.structs.replace(running, version=running.version + 1, status=Status.COMPLETED)
        return Change(before=running, after=done, marked=False, at=self.clock())


class Full(FakeSockets):
    """The first connection's client does not read: API Gateway refuses its messages alone (LimitExceeded)."""

    def post(self, connection_id: str, body: bytes) -> None:
        if connection_id == "c1":
            raise StorageUnavailable("API Gateway does not answer just now.")
        super().post(connection_id, body)


class Silent(FakeSockets):
    """A gateway that answers nobody, called as the SDK does: two tries, each begun only if there is time for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def post(self, connection_id: str, body: bytes) -> None:
        for _ in range(2):
            time_budget.require(SECONDS_A_TRY)
            self.now += SECONDS_A_TRY
        raise StorageUnavailable("API Gateway does not answer just now.")


def test_one_connection_that_takes_nothing_keeps_no_update_from_the_others() -> None:
    world = World(Full())

    world.end(JOB_ID)

    assert [len(world.sockets.sent[name]) for name in FOLLOWERS] == [0, 1, 1]
    assert [name for job_id, name in world.watches.follows if job_id == JOB_ID] == ["c1"]


def test_a_follower_that_cannot_be_forgotten_keeps_no_update_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeSockets())

    def busy(job_ids: object, *, connection_id: str) -> None:
        raise StorageUnavailable("DynamoDB does not answer just now.")

    monkeypatch.setattr(world.watches, "unwatch", busy)

    world.end(JOB_ID)

    assert [len(world.sockets.sent[name]) for name in FOLLOWERS] == [1, 1, 1]


def test_a_silent_gateway_leaves_time_to_queue_the_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent()
    world = World(silent)
    monkeypatch.setattr(time_budget, "monotonic", lambda: silent.now)

    world.end(*JOBS)

    assert [message for message, _ in world.queue.messages] == [WebhookMessage(job_id=job_id) for job_id in JOBS]
    assert silent.now <= FUNCTION_SECONDS - QUEUEING_SECONDS
