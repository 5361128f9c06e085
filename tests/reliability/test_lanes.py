"""A full normal lane does not hold up a high job: each lane has a queue, a poller and a concurrency of its own."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Any

from infra.cloudformation import read_yaml
from infra.local.environment import ROOT
from tests.fakes.polling import WITHIN_SECONDS, polling

CONCURRENCY = 3
BACKLOG = 12


def test_a_high_job_starts_at_once_while_the_normal_lane_is_full(local_resources):
    sqs = local_resources.client("sqs")
    may_end = threading.Event()
    normal_started, high_started = threading.Semaphore(0), threading.Event()

    def endless_work(event: Any, context: Any) -> None:
        normal_started.release()
        may_end.wait(WITHIN_SECONDS)

    def high_work(event: Any, context: Any) -> None:
        if event["Records"][0]["body"] == "high":
            high_started.set()

    for number in range(BACKLOG):
        sqs.send_message(QueueUrl=local_resources.normal_queue_url, MessageBody=f"normal-{number}")
    with ExitStack() as stack:
        stack.enter_context(
            polling(local_resources, endless_work, queue_url=local_resources.normal_queue_url, concurrency=CONCURRENCY)
        )
        stack.enter_context(polling(local_resources, high_work, concurrency=CONCURRENCY))
        stack.callback(may_end.set)
        assert all(normal_started.acquire(timeout=WITHIN_SECONDS) for _ in range(CONCURRENCY)), "the lane is not full"

        sqs.send_message(QueueUrl=local_resources.high_queue_url, MessageBody="high")

        assert high_started.wait(WITHIN_SECONDS)  # no normal job has ended by then, nor may one
        assert not normal_started.acquire(blocking=False), "the normal lane took more than its share"


def test_each_deployed_lane_has_a_bounded_concurrency_of_its_own():
    functions, prod = (read_yaml(ROOT / "infra/deploy/overlays" / name) for name in ("functions.yaml", "prod.yaml"))

    for lane in ("High", "Normal"):
        source = functions["Resources"][f"Work{lane}"]["Properties"]["Events"][f"Work{lane}SqsEventSource"][
            "Properties"
        ]
        assert source["Queue"] == {"Fn::Sub": f"${{{lane}Queue.Arn}}"}
        assert source["ScalingConfig"] == {"MaximumConcurrency": {"Ref": f"{lane}Concurrency"}}
        concurrency = functions["Parameters"][f"{lane}Concurrency"]
        assert concurrency["MinValue"] >= 2  # Lambda takes no less
        assert prod["Parameters"][f"{lane}Concurrency"]["Default"] > concurrency["Default"]
