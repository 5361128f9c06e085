"""What following a job costs, by polls alone and live: the outbox runs on a metered moto, and its calls are counted."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from benchmarks.cost.functions import function_gb
from benchmarks.cost.one_job import Assumptions, OneJob
from benchmarks.cost.table import API_GB, API_SECONDS, MILLION, POLL_ANSWER_BYTES, Position, position
from benchmarks.counted import Counted, counted
from benchmarks.processes import Aws
from chalicelib.jobs.model import Job, Status
from chalicelib.outbox.live import Change, publish

PUBLISH_GB, SOCKET_GB = function_gb("publish"), function_gb("websocket_connect")
PUBLISH_SECONDS = SOCKET_SECONDS = 0.03
HEARTBEAT_SECONDS = 12
LIVE_REQUESTS = 2
"""POST /streams, and the GET that brings the result; a job of a minute meets at most one watchdog poll more."""
WATCHDOG_SECONDS = 30
"""A client also polls this often with an open socket (docs/live.md)."""


class Following(msgspec.Struct, frozen=True, kw_only=True):
    """What following one job made AWS do."""

    write_units: int
    read_units: float
    messages: int
    invocations: int
    requests: int


class _CountedSockets:
    def __init__(self) -> None:
        self.messages = 0

    def post(self, connection_id: str, body: bytes) -> None:
        self.messages += -(-len(body) // (32 * 1024))


def measure_following(aws: Aws, assumed: Assumptions, job: OneJob) -> Following:
    """Follow such a job from its first version to its last: ticket, socket, versions, the end, the closed socket."""
    sockets = _CountedSockets()
    with counted(aws) as casework:
        case_id = casework.new_case()
        job_id = casework.new_job(case_id)
        cost = casework.cost(lambda: _followed(casework, job_id, job.versions, sockets))
    beats = int(job.worker_seconds / job.invocations) // HEARTBEAT_SECONDS * job.invocations
    watchdogs = max(0, (assumed.seconds - 1) // WATCHDOG_SECONDS)
    return Following(
        write_units=cost.written_units,
        read_units=cost.read_units,
        messages=sockets.messages,
        invocations=job.versions + 1 + beats,  # each version, the mark, and heartbeats, which post nothing
        requests=LIVE_REQUESTS + watchdogs,
    )


def following_live(one: Following, assumed: Assumptions, prices: Mapping[str, Any]) -> Sequence[Position]:
    """What it costs to follow a million jobs over sockets."""
    per, each = prices["million"], prices["each"]
    sender = one.invocations * PUBLISH_SECONDS * PUBLISH_GB * each["lambda_arm_gb_second"]
    sender += one.invocations * per["lambda_requests"] / MILLION
    opened = 2 * (SOCKET_SECONDS * SOCKET_GB * each["lambda_arm_gb_second"] + per["lambda_requests"] / MILLION)
    minutes = assumed.seconds / 60
    return [
        position("messages to the page", f"{one.messages}", one.messages * per["socket_messages"] / MILLION),
        position("minutes of its socket", f"{minutes:g}", minutes * per["socket_minutes"] / MILLION),
        position("the function that posts", f"{one.invocations} runs", sender),
        position("opening and closing the socket", "2 runs", opened),
        position("DynamoDB", f"{one.write_units} writes, {one.read_units:g} reads", _units(one, per)),
        *_requests(one.requests, prices),
    ]


def billed_for_following(positions: Sequence[Position]) -> float:
    """US$ of what exists only to follow: requests at API Gateway, messages, minutes, the functions of the sockets."""
    return sum(one.usd for one in positions if one.what not in ("DynamoDB", "API function and data out"))


def following_by_polls(assumed: Assumptions, prices: Mapping[str, Any]) -> Sequence[Position]:
    """What it costs to follow a million jobs by polls alone."""
    reads = assumed.polls * prices["million"]["read_units"] / MILLION
    return [position("DynamoDB", f"{assumed.polls} reads", reads), *_requests(assumed.polls, prices)]


def _units(one: Following, per: Mapping[str, Any]) -> float:
    usd: float = one.write_units * per["write_units"] + one.read_units * per["read_units"]
    return usd / MILLION


def _requests(count: int, prices: Mapping[str, Any]) -> Sequence[Position]:
    per, each = prices["million"], prices["each"]
    function = count * API_SECONDS * API_GB * each["lambda_arm_gb_second"] + count * per["lambda_requests"] / MILLION
    out = count * POLL_ANSWER_BYTES / 1024**3 * each["transfer_gb"]
    return [
        position("API Gateway", f"{count} requests", count * per["api_requests"] / MILLION),
        position("API function and data out", f"{count} requests", function + out),
    ]


def _followed(casework: Counted, job_id: str, versions: int, sockets: _CountedSockets) -> None:
    outbox = casework.system.outbox
    answer = casework.ask("POST", "/streams", {}, body={"job_ids": [job_id]})
    offer = ", ".join(json.loads(answer["body"])["protocols"])
    event = {"requestContext": {"connectionId": "c1="}, "headers": {"Sec-WebSocket-Protocol": offer}}
    if outbox.connect(event)["statusCode"] != 200:
        raise AssertionError("the socket was refused")
    job = casework.system.job_store.get(job_id)
    if job is None:
        raise AssertionError("the job is gone")
    _published(casework, job, job, sockets, marked=True)
    for version in range(versions):
        is_last = version == versions - 1
        after = msgspec.structs.replace(
            job, version=job.version + 1, progress=version, status=Status.COMPLETED if is_last else Status.RUNNING
        )
        _published(casework, job, after, sockets)
        job = after
    outbox.disconnect(event)


def _published(casework: Counted, before: Job, after: Job, sockets: _CountedSockets, *, marked: bool = False) -> None:
    outbox, clock = casework.system.outbox, casework.system.clock
    publish(
        [Change(before=before, after=after, marked=marked, at=clock())],
        watches=outbox.watches,
        sockets=sockets,
        webhooks=outbox.webhook_queue,
        view=outbox.view,
        clock=clock,
        sleep=time.sleep,
    )
