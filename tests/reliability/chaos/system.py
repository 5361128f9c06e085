"""The processes of one run, and how they die: a local system on free ports, its workers one job at a time each."""

from __future__ import annotations

import functools
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from clients.python.casework import Client
from infra.local import system
from infra.local.environment import HOST, local_environment
from infra.local.ports import new_ports
from infra.local.program import Child, Program
from infra.local.resources import Resources, resource_names
from infra.problem import Problem
from tests.reliability.chaos import troubled_aws

READY_WITHIN_SECONDS = 90.0
_REAL_PROVIDERS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
_ENDS_OF_ATTEMPTS = frozenset({"attempt_ended", "attempt_given_up", "outcome_discarded", "message_redelivered"})


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One run. For `mischief_seconds` things go wrong; then the system has `drain_seconds` to bring all to an end.

    Workers run one job at a time each, so that a kill interrupts at most one call. `fault_rate` is the share of
    provider calls that fail, `background_fault_rate` that of the others in the background whose webhook or id is lost,
    or comes twice, early or forged; `answer_seconds` what an answer takes; calls in the background are followed for
    `park_after_seconds` of it. `…_every_seconds` the mean time between two acts.
    `freezes` workers are stopped for `freeze_seconds`, until others have taken their jobs over (a lease and a tick of
    the timer), and go on after that as zombies. For `outage_seconds` no provider answers, for `throttled_seconds`
    DynamoDB refuses `throttled_share` of the calls, for `slow_queue_seconds` each call of SQS takes up to twice
    `slow_queue_answer_seconds`: now and then longer than its client waits.
    """

    jobs: int = 100
    mischief_seconds: float = 120.0
    drain_seconds: float = 420.0
    seed: int = 1
    normal_workers: int = 7
    high_workers: int = 2
    high_share: float = 0.1
    answer_seconds: float = 0.6
    park_after_seconds: float = 0.1
    fault_rate: float = 0.2
    background_fault_rate: float = 0.0
    kill_every_seconds: float = 3.0
    message_every_seconds: float = 0.7
    api_restarts: int = 2
    freezes: int = 2
    freeze_seconds: float = 110.0
    rescue_every_seconds: int = 60
    outage_seconds: float = 60.0
    throttled_seconds: float = 15.0
    throttled_share: float = 0.7
    slow_queue_seconds: float = 15.0
    slow_queue_answer_seconds: float = 2.2
    change_every_seconds: float = 1.5


class Kill(msgspec.Struct, frozen=True, kw_only=True):
    """A worker was ended by SIGKILL, or frozen for longer than its lease, at `at` (epoch seconds).

    `job_id` is the job it was in the middle of; None: of none.
    """

    worker: str
    at: float
    job_id: str | None


class Worker:
    """One worker process; what it logs tells which job it is at."""

    def __init__(self, program: Program, *, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._say = say
        self._job_id: str | None = None
        self._is_frozen = False
        self.child = Child(program, environment=environment, say=self._hear)

    @property
    def name(self) -> str:
        """The worker's name, the same for the one that takes its place."""
        name: str = self.child.program.name
        return name

    @property
    def is_busy(self) -> bool:
        """Whether it is at a job, and not frozen."""
        return self._job_id is not None and not self._is_frozen

    def kill(self) -> Kill:
        """End it with SIGKILL, whatever it is doing."""
        at = time.time()
        self.child.end(within_seconds=0)  # all that it said is heard when this returns
        return Kill(worker=self.name, at=at, job_id=self._job_id)

    def freeze(self, *, pause: Callable[[], object]) -> Kill:
        """Stop it in the middle of whatever it is doing, and let it go on when `pause` returns."""
        frozen = Kill(worker=self.name, at=time.time(), job_id=self._job_id)
        self._is_frozen = True
        os.killpg(self.child.pid, signal.SIGSTOP)
        try:
            pause()
        finally:
            os.killpg(self.child.pid, signal.SIGCONT)
            self._is_frozen = False
        return frozen

    def _hear(self, line: str) -> None:
        self._say(line)
        if not line.startswith("{"):
            return
        try:
            fact = json.loads(line)
        except ValueError:
            return
        if fact.get("event") == "attempt_started":
            self._job_id = fact["job_id"]
        elif fact.get("event") in _ENDS_OF_ATTEMPTS and fact.get("job_id") == self._job_id:
            self._job_id = None


