"""Live updates: one ticket opens one connection, no gap between following and the first change, no state goes back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.auth import Principal
from chalicelib.errors import NotFound, StorageUnavailable
from chalicelib.jobs.model import Job, Status
from chalicelib.outbox.live import (
    FOLLOWED_AT_MOST,
    PROTOCOL,
    Change,
    Ticket,
    answer_client,
    close_connection,
    open_connection,
    publish,
)
from chalicelib.outbox.webhooks import WebhookMessage
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import JOB_ID, a_job
from tests.fakes.outbox import FakeSockets, FakeWatchStore, FakeWebhookQueue

WHO = Principal(user_id="owner-1")
OTHER_JOB = "33333333-3333-4333-8333-333333333333"


class World:
    """The outbox with everything around it in memory."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.watches, self.sockets, self.queue = FakeWatchStore(), FakeSockets(), FakeWebhookQueue()
        self.jobs = {job_id: a_job(job_id=job_id) for job_id in (JOB_ID, OTHER_JOB)}
        self.slept: list[float] = []

    def ticket(self, *job_ids: str, offer: str = "s") -> None:
        expires_at = self.clock() + timedelta(seconds=60)
        self.watches.put_ticket(
            Ticket(secret=offer, principal=WHO, job_ids=job_ids or (JOB_ID,), expires_at=expires_at)
        )

    def connect(self, connection_id: str = "c1", *, protocols: tuple[str, ...] = (PROTOCOL, "ticket.s")) -> bool:
        opened = open_connection(connection_id, protocols=protocols, watches=self.watches, now=self.clock())
        if opened is not None:
            self.sockets.open(connection_id)
        return opened is not None

    def say(self, message: Any, *, connection_id: str = "c1") -> Any:
        text = message if isinstance(message, str) else json.dumps(message)
        return answer_client(connection_id, text, watches=self.watches, read_job=self._read_job, now=self.clock())

    def change(
        self, before: Job | None, after: Job | None, *, marked: bool = False, at: datetime | None = None
    ) -> Change:
        return Change(before=before, after=after, marked=marked, at=at or self.clock())

    def publish(self, *changes: Change) -> None:
        publish(
            changes,
            watches=self.watches,
            sockets=self.sockets,
            webhooks=self.queue,
            view=lambda job, _: {"job_id": job.job_id, "version": job.version, "status": str(job.status)},
            clock=self.clock,
            sleep=self.slept.append,
        )

    def seen(self, connection_id: str = "c1") -> list[Any]:
        return [message["job"] for message in self.sockets.sent.get(connection_id, [])]

    def _read_job(self, job_id: str, principal: Principal) -> Job:
        job = self.jobs.get(job_id)
        if job is None or not principal.sees(job.user_id):
            raise NotFound("There is no such job.")
        return job


@pytest.fixture
def world() -> World:
    return World()


def later(job: Job, **changes: Any) -> Job:
    return msgspec.structs.replace(job, version=job.version + 1, **changes)


def test_a_ticket_opens_one_connection(world: World) -> None:
    world.ticket()

    assert world.connect("c1")
    assert not world.connect("c2")


def test_an_expired_ticket_opens_none(world: World) -> None:
    world.ticket()
    world.clock.advance(seconds=60)

    assert not world.connect()


@pytest.mark.parametrize(
    "protocols",
    [
        (),
        (PROTOCOL,),
        ("ticket.s",),
        (PROTOCOL, "ticket.wrong"),
        (PROTOCOL, "ticket.s", "ticket.s"),
        ("casework.v2", "ticket.s"),
    ],
)
def test_a_handshake_without_a_good_offer_is_refused(world: World, protocols: tuple[str, ...]) -> None:
    world.ticket()

    assert not world.connect(protocols=protocols)


def test_following_marks_the_record_and_the_mark_brings_a_snapshot(world: World) -> None:
    world.ticket()
    world.connect()
    job = world.jobs[JOB_ID]

    world.publish(world.change(job, job, marked=True))

    assert world.watches.marked == [JOB_ID]
    assert [shown["version"] for shown in world.seen()] == [job.version]


def test_a_snapshot_waits_for_the_handshake_to_end(world: World) -> None:
    world.ticket()
    world.connect()
    world.sockets.opening["c1"] = 2
    job = world.jobs[JOB_ID]

    world.publish(world.change(job, job, marked=True))

    assert len(world.seen()) == 1
    assert len(world.slept) == 2


def test_each_new_version_is_posted_and_a_heartbeat_is_not(world: World) -> None:
    world.ticket()
    world.connect()
    first = world.jobs[JOB_ID]
    second = later(first, status=Status.RUNNING)

    world.publish(world.change(first, second))
    world.publish(world.change(second, second))

    assert [shown["version"] for shown in world.seen()] == [2]


