"""What the outbox stores, on the fake and on DynamoDB: tickets, connections, watchers, deliveries, the stream."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.adapters.dynamodb.deliveries import DynamoDeliveryLog
from chalicelib.adapters.dynamodb.job_store import DynamoJobStore
from chalicelib.adapters.dynamodb.watches import DynamoWatchStore, changes_of
from chalicelib.auth import Principal
from chalicelib.jobs.model import Status
from chalicelib.outbox.live import Connection, Ticket, WatchStore
from chalicelib.outbox.webhooks import Delivery, DeliveryLog
from infra.local.invocation import Handler
from infra.local.resources import Resources
from infra.local.stream_source import StreamSource, read_patterns
from tests.contract.conftest import Backend
from tests.fakes.jobs import CREATED_AT, a_job
from tests.fakes.outbox import FakeDeliveryLog, FakeWatchStore

ADMIN = Principal(user_id="admin-1", is_admin=True)
SOON = CREATED_AT + timedelta(seconds=60)


@pytest.fixture(params=["fake", "dynamodb"])
def watches(request: pytest.FixtureRequest) -> WatchStore:
    if request.param == "fake":
        return FakeWatchStore()
    resources: Resources = request.getfixturevalue("local_resources")
    return DynamoWatchStore(resources.client("dynamodb"), table=resources.jobs_table)


@pytest.fixture(params=["fake", "dynamodb"])
def log(request: pytest.FixtureRequest) -> DeliveryLog:
    if request.param == "fake":
        return FakeDeliveryLog()
    resources: Resources = request.getfixturevalue("local_resources")
    return DynamoDeliveryLog(resources.client("dynamodb"), table=resources.jobs_table)


def a_ticket(secret: str = "opaque") -> Ticket:  # noqa: S107  # made up
    return Ticket(secret=secret, principal=ADMIN, job_ids=("a", "b"), expires_at=SOON)


def a_connection(connection_id: str = "c1=", job_ids: tuple[str, ...] = ("a", "b")) -> Connection:
    return Connection(connection_id=connection_id, principal=ADMIN, job_ids=job_ids, expires_at=SOON)


def test_a_ticket_is_taken_once_with_all_that_it_says(watches: WatchStore) -> None:
    watches.put_ticket(a_ticket())

    assert watches.take_ticket("opaque", now=CREATED_AT) == a_ticket()
    assert watches.take_ticket("opaque", now=CREATED_AT) is None


@pytest.mark.parametrize(("secret", "seconds"), [("other", 0), ("opaque", 60), ("opaque", 61)])
def test_a_wrong_or_expired_ticket_is_none(watches: WatchStore, secret: str, seconds: int) -> None:
    watches.put_ticket(a_ticket())

    assert watches.take_ticket(secret, now=CREATED_AT + timedelta(seconds=seconds)) is None


def test_of_many_at_once_one_takes_the_ticket(local_resources: Resources) -> None:
    store = DynamoWatchStore(local_resources.client("dynamodb"), table=local_resources.jobs_table)
    store.put_ticket(a_ticket())

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: store.take_ticket("opaque", now=CREATED_AT), range(16)))

    assert sum(ticket is not None for ticket in taken) == 1


def test_a_connection_is_found_and_forgotten_with_what_it_follows(watches: WatchStore) -> None:
    connection = a_connection()
    watches.put_connection(connection)
    watches.watch(connection.job_ids, connection=connection, now=CREATED_AT)
    followed = watches.watchers("a", now=CREATED_AT)

    watches.forget_connection(connection)

    assert [watcher.connection_id for watcher in followed] == ["c1="]
    assert watches.connection("c1=") is None
    assert watches.watchers("a", now=CREATED_AT) == []


def test_following_ends_by_job_and_by_time(watches: WatchStore) -> None:
    connection = a_connection()
    watches.watch(["a", "b"], connection=connection, now=CREATED_AT)

    watches.unwatch(["a"], connection_id="c1=")

    assert watches.watching(["a", "b"], connection_id="c1=") == {"b"}
    assert watches.watchers("b", now=CREATED_AT) != []
    assert watches.watchers("b", now=SOON) == []


def test_a_try_is_begun_once_until_its_function_is_given_up(log: DeliveryLog) -> None:
    job = a_job(status=Status.COMPLETED)
    attempt = Delivery(webhook_id="msg_1", attempt=1, at=CREATED_AT)
    later = msgspec.structs.replace(attempt, at=SOON)

    first = log.begin(job, attempt, begun_before=CREATED_AT - timedelta(seconds=60))
    again = log.begin(job, attempt, begun_before=CREATED_AT - timedelta(seconds=60))
    taken_over = log.begin(job, later, begun_before=CREATED_AT + timedelta(seconds=1))
    log.finish(job, msgspec.structs.replace(later, status=500, next_attempt_at=SOON))
    after_the_end = log.begin(job, later, begun_before=SOON + timedelta(hours=1))

    assert (first, again, taken_over, after_the_end) == (True, False, True, False)
    assert log.list(job.job_id) == [msgspec.structs.replace(later, status=500, next_attempt_at=SOON)]


class StreamReader:
    """What the outbox function gets of a table's changes."""

    def __init__(self, resources: Resources) -> None:
        self.events: list[object] = []
        table = resources.client("dynamodb").describe_table(TableName=resources.jobs_table)["Table"]
        handler: Handler = lambda event, context: self.events.append(event)  # noqa: E731
        self._source = StreamSource(
            resources.client("dynamodbstreams"),
            arn=table["LatestStreamArn"],
            handler=handler,
            patterns=read_patterns(),
            say=self.events.append,
        )

    def changes(self) -> list[object]:
        self.events.clear()
        while self._source.poll():
            pass
        return [change for event in self.events for change in changes_of(event)]  # type: ignore[arg-type]


