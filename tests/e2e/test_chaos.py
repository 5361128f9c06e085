"""A short chaos: the real processes are killed and starved for some seconds, then the clock jumps and all is repaired.

`make chaos` is the long one, in real time. Here every worker dies at the end, and what follows runs in this process on
what they left behind, with a clock that the test moves past leases and checks.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.bootstrap import System, utc_now
from chalicelib.settings import read_settings
from infra.local.invocation import LambdaContext, sqs_event
from tests.reliability.chaos.mischief import Mischief
from tests.reliability.chaos.run import Archive, Load
from tests.reliability.chaos.system import ChaosSystem, Plan
from tests.reliability.chaos.trouble import calls_of, fail_calls
from tests.reliability.chaos.verdict import broken_promises, figures

pytestmark = pytest.mark.e2e

PLAN = Plan(
    jobs=12,
    mischief_seconds=9.0,
    seed=4,
    normal_workers=3,
    high_workers=1,
    answer_seconds=0.3,
    kill_every_seconds=1.6,
    message_every_seconds=0.5,
    api_restarts=1,
    freezes=0,
    outage_seconds=2.0,
    throttled_seconds=1.5,
    slow_queue_seconds=1.5,
    slow_queue_answer_seconds=0.3,
)
JUMP_SECONDS = 61  # past a lease, and past the first check of a lost message
ROUNDS = 30


class JumpingClock:
    """The time of day, and as much more as the test wants."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self._ahead

    def jump(self) -> None:
        self._ahead += timedelta(seconds=JUMP_SECONDS)


def context(name: str) -> LambdaContext:
    return LambdaContext(name, request_id=f"{name}-{time.monotonic_ns()}", timeout_seconds=300)


def handle_all(system: System, sqs: Any, queue_url: str) -> None:
    """Be the worker of one lane until its queue is empty."""
    while True:
        messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=0, MessageSystemAttributeNames=["All"])
        if not messages.get("Messages"):
            return
        (message,) = messages["Messages"]
        arn = f"arn:aws:sqs:us-east-1:123456789012:{queue_url.rpartition('/')[2]}"
        system.work(sqs_event(message, queue_arn=arn), context("work"))
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def test_nothing_is_lost_or_paid_twice_when_every_worker_dies(monkeypatch):
    with ChaosSystem(PLAN, environ=os.environ, say=lambda name, line: None) as chaos:
        archive, load = Archive(chaos), Load(PLAN, api_url=chaos.api_url)
        fail_calls(chaos, PLAN)
        began = time.monotonic()
        with Mischief(PLAN, chaos, load=load) as mischief:
            load.start_all(within_seconds=PLAN.mischief_seconds / 2)
            time.sleep(max(0.0, PLAN.mischief_seconds - (time.monotonic() - began)))
        at_once = chaos.kill_all_workers()
        mischief.kills.extend(at_once)
        for name, value in chaos.environment.items():
            monkeypatch.setenv(name, value)
        clock, sqs = JumpingClock(), chaos.resources.client("sqs")
        system = System(read_settings(chaos.environment), clock=clock)

        for _ in range(ROUNDS):
            if not archive.open_jobs(load.started):
                break
            clock.jump()
            system.rescue(context("rescue"))
            for queue_url in (chaos.resources.high_queue_url, chaos.resources.normal_queue_url):
                handle_all(system, sqs, queue_url)

        found = figures(archive.collect(PLAN, load, mischief, calls=calls_of(chaos)))
    # The jumping clock outruns the webhooks of calls whose creation these kills cut off: each may be asked anew.
    assert found.repeats_in_background <= len(at_once)
    assert broken_promises(msgspec.structs.replace(found, repeats_in_background=0)) == [], found
