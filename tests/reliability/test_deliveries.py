"""Receivers that fail, hang, redirect, are gone or lead elsewhere: no webhook is lost, none goes where none may go.

Real receivers on loopback, names that a resolver of the test's own resolves, and a clock that jumps over the pauses.
"""

from __future__ import annotations

import base64
import heapq
import itertools
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from chalicelib.adapters.webhook_post import WebhookPost
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.model import Job, Status
from chalicelib.outbox.webhooks import (
    GONE,
    LONGEST_QUEUE_DELAY,
    RETRY_PAUSES,
    Delivery,
    WebhookMessage,
    announce_end,
    deliver,
)
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import a_job
from tests.fakes.outbox import FakeDeliveryLog, FakeWebhookQueue

JOBS = 200
TRIES = len(RETRY_PAUSES) + 1
WITHIN_SECONDS = 0.3
INVISIBLE_SECONDS = 180
"""A message that its function did not finish comes again after this time."""
SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()

Step = int | str | tuple[str, ...]
"""What one try meets: a status, "hang", "close", "garbage", "no name", or the addresses that the name resolves to."""

REDIRECTS = (301, 302, 303, 307, 308)
FORBIDDEN = (
    ("10.0.0.1",),
    ("169.254.169.254",),
    ("0.0.0.0",),  # noqa: S104  # nothing is bound to it: it is where a webhook must not go, and leads to the receiver
    ("127.0.0.1", "192.168.0.1"),
    ("::ffff:10.0.0.1",),
    ("fd00:ec2::254",),
)


class Receivers(socketserver.ThreadingTCPServer):
    """All receivers; `steps` is what each job's tries meet, in turn, and 200 after that."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.port = int(self.server_address[1])
        self.trap_port = 0
        self.steps: dict[str, list[Step]] = {}
        self.answered: Counter[tuple[str, Step]] = Counter()
        self.wrong: list[str] = []


class Receiver(socketserver.StreamRequestHandler):
    """Reads one request and does what the step of its job says."""

    server: Receivers

    def handle(self) -> None:
        job_id = self.rfile.readline().split()[1].decode().rpartition("/")[2]
        headers = dict(line.decode().lower().strip().split(": ", 1) for line in iter(self.rfile.readline, b"\r\n"))
        self.rfile.read(int(headers["content-length"]))
        steps = self.server.steps[job_id]
        step = steps.pop(0) if steps else 200
        if isinstance(step, tuple) or headers["webhook-id"] != f"msg_{job_id}":
            self.server.wrong.append(job_id)
        self.server.answered[job_id, step] += 1
        if step == "hang":
            self.rfile.read(1)  # until the other side has had enough
        elif step == "garbage":
            self.wfile.write(b"SSH-2.0-OpenSSH\r\n")
        elif isinstance(step, int):
            location = f"Location: http://127.0.0.1:{self.server.trap_port}/{job_id}\r\n" if step in REDIRECTS else ""
            self.wfile.write(f"HTTP/1.1 {step} Answer\r\n{location}Content-Length: 0\r\n\r\n".encode())


class Trap(socketserver.TCPServer):
    """Where redirects and names that lead inside point to; nobody may come."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.visits = 0

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.visits += 1
        return False


@pytest.fixture
def receivers() -> Iterator[tuple[Receivers, Trap]]:
    with Receivers() as served, Trap() as trap:
        served.trap_port = int(trap.server_address[1])
        for server in (served, trap):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield served, trap
        for server in (served, trap):
            server.shutdown()