@pytest.fixture
def dynamo(local_resources: Resources) -> Backend:
    from chalicelib.adapters.dynamodb.case_store import DynamoCaseStore
    from tests.fakes.blob_store import FakeBlobStore

    blobs = FakeBlobStore()
    client = local_resources.client("dynamodb")
    store = DynamoJobStore(
        client, table=local_resources.jobs_table, cases_table=local_resources.cases_table, blobs=blobs, listed_days=30
    )
    cases = DynamoCaseStore(client, table=local_resources.cases_table, blobs=blobs)
    return Backend(store=store, cases=cases, blobs=blobs)


class AsksTwice:
    """A client whose first answer to each put and update is lost, and whose SDK asks again."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def put_item(self, **request: Any) -> Any:
        self._client.put_item(**request)
        return self._client.put_item(**request)

    def update_item(self, **request: Any) -> Any:
        self._client.update_item(**request)
        return self._client.update_item(**request)


def test_a_try_whose_first_answer_was_lost_is_made(local_resources: Resources) -> None:
    client, table = local_resources.client("dynamodb"), local_resources.jobs_table
    job = a_job()
    attempt = Delivery(webhook_id="msg_1", attempt=1, at=CREATED_AT)
    long_ago = CREATED_AT - timedelta(seconds=60)

    assert DynamoDeliveryLog(AsksTwice(client), table=table).begin(job, attempt, begun_before=long_ago)
    assert not DynamoDeliveryLog(client, table=table).begin(job, attempt, begun_before=long_ago)


def test_a_ticket_whose_first_answer_was_lost_is_taken(local_resources: Resources) -> None:
    client, table = local_resources.client("dynamodb"), local_resources.jobs_table
    DynamoWatchStore(client, table=table).put_ticket(a_ticket())

    assert DynamoWatchStore(AsksTwice(client), table=table).take_ticket("opaque", now=CREATED_AT) == a_ticket()
    assert DynamoWatchStore(client, table=table).take_ticket("opaque", now=CREATED_AT) is None


def test_a_job_that_nobody_watches_causes_no_invocation(dynamo: Backend, local_resources: Resources) -> None:
    reader = StreamReader(local_resources)
    job = dynamo.start()
    dynamo.store.save(job, msgspec.structs.replace(job, progress=10))

    assert reader.changes() == []


def test_following_a_job_brings_its_snapshot_and_then_its_changes(dynamo: Backend, local_resources: Resources) -> None:
    reader = StreamReader(local_resources)
    watches = DynamoWatchStore(local_resources.client("dynamodb"), table=local_resources.jobs_table)
    job = dynamo.start()

    watches.watch([job.job_id], connection=a_connection(job_ids=(job.job_id,)), now=CREATED_AT)
    (snapshot,) = reader.changes()
    saved = dynamo.store.save(job, msgspec.structs.replace(job, progress=10))
    (change,) = reader.changes()

    assert (snapshot.marked, snapshot.after) == (True, job)  # type: ignore[attr-defined]
    assert (change.marked, change.before, change.after) == (False, job, saved)  # type: ignore[attr-defined]


def test_the_end_of_a_job_with_a_webhook_is_seen_without_a_watcher(dynamo: Backend, local_resources: Resources) -> None:
    reader = StreamReader(local_resources)
    job = dynamo.start(notify_url="https://hooks.example.com/", job_id=str(uuid.uuid4()))
    running = dynamo.store.save(job, msgspec.structs.replace(job, progress=10))
    started = reader.changes()

    dynamo.store.save(running, msgspec.structs.replace(running, status=Status.FAILED, lock=None))
    (ended,) = reader.changes()

    assert started == []
    assert ended.after.notify_url == "https://hooks.example.com/"  # type: ignore[attr-defined]


def test_following_a_job_that_is_gone_makes_no_record(local_resources: Resources) -> None:
    watches = DynamoWatchStore(local_resources.client("dynamodb"), table=local_resources.jobs_table)

    watches.watch(["gone"], connection=a_connection(job_ids=("gone",)), now=CREATED_AT)

    found = local_resources.client("dynamodb").query(
        TableName=local_resources.jobs_table,
        KeyConditionExpression="job_id = :id",
        ExpressionAttributeValues={":id": {"S": "gone"}},
    )["Items"]
    assert [item["item"]["S"] for item in found] == ["watch#c1="]
