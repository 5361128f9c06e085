"""Does every JobQueue keep its promises? One suite for the fake and for SQS (on the moto server)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import msgspec
import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.sqs import SqsJobQueue
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.model import Priority
from chalicelib.jobs.ports import JobMessage, JobQueue
from infra.local.resources import Resources, client
from tests.fakes.clock import FakeClock
from tests.fakes.job_queue import FakeJobQueue

Receive = Callable[[Priority], Sequence[JobMessage]]


class Backend(msgspec.Struct, frozen=True):
    """A queue, and what a worker of a lane would receive from it now."""

    queue: JobQueue
    receive: Receive


@pytest.fixture(params=["fake", "sqs"])
def backend(request: pytest.FixtureRequest) -> Backend:
    if request.param == "fake":
        clock = FakeClock()
        fake = FakeJobQueue(clock)
        return Backend(fake, lambda lane: fake.pop_due(clock(), lane=lane))
    resources: Resources = request.getfixturevalue("local_resources")
    return Backend(sqs_queue(resources), lambda lane: [message for message, _ in received(resources, lane)])


def sqs_queue(resources: Resources) -> SqsJobQueue:
    return SqsJobQueue(
        resources.client("sqs"), high_url=resources.high_queue_url, normal_url=resources.normal_queue_url
    )


def received(resources: Resources, lane: Priority) -> list[tuple[JobMessage, dict[str, str]]]:
    url = resources.high_queue_url if lane == "high" else resources.normal_queue_url
    answer = resources.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"], WaitTimeSeconds=0
    )
    return [
        (msgspec.json.decode(message["Body"], type=JobMessage), message["Attributes"])
        for message in answer.get("Messages", ())
    ]


def test_a_message_reaches_its_lane_and_no_other(backend: Backend) -> None:
    message = JobMessage(job_id="j1")

    backend.queue.send(message, lane="high", group="u1")

    assert list(backend.receive("normal")) == []
    assert list(backend.receive("high")) == [message]


def test_both_lanes_take_messages_of_many_groups(backend: Backend) -> None:
    messages = [JobMessage(job_id=f"j{number}") for number in range(3)]

    for message in messages:
        backend.queue.send(message, lane="normal", group=f"משתמש {message.job_id}")

    assert sorted(message.job_id for message in backend.receive("normal")) == ["j0", "j1", "j2"]


def test_a_delayed_message_is_not_there_yet(backend: Backend) -> None:
    backend.queue.send(JobMessage(job_id="later"), lane="normal", group="u1", delay_seconds=1)
    backend.queue.send(JobMessage(job_id="now"), lane="normal", group="u1", delay_seconds=0)

    assert list(backend.receive("normal")) == [JobMessage(job_id="now")]


@pytest.mark.parametrize("delay_seconds", [901, 5000, -3])
def test_a_delay_that_sqs_would_refuse_is_bounded(backend: Backend, delay_seconds: int) -> None:
    backend.queue.send(JobMessage(job_id="j1"), lane="normal", group="u1", delay_seconds=delay_seconds)

    there_already = len(backend.receive("normal"))
    assert there_already == (1 if delay_seconds < 0 else 0)


def test_a_delayed_message_comes_when_it_is_due() -> None:
    clock = FakeClock()
    queue = FakeJobQueue(clock)
    queue.send(JobMessage(job_id="j1"), lane="normal", group="u1", delay_seconds=30)

    early = queue.pop_due(clock.advance(seconds=29))
    due = queue.pop_due(clock.advance(seconds=1))

    assert (list(early), list(due)) == ([], [JobMessage(job_id="j1")])
    assert list(queue.pop_due(clock())) == []


class RecordingClient:
    """Notes what would be sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, object]] = []

    def send_message(self, **request: object) -> None:
        self.sent.append(request)


@pytest.mark.parametrize(("asked", "sent"), [(0, 0), (0.001, 1), (29.2, 30), (900, 900), (900.5, 900), (-1, 0)])
def test_a_delay_is_rounded_up_to_what_sqs_takes(asked: float, sent: int) -> None:
    sqs = RecordingClient()

    SqsJobQueue(sqs, high_url="h", normal_url="n").send(
        JobMessage(job_id="j1"), lane="high", group="u1", delay_seconds=asked
    )

    assert [request["DelaySeconds"] for request in sqs.sent] == [sent]


def test_the_group_is_a_digest_of_the_user(local_resources: Resources) -> None:
    user = "משתמש|1"

    sqs_queue(local_resources).send(JobMessage(job_id="j1"), lane="high", group=user)

    ((_, attributes),) = received(local_resources, "high")
    assert attributes["MessageGroupId"] == hashlib.sha256(user.encode()).hexdigest()


def test_a_message_carries_the_job_and_the_version_of_its_format(local_resources: Resources) -> None:
    sqs_queue(local_resources).send(JobMessage(job_id="j1"), lane="high", group="u1")

    answer = local_resources.client("sqs").receive_message(QueueUrl=local_resources.high_queue_url, WaitTimeSeconds=0)

    assert msgspec.json.decode(answer["Messages"][0]["Body"]) == {"v": 1, "job_id": "j1"}


def test_a_received_message_can_be_had_again_at_once(local_resources: Resources) -> None:
    queue, sqs, url = sqs_queue(local_resources), local_resources.client("sqs"), local_resources.high_queue_url
    queue.send(JobMessage(job_id="j1"), lane="high", group="u1")
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)["Messages"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    hidden = received(local_resources, "high")

    queue.redeliver(receipt_handle=message["ReceiptHandle"], queue_arn=attributes["QueueArn"], after_seconds=0)

    assert hidden == []
    assert [message for message, _ in received(local_resources, "high")] == [JobMessage(job_id="j1")]


def test_both_queues_are_checked(local_resources: Resources) -> None:
    sqs_queue(local_resources).check()
    one_gone = SqsJobQueue(
        local_resources.client("sqs"),
        high_url=local_resources.high_queue_url,
        normal_url=f"{local_resources.normal_queue_url}-gone",
    )

    with pytest.raises(ClientError, match="NonExistentQueue"):
        one_gone.check()


def test_a_queue_that_does_not_answer_is_unavailable() -> None:
    silent = SqsJobQueue(client("sqs", "http://127.0.0.1:9"), high_url="http://127.0.0.1:9/h", normal_url="n")

    with pytest.raises(StorageUnavailable) as unavailable:
        silent.send(JobMessage(job_id="j1"), lane="high", group="u1")

    assert unavailable.value.__cause__ is not None


def test_a_queue_that_is_gone_is_a_defect_that_no_repetition_mends(local_resources: Resources) -> None:
    gone = SqsJobQueue(local_resources.client("sqs"), high_url=f"{local_resources.high_queue_url}-gone", normal_url="n")

    with pytest.raises(ClientError, match="NonExistentQueue"):
        gone.send(JobMessage(job_id="j1"), lane="high", group="u1")


def test_low_priority_travels_in_the_normal_lane(local_resources: Resources) -> None:
    sqs_queue(local_resources).send(JobMessage(job_id="j1"), lane="low", group="u1")

    assert [message for message, _ in received(local_resources, "normal")] == [JobMessage(job_id="j1")]
