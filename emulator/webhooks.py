"""OpenAI's webhooks: endpoints with their secrets; deliveries signed as Standard Webhooks say, tried again for days.

A delivery is thin (the response's id), keeps its `webhook-id` when it is repeated, and counts as taken on 2xx alone.
Signatures carry the machine's real time, whatever time tests let pass.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import http.client
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from emulator.clock import Clock
from emulator.openai_errors import Refused

RESPONSE_EVENTS = ("response.completed", "response.failed", "response.cancelled", "response.incomplete")
RETRY_SECONDS = (1.0, 5.0, 30.0, 120.0, 600.0, 3_600.0)
"""Pauses between tries; the last one repeats until `GIVE_UP_SECONDS` have passed."""
GIVE_UP_SECONDS = 72 * 3_600.0
OLD_SECRET_SECONDS = 24 * 3_600.0
ANSWER_SECONDS = 15.0
MOST_DELIVERIES = 5_000


class Endpoint(msgspec.Struct, kw_only=True):
    """Where to, and with which secrets: each with the time at which it ends (None: never)."""

    id: str
    url: str
    name: str
    event_types: list[str]
    created_at: int
    updated_at: int
    secrets: list[tuple[str, float | None]]

    def shown(self, *, with_secret: bool = False) -> dict[str, Any]:
        """As the API shows it; the secret only when it is new."""
        members = ("id", "url", "name", "event_types", "created_at", "updated_at")
        shown: dict[str, Any] = {name: getattr(self, name) for name in members}
        newest = self.secrets[-1][0]
        hint = {"object": "webhook_endpoint", "signing_secret_hint": f"{newest[:8]}…{newest[-4:]}"}
        return {**shown, **hint, **({"signing_secret": newest} if with_secret else {})}


class Delivery(msgspec.Struct, kw_only=True):
    """One event on its way to one endpoint. `outcomes` are the statuses, or the errors, of its tries."""

    webhook_id: str
    endpoint_id: str
    event_type: str
    response_id: str
    body: str
    first_at: float
    forged: bool = False
    outcomes: list[int | str] = msgspec.field(default_factory=list)


class Webhooks:
    """All endpoints, and a thread that delivers what is due. Safe for many threads."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._woken = threading.Condition()
        self._endpoints: dict[str, Endpoint] = {}
        self._due: list[tuple[float, int, Delivery]] = []
        self._deliveries: list[Delivery] = []
        self._count = 0
        self._closed = False
        self._thread: threading.Thread | None = None
        clock.changed = self._wake

    def create(self, *, url: str, name: str = "", event_types: Sequence[str], secret: str = "") -> Endpoint:
        """A new endpoint; `secret` instead of a new one is for tests. Raises: Refused for a URL that is none."""
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise Refused("Invalid 'url': must be an https URL.")
        now = int(self._clock.now())
        endpoint = Endpoint(
            id=f"whe_{uuid.uuid4().hex}",
            url=url,
            name=name,
            event_types=list(event_types),
            created_at=now,
            updated_at=now,
            secrets=[(secret or _new_secret(), None)],
        )
        with self._woken:
            self._endpoints[endpoint.id] = endpoint
        return endpoint

    def find(self, endpoint_id: str) -> Endpoint:
        """Raises: Refused when there is none."""
        try:
            return self._endpoints[endpoint_id]
        except KeyError:
            raise Refused(f"Webhook endpoint '{endpoint_id}' not found.", kind="not_found") from None

    def endpoints(self) -> list[Endpoint]:
        return list(self._endpoints.values())

    def rotate(self, endpoint_id: str, *, keep_old: bool) -> Endpoint:
        """A new secret; the old one signs for a day more, or not at all."""
        endpoint = self.find(endpoint_id)
        until = self._clock.now() + OLD_SECRET_SECONDS
        kept = [(secret, until) for secret, _ in endpoint.secrets[-1:]] if keep_old else []
        endpoint.secrets = [*kept, (_new_secret(), None)]
        endpoint.updated_at = int(self._clock.now())
        return endpoint

    def update(self, endpoint: Endpoint, changes: Mapping[str, Any]) -> None:
        """Takes over `url`, `name` and `event_types`."""
        endpoint.url = str(changes.get("url") or endpoint.url)
        endpoint.name = str(changes.get("name") or endpoint.name)
        endpoint.event_types = list(changes.get("event_types") or endpoint.event_types)
        endpoint.updated_at = int(self._clock.now())

    def test(self, endpoint_id: str, event_type: str) -> int | str:
        """Sends one event of a response that there never was, once; the status, or what went wrong."""
        endpoint, now = self.find(endpoint_id), self._clock.now()
        delivery = _delivery(endpoint, event_type, f"resp_{uuid.uuid4().hex}", at=now)
        return _post(endpoint.url, delivery, self._signing_secrets(endpoint, delivery))

    def delete(self, endpoint_id: str) -> None:
        """Raises: Refused when there is none."""
        self.find(endpoint_id)
        with self._woken:
            self._endpoints.pop(endpoint_id, None)

    def announce(
        self, event_type: str, response_id: str, *, at: float, times: int = 1, forged: bool = False
    ) -> list[Delivery]:
        """Has the event delivered to every endpoint that wants it, `times` times under the same id."""
        new = [
            _delivery(endpoint, event_type, response_id, at=at, forged=forged)
            for endpoint in self.endpoints()
            if event_type in endpoint.event_types
        ]
        with self._woken:
            self._deliveries = [*self._deliveries, *new][-MOST_DELIVERIES:]
        for delivery in new:
            for _ in range(times):
                self._schedule(delivery, at=at)
        return new

    def withdraw(self, response_id: str) -> None:
        """Drops what was not delivered of this response: it ended otherwise."""
        with self._woken:
            self._due = [entry for entry in self._due if entry[2].response_id != response_id or entry[2].outcomes]
            heapq.heapify(self._due)

    def deliver(self, delivery: Delivery) -> int | str:
        """One try, now; the status, or what went wrong. What was not taken is tried again later."""
        endpoint = self._endpoints.get(delivery.endpoint_id)
        if endpoint is None:
            return "endpoint deleted"
        outcome = _post(endpoint.url, delivery, self._signing_secrets(endpoint, delivery))
        delivery.outcomes.append(outcome)
        tried = len(delivery.outcomes)
        again_at = self._clock.now() + RETRY_SECONDS[min(tried, len(RETRY_SECONDS)) - 1]
        taken = isinstance(outcome, int) and 200 <= outcome < 300
        if not taken and again_at < delivery.first_at + GIVE_UP_SECONDS:
            self._schedule(delivery, at=again_at)
        return outcome

    def listed(self) -> dict[str, Any]:
        """Endpoints with their newest secrets, and what was delivered with which outcomes."""
        with self._woken:
            deliveries = [msgspec.to_builtins(one) for one in self._deliveries]
        shown = ("webhook_id", "endpoint_id", "event_type", "response_id", "first_at", "outcomes")
        return {
            "endpoints": [one.shown(with_secret=True) for one in self.endpoints()],
            "deliveries": [{name: one[name] for name in shown} for one in deliveries],
        }

    def clear(self) -> None:
        with self._woken:
            self._endpoints.clear()
            self._due.clear()
            self._deliveries.clear()

    def close(self) -> None:
        with self._woken:
            self._closed = True
            self._woken.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _schedule(self, delivery: Delivery, *, at: float) -> None:
        with self._woken:
            self._count += 1
            heapq.heappush(self._due, (at, self._count, delivery))
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
                self._thread.start()
            self._woken.notify_all()

    def _wake(self) -> None:
        with self._woken:
            self._woken.notify_all()

    def _run(self) -> None:
        while True:
            with self._woken:
                while not self._closed and (not self._due or self._due[0][0] > self._clock.now()):
                    self._woken.wait(self._due[0][0] - self._clock.now() if self._due else None)
                if self._closed:
                    return
                _, _, delivery = heapq.heappop(self._due)
            threading.Thread(target=self.deliver, args=(delivery,), name="webhook", daemon=True).start()

    def _signing_secrets(self, endpoint: Endpoint, delivery: Delivery) -> list[str]:
        if delivery.forged and not delivery.outcomes:
            return [_new_secret()]
        return [secret for secret, until in endpoint.secrets if until is None or until > self._clock.now()]


