"""The outside world of the outbox: watchers, open sockets, a receiver of webhooks and its queue, all in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from chalicelib.jobs.model import Job
from chalicelib.outbox.live import Connection, ConnectionGone, Ticket, Watcher
from chalicelib.outbox.webhooks import Delivery, WebhookMessage

LONGEST_KEY_BYTES = 2048


class FakeWatchStore:
    """The WatchStore in dicts; `marked` collects the jobs whose record was marked."""

    def __init__(self) -> None:
        self.tickets: dict[str, Ticket] = {}
        self.connections: dict[str, Connection] = {}
        self.follows: dict[tuple[str, str], tuple[datetime, datetime]] = {}
        self.marked: list[str] = []

    def put_ticket(self, ticket: Ticket) -> None:
        self.tickets[ticket.secret] = ticket

    def take_ticket(self, secret: str, *, now: datetime) -> Ticket | None:
        ticket = self.tickets.get(secret)
        if ticket is None or ticket.expires_at <= now:
            return None
        return self.tickets.pop(secret)

    def put_connection(self, connection: Connection) -> None:
        self.connections[connection.connection_id] = connection

    def connection(self, connection_id: str) -> Connection | None:
        return self.connections.get(connection_id)

    def forget_connection(self, connection: Connection) -> None:
        self.connections.pop(connection.connection_id, None)
        self.unwatch(connection.job_ids, connection_id=connection.connection_id)

    def watch(self, job_ids: Sequence[str], *, connection: Connection, now: datetime) -> None:
        for job_id in job_ids:
            self.follows[job_id, connection.connection_id] = (now, connection.expires_at)
            self.marked.append(job_id)

    def unwatch(self, job_ids: Sequence[str], *, connection_id: str) -> None:
        for job_id in job_ids:
            if not 0 < len(job_id.encode()) <= LONGEST_KEY_BYTES:
                raise ValueError("DynamoDB takes no such key")
            self.follows.pop((job_id, connection_id), None)

    def watching(self, job_ids: Sequence[str], *, connection_id: str) -> frozenset[str]:
        return frozenset(job_id for job_id in job_ids if (job_id, connection_id) in self.follows)

    def watchers(self, job_id: str, *, now: datetime) -> Sequence[Watcher]:
        return [
            Watcher(connection_id=connection_id, since=since)
            for (followed, connection_id), (since, expires_at) in self.follows.items()
            if followed == job_id and expires_at > now
        ]


class FakeSockets:
    """Open connections by id, with what each was sent. `opening[id]` posts fail before the connection opens."""

    def __init__(self) -> None:
        self.sent: dict[str, list[Mapping[str, object]]] = {}
        self.opening: dict[str, int] = {}

    def open(self, connection_id: str) -> None:
        """From now on the connection takes messages."""
        self.sent[connection_id] = []

    def post(self, connection_id: str, body: bytes) -> None:
        if self.opening.get(connection_id, 0) > 0:
            self.opening[connection_id] -= 1
            raise ConnectionGone
        if connection_id not in self.sent:
            raise ConnectionGone
        self.sent[connection_id].append(msgspec.json.decode(body))


class FakeWebhookQueue:
    """Messages with their delays in seconds, in order."""

    def __init__(self) -> None:
        self.messages: list[tuple[WebhookMessage, float]] = []

    def send(self, message: WebhookMessage, *, delay_seconds: float = 0) -> None:
        self.messages.append((message, delay_seconds))

    def take(self) -> WebhookMessage:
        """The oldest message, removed."""
        return self.messages.pop(0)[0]


class FakeDeliveryLog:
    """The DeliveryLog in a dict."""

    def __init__(self) -> None:
        self.tries: dict[tuple[str, int], Delivery] = {}

    def begin(self, job: Job, delivery: Delivery, *, begun_before: datetime) -> bool:
        known = self.tries.get((job.job_id, delivery.attempt))
        is_over = known is not None and (known.status is not None or known.error is not None)
        if known is not None and (is_over or known.at >= begun_before):
            return False
        self.tries[job.job_id, delivery.attempt] = delivery
        return True

    def finish(self, job: Job, delivery: Delivery) -> None:
        self.tries[job.job_id, delivery.attempt] = delivery

    def list(self, job_id: str) -> Sequence[Delivery]:
        return [self.tries[key] for key in sorted(self.tries) if key[0] == job_id]
