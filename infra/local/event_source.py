"""What does Lambda's SQS event source do? It polls a lane and invokes its function, one message an invocation.

    python -m infra.local.event_source --queue-url URL --handler app.work_high

When the function returns, its message is deleted, in one call with others that end at about the same time; when it
raises, the message is left to its visibility timeout. SQS itself counts receives and moves a message to the dead-letter
queue after the fifth. At most `concurrency` invocations run at once. SIGTERM ends the polling and gives running
invocations a few seconds.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.invocation import Handler, LambdaContext, load_handler, sqs_event
from infra.local.resources import client

POLL_SECONDS = 1
RECEIVE_AT_MOST = DELETE_AT_MOST = 10  # SQS's own limits
GATHER_SECONDS = 0.1  # jobs end in groups: the next messages are received ten in a call
DELETE_WITHIN_SECONDS = 0.25  # nobody waits for messages to be deleted: these, too, go ten in a call
PAUSE_SECONDS = 1.0
GRACE_SECONDS = 5.0


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """The function behind the source, and what it may take: seconds per invocation, invocations at once."""

    name: str
    handler: Handler
    timeout_seconds: float
    concurrency: int


class EventSource:
    """One lane's poller. `run` blocks until `stop` is set; `idle` waits for the invocations that are still running.

    A receive that finds nothing waits for `poll_seconds`, and so may a stop.
    """

    def __init__(
        self,
        sqs: Any,
        *,
        queue_url: str,
        function: Function,
        say: Callable[[str], None],
        poll_seconds: int = POLL_SECONDS,
    ) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._function = function
        self._say = say
        self._poll_seconds = poll_seconds
        self._slots = threading.Condition()
        self._running = 0
        self._deleting = 0
        self._done: list[str] = []

    def run(self, stop: threading.Event) -> None:
        """Poll and invoke until `stop`; errors of the queue are logged and waited out."""
        queue_arn = None
        while not stop.is_set():
            free = self._wait_for_slots()
            if not free:
                continue
            try:
                queue_arn = queue_arn or self._queue_arn()
                messages = self._receive(min(free, RECEIVE_AT_MOST))
            except (BotoCoreError, ClientError) as exc:
                if not stop.wait(PAUSE_SECONDS):
                    self._say(f"the queue does not answer ({type(exc).__name__}); trying again")
                continue
            for message in messages:
                self._start(message, queue_arn)

    def idle(self, *, within_seconds: float) -> bool:
        """Wait until nothing runs and every finished message is deleted; False if that takes `within_seconds`."""
        with self._slots:
            return self._slots.wait_for(lambda: self._running + self._deleting == 0, timeout=within_seconds)

    def _wait_for_slots(self) -> int:
        with self._slots:
            if not self._free():
                self._slots.wait_for(self._free, timeout=self._poll_seconds)
                self._slots.wait_for(lambda: self._running == 0, timeout=GATHER_SECONDS)
            return self._free()

    def _free(self) -> int:
        return self._function.concurrency - self._running

    def _queue_arn(self) -> str:
        answer = self._sqs.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=["QueueArn"])
        arn: str = answer["Attributes"]["QueueArn"]
        return arn

    def _receive(self, count: int) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=count,
            WaitTimeSeconds=self._poll_seconds,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _start(self, message: dict[str, Any], queue_arn: str) -> None:
        with self._slots:
            self._running += 1
        threading.Thread(target=self._invoke, args=(message, queue_arn), daemon=True).start()

    def _invoke(self, message: Mapping[str, Any], queue_arn: str) -> None:
        context = LambdaContext(
            self._function.name, request_id=str(uuid.uuid4()), timeout_seconds=self._function.timeout_seconds
        )
        try:
            self._function.handler(sqs_event(message, queue_arn=queue_arn), context)
        except Exception:  # noqa: BLE001  # as Lambda does: whatever the function raises leaves the message in the queue
            receives = message.get("Attributes", {}).get("ApproximateReceiveCount", "?")
            self._say(f"{self._function.name} failed on message {message['MessageId']} (receive {receives}):")
            self._say(traceback.format_exc().rstrip())
        else:
            with self._slots:
                self._done.append(message["ReceiptHandle"])
                self._deleting += 1
        finally:
            with self._slots:
                self._running -= 1
                self._slots.notify_all()
        self._delete_done()

    def _delete_done(self) -> None:
        """Delete finished messages, ten at most; each invocation that ends comes here once."""
        time.sleep(DELETE_WITHIN_SECONDS)
        with self._slots:
            batch, self._done = self._done[:DELETE_AT_MOST], self._done[DELETE_AT_MOST:]
        if not batch:
            return
        entries = [{"Id": str(index), "ReceiptHandle": handle} for index, handle in enumerate(batch)]
        try:
            self._sqs.delete_message_batch(QueueUrl=self._queue_url, Entries=entries)
        except (BotoCoreError, ClientError) as exc:
            self._say(
                f"{len(batch)} messages could not be deleted ({type(exc).__name__}); they will be delivered again"
            )
        with self._slots:
            self._deleting -= len(batch)
            self._slots.notify_all()


def main() -> None:
    """Feed one lane's messages to its function until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.event_source", description="A lane and its function.")
    parser.add_argument("--queue-url", required=True)
    parser.add_argument("--handler", required=True, help="module.function, e.g. app.work_high")
    parser.add_argument("--concurrency", type=int, default=5, help="invocations at once")
    parser.add_argument("--timeout", type=float, default=300, help="seconds an invocation may take")
    arguments = parser.parse_args()
    function = Function(
        name=arguments.handler.rpartition(".")[2],
        handler=load_handler(arguments.handler),
        timeout_seconds=arguments.timeout,
        concurrency=arguments.concurrency,
    )
    endpoint_url = arguments.queue_url.rsplit("/", 2)[0]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    source = EventSource(client("sqs", endpoint_url), queue_url=arguments.queue_url, function=function, say=_say)
    _say(f"polls {arguments.queue_url.rpartition('/')[2]} for {function.name}, {function.concurrency} at once")
    polling = threading.Thread(target=source.run, args=(stop,), daemon=True)
    polling.start()
    while not stop.is_set():  # signals are handled in this thread, between its waits
        time.sleep(0.1)
    polling.join()
    if not source.idle(within_seconds=GRACE_SECONDS):
        sys.exit("ended while invocations were running; rescue will recover their jobs")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
