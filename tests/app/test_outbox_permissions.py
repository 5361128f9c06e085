"""May each function of the outbox do what it does? What it asks AWS for, on moto, held against its own policy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.jobs import lifecycle
from chalicelib.outbox.live import OPENING_TAKES, PROTOCOL
from chalicelib.settings import read_settings
from infra.local.resources import Resources
from tests.app.client import ENVIRONMENT, Gateway
from tests.fakes.clock import FakeClock
from tests.fakes.outbox import FakeSockets

POLICIES = Path(__file__).parents[2] / ".chalice"
CONNECTION = {"requestContext": {"connectionId": "c1"}}
NOTIFIED = {"notify": {"url": "https://hooks.example.com/"}}


class Outbox(Gateway):
    """A Casework on DynamoDB and SQS, whose sockets and receivers are fakes; `asked` is what it asked AWS for."""

    def __init__(self, system: bootstrap.System, clock: FakeClock) -> None:
        super().__init__()
        self.system, self.clock, self.asked = system, clock, set[str]()
        self.sockets = FakeSockets()
        vars(system.outbox).update(sockets=self.sockets, post=lambda *_, **__: 500)
        system.aws_session.register("before-call.*", self._called)

    def _called(self, model: Any, **_: Any) -> None:
        self.asked.add(f"{model.service_model.endpoint_prefix}:{model.name}")

    def asked_by(self, act: Callable[[], object]) -> set[str]:
        """What was asked for during `act`."""
        self.asked.clear()
        act()
        return set(self.asked)

    def connected(self, *job_ids: str) -> None:
        """A socket is opened for these jobs."""
        protocols = self.user.post("/streams", {"job_ids": list(job_ids)}).json["protocols"]
        offered = {"headers": {"Sec-WebSocket-Protocol": ", ".join(protocols)}}
        assert self.system.outbox.connect({**CONNECTION, **offered})["headers"] == {"Sec-WebSocket-Protocol": PROTOCOL}
        self.sockets.open("c1")

    def said(self, kind: str, *job_ids: str) -> None:
        """The client says something."""
        body = json.dumps({"type": kind, "job_ids": job_ids})
        self.system.outbox.message({**CONNECTION, "body": body})

    def ended(self, job_id: str) -> Mapping[str, Any]:
        """A job is cancelled; the stream's event of it."""
        before = self._record(job_id)
        store, now = self.system.job_store, self.clock()
        job = store.get(job_id)
        assert job is not None
        store.save(job, lifecycle.cancel_accepted(job, at=now))
        change = {
            "Keys": {name: before[name] for name in ("job_id", "item")},
            "OldImage": before,
            "NewImage": self._record(job_id),
            "ApproximateCreationDateTime": now.timestamp(),
        }
        return {"Records": [{"eventName": "MODIFY", "dynamodb": change}]}

    def _record(self, job_id: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.system.dynamodb.get_item(
            TableName=self.system.settings.jobs_table,
            Key={"job_id": {"S": job_id}, "item": {"S": "job"}},
            ConsistentRead=True,
        )["Item"]
        return found


@pytest.fixture
def outbox(local_resources: Resources, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    environment = {**ENVIRONMENT, **local_resources.environment, "WEBHOOK_SECRET": "whsec_c2VjcmV0"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    clock = FakeClock()
    with bootstrap.use(bootstrap.System(read_settings(environment), clock=clock)) as system:
        yield Outbox(system, clock)


def allowed(policy: str) -> set[str]:
    """The actions that a policy of .chalice/ allows."""
    statements = json.loads((POLICIES / f"policy-{policy}.json").read_text(encoding="utf-8"))["Statement"]
    return {action for statement in statements for action in statement.get("Action", ())}


def test_a_socket_may_be_opened_and_forgotten(outbox: Outbox) -> None:
    job_id = outbox.user.new_job()
    ticket = outbox.asked_by(lambda: outbox.user.post("/streams", {"job_ids": [job_id]}))

    opened = outbox.asked_by(lambda: outbox.connected(job_id)) - ticket
    closed = outbox.asked_by(lambda: outbox.system.outbox.disconnect(CONNECTION))

    assert closed == {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"}
    assert opened | closed <= allowed("sockets")


def test_a_client_may_follow_and_follow_no_longer(outbox: Outbox) -> None:
    first, second = outbox.user.new_job(), outbox.user.new_job()
    outbox.connected(first)

    asked = outbox.asked_by(lambda: outbox.said("follow", second))
    asked |= outbox.asked_by(lambda: outbox.said("unfollow", first))

    assert "dynamodb:UpdateItem" in asked
    assert asked <= allowed("socket-message")


def test_an_end_may_be_posted_and_its_webhook_queued(outbox: Outbox) -> None:
    job_id = outbox.user.new_job(body=NOTIFIED)
    outbox.connected(job_id)
    event = outbox.ended(job_id)

    asked = outbox.asked_by(lambda: outbox.system.outbox.publish(event))

    assert len(outbox.sockets.sent["c1"]) == 1
    assert {"dynamodb:BatchWriteItem", "sqs:SendMessage"} <= asked <= allowed("publish")


def test_a_connection_that_is_gone_may_be_forgotten(outbox: Outbox) -> None:
    job_id, other = outbox.user.new_job(), outbox.user.new_job()
    outbox.connected(job_id, other)
    event = outbox.ended(job_id)
    del outbox.sockets.sent["c1"]
    outbox.clock.advance(seconds=OPENING_TAKES.total_seconds() + 1)

    asked = outbox.asked_by(lambda: outbox.system.outbox.publish(event))

    assert outbox.system.outbox.watches.connection("c1") is None
    assert outbox.system.outbox.watches.watchers(other, now=outbox.clock()) == []
    assert asked <= allowed("publish")


def test_a_webhook_may_be_tried_and_tried_again(outbox: Outbox) -> None:
    job_id = outbox.user.new_job(body=NOTIFIED)
    outbox.ended(job_id)
    event = {"Records": [{"body": json.dumps({"job_id": job_id})}]}

    asked = outbox.asked_by(lambda: outbox.system.outbox.deliver(event))

    assert [delivery.status for delivery in outbox.system.outbox.deliveries.list(job_id)] == [500]
    assert "sqs:SendMessage" in asked
    assert asked <= allowed("deliver")
