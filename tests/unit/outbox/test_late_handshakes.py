"""A connection whose handshake ends late still gets what happens after it; one that never opens is forgotten."""

from __future__ import annotations

import msgspec
import pytest

from chalicelib.auth import Principal
from chalicelib.jobs.model import Job, Status
from chalicelib.outbox.live import (
    OPENING_TAKES,
    OPENING_TRIES,
    PROTOCOL,
    TICKET_LIVES,
    Change,
    Ticket,
    open_connection,
    publish,
)
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import JOB_ID, a_job
from tests.fakes.outbox import FakeSockets, FakeWatchStore, FakeWebhookQueue


class Opening:
    """A connection that follows a job and fails its first posts."""

    def __init__(self, *, failing_posts: int) -> None:
        self.clock, self.watches, self.sockets = FakeClock(), FakeWatchStore(), FakeSockets()
        who, ends_at = Principal(user_id="owner-1"), self.clock() + TICKET_LIVES
        self.watches.put_ticket(Ticket(secret="s", principal=who, job_ids=(JOB_ID,), expires_at=ends_at))
        open_connection("c1", protocols=(PROTOCOL, "ticket.s"), watches=self.watches, now=self.clock())
        self.sockets.open("c1")
        self.sockets.opening["c1"] = failing_posts

    def publish(self, job: Job) -> None:
        publish(
            [Change(before=None, after=job, marked=True, at=self.clock())],
            watches=self.watches,
            sockets=self.sockets,
            webhooks=FakeWebhookQueue(),
            view=lambda job, _: {"version": job.version},
            clock=self.clock,
            sleep=lambda seconds: self.clock.advance(seconds=seconds) and None,
        )


def test_a_connection_that_opens_after_its_snapshot_was_given_up_gets_what_comes_next() -> None:
    world, job = Opening(failing_posts=OPENING_TRIES), a_job()

    world.publish(job)
    world.publish(msgspec.structs.replace(job, version=job.version + 1))

    assert world.sockets.sent["c1"] == [{"type": "job", "job": {"version": job.version + 1}}]


def test_an_end_that_was_not_posted_is_followed_on() -> None:
    world = Opening(failing_posts=OPENING_TRIES)

    world.publish(a_job(status=Status.COMPLETED))

    assert world.watches.watching([JOB_ID], connection_id="c1") == {JOB_ID}


@pytest.mark.parametrize("status", [Status.RUNNING, Status.COMPLETED])
def test_a_connection_that_never_opens_is_forgotten(status: Status) -> None:
    world = Opening(failing_posts=10_000)

    world.publish(a_job(status=status))
    world.clock.advance(seconds=OPENING_TAKES.total_seconds())
    world.publish(a_job(status=status))

    assert world.watches.connections == {}
    assert world.watches.follows == {}
