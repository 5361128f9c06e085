"""What goes wrong? Workers die, messages come twice, late or never, the API goes away: at random, until told to end.

The share of provider calls that fail is the emulator's own doing, see `trouble.fail_calls`.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.reliability.chaos.system import ChaosSystem, Kill, Plan, Worker
from tests.reliability.chaos.trouble import Accepted, Changes, Spells

LONGEST_DELAY_SECONDS = 6
TAKEN_AT_ONCE = 2
FREEZE_AFTER_SECONDS = 2.5
ZOMBIE_SECONDS = 5.0
"""What a worker that was frozen has to write what it should not."""
LOST_SHARE, DOUBLED_SHARE = 0.15, 0.5


class Mischief:
    """Threads that break things while the block lasts; `kills` and `counts` tell what they did."""

    def __init__(self, plan: Plan, system: ChaosSystem, *, load: Accepted) -> None:
        """Messages of any job of `load` may come again, and its case may change."""
        self._plan = plan
        self._system = system
        self._load = load
        self.counts: Counter[str] = Counter()
        self.changes = Changes(load, counts=self.counts)
        self._stop = threading.Event()
        self._thaw = threading.Event()
        self._threads = [
            threading.Thread(target=self._until_stopped, args=(act, mean, number), daemon=True)
            for number, (act, mean) in enumerate(
                (
                    (self._kill, plan.kill_every_seconds),
                    (self._disturb, plan.message_every_seconds),
                    (self._repeat, plan.message_every_seconds),
                    (self._restart_api, plan.mischief_seconds / (plan.api_restarts + 1)),
                    (self.changes.change, plan.change_every_seconds),
                )
            )
        ]
        self._threads += [
            threading.Thread(target=self._freeze, args=(number,), daemon=True) for number in range(plan.freezes)
        ]
        spells = Spells(plan, system, pause=self._thaw.wait, counts=self.counts)
        self._threads += [threading.Thread(target=self._once, args=(spell,), daemon=True) for spell in spells.acts]
        self.kills: list[Kill] = []
        self.problems: list[str] = []

    def __enter__(self) -> Mischief:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Break nothing more; frozen workers stay frozen, and spells go on, for their time."""
        self._stop.set()

    def __exit__(self, failure: object, *_: object) -> None:
        self.stop()
        if failure:
            self._thaw.set()
        for thread in self._threads:
            thread.join()

    def _until_stopped(self, act: Callable[[random.Random], None], mean_seconds: float, number: int) -> None:
        rng = random.Random(f"{self._plan.seed}-{number}")  # chosen to be repeatable
        while not self._stop.wait(rng.uniform(0.3, 1.7) * mean_seconds):
            try:
                act(rng)
            except Exception as problem:  # noqa: BLE001  # told at the end: chaos that stopped early proves nothing
                self.problems.append(f"{act.__name__}: {type(problem).__name__}: {problem}")
                return

    def _once(self, spell: Callable[[], None]) -> None:
        try:
            spell()
        except Exception as problem:  # noqa: BLE001  # as above
            self.problems.append(f"{spell.__name__}: {type(problem).__name__}: {problem}")

    def _kill(self, rng: random.Random) -> None:
        """SIGKILL a worker that is at a job."""
        busy = self._busy_workers()
        if busy:
            self.kills.append(self._system.kill_worker(rng.choice(busy).name))
            self.counts["workers killed"] += 1

    def _freeze(self, number: int) -> None:
        """Freeze a busy worker of the normal lane for longer than its lease: then it goes on as a zombie."""
        while not self._stop.wait(FREEZE_AFTER_SECONDS * (number + 1)):
            busy = [worker for worker in self._busy_workers() if worker.name.startswith("normal")]
            if busy:
                self.kills.append(busy[0].freeze(pause=lambda: self._thaw.wait(self._plan.freeze_seconds)))
                self.counts["workers frozen past their lease"] += 1
                self._thaw.wait(ZOMBIE_SECONDS)
                return

    def _busy_workers(self) -> list[Worker]:
        return [worker for worker in list(self._system.workers.values()) if worker.is_busy]

    def _disturb(self, rng: random.Random) -> None:
        """Take messages out of a lane before a worker gets them: they come late, late and twice, or never."""
        sqs, queue_url = self._lane(rng)
        answer = sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=TAKEN_AT_ONCE,
            WaitTimeSeconds=0,
        )
        for message in answer.get("Messages", []):
            fate = rng.random()
            copies = 0 if fate < LOST_SHARE else 2 if fate < LOST_SHARE + DOUBLED_SHARE else 1
            for _ in range(copies):
                self._send(sqs, queue_url, message["Body"], rng)
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            self.counts[("messages lost", "messages delayed", "messages delayed and doubled")[copies]] += 1

    def _repeat(self, rng: random.Random) -> None:
        """Send a message of a job once more, whatever its job is doing."""
        jobs = self._load.started
        if jobs:
            sqs, queue_url = self._lane(rng)
            self._send(sqs, queue_url, json.dumps({"v": 1, "job_id": rng.choice(jobs).job_id}), rng)
            self.counts["messages repeated"] += 1

    def _restart_api(self, rng: random.Random) -> None:
        if self.counts["API restarts"] < self._plan.api_restarts:
            self._system.restart_api()
            self.counts["API restarts"] += 1

    def _lane(self, rng: random.Random) -> tuple[Any, str]:
        resources = self._system.resources
        return self._system.client("sqs"), rng.choice([resources.high_queue_url, resources.normal_queue_url])

    def _send(self, sqs: Any, queue_url: str, body: str, rng: random.Random) -> None:
        sqs.send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=rng.randint(0, LONGEST_DELAY_SECONDS))
