"""Updates without polling: tickets for WebSockets, and the deliveries of webhooks."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from chalicelib.api.endpoint import endpoint
from chalicelib.api.http import Request, Response, Timestamp, timestamp, timestamp_or_none
from chalicelib.api.parsing import invalid, pointer_to
from chalicelib.errors import FieldProblem, NotFinished, NotFound, Unavailable
from chalicelib.jobs.model import Job
from chalicelib.jobs.requests import read_job
from chalicelib.outbox.addresses import LONGEST_URL, ForbiddenTarget, target_of
from chalicelib.outbox.live import FOLLOWED_AT_MOST, LONGEST_JOB_ID, PROTOCOL, TICKET_LIVES, TICKET_PREFIX, Ticket
from chalicelib.outbox.webhooks import WebhookMessage

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

TICKET_BYTES = 32

JobIds = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=LONGEST_JOB_ID)], ...],
    Meta(min_length=1, max_length=FOLLOWED_AT_MOST, description="The jobs to follow"),
]


class Notify(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to send a signed POST when the job ends."""

    url: Annotated[
        str,
        Meta(min_length=1, max_length=LONGEST_URL, description="https only", extra_json_schema={"format": "uri"}),
    ]


class StreamBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which jobs to follow; more can be added over the open socket."""

    job_ids: JobIds


class StreamView(msgspec.Struct, frozen=True, kw_only=True):
    """What a WebSocket is opened with: `new WebSocket(url, protocols)`, once, before `expires_at`."""

    url: str
    protocols: Annotated[tuple[str, ...], Meta(min_length=2, max_length=2)]
    expires_at: Timestamp


@endpoint(body=StreamBody, responses={201: StreamView}, refusals=(NotFound, Unavailable))
def open_stream(request: Request, system: System, *, body: StreamBody) -> Response:
    """Get a ticket that opens one WebSocket on which the jobs' changes arrive."""
    now = system.clock()
    if system.settings.socket_url is None:
        raise Unavailable("Live updates are not configured here. Poll GET /jobs/{job_id} instead.")
    wanted = tuple(dict.fromkeys(body.job_ids))
    owners = {}
    for index, job_id in enumerate(body.job_ids):
        try:
            job = read_job(job_id, principal=request.principal, store=system.job_store, now=now)
        except NotFound as refusal:
            pointer = pointer_to("job_ids", index)
            raise NotFound(refusal.detail, problems=[FieldProblem(pointer, "there is no such job")]) from None
        owners[job.job_id] = job.user_id
    ticket = Ticket(
        secret=secrets.token_urlsafe(TICKET_BYTES),
        principal=request.principal,
        job_ids=wanted,
        expires_at=now + TICKET_LIVES,
    )
    system.outbox.watches.put_ticket(ticket)
    view = StreamView(
        url=system.settings.socket_url,
        protocols=(PROTOCOL, f"{TICKET_PREFIX}{ticket.secret}"),
        expires_at=timestamp(ticket.expires_at),
    )
    return Response(status=201, content=view, owners=owners)


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a webhook: the receiver's status, or why there is none; both null while it is under way."""

    webhook_id: str
    attempt: int
    at: Timestamp
    status: int | None
    error: str | None
    next_attempt_at: Timestamp | None


class DeliveryListView(msgspec.Struct, frozen=True, kw_only=True):
    """The tries of a job's webhook, the first one first."""

    deliveries: tuple[DeliveryView, ...]


class ResendBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Empty: no body and {} are the same."""


@endpoint(responses={200: DeliveryListView}, refusals=(NotFound,))
def list_deliveries(request: Request, system: System) -> Response:
    """List the deliveries of a job's webhook."""
    job = _job(request, system)
    return Response(content=_deliveries(job, system), owners={job.job_id: job.user_id})


@endpoint(body=ResendBody, responses={202: DeliveryListView}, refusals=(NotFound, NotFinished))
def resend_delivery(request: Request, system: System, *, body: ResendBody) -> Response:
    """Make the next try of a finished job's webhook now."""
    job = _job(request, system)
    if job.notify_url is None:
        raise NotFound("The job was started without a webhook (notify.url).")
    if not job.is_done:
        raise NotFinished("The job is not finished; its webhook is sent when it is.")
    known = system.outbox.deliveries.list(job.job_id)
    number = max((delivery.attempt for delivery in known), default=0) + 1
    system.outbox.webhook_queue.send(WebhookMessage(job_id=job.job_id, attempt=number))
    return Response(status=202, content=_deliveries(job, system), owners={job.job_id: job.user_id})


def check_notify(notify: Notify, system: System) -> None:
    """Raises: InvalidRequest when the webhook's URL is one that no webhook may go to."""
    if system.settings.deliveries_queue_url is None:
        raise invalid(FieldProblem("/notify", "is not available: webhooks are not configured in this stage"))
    try:
        target_of(notify.url, loopback_allowed=system.settings.allows_loopback_webhooks)
    except ForbiddenTarget as exc:
        raise invalid(FieldProblem("/notify/url", str(exc))) from None


def _job(request: Request, system: System) -> Job:
    return read_job(
        request.parameters["job_id"], principal=request.principal, store=system.job_store, now=system.clock()
    )


def _deliveries(job: Job, system: System) -> DeliveryListView:
    views = tuple(
        DeliveryView(
            webhook_id=delivery.webhook_id,
            attempt=delivery.attempt,
            at=timestamp(delivery.at),
            status=delivery.status,
            error=delivery.error,
            next_attempt_at=timestamp_or_none(delivery.next_attempt_at),
        )
        for delivery in system.outbox.deliveries.list(job.job_id)
    )
    return DeliveryListView(deliveries=views)