class Outbox:
    """Jobs that ended, their queue and log; messages come doubled, and functions die between a POST and its log."""

    def __init__(self, served: Receivers, *, seed: int) -> None:
        self.served, self.rng, self.clock = served, Random(seed), FakeClock()
        self.log, self.queue = DyingLog(self.rng), FakeWebhookQueue()
        self.jobs: dict[str, Job] = {}
        self.kinds: dict[str, str] = {}
        self.doubled = 0
        self._due: list[tuple[datetime, int, WebhookMessage]] = []
        self._number = itertools.count()
        self._inside = WebhookPost(loopback_allowed=True, resolve=self._resolve, within_seconds=WITHIN_SECONDS)
        self._outside = WebhookPost(loopback_allowed=False, resolve=self._resolve, within_seconds=WITHIN_SECONDS)

    def end(self, job_id: str, *, kind: str) -> None:
        """A job ends whose receiver is of this kind."""
        self.kinds[job_id] = kind
        self.served.steps[job_id] = list(steps_of(kind, self.rng))
        local = f"http://{job_id}.localhost:{self.served.port}/hook/{job_id}"
        elsewhere = f"https://{job_id}.example.com:{self.served.trap_port}/hook/{job_id}"
        url = elsewhere if kind == "leads inside" else local
        self.jobs[job_id] = a_job(job_id=job_id, status=Status.COMPLETED, completed_at=self.clock(), notify_url=url)
        announce_end(self.jobs[job_id], queue=self.queue)

    def run(self) -> None:
        """Until the queue is empty."""
        self._take_queued()
        while self._due:
            at, _, message = heapq.heappop(self._due)
            self.clock.advance(seconds=max(0.0, (at - self.clock()).total_seconds()))
            try:
                self._deliver(message)
            except StorageUnavailable:
                self._put(message, delay_seconds=INVISIBLE_SECONDS)
            self._take_queued()

    def _deliver(self, message: WebhookMessage) -> None:
        deliver(
            message,
            get_job=self.jobs.get,
            log=self.log,
            queue=self.queue,
            post=self._outside if self.kinds[message.job_id] == "leads inside" else self._inside,
            secrets=lambda: [SECRET],
            clock=self.clock,
        )

    def _take_queued(self) -> None:
        for message, delay_seconds in self.queue.messages:
            self._put(message, delay_seconds=delay_seconds)
            is_next = delay_seconds < LONGEST_QUEUE_DELAY.total_seconds()  # else one of many hops of a long pause
            if is_next and self.rng.random() < 0.1:
                self.doubled += 1
                self._put(message, delay_seconds=delay_seconds + self.rng.uniform(0, 5))
        self.queue.messages.clear()

    def _put(self, message: WebhookMessage, *, delay_seconds: float) -> None:
        heapq.heappush(self._due, (self.clock() + timedelta(seconds=delay_seconds), next(self._number), message))

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        steps = self.served.steps[host.partition(".")[0]]
        if steps and steps[0] == "no name":
            steps.pop(0)
            raise OSError("the name does not resolve")
        if steps and isinstance(steps[0], tuple):
            return steps.pop(0)  # type: ignore[return-value]
        return ["127.0.0.1"]


class DyingLog(FakeDeliveryLog):
    """Now and then a try's end cannot be stored: the function has died."""

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self.died = 0
        self._rng = rng

    def finish(self, job: Job, delivery: Delivery) -> None:
        if self._rng.random() < 0.05:
            self.died += 1
            raise StorageUnavailable("DynamoDB does not answer.")
        super().finish(job, delivery)


KINDS = {"answers": 30, "fails": 40, "never answers well": 10, "hangs": 12, "redirects": 30, "gone": 30, "moves": 38}
KINDS["leads inside"] = JOBS - sum(KINDS.values())


def steps_of(kind: str, rng: Random) -> list[Step]:
    """What the tries of one job meet."""
    some = rng.randint(1, 4)
    failures: tuple[Step, ...] = (400, 404, 429, 500, 503, "close", "garbage", "no name")
    found: dict[str, list[Step]] = {
        "fails": [rng.choice(failures) for _ in range(rng.randint(1, TRIES - 1))],
        "never answers well": [500] * 3 * TRIES,
        "hangs": ["hang"],
        "redirects": [rng.choice(REDIRECTS) for _ in range(some)],
        "gone": [rng.choice(failures) for _ in range(some - 1)] + [GONE] * TRIES,
        "moves": [rng.choice(FORBIDDEN) for _ in range(some)],
        "leads inside": [("127.0.0.1",)] * 3 * TRIES,
    }
    return found.get(kind, [])


def is_settled(outbox: Outbox, job: Job) -> bool:
    """Whether the receiver has it, has said that it is gone, or was tried as often as promised."""
    answered, tries = outbox.served.answered, outbox.log.list(job.job_id)
    if outbox.kinds[job.job_id] in ("never answers well", "leads inside"):
        return len(tries) == TRIES
    wanted = GONE if outbox.kinds[job.job_id] == "gone" else 200
    return answered[job.job_id, wanted] > 0 and tries[-1].status == wanted


def test_no_webhook_is_lost_and_none_goes_to_a_forbidden_address(
    receivers: tuple[Receivers, Trap], capsys: pytest.CaptureFixture[str]
) -> None:
    served, trap = receivers
    outbox = Outbox(served, seed=1)
    for index, kind in enumerate(itertools.chain.from_iterable([kind] * count for kind, count in KINDS.items())):
        outbox.end(f"job-{index}", kind=kind)

    outbox.run()

    tries = list(outbox.log.tries.values())
    forbidden = [delivery for delivery in tries if (delivery.error or "").startswith("forbidden target")]
    unguarded = [
        delivery
        for job_id, kind in outbox.kinds.items()
        for delivery in outbox.log.list(job_id)
        if kind in ("moves", "leads inside") and delivery.error is not None and delivery not in forbidden
    ]
    lost = [job_id for job_id, job in outbox.jobs.items() if not is_settled(outbox, job)]
    with capsys.disabled():
        print(  # noqa: T201  # the figures are what the test is run for
            f"\ndeliveries: jobs {len(outbox.jobs)}, tries {len(tries)}, posts {served.answered.total()},"
            f" forbidden {len(forbidden)}, messages doubled {outbox.doubled}, functions died {outbox.log.died},"
            f" lost {len(lost)}, sent to a forbidden address {trap.visits + len(served.wrong) + len(unguarded)}"
        )
    assert lost == []
    assert trap.visits == 0
    assert served.wrong == []
    assert unguarded == []
    assert len(forbidden) > JOBS // 2
