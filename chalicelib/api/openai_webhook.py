"""OpenAI's webhook: a verified message that a response has ended wakes the job that waits for it, and nothing else.

The SDK could verify it, and costs half a second to load: what Standard Webhooks say is a few lines.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from chalicelib import telemetry
from chalicelib.api.endpoint import open_endpoint
from chalicelib.api.http import Request, Response
from chalicelib.api.parsing import KB
from chalicelib.errors import NotFound, Unauthorized
from chalicelib.jobs.wake import call_ended
from chalicelib.outbox.webhooks import signature

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

TOLERANCE_SECONDS = 300
LIMIT_BYTES = 64 * KB
MOST_DIGITS = 12
LONGEST_ID = 255
ENDS = frozenset({"response.completed", "response.failed", "response.cancelled", "response.incomplete"})


class WebhookOutcomeView(msgspec.Struct, frozen=True, kw_only=True):
    """The message was taken. `ignored`: it is about something else."""

    status: Literal["woken", "waiting_for_others", "duplicate", "not_needed", "ignored"]


def signed_by_openai(request: Request, system: System) -> Request:
    """The request, if it was signed with one of the webhook's secrets less than five minutes ago.

    Raises: Unauthorized; always when no secret is configured.
    """
    secrets = system.model_calls.webhook_secrets()
    if not secrets:
        raise Unauthorized("The webhook is not configured.")
    webhook_id, sent_at = request.header("webhook-id") or "", request.header("webhook-timestamp") or ""
    if not webhook_id or not _is_recent(sent_at, now=system.clock().timestamp()):
        raise Unauthorized("The webhook's id or time is missing, or it is too old.")
    given = [one.encode() for one in (request.header("webhook-signature") or "").split()]
    for secret in secrets:
        try:
            expected = signature(request.body, webhook_id=webhook_id, timestamp=sent_at, secret=secret).encode()
        except ValueError as exc:
            telemetry.warning("openai_webhook_secret_malformed", problem=str(exc))
            continue
        if any(hmac.compare_digest(one, expected) for one in given):
            return request
    raise Unauthorized("The webhook's signature is missing or wrong.")


@open_endpoint(
    admit=signed_by_openai,
    body=dict[str, Any],
    body_limit_bytes=LIMIT_BYTES,
    responses={200: WebhookOutcomeView},
    refusals=(Unauthorized, NotFound),
    request_headers=("webhook-id", "webhook-timestamp", "webhook-signature"),
)
def openai_webhook(request: Request, system: System, *, body: dict[str, Any]) -> Response:
    """Take OpenAI's message that an answer is ready. For OpenAI, not for clients."""
    data = body.get("data")
    call_id = data.get("id") if isinstance(data, dict) else None
    if body.get("type") not in ENDS or not isinstance(call_id, str) or not 1 <= len(call_id) <= LONGEST_ID:
        return Response(content=WebhookOutcomeView(status="ignored"))
    outcome = call_ended(
        call_id,
        webhook_id=request.header("webhook-id") or "",
        store=system.job_store,
        index=system.model_calls.index,
        queue=system.job_queue,
        now=system.clock(),
    )
    if outcome == "unknown":
        raise NotFound("No job is known for this response. Send it again: it may have been made just now.")
    return Response(content=WebhookOutcomeView(status=outcome))


def _is_recent(sent_at: str, *, now: float) -> bool:
    is_number = sent_at.isascii() and sent_at.isdecimal() and len(sent_at) <= MOST_DIGITS
    return is_number and abs(now - int(sent_at)) <= TOLERANCE_SECONDS
