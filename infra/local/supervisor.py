"""Who keeps the local system up? It starts processes, repeats what they say, replaces those that end, ends all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from infra.local import sources, system
from infra.local.environment import HOST, ROOT, Ports
from infra.local.log import Log
from infra.local.program import Child, Program
from infra.local.restarts import restart_delay
from infra.problem import Problem

TICK_SECONDS = 0.2
SOURCES_EVERY_SECONDS = 1.0
READY_WITHIN_SECONDS = 60.0
DRAIN_SECONDS = 6.0
END_WITHIN_SECONDS = 3.0


class Supervisor:
    """The processes of one local system. `run` blocks until `stop` is set and leaves nothing running.

    A child that ends unexpectedly is started again; one that keeps failing waits for a change of the sources, if it is
    made of them, and otherwise ends the system.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        environment: Mapping[str, str],
        log: Log,
        stop: threading.Event,
        restart: Callable[[Sequence[float]], float | None] = restart_delay,
    ) -> None:
        self._programs = {program.name: program for program in programs}
        self._environment = environment
        self._voices = {name: log.voice(name) for name in self._programs}
        self._say = log.voice("local")
        self._alarm = log.alarm("local")
        self._stop = stop
        self._restart = restart
        self._children: dict[str, Child] = {}
        self._ends: dict[str, list[float]] = {name: [] for name in self._programs}
        self._starts_at: dict[str, float] = {}
        self._sources = sources.snapshot(ROOT)

    def run(self, *, ports: Ports, on_ready: Callable[[], None]) -> None:
        """Start everything, call `on_ready` once all of it answers, keep it up until `stop`.

        Raises: Problem when the system does not come up or cannot be kept up.
        """
        try:
            self._start_all(ports)
            if not self._stop.is_set():
                on_ready()
            next_look = time.monotonic() + SOURCES_EVERY_SECONDS
            while not self._stop.wait(TICK_SECONDS):
                self._reap_ended(time.monotonic())
                self._start_due(time.monotonic())
                if time.monotonic() >= next_look:
                    self._follow_sources()
                    next_look = time.monotonic() + SOURCES_EVERY_SECONDS
        finally:
            self._end_all()

    def _start_all(self, ports: Ports) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        for name in ("aws", "model"):
            if name in self._programs:
                self._start(name)
        self._wait_for(lambda: system.identify(ports) is not None, "aws", deadline)
        if "model" in self._programs:
            self._wait_for(lambda: system.answers(f"http://{HOST}:{ports.model}/"), "model", deadline)
        for name in self._programs:
            if name not in self._children and not self._stop.is_set():
                self._start(name)
        if "socket" in self._programs:
            self._wait_for(lambda: system.answers(f"http://{HOST}:{ports.socket}/"), "socket", deadline)
        if "api" in self._programs:
            self._wait_for(lambda: system.answers(f"http://{HOST}:{ports.api}/health"), "api", deadline)

    def _wait_for(self, is_ready: Callable[[], bool], name: str, deadline: float) -> None:
        while not self._stop.is_set() and not is_ready():
            for started, child in self._children.items():
                ending = child.how_it_ended()
                if ending is not None:
                    raise Problem(f"{started} did not start ({ending}); its log is above.")
            if time.monotonic() > deadline:
                raise Problem(f"{name} was not ready within {READY_WITHIN_SECONDS:.0f} s; the log above says more.")
            self._stop.wait(0.05)

    def _start(self, name: str) -> None:
        self._starts_at.pop(name, None)
        self._children[name] = Child(self._programs[name], environment=self._environment, say=self._voices[name])

    def _reap_ended(self, now: float) -> None:
        for name, child in list(self._children.items()):
            ending = child.how_it_ended()
            if ending is None:
                continue
            child.end(within_seconds=0)  # its own children, if it left any
            del self._children[name]
            self._ends[name].append(now)
            delay = self._restart(self._ends[name])
            if delay is not None:
                self._starts_at[name] = now + delay
                self._alarm(f"{name} ended ({ending}); starting it again{f' in {delay:.0f} s' if delay else ''}.")
            elif self._programs[name].follows_sources:
                self._alarm(f"{name} keeps failing ({ending}); it starts again when app.py or chalicelib changes.")
            else:
                raise Problem(f"{name} keeps failing ({ending}); the log above says why.")

    def _start_due(self, now: float) -> None:
        for name, starts_at in list(self._starts_at.items()):
            if starts_at <= now:
                self._start(name)
                if name == "aws":
                    self._alarm("aws is empty again: its cases, jobs and documents were in its memory.")

    def _follow_sources(self) -> None:
        found = sources.snapshot(ROOT)
        changed = sources.changes(self._sources, found)
        if not changed:
            return
        self._sources = found
        names = [name for name, program in self._programs.items() if program.follows_sources]
        if not names:
            return
        self._say(f"{changed[0]}{' and more' if len(changed) > 1 else ''} changed; restarting {', '.join(names)}.")
        stale = self._asked_to_end(names)
        deadline = time.monotonic() + DRAIN_SECONDS
        for name in reversed(names):  # the API first: workers may take a few seconds to finish what they do
            if name in stale:
                stale[name].end(within_seconds=max(0.0, deadline - time.monotonic()))
            self._ends[name].clear()
            self._start(name)

    def _end_all(self) -> None:
        deadline = time.monotonic() + END_WITHIN_SECONDS
        for child in self._asked_to_end(list(self._children)).values():
            child.end(within_seconds=max(0.0, deadline - time.monotonic()))

    def _asked_to_end(self, names: Sequence[str]) -> dict[str, Child]:
        children = {name: self._children.pop(name) for name in names if name in self._children}
        for child in children.values():
            child.ask_to_end()
        return children
