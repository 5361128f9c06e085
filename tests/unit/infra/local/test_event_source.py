"""The local event source keeps the promises of Lambda's: deletes on success, leaves on failure, limits concurrency."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from infra.local.event_source import EventSource, Function
from infra.local.resources import Resources
from tests.fakes.polling import WITHIN_SECONDS, polling


def soon(is_so: Callable[[], bool]) -> bool:
    """Whether something becomes true while a real queue does its work."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_so()


def visibility(resources: Resources, seconds: int) -> None:
    resources.client("sqs").set_queue_attributes(
        QueueUrl=resources.high_queue_url, Attributes={"VisibilityTimeout": str(seconds)}
    )


def send(resources: Resources, body: str) -> None:
    resources.client("sqs").send_message(QueueUrl=resources.high_queue_url, MessageBody=body)


def counts(resources: Resources, queue_url: str) -> tuple[int, int]:
    """(visible, in flight) messages of the queue."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = resources.client("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    return int(found[names[0]]), int(found[names[1]])


def test_a_message_whose_function_returns_is_deleted(local_resources):
    bodies = []
    send(local_resources, "one")

    with polling(local_resources, lambda event, _: bodies.append(event["Records"][0]["body"])):
        assert soon(lambda: counts(local_resources, local_resources.high_queue_url) == (0, 0) and bool(bodies))

    assert bodies == ["one"]


def test_a_message_whose_function_raises_stays_invisible_until_its_visibility_timeout(local_resources):
    calls = []

    def fail(event: dict[str, Any], context: Any) -> None:
        calls.append(event)
        raise RuntimeError("made to fail")

    send(local_resources, "one")
    with polling(local_resources, fail) as said:
        assert soon(lambda: any("made to fail" in line for line in said))

    assert counts(local_resources, local_resources.high_queue_url) == (0, 1)
    assert len(calls) == 1


def test_a_failed_message_is_delivered_again_after_its_visibility_timeout(local_resources):
    visibility(local_resources, 1)
    deliveries: list[tuple[str, str, float]] = []

    def fail_once(event: dict[str, Any], context: Any) -> None:
        record = event["Records"][0]
        deliveries.append((record["messageId"], record["attributes"]["ApproximateReceiveCount"], time.monotonic()))
        if len(deliveries) == 1:
            raise RuntimeError("made to fail")

    send(local_resources, "one")
    with polling(local_resources, fail_once):
        assert soon(lambda: len(deliveries) == 2)

    (first_id, first_count, first_at), (second_id, second_count, second_at) = deliveries
    assert first_id == second_id
    assert (first_count, second_count) == ("1", "2")
    assert second_at - first_at >= 0.9  # the timeout of 1 s, less what the clock of the queue rounds


def test_after_five_receives_a_message_is_in_the_dead_letter_queue(local_resources):
    visibility(local_resources, 1)
    receives = []

    def fail(event: dict[str, Any], context: Any) -> None:
        receives.append(event["Records"][0]["attributes"]["ApproximateReceiveCount"])
        raise RuntimeError("made to fail")

    send(local_resources, "poison")
    with polling(local_resources, fail):
        assert soon(lambda: counts(local_resources, local_resources.high_dead_letter_queue_url)[0] == 1)

    assert receives == ["1", "2", "3", "4", "5"]
    assert counts(local_resources, local_resources.high_queue_url) == (0, 0)


def test_messages_that_end_together_are_deleted_in_few_calls(local_resources):
    calls, together = [], threading.Barrier(5)

    class Listening:
        """The real client; notes what it is asked for."""

        def __getattr__(self, name: str) -> Any:
            calls.append(name)
            return getattr(local_resources.client("sqs"), name)

    for number in range(5):
        send(local_resources, str(number))
    function = Function(
        name="work_high", handler=lambda *_: together.wait(WITHIN_SECONDS), timeout_seconds=300, concurrency=5
    )
    source = EventSource(Listening(), queue_url=local_resources.high_queue_url, function=function, say=print)
    stop = threading.Event()
    thread = threading.Thread(target=source.run, args=(stop,))

    thread.start()
    deleted = soon(lambda: "delete_message_batch" in calls) and source.idle(within_seconds=WITHIN_SECONDS)
    stop.set()
    thread.join()

    assert deleted
    assert counts(local_resources, local_resources.high_queue_url) == (0, 0)
    assert calls.count("delete_message_batch") < 5


def test_no_more_invocations_run_at_once_than_the_concurrency_allows(local_resources):
    running, most, done = [0], [0], []
    lock = threading.Lock()

    def work(event: dict[str, Any], context: Any) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.2)
        with lock:
            running[0] -= 1
            done.append(1)

    for number in range(8):
        send(local_resources, str(number))
    with polling(local_resources, work, concurrency=3):
        assert soon(lambda: len(done) == 8)

    assert most[0] == 3


def test_an_invocation_carries_one_message_and_a_context_of_its_own(local_resources):
    seen = []
    for number in range(3):
        send(local_resources, str(number))

    def look(event: dict[str, Any], context: Any) -> None:
        seen.append((len(event["Records"]), event["Records"][0], context))

    with polling(local_resources, look):
        assert soon(lambda: len(seen) == 3)

    assert [size for size, _, _ in seen] == [1, 1, 1]
    assert len({context.aws_request_id for _, _, context in seen}) == 3
    assert len({record["messageId"] for _, record, _ in seen}) == 3
    for _, record, context in seen:
        assert record["eventSourceARN"].endswith("-HighQueue")
        assert record["eventSource"] == "aws:sqs"
        assert 290_000 < context.get_remaining_time_in_millis() <= 300_000


def test_a_queue_that_does_not_answer_is_waited_out(local_resources):
    calls = []

    class Flaky:
        """The real client, except that the first call fails."""

        def __getattr__(self, name: str) -> Any:
            from botocore.exceptions import EndpointConnectionError

            calls.append(name)
            if len(calls) == 1:
                raise EndpointConnectionError(endpoint_url="http://127.0.0.1")
            return getattr(local_resources.client("sqs"), name)

    bodies: list[str] = []
    said: list[str] = []
    send(local_resources, "one")
    function = Function(
        name="work_high",
        handler=lambda event, _: bodies.append(event["Records"][0]["body"]),
        timeout_seconds=300,
        concurrency=1,
    )
    source = EventSource(Flaky(), queue_url=local_resources.high_queue_url, function=function, say=said.append)
    stop = threading.Event()
    thread = threading.Thread(target=source.run, args=(stop,))

    thread.start()
    arrived = soon(lambda: bodies == ["one"])
    stop.set()
    thread.join()

    assert arrived
    assert "does not answer" in said[0]