def signature_of(secret: str, *, webhook_id: str, timestamp: int, body: str) -> str:
    """`v1,<base64>`: HMAC-SHA256 over id, time and body, with the secret behind `whsec_`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{webhook_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _delivery(endpoint: Endpoint, event_type: str, response_id: str, *, at: float, forged: bool = False) -> Delivery:
    event = {"object": "event", "id": f"evt_{uuid.uuid4().hex}", "type": event_type, "created_at": int(at)}
    return Delivery(
        webhook_id=f"wh_{uuid.uuid4().hex}",
        endpoint_id=endpoint.id,
        event_type=event_type,
        response_id=response_id,
        body=json.dumps({**event, "data": {"id": response_id}}),
        first_at=at,
        forged=forged,
    )


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


def _post(url: str, delivery: Delivery, signing_secrets: Sequence[str]) -> int | str:
    timestamp = int(time.time())
    signatures = " ".join(
        signature_of(secret, webhook_id=delivery.webhook_id, timestamp=timestamp, body=delivery.body)
        for secret in signing_secrets
    )
    headers = {
        "content-type": "application/json",
        "user-agent": "OpenAI/1.0 (emulated)",
        "webhook-id": delivery.webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures,
    }
    request = urllib.request.Request(url, data=delivery.body.encode(), headers=headers, method="POST")  # noqa: S310
    try:
        with _OPENER.open(request, timeout=ANSWER_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code
    except (OSError, ValueError, http.client.HTTPException) as exc:
        return type(exc).__name__


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer that is not 2xx."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
