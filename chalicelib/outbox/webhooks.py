"""Signed webhooks of jobs that ended: what is sent, when it is tried again, and what is remembered of it.

The format is Standard Webhooks (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,…`.
The id stays the same over all tries of one event, so that a receiver can ignore what it has seen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from chalicelib import telemetry
from chalicelib.jobs.model import Job
from chalicelib.outbox.addresses import ForbiddenTarget
from chalicelib.setting_values import signing_key

GONE = 410
RETRY_PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Pauses before the second and each later try. Source: Standard Webhooks, "Retry schedule"."""

LONGEST_QUEUE_DELAY = timedelta(seconds=900)
"""The longest delay that SQS accepts; a longer pause is several messages."""

ATTEMPT_TAKES = timedelta(seconds=60)
"""After this time a try that was begun and not finished is begun again: its function died."""


class WebhookMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What travels through the deliveries queue: which job's end to deliver, the number of the try, not before when."""

    job_id: str
    attempt: int = 1
    not_before: datetime | None = None
    v: int = 1


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One try. `status` is the receiver's, `error` says why there is none; both None while it is under way."""

    webhook_id: str
    attempt: int
    at: datetime
    status: int | None = None
    error: str | None = None
    next_attempt_at: datetime | None = None


class DeliveryLog(Protocol):
    """The tries of each job's webhook, stored beside the job."""

    def begin(self, job: Job, delivery: Delivery, *, begun_before: datetime) -> bool:
        """Store the try unless it is stored already, finished or begun after `begun_before`; whether it was stored."""

    def finish(self, job: Job, delivery: Delivery) -> None:
        """Store how the try ended."""

    def list(self, job_id: str) -> Sequence[Delivery]:
        """All tries of a job, in order of their numbers."""


class WebhookQueue(Protocol):
    """The queue of deliveries."""

    def send(self, message: WebhookMessage, *, delay_seconds: float = 0) -> None:
        """Queue one try. Raises: StorageUnavailable."""


class Post(Protocol):
    """One POST to a checked address."""

    def __call__(self, url: str, *, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer, whose body is not read.

        Raises: ForbiddenTarget; OSError (TimeoutError and ssl.SSLError included) when there is no answer.
        """


def event_id(job: Job) -> str:
    """The id of the one event that a job ends with; the same for every try."""
    return f"msg_{job.job_id}"


def event_body(job: Job) -> bytes:
    """The body as JSON bytes: type, timestamp, and what a receiver needs to fetch the rest."""
    data = {
        "job_id": job.job_id,
        "job_type": job.job_type,
        "case_id": job.case_id,
        "status": str(job.status),
        "version": job.version,
        "metadata": _metadata(job),
    }
    ended_at = (job.completed_at or job.updated_at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return msgspec.json.encode({"type": f"job.{job.status}", "timestamp": ended_at, "data": data})


def signed_headers(body: bytes, *, webhook_id: str, now: datetime, secrets: Sequence[str]) -> Mapping[str, str]:
    """The headers of a signed POST; one signature for each secret, so that a receiver may know either.

    Raises: ValueError when there is no secret, or one is not `whsec_` and base64.
    """
    if not secrets:
        raise ValueError("no webhook secret is configured")
    seconds = str(int(now.timestamp()))
    signatures = [signature(body, webhook_id=webhook_id, timestamp=seconds, secret=secret) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "Casework-Webhooks/1",
        "webhook-id": webhook_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }


def signature(body: bytes, *, webhook_id: str, timestamp: str, secret: str) -> str:
    """`v1,` and the base64 HMAC-SHA256 of id, timestamp and body. Raises: ValueError for a malformed secret."""
    try:
        key = signing_key(secret)
    except ValueError as exc:
        raise ValueError(f"a webhook secret {exc}") from None
    signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def announce_end(job: Job, *, queue: WebhookQueue) -> None:
    """Queue the first try of a job that ended. Raises: StorageUnavailable."""
    queue.send(WebhookMessage(job_id=job.job_id))


def deliver(
    message: WebhookMessage,
    *,
    get_job: Callable[[str], Job | None],
    log: DeliveryLog,
    queue: WebhookQueue,
    post: Post,
    secrets: Callable[[], Sequence[str]],
    clock: Callable[[], datetime],
) -> None:
    """Make one try, store how it ended, and queue the next one if there is to be one.

    A message that comes too early is queued again for the rest of its pause; one that comes twice does nothing.
    Raises: StorageUnavailable (the message comes again).
    """
    now = clock()
    if message.not_before is not None and message.not_before > now:
        _send_later(message, queue=queue, now=now)
        return
    job = get_job(message.job_id)
    if job is None or job.expires_at <= now or not job.is_done or job.notify_url is None:
        return
    begun = Delivery(webhook_id=event_id(job), attempt=message.attempt, at=now)
    if not log.begin(job, begun, begun_before=now - ATTEMPT_TAKES):
        return
    ended = _tried(job, begun, post=post, secrets=secrets(), now=now)
    telemetry.info("webhook_tried", job_id=job.job_id, attempt=ended.attempt, status=ended.status, error=ended.error)
    if ended.next_attempt_at is not None:
        again = WebhookMessage(job_id=job.job_id, attempt=message.attempt + 1, not_before=ended.next_attempt_at)
        _send_later(again, queue=queue, now=now)
    log.finish(job, ended)


def _tried(job: Job, begun: Delivery, *, post: Post, secrets: Sequence[str], now: datetime) -> Delivery:
    body = event_body(job)
    status, error = None, None
    try:
        headers = signed_headers(body, webhook_id=begun.webhook_id, now=now, secrets=secrets)
        status = post(job.notify_url or "", headers=headers, body=body)
    except ForbiddenTarget as exc:
        error = f"forbidden target: the URL {exc}"
    except TimeoutError:
        error = "no answer in time"
    except ValueError as exc:
        error = str(exc)
    except OSError as exc:
        error = f"no connection ({type(exc).__name__})"
    over = status is not None and (200 <= status < 300 or status == GONE)
    is_last = over or begun.attempt > len(RETRY_PAUSES)
    next_at = None if is_last else now + RETRY_PAUSES[begun.attempt - 1]
    return msgspec.structs.replace(begun, status=status, error=error, next_attempt_at=next_at)


def _send_later(message: WebhookMessage, *, queue: WebhookQueue, now: datetime) -> None:
    pause = (message.not_before - now) if message.not_before is not None else timedelta()
    queue.send(message, delay_seconds=min(pause, LONGEST_QUEUE_DELAY).total_seconds())


def _metadata(job: Job) -> Mapping[str, Any]:
    counted = {} if job.document_count is None else {"document_count": job.document_count}
    return {
        "case_id": job.case_id,
        "user_id": job.user_id,
        "requested_by": job.requested_by,
        "endpoint": job.endpoint,
        **counted,
        **job.labels,
    }
