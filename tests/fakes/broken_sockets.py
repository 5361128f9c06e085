"""Jobs, a stream, a gateway and clients, all in memory, in which everything that can break does, from a seed."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import msgspec

from chalicelib.auth import Principal
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.model import Job, Status
from chalicelib.outbox.live import (
    PROTOCOL,
    TICKET_LIVES,
    TICKET_PREFIX,
    Change,
    ConnectionGone,
    Ticket,
    answer_client,
    close_connection,
    open_connection,
    publish,
)
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import a_job
from tests.fakes.live_client import LiveClient, Timeline, View, higher_version_wins
from tests.fakes.outbox import FakeWatchStore, FakeWebhookQueue

JOBS, CLIENTS = 200, 40
BLOCKED_EVERY = 8
"""Each eighth client is behind a proxy that lets no socket through."""
CHAOS_SECONDS, QUIET_SECONDS = 600, 300
WHO = Principal(user_id="owner-1")
ENDS = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)
Gate = Callable[[View | None, View], bool]


@dataclass
class Socket:
    """One connection as the gateway knows it. A dead one takes messages that nobody gets."""

    client: LiveClient
    is_open: bool = False
    is_dead: bool = False


@dataclass
class Figures:
    """What happened, and when which job was done and seen to be done."""

    counts: Counter[str] = field(default_factory=Counter)
    done_at: dict[str, datetime] = field(default_factory=dict)
    seen_after: dict[str, float] = field(default_factory=dict)


class World:
    """Jobs that go on, the stream of their changes, a gateway that breaks, and clients."""

    def __init__(self, *, seed: int, gate: Gate = higher_version_wins, watchdog_seconds: float = 30.0) -> None:
        self.rng, self.clock, self.figures = Random(seed), FakeClock(), Figures()
        self.timeline = Timeline(self.clock)
        self.watches = FakeWatchStore()
        self.jobs: dict[str, Job] = {}
        self.sockets: dict[int, Socket] = {}
        self._numbers = itertools.count(1)
        self._newest_arrived: dict[tuple[int, str], int] = {}
        self._stream: list[Change] = []
        self._is_reading = False
        self._stream_rests_until = self.clock()
        self.clients = [
            LiveClient(
                timeline=self.timeline,
                server=self,
                rng=self.rng,
                numbers=lambda: next(self._numbers),
                gate=gate,
                watchdog_seconds=watchdog_seconds,
            )
            for _ in range(CLIENTS)
        ]
        for client in self.clients:
            client.on_show = self._note_end

    # The jobs, and the stream of their changes.

    def start(self, job_id: str, client: LiveClient) -> None:
        self._write(None, a_job(job_id=job_id))
        client.follow(job_id)
        self.timeline.after(self.rng.uniform(0.2, 20), lambda: self._go_on(job_id, self.rng.randint(3, 12)))

    def _go_on(self, job_id: str, steps_left: int) -> None:
        before = self.jobs[job_id]
        status = Status.RUNNING if steps_left else self.rng.choice(ENDS)
        after = msgspec.structs.replace(before, version=before.version + 1, status=status)
        if after.is_done:
            self.figures.done_at[job_id] = self.clock()
        else:
            self.timeline.after(self.rng.uniform(0.2, 20), lambda: self._go_on(job_id, steps_left - 1))
        self._write(before, after)

    def _write(self, before: Job | None, after: Job, *, marked: bool = False) -> None:
        self.jobs[after.job_id] = after
        self.figures.counts["versions"] += not marked
        change = Change(before=before, after=after, marked=marked, at=self.clock())
        self.timeline.after(self.rng.uniform(0.1, 0.4), lambda: self._read_stream([change]))

    def _marked(self) -> None:
        """Each mark that the outbox made is a change of the table like any other."""
        while self.watches.marked:
            job = self.jobs[self.watches.marked.pop()]
            self._write(job, job, marked=True)

    def _read_stream(self, came: list[Change]) -> None:
        """One batch at a time, in order; a twentieth of all batches comes twice, now and then the stream rests."""
        self._stream += came
        if self._is_reading or self.clock() < self._stream_rests_until:
            return
        self._is_reading = True
        while self._stream:
            batch, self._stream = self._stream[:10], self._stream[10:]
            for _ in range(1 + (self.rng.random() < 0.05)):
                publish(
                    batch,
                    watches=self.watches,
                    sockets=self,
                    webhooks=FakeWebhookQueue(),
                    view=lambda job, _: view_of(job),
                    clock=self.clock,
                    sleep=self.timeline.run,
                )
        self._is_reading = False

    # The API, as a client sees it: answers are late, some never come.

    def get(self, job_id: str, *, answer: Callable[[View | None], None]) -> None:
        self.figures.counts["polls"] += 1
        view = view_of(self.jobs[job_id])
        came = None if self.rng.random() < 0.05 else view
        self.timeline.after(self._late(0.05), lambda: answer(came))

    def stream(self, job_ids: list[str], *, answer: Callable[[list[str] | None], None]) -> None:
        ticket = Ticket(
            secret=str(self.rng.random()), principal=WHO, job_ids=tuple(job_ids), expires_at=self.clock() + TICKET_LIVES
        )
        self.watches.put_ticket(ticket)
        protocols = None if self.rng.random() < 0.05 else [PROTOCOL, TICKET_PREFIX + ticket.secret]
        sleeps = TICKET_LIVES.total_seconds() if self.rng.random() < 0.1 else 0.0  # a laptop that was closed
        self.timeline.after(sleeps + self._late(0.05), lambda: answer(protocols))

    def connect(self, protocols: list[str], *, client: LiveClient, number: int) -> None:
        if self.clients.index(client) % BLOCKED_EVERY == 0:
            self.figures.counts["blocked"] += 1
            return
        opened = open_connection(str(number), protocols=protocols, watches=self.watches, now=self.clock())
        self._marked()
        if opened is None:
            self.figures.counts["tickets refused"] += 1
            self.timeline.after(0.05, lambda: client.closed(number))
            return
        self.sockets[number] = Socket(client)
        self.timeline.after(self._late(0.05), lambda: self._open(number))

    def _open(self, number: int) -> None:
        socket = self.sockets.get(number)
        if socket is not None:
            socket.is_open = True
            socket.client.opened(number)

    def send(self, number: int, text: str) -> None:
        socket = self.sockets.get(number)
        if socket is None or socket.is_dead:
            return
        answer = answer_client(
            str(number), text, watches=self.watches, read_job=lambda job_id, _: self.jobs[job_id], now=self.clock()
        )
        self.figures.counts["refused messages"] += answer is not None
        self._marked()

    def close(self, number: int) -> None:
        if self.sockets.pop(number, None) is not None and self.rng.random() < 0.9:  # a tenth is never reported
            close_connection(str(number), watches=self.watches)

    # The gateway, as the outbox sees it.

    def post(self, connection_id: str, body: bytes) -> None:
        number, message, chance = int(connection_id), msgspec.json.decode(body), self.rng.random()
        socket = self.sockets.get(number)
        if socket is None or not socket.is_open:
            raise ConnectionGone
        if chance < 0.03:
            self.figures.counts["lost"] += 1
            raise StorageUnavailable("API Gateway does not answer.")
        if chance < 0.13 or socket.is_dead:
            self.figures.counts["lost"] += 1
            return
        if chance < 0.23:
            self.figures.counts["doubled"] += 1
            self._arrive(socket.client, number, message)
        self._arrive(socket.client, number, message)

    def _arrive(self, client: LiveClient, number: int, message: Mapping[str, Any]) -> None:
        delay = self._late(0.15)
        self.figures.counts["late"] += delay > 1
        self.timeline.after(delay, lambda: self._arrived(client, number, message))

    def _arrived(self, client: LiveClient, number: int, message: Mapping[str, Any]) -> None:
        job_id, version = message["job"]["job_id"], message["job"]["version"]
        newest = self._newest_arrived.get((number, job_id), 0)
        self._newest_arrived[number, job_id] = max(newest, version)
        self.figures.counts["reordered"] += version < newest
        client.received(number, message)

    def _late(self, share: float) -> float:
        return self.rng.uniform(1, 20) if self.rng.random() < share else self.rng.uniform(0.02, 0.3)

    # What breaks by itself.

    def kill_one(self) -> None:
        """Half of the killed connections are noticed at once, half after a while: until then messages go nowhere."""
        alive = [number for number, socket in self.sockets.items() if socket.is_open and not socket.is_dead]
        if alive:
            self.figures.counts["killed"] += 1
            number = self.rng.choice(alive)
            self.sockets[number].is_dead = True
            notices_after = 0.0 if self.rng.random() < 0.5 else self.rng.uniform(10, 120)
            self.timeline.after(notices_after, lambda: self._broken(number))

    def restart_gateway(self) -> None:
        """All connections end, and none of the ends is reported to the outbox."""
        self.figures.counts["restarts"] += 1
        for number in list(self.sockets):
            self._broken(number)

    def _broken(self, number: int) -> None:
        socket = self.sockets.pop(number, None)
        if socket is not None:
            socket.client.closed(number)

    def hide_one(self) -> None:
        client = self.rng.choice(self.clients)
        client.hide()
        self.figures.counts["hidden"] += 1
        self.timeline.after(self.rng.uniform(5, 60), client.show)

    def rest_stream(self) -> None:
        """The stream's function is not invoked for longer than an update is worth posting."""
        self._stream_rests_until = self.clock() + timedelta(seconds=75)
        self.timeline.after(75.1, lambda: self._read_stream([]))

    def _note_end(self, view: View) -> None:
        job_id = view["job_id"]
        if view["done"] and job_id not in self.figures.seen_after:
            self.figures.seen_after[job_id] = (self.clock() - self.figures.done_at[job_id]).total_seconds()

    def run(self) -> Figures:
        for index in range(JOBS):
            job_id, client = f"job-{index}", self.clients[index % CLIENTS]
            self.timeline.after(self.rng.uniform(0, CHAOS_SECONDS - 120), partial(self.start, job_id, client))
        breaks = {self.kill_one: 120, self.hide_one: 40, self.restart_gateway: 4, self.rest_stream: 2}
        for break_it, times in breaks.items():
            for _ in range(times):
                self.timeline.after(self.rng.uniform(0, CHAOS_SECONDS - 60), break_it)
        self.timeline.run(CHAOS_SECONDS + QUIET_SECONDS)
        self.figures.counts["reconnects"] = sum(max(0, client.connections - 1) for client in self.clients)
        self.figures.counts["went back"] = sum(map(went_back, self.clients))
        return self.figures


def view_of(job: Job) -> View:
    return {"job_id": job.job_id, "version": job.version, "status": str(job.status), "done": job.is_done}


def went_back(client: LiveClient) -> int:
    """How often a state was shown that is older than the one before it."""
    return sum(
        after["version"] < before["version"]
        for views in client.shown.values()
        for before, after in itertools.pairwise(views)
    )


def ends_missed(world: World) -> int:
    """Jobs whose last shown state is not their end."""
    shown = [(job_id, views) for client in world.clients for job_id, views in client.shown.items()]
    return sum(not views or views[-1] != view_of(world.jobs[job_id]) for job_id, views in shown)
