"""Spells of trouble around the jobs: the providers are out, DynamoDB throttles, SQS is slow; and cases that change."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from chalicelib.analyses import catalogue
from chalicelib.errors import NoCall
from clients.python.casework import Client
from emulator.faults import BACKGROUND_KINDS, PASSING_KINDS
from tests.reliability.chaos.system import ChaosSystem, Plan
from tests.reliability.chaos.verdict import Started

OUT = ("unavailable", "server_error", "overloaded", "drop")
"""What both providers do while they are out: an error status, or no answer and no connection."""


class Spells:
    """Each spell of a run: begun at its share of the mischief's time, and ended after its own time."""

    def __init__(
        self, plan: Plan, system: ChaosSystem, *, pause: Callable[[float], object], counts: Counter[str]
    ) -> None:
        """`pause` waits so many seconds, or ends at once when the run is given up."""
        self._plan = plan
        self._system = system
        self._pause = pause
        self._counts = counts
        self.acts: Sequence[Callable[[], None]] = (self._slow_queue, self._throttle, self._outage)

    def _slow_queue(self) -> None:
        self._pause(0.1 * self._plan.mischief_seconds)
        self._system.trouble_aws(slow_queue_seconds=self._plan.slow_queue_answer_seconds)
        self._counts["seconds of slow SQS"] += round(self._plan.slow_queue_seconds)
        self._pause(self._plan.slow_queue_seconds)
        self._system.trouble_aws()

    def _throttle(self) -> None:
        self._pause(0.1 * self._plan.mischief_seconds + self._plan.slow_queue_seconds + 1)
        self._system.trouble_aws(throttled_share=self._plan.throttled_share)
        self._counts["seconds of throttled DynamoDB"] += round(self._plan.throttled_seconds)
        self._pause(self._plan.throttled_seconds)
        self._system.trouble_aws()

    def _outage(self) -> None:
        self._pause(0.4 * self._plan.mischief_seconds)
        set_faults(self._system, self._plan, rate=1.0, kinds=OUT)
        self._counts["seconds without a provider"] += round(self._plan.outage_seconds)
        self._pause(self._plan.outage_seconds)
        fail_calls(self._system, self._plan)


class Accepted(Protocol):
    """What was started so far."""

    @property
    def started(self) -> Sequence[Started]:
        """The jobs accepted so far."""

    def client(self, user: str, *, role: str = "user") -> Client:
        """A client of this user."""


class Changes:
    """Changes of cases whose job is open: a document more, another call. `calls_replaced` are the jobs that were about
    a call which was replaced: the only ones that may fail for it."""

    def __init__(self, load: Accepted, *, counts: Counter[str]) -> None:
        self._load = load
        self._counts = counts
        self._about_a_call = {name for name, analysis in catalogue().items() if NoCall in analysis.refusals}
        self.calls_replaced: set[str] = set()

    def change(self, rng: random.Random) -> None:
        """Change the case of a job, whatever the job is doing."""
        jobs = self._load.started
        if not jobs:
            return
        client, chosen = self._load.client("chaos-changer", role="admin"), rng.choice(jobs[-20:])
        if client.jobs.get(chosen.job_id)["done"]:
            return
        number = rng.randrange(10**6)
        if rng.random() < 0.5:
            client.documents.add_text(chosen.case_id, f"מכתב נוסף {number:06}", file_name=f"later-{number}.txt")
            self._counts["documents added while a job ran"] += 1
            return
        if chosen.job_type in self._about_a_call:
            self.calls_replaced.add(chosen.job_id)
        call = {"id": f"later-{number}", "transcript": f"AI: שלום\nUser: זו שיחה אחרת, {number:06}"}
        client.cases.put_call(chosen.case_id, call)
        self._counts["calls replaced while a job ran"] += 1


def fail_calls(system: ChaosSystem, plan: Plan) -> None:
    """From now on the providers fail this share of the calls, in every way that a patient client gets over; of those in
    the background the creation's answer is lost, or the webhook, or it comes twice, early or forged."""
    kinds = (*PASSING_KINDS, *BACKGROUND_KINDS)
    set_faults(system, plan, rate=plan.fault_rate, kinds=kinds, background_rate=plan.background_fault_rate)


def set_faults(system: ChaosSystem, plan: Plan, *, rate: float, **more: Any) -> None:
    """From now on the providers fail so many calls."""
    Client(system.model_url).call("POST", "/__emulator/faults", {"rate": rate, "seed": plan.seed, **more})


def calls_of(system: ChaosSystem) -> list[dict[str, Any]]:
    """The emulator's log of every call to a model."""
    requests: list[dict[str, Any]] = Client(system.model_url).call("GET", "/__emulator/log")["requests"]
    return requests