def test_of_several_versions_in_a_batch_the_newest_is_posted(world: World) -> None:
    world.ticket()
    world.connect()
    first = world.jobs[JOB_ID]
    second = later(first)
    third = later(second)

    world.publish(world.change(first, second), world.change(second, third))

    assert [shown["version"] for shown in world.seen()] == [3]


def test_after_the_end_nothing_more_is_posted(world: World) -> None:
    world.ticket()
    world.connect()
    running = later(world.jobs[JOB_ID], status=Status.RUNNING)
    done = later(running, status=Status.COMPLETED)

    world.publish(world.change(running, done))
    world.publish(world.change(done, later(done)))

    assert [shown["status"] for shown in world.seen()] == ["completed"]


def test_an_update_that_is_too_old_is_dropped(world: World) -> None:
    world.ticket()
    world.connect()
    first = world.jobs[JOB_ID]

    world.publish(world.change(first, later(first), at=world.clock() - timedelta(seconds=61)))

    assert world.seen() == []


def test_a_connection_that_is_gone_is_forgotten_with_all_it_follows(world: World) -> None:
    world.ticket(JOB_ID, OTHER_JOB)
    world.connect()
    del world.sockets.sent["c1"]
    world.clock.advance(seconds=6)
    first = world.jobs[JOB_ID]

    world.publish(world.change(first, later(first)))

    assert world.watches.connections == {}
    assert world.watches.follows == {}


def test_a_gateway_that_does_not_answer_costs_the_update_and_no_more(world: World) -> None:
    world.ticket()
    world.connect()
    first = world.jobs[JOB_ID]

    def silent(connection_id: str, body: bytes) -> None:
        raise StorageUnavailable("API Gateway does not answer just now.")

    world.sockets.post = silent  # type: ignore[method-assign]
    world.publish(world.change(first, later(first)))

    assert world.watches.connections != {}


def test_a_closed_connection_leaves_nothing_behind(world: World) -> None:
    world.ticket(JOB_ID, OTHER_JOB)
    world.connect()

    close_connection("c1", watches=world.watches)

    assert (world.watches.connections, world.watches.follows) == ({}, {})


def test_a_ping_is_answered(world: World) -> None:
    assert world.say({"type": "ping"}) == {"type": "pong"}


def test_a_connection_can_follow_more_and_fewer_jobs(world: World) -> None:
    world.ticket()
    world.connect()

    assert world.say({"type": "follow", "job_ids": [OTHER_JOB]}) is None
    assert world.say({"type": "unfollow", "job_ids": ["", JOB_ID, "x" * 3000]}) is None
    assert set(world.watches.follows) == {(OTHER_JOB, "c1")}
    assert world.watches.connections["c1"].job_ids == (OTHER_JOB,)


@pytest.mark.parametrize(
    "said", ["", "{", "[]", '{"type": "shout"}', '{"type": "ping", "more": 1}', '{"type": "follow", "job_ids": [1]}']
)
def test_what_is_no_message_gets_an_error_that_says_what_to_send(world: World, said: str) -> None:
    world.ticket()
    world.connect()

    answer = world.say(said)

    assert (answer["type"], answer["code"]) == ("error", "invalid_message")


def test_another_users_job_cannot_be_followed(world: World) -> None:
    world.jobs[OTHER_JOB] = a_job(job_id=OTHER_JOB, user_id="somebody-else")
    world.ticket()
    world.connect()

    answer = world.say({"type": "follow", "job_ids": [OTHER_JOB]})

    assert answer["code"] == "not_found"
    assert (OTHER_JOB, "c1") not in world.watches.follows


def test_a_connection_follows_fifty_open_jobs_at_most(world: World) -> None:
    ids = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(FOLLOWED_AT_MOST)]
    world.jobs.update({job_id: a_job(job_id=job_id) for job_id in ids})
    world.ticket(*ids)
    world.connect()

    refused = world.say({"type": "follow", "job_ids": [JOB_ID]})
    world.watches.unwatch(ids[:1], connection_id="c1")  # one of them has ended
    taken = world.say({"type": "follow", "job_ids": [JOB_ID]})

    assert refused["code"] == "too_many_jobs"
    assert taken is None


def test_the_end_of_a_job_with_a_webhook_is_announced_once(world: World) -> None:
    running = a_job(status=Status.RUNNING, notify_url="https://hooks.example.com/")
    done = later(running, status=Status.FAILED)

    world.publish(world.change(running, done), world.change(done, done, marked=True))

    assert [message for message, _ in world.queue.messages] == [WebhookMessage(job_id=JOB_ID)]


def test_a_webhook_that_cannot_be_queued_brings_the_batch_again(world: World) -> None:
    running = a_job(status=Status.RUNNING, notify_url="https://hooks.example.com/")

    def silent(message: WebhookMessage, *, delay_seconds: float = 0) -> None:
        raise StorageUnavailable("SQS does not answer just now.")

    world.queue.send = silent  # type: ignore[method-assign]

    with pytest.raises(StorageUnavailable):
        world.publish(world.change(running, later(running, status=Status.COMPLETED)))
