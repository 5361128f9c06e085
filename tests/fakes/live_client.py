"""A client that follows jobs by the rules of docs/live.md, on a timeline whose clock nobody waits for."""

from __future__ import annotations

import heapq
import itertools
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from tests.fakes.clock import FakeClock

View = Mapping[str, Any]

WATCHDOG_SECONDS = 30.0
POLL_SECONDS = 5.0
OPENS_WITHIN_SECONDS = 5.0
MOST_FAILURES = 3
"""After so many sockets in a row that brought nothing, the client only polls for a while."""
WITHOUT_SOCKET_SECONDS = 600.0


class Timeline:
    """Events in the order of their times; the clock moves from one to the next."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number = itertools.count()

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something that many seconds from now."""
        heapq.heappush(self._due, (self._clock() + timedelta(seconds=seconds), next(self._number), do))

    def run(self, seconds: float) -> None:
        """Let that much time pass. An event may call it too: the others go on while it waits."""
        ends_at = self._clock() + timedelta(seconds=seconds)
        while self._due and self._due[0][0] <= ends_at:
            at, _, do = heapq.heappop(self._due)
            self._clock.advance(seconds=max(0.0, (at - self._clock()).total_seconds()))
            do()
        self._clock.advance(seconds=max(0.0, (ends_at - self._clock()).total_seconds()))


class Server(Protocol):
    """What a client can ask of the system. Every answer comes later, or never."""

    def get(self, job_id: str, *, answer: Callable[[View | None], None]) -> None:
        """GET /jobs/{job_id}; None for a request that failed."""

    def stream(self, job_ids: list[str], *, answer: Callable[[list[str] | None], None]) -> None:
        """POST /streams: the subprotocols to connect with; None for a request that failed."""

    def connect(self, protocols: list[str], *, client: LiveClient, number: int) -> None:
        """Open a WebSocket: `opened`, `received` and `closed` of the client are called with its number."""

    def send(self, number: int, text: str) -> None:
        """Say something over the socket."""

    def close(self, number: int) -> None:
        """Close the socket."""


class LiveClient:
    """One page: a socket for all its jobs, the watchdog's polls beside it, polls at the usual pace without it.

    `gate` says whether news may replace what is shown; the rule is `higher_version_wins`.
    """

    def __init__(
        self,
        *,
        timeline: Timeline,
        server: Server,
        rng: Random,
        numbers: Callable[[], int],
        gate: Callable[[View | None, View], bool],
        watchdog_seconds: float = WATCHDOG_SECONDS,
    ) -> None:
        self.shown: dict[str, list[View]] = {}
        self.on_show: Callable[[View], None] = lambda view: None
        self.connections = 0
        self._timeline, self._server, self._rng, self._numbers, self._gate = timeline, server, rng, numbers, gate
        self._watchdog_seconds = watchdog_seconds
        self._polls: dict[str, int] = {}
        self._sent: set[str] = set()
        self._number = 0
        self._is_open = self._is_trying = self._is_hidden = False
        self._failures = 0

    def follow(self, job_id: str) -> None:
        """Show a job from now on."""
        self.shown[job_id] = []
        self._poll_after(0, job_id)
        if self._is_open:
            self._say_follow([job_id])
        else:
            self._try()

    def hide(self) -> None:
        """Another tab is looked at: no socket, and no polls."""
        self._is_hidden = True
        self._end()

    def show(self) -> None:
        """The tab is looked at again: ask for what was missed, and connect."""
        self._is_hidden = False
        self._failures = 0
        self._try()
        for job_id in self._open_jobs():
            self._poll_after(0, job_id)

    def opened(self, number: int) -> None:
        """The handshake is over."""
        if number != self._number:
            return
        self._is_open = True
        self.connections += 1
        late = [job_id for job_id in self._open_jobs() if job_id not in self._sent]
        if late:
            self._say_follow(late)
        for job_id in self._open_jobs():
            self._poll_after(self._watchdog_seconds, job_id)

    def received(self, number: int, message: Mapping[str, Any]) -> None:
        """A message came, of whichever socket."""
        if message.get("type") == "job":
            self._failures = 0
            self._accept(message["job"])

    def closed(self, number: int) -> None:
        """The socket has ended, or was refused."""
        if number != self._number or number == 0:
            return
        self._end()
        self._failures += 1
        for job_id in self._open_jobs():
            self._poll_after(self._rng.uniform(0, POLL_SECONDS), job_id)
        self._try_again()

    def _open_jobs(self) -> list[str]:
        return [job_id for job_id, views in self.shown.items() if not (views and views[-1]["done"])]

    def _try(self) -> None:
        if self._is_trying or self._is_hidden or self._number or not self._open_jobs():
            return
        self._is_trying = True
        self._server.stream(self._open_jobs(), answer=self._connect)

    def _try_again(self) -> None:
        backoff = self._rng.uniform(0.25, min(30.0, 2.0 ** (self._failures - 1)))
        self._timeline.after(WITHOUT_SOCKET_SECONDS if self._failures > MOST_FAILURES else backoff, self._try)

    def _connect(self, protocols: list[str] | None) -> None:
        self._is_trying = False
        if protocols is None:
            self._failures += 1
            self._try_again()
        elif not self._is_hidden and not self._number:
            number = self._number = self._numbers()
            self._sent = set(self._open_jobs())
            self._timeline.after(OPENS_WITHIN_SECONDS, lambda: None if self._is_open else self.closed(number))
            self._server.connect(protocols, client=self, number=number)

    def _end(self) -> None:
        if self._number:
            self._server.close(self._number)
        self._number, self._is_open = 0, False
        self._sent.clear()

    def _say_follow(self, job_ids: list[str]) -> None:
        self._sent.update(job_ids)
        self._server.send(self._number, json.dumps({"type": "follow", "job_ids": job_ids}))

    def _poll_after(self, seconds: float, job_id: str) -> None:
        turn = self._polls[job_id] = self._polls.get(job_id, 0) + 1
        self._timeline.after(seconds, lambda: self._poll(job_id, turn))

    def _poll(self, job_id: str, turn: int) -> None:
        if turn == self._polls[job_id] and not self._is_hidden and job_id in self._open_jobs():
            self._server.get(job_id, answer=lambda view: self._polled(job_id, view, turn))

    def _polled(self, job_id: str, view: View | None, turn: int) -> None:
        if view is not None:
            self._accept(view)
        is_live = view is not None and self._is_open and job_id in self._sent
        if turn == self._polls[job_id]:
            self._poll_after(self._watchdog_seconds if is_live else POLL_SECONDS, job_id)

    def _accept(self, view: View) -> None:
        views = self.shown.get(view["job_id"])
        if views is not None and self._gate(views[-1] if views else None, view):
            views.append(view)
            self.on_show(view)
            if self._number and not self._open_jobs():
                self._end()


def higher_version_wins(shown: View | None, news: View) -> bool:
    """The rule of docs/live.md."""
    return shown is None or news["version"] > shown["version"]
