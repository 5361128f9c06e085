"""A webhook is signed as Standard Webhooks say, tried on its schedule, and never sent twice for one try."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from chalicelib.jobs.model import Job, Status
from chalicelib.outbox.addresses import ForbiddenTarget
from chalicelib.outbox.webhooks import (
    RETRY_PAUSES,
    WebhookMessage,
    announce_end,
    deliver,
    event_body,
    event_id,
    signed_headers,
)
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import a_job
from tests.fakes.outbox import FakeDeliveryLog, FakeWebhookQueue

OLD, NEW = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
URL = "https://hooks.example.com/casework"


class Receiver:
    """Answers each POST with the next of `answers` (a status or an exception), the last one for ever."""

    def __init__(self, *answers: int | BaseException) -> None:
        self.answers = list(answers)
        self.received: list[tuple[str, Mapping[str, str], bytes]] = []

    def __call__(self, url: str, *, headers: Mapping[str, str], body: bytes) -> int:
        self.received.append((url, headers, body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


class Deliveries:
    """One ended job, its log and queue; `run` handles messages until the queue is empty or `count` were handled."""

    def __init__(self, receiver: Receiver, *, job: Job | None = None) -> None:
        self.receiver = receiver
        self.clock = FakeClock()
        self.log, self.queue = FakeDeliveryLog(), FakeWebhookQueue()
        self.job = job or a_job(status=Status.COMPLETED, completed_at=self.clock(), notify_url=URL, version=7)
        announce_end(self.job, queue=self.queue)

    def handle(self, message: WebhookMessage, *, secrets: Sequence[str] = (OLD,)) -> None:
        deliver(
            message,
            get_job=lambda job_id: self.job if job_id == self.job.job_id else None,
            log=self.log,
            queue=self.queue,
            post=self.receiver,
            secrets=lambda: secrets,
            clock=self.clock,
        )

    def run(self) -> list[float]:
        """Handle every message when its delay is over; the times of the POSTs, in seconds from the start."""
        begun, posts = self.clock(), []
        while self.queue.messages:
            message, delay = self.queue.messages.pop(0)
            self.clock.advance(seconds=delay)
            before = len(self.receiver.received)
            self.handle(message)
            if len(self.receiver.received) > before:
                posts.append((self.clock() - begun).total_seconds())
        return posts


def test_the_published_library_verifies_what_is_sent() -> None:
    now = datetime.now(UTC)
    body = event_body(a_job(status=Status.FAILED, completed_at=now))

    headers = signed_headers(body, webhook_id="msg_1", now=now, secrets=[OLD])

    assert Webhook(OLD).verify(body, dict(headers))["type"] == "job.failed"
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body, dict(headers))


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_during_a_rotation_either_secret_verifies(secret: str) -> None:
    now = datetime.now(UTC)
    body = event_body(a_job(status=Status.COMPLETED, completed_at=now))

    headers = signed_headers(body, webhook_id="msg_1", now=now, secrets=[NEW, OLD])

    Webhook(secret).verify(body, dict(headers))


def test_the_body_says_what_ended_and_nothing_of_its_content() -> None:
    ended_at = datetime(2026, 6, 10, 9, 5, tzinfo=UTC)
    job = a_job(status=Status.COMPLETED, completed_at=ended_at, version=9, labels={"team": "a"})

    event = json.loads(event_body(job))

    assert event["type"] == "job.completed"
    assert event["timestamp"] == "2026-06-10T09:05:00.000000Z"
    assert event["data"] == {
        "job_id": job.job_id,
        "job_type": job.job_type,
        "case_id": job.case_id,
        "status": "completed",
        "version": 9,
        "metadata": {
            "case_id": job.case_id,
            "user_id": "owner-1",
            "requested_by": "owner-1",
            "endpoint": job.endpoint,
            "document_count": 3,
            "team": "a",
        },
    }


def test_a_receiver_that_never_accepts_is_tried_on_the_schedule_and_then_left() -> None:
    deliveries = Deliveries(Receiver(500))

    times = deliveries.run()

    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert times[0] == 0
    assert pauses == [pause.total_seconds() for pause in RETRY_PAUSES]
    assert sum(RETRY_PAUSES, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    tries = deliveries.log.list(deliveries.job.job_id)
    assert [entry.attempt for entry in tries] == list(range(1, 11))
    assert {entry.status for entry in tries} == {500}
    assert tries[-1].next_attempt_at is None


@pytest.mark.parametrize("answer", [200, 204, 299, 410])
def test_an_accepted_or_gone_webhook_is_not_tried_again(answer: int) -> None:
    deliveries = Deliveries(Receiver(answer))

    assert deliveries.run() == [0]
    (entry,) = deliveries.log.list(deliveries.job.job_id)
    assert (entry.status, entry.next_attempt_at) == (answer, None)


@pytest.mark.parametrize(
    ("answer", "logged"),
    [
        (301, (301, None)),
        (404, (404, None)),
        (TimeoutError(), (None, "no answer in time")),
        (ConnectionRefusedError(), (None, "no connection (ConnectionRefusedError)")),
        (ForbiddenTarget("must have a host name"), (None, "forbidden target: the URL must have a host name")),
    ],
)
def test_what_is_no_acceptance_is_logged_and_tried_again(
    answer: int | Exception, logged: tuple[int | None, str | None]
) -> None:
    deliveries = Deliveries(Receiver(answer, 200))

    assert deliveries.run() == [0, 5]
    first, second = deliveries.log.list(deliveries.job.job_id)
    assert (first.status, first.error) == logged
    assert second.status == 200


def test_every_try_carries_the_same_id_and_its_own_time() -> None:
    deliveries = Deliveries(Receiver(500, 500, 200))

    deliveries.run()

    headers = [received[1] for received in deliveries.receiver.received]
    assert {header["webhook-id"] for header in headers} == {event_id(deliveries.job)}
    assert len({header["webhook-timestamp"] for header in headers}) == 3


def test_a_message_that_comes_twice_posts_once() -> None:
    deliveries = Deliveries(Receiver(200))
    message = deliveries.queue.take()

    deliveries.handle(message)
    deliveries.handle(message)

    assert len(deliveries.receiver.received) == 1


def test_a_try_whose_function_died_is_made_again_after_a_minute() -> None:
    deliveries = Deliveries(Receiver(KeyboardInterrupt(), 200))
    message = deliveries.queue.take()
    with pytest.raises(KeyboardInterrupt):
        deliveries.handle(message)

    deliveries.handle(message)
    at_once = len(deliveries.receiver.received)
    deliveries.clock.advance(seconds=61)
    deliveries.handle(message)

    assert at_once == 1
    assert len(deliveries.receiver.received) == 2


def test_without_a_secret_nothing_is_sent_and_the_log_says_why() -> None:
    deliveries = Deliveries(Receiver(200))

    deliveries.handle(deliveries.queue.take(), secrets=())

    assert deliveries.receiver.received == []
    (entry,) = deliveries.log.list(deliveries.job.job_id)
    assert entry.error == "no webhook secret is configured"
    assert entry.next_attempt_at is not None


@pytest.mark.parametrize("secret", ["whsec_", "whsec_placeholder", "PUT-THE-SECRET-HERE"])
def test_with_a_secret_that_is_none_nothing_is_sent_and_the_log_says_what_one_is(secret: str) -> None:
    deliveries = Deliveries(Receiver(200))

    deliveries.handle(deliveries.queue.take(), secrets=(OLD, secret))

    assert deliveries.receiver.received == []
    (entry,) = deliveries.log.list(deliveries.job.job_id)
    assert "a webhook secret must be whsec_ and base64" in (entry.error or "")
    assert entry.next_attempt_at is not None


@pytest.mark.parametrize(
    "changes", [{"notify_url": None}, {"status": Status.RUNNING}, {"expires_at": datetime(2026, 6, 10, 9, tzinfo=UTC)}]
)
def test_a_job_that_has_nothing_to_deliver_is_ignored(changes: dict[str, Any]) -> None:
    job = a_job(**{"status": Status.COMPLETED, "notify_url": URL, **changes})
    deliveries = Deliveries(Receiver(200), job=job)

    assert deliveries.run() == []