class ChaosSystem:
    """A running system; use it as a context manager. Who kills a worker or the API gets a new one in its place."""

    def __init__(self, plan: Plan, *, environ: Mapping[str, str], say: Callable[[str, str], None]) -> None:
        """`say` is given a process's name and each line that it writes."""
        self.ports = new_ports()
        self.environment = {
            **local_environment(
                {name: value for name, value in environ.items() if name not in _REAL_PROVIDERS}, ports=self.ports
            ),
            "CASEWORK_CONCURRENCY": "1",
            "CASEWORK_RESCUE_SECONDS": str(plan.rescue_every_seconds),
            "CASEWORK_EMULATOR_SECONDS": str(plan.answer_seconds),
            "PARK_AFTER_SECONDS": str(plan.park_after_seconds),
            "LOG_LEVEL": "INFO",
        }
        self._plan = plan
        self._say = say
        self._lock = threading.Lock()
        self._others: dict[str, Child] = {}
        self.workers: dict[str, Worker] = {}

    @property
    def api_url(self) -> str:
        """Where the API listens."""
        return f"http://{HOST}:{self.ports.api}"

    @property
    def model_url(self) -> str:
        """Where the providers' emulator listens."""
        return f"http://{HOST}:{self.ports.model}"

    @property
    def resources(self) -> Resources:
        """The tables, queues and bucket."""
        return resource_names(f"http://{HOST}:{self.ports.aws}")

    @functools.cache  # noqa: B019  one system lives as long as its process
    def client(self, service: str) -> Any:
        """A client of an observer, or of who disturbs: the trouble of AWS does not reach it."""
        found = self.resources.client(service)
        found.meta.events.register(
            "before-sign", lambda request, **_: request.headers.add_header(troubled_aws.UNDISTURBED, "1")
        )
        return found

    def trouble_aws(self, **trouble: float) -> dict[str, int]:
        """Let AWS be in this trouble from now on (none: in none); how many calls were hit so far."""
        hit: dict[str, int] = Client(f"http://{HOST}:{self.ports.aws}").call("POST", troubled_aws.PATH, trouble)
        return hit

    def __enter__(self) -> ChaosSystem:
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def kill_worker(self, name: str) -> Kill:
        """SIGKILL a worker, and start another in its place."""
        with self._lock:
            worker = self.workers[name]
            kill = worker.kill()
            self._start_worker(worker.child.program)
        return kill

    def restart_api(self) -> None:
        """SIGKILL the API, start another, and return when it answers."""
        with self._lock:
            api = self._others.pop("api")
            api.end(within_seconds=0)
            self._start_other(api.program)
        self._wait_for("api", lambda: system.answers(f"{self.api_url}/health"))

    def kill_all_workers(self) -> list[Kill]:
        """SIGKILL every worker and the timer; nothing takes their place."""
        with self._lock:
            kills = [worker.kill() for worker in self.workers.values()]
            self.workers.clear()
            self._others.pop("timer").end(within_seconds=0)
        return kills

    def _start(self) -> None:
        programs = {
            program.name: program
            for program in system.programs(self.environment, ports=self.ports, identity=system.own_identity())
        }
        programs["aws"] = msgspec.structs.replace(programs["aws"], module=troubled_aws.__name__)
        for name in ("aws", "model"):
            self._start_other(programs[name])
        self._wait_for("aws", lambda: system.identify(self.ports) is not None)
        self._wait_for("model", lambda: system.answers(self.model_url))
        self._start_other(system.api_program(self.ports))
        self._start_other(programs["timer"])
        for lane, count in (("high", self._plan.high_workers), ("normal", self._plan.normal_workers)):
            for number in range(1, count + 1):
                self._start_worker(msgspec.structs.replace(programs[lane], name=f"{lane}-{number}"))
        self._wait_for("api", lambda: system.answers(f"{self.api_url}/health"))

    def _start_other(self, program: Program) -> None:
        self._others[program.name] = Child(program, environment=self.environment, say=self._voice(program.name))

    def _start_worker(self, program: Program) -> None:
        self.workers[program.name] = Worker(program, environment=self.environment, say=self._voice(program.name))

    def _voice(self, name: str) -> Callable[[str], None]:
        return lambda line: self._say(name, line)

    def _wait_for(self, name: str, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not is_ready():
            ending = self._others[name].how_it_ended()
            if ending is not None:
                raise Problem(f"{name} did not start ({ending}).")
            if time.monotonic() > deadline:
                raise Problem(f"{name} was not ready within {READY_WITHIN_SECONDS:.0f} s.")
            time.sleep(0.05)

    def _end(self) -> None:
        with self._lock:
            children = [worker.child for worker in self.workers.values()] + list(self._others.values())
            self.workers.clear()
            self._others.clear()
        for child in children:
            child.end(within_seconds=0)
