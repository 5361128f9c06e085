"""The outbox's part of the assembly: sockets, stream and deliveries, each adapter built when it is first needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib import time_budget
from chalicelib.api.http import typical_seconds
from chalicelib.api.job_view import job_view
from chalicelib.jobs.model import Job
from chalicelib.jobs.requests import read_job
from chalicelib.outbox import handlers
from chalicelib.outbox.live import WatchStore, publish
from chalicelib.outbox.webhooks import DeliveryLog, WebhookMessage, WebhookQueue, deliver

if TYPE_CHECKING:
    from chalicelib.adapters.webhook_post import WebhookPost
    from chalicelib.adapters.websocket import ApiGatewaySockets
    from chalicelib.auth import Principal
    from chalicelib.bootstrap import System

Event = Mapping[str, Any]


class Outbox:
    """What others learn of a change. `client` makes a low-level AWS client by name, at an endpoint or at AWS's own."""

    def __init__(self, system: System, *, client: Callable[..., Any]) -> None:
        self._system = system
        self._client = client

    @cached_property
    def watches(self) -> WatchStore:
        """Tickets, connections and watchers, in the jobs table."""
        from chalicelib.adapters.dynamodb.watches import DynamoWatchStore

        return DynamoWatchStore(self._system.dynamodb, table=self._system.settings.jobs_table)

    @cached_property
    def deliveries(self) -> DeliveryLog:
        """The log of webhook deliveries, in the jobs table."""
        from chalicelib.adapters.dynamodb.deliveries import DynamoDeliveryLog

        return DynamoDeliveryLog(self._system.dynamodb, table=self._system.settings.jobs_table)

    @cached_property
    def webhook_queue(self) -> WebhookQueue:
        """The queue of deliveries, in SQS."""
        from chalicelib.adapters.sqs import SqsWebhookQueue

        return SqsWebhookQueue(self._client("sqs"), url=self._system.settings.deliveries_queue_url or "")

    @cached_property
    def sockets(self) -> ApiGatewaySockets:
        """The open connections, behind API Gateway."""
        from chalicelib.adapters.websocket import ApiGatewaySockets

        url = self._system.settings.connections_url
        return ApiGatewaySockets(self._client("apigatewaymanagementapi", endpoint_url=url))

    @cached_property
    def post(self) -> WebhookPost:
        """One POST to a checked address; on a developer's machine loopback is one."""
        from chalicelib.adapters.webhook_post import WebhookPost

        return WebhookPost(loopback_allowed=self._system.settings.allows_loopback_webhooks)

    def connect(self, event: Event) -> Mapping[str, Any]:
        """Handle `$connect`."""
        with time_budget.limited_to(time_budget.REQUEST_SECONDS):
            return handlers.connected(event, watches=self.watches, now=self._system.clock())

    def message(self, event: Event) -> Mapping[str, Any]:
        """Handle a client's message."""
        now = self._system.clock()

        def read(job_id: str, principal: Principal) -> Job:
            return read_job(job_id, principal=principal, store=self._system.job_store, now=now)

        with time_budget.limited_to(time_budget.REQUEST_SECONDS):
            return handlers.received(event, watches=self.watches, sockets=self.sockets, read_job=read, now=now)

    def disconnect(self, event: Event) -> Mapping[str, Any]:
        """Handle `$disconnect`."""
        return handlers.disconnected(event, watches=self.watches)

    def publish(self, event: Event) -> None:
        """Handle a batch of changes of the jobs table."""
        from chalicelib.adapters.dynamodb.watches import changes_of

        publish(
            changes_of(event),
            watches=self.watches,
            sockets=self.sockets,
            webhooks=self.webhook_queue,
            view=self.view,
            clock=self._system.clock,
            sleep=time.sleep,
        )

    def deliver(self, event: Event) -> None:
        """Handle messages of the deliveries queue."""
        make_try: Callable[[WebhookMessage], None] = partial(
            deliver,
            get_job=self._system.job_store.get,
            log=self.deliveries,
            queue=self.webhook_queue,
            post=self.post,
            secrets=self._secrets,
            clock=self._system.clock,
        )
        handlers.deliver_records(event, deliver=make_try)

    def _secrets(self) -> Sequence[str]:
        settings = self._system.settings
        return (self._system.secret(settings.webhook_secret, name=settings.webhook_secret_name) or "").split()

    def view(self, job: Job, now: datetime) -> Mapping[str, Any]:
        """The job as it is posted: all of it but the result."""
        analysis = self._system.analyses.get(job.job_type)
        view: Mapping[str, Any] = msgspec.to_builtins(job_view(job, now=now, typical_seconds=typical_seconds(analysis)))
        return view
