"""The functions behind the sockets, the table's stream and the deliveries queue: events in, use cases called."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from chalicelib import telemetry, time_budget
from chalicelib.errors import StorageUnavailable
from chalicelib.outbox.live import (
    PROTOCOL,
    ConnectionGone,
    ReadJob,
    Sockets,
    WatchStore,
    answer_client,
    close_connection,
    open_connection,
)
from chalicelib.outbox.webhooks import WebhookMessage

REFUSED: Mapping[str, Any] = {"statusCode": 401, "body": "The ticket is missing, used or expired."}
LARGEST_MESSAGE_CHARACTERS = 32 * 1024
ANSWER_SECONDS = 20.0
"""For finding the answer to a client's message; API Gateway waits 29 s, and the rest is for sending it."""


def connected(event: Mapping[str, Any], *, watches: WatchStore, now: datetime) -> Mapping[str, Any]:
    """Answer a handshake. The event holds a ticket: it is never logged."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    offered = [offer.strip() for offer in headers.get("sec-websocket-protocol", "").split(",")]
    connection_id = _connection_id(event)
    try:
        connection = open_connection(connection_id, protocols=offered, watches=watches, now=now)
    except StorageUnavailable:
        telemetry.warning("socket_not_opened")
        return {"statusCode": 503, "body": "Temporarily unavailable."}
    if connection is None:
        telemetry.info("socket_refused")
        return REFUSED
    telemetry.info("socket_opened", jobs=len(connection.job_ids))
    return {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": PROTOCOL}}


def received(
    event: Mapping[str, Any], *, watches: WatchStore, sockets: Sockets, read_job: ReadJob, now: datetime
) -> Mapping[str, Any]:
    """Do what a client's message says, and post the answer if there is one."""
    connection_id = _connection_id(event)
    text = str(event.get("body") or "")[:LARGEST_MESSAGE_CHARACTERS]
    try:
        with time_budget.limited_to(min(ANSWER_SECONDS, time_budget.seconds_left())):
            answer = answer_client(connection_id, text, watches=watches, read_job=read_job, now=now)
    except StorageUnavailable:
        answer = {"type": "error", "code": "unavailable", "detail": "Temporarily unavailable. Try again."}
    if answer is not None:
        with contextlib.suppress(ConnectionGone, StorageUnavailable):
            sockets.post(connection_id, msgspec.json.encode(answer))
    return {"statusCode": 200}


def disconnected(event: Mapping[str, Any], *, watches: WatchStore) -> Mapping[str, Any]:
    """Forget the connection. What is left after an error goes by its TTL."""
    try:
        close_connection(_connection_id(event), watches=watches)
    except StorageUnavailable:
        telemetry.warning("socket_not_forgotten")
    return {"statusCode": 200}


def deliver_records(event: Mapping[str, Any], *, deliver: Callable[[WebhookMessage], None]) -> None:
    """Make the try of each record of the deliveries queue. Raises: StorageUnavailable: the message comes again."""
    for record in event["Records"]:
        deliver(msgspec.json.decode(record["body"], type=WebhookMessage))


def _connection_id(event: Mapping[str, Any]) -> str:
    return str(event["requestContext"]["connectionId"])
