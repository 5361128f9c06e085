"""The inbox tells a webhook of ours from any other request."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.outbox.webhooks import signed_headers
from infra.local.environment import WEBHOOK_SECRET
from infra.local.webhook_inbox import is_signed

OTHER = "whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXI="
BODY = b'{"type": "job.completed"}'


def headers(secret: str) -> dict[str, str]:
    return dict(signed_headers(BODY, webhook_id="msg_1", now=datetime.now(UTC), secrets=[secret]))


def test_a_webhook_of_ours_is_known_by_its_signature() -> None:
    assert is_signed(BODY, headers(WEBHOOK_SECRET), secrets=WEBHOOK_SECRET)
    assert is_signed(BODY, headers(OTHER), secrets=f"{WEBHOOK_SECRET} {OTHER}")


def test_another_secret_another_body_or_none_is_not_ours() -> None:
    assert not is_signed(BODY, headers(OTHER), secrets=WEBHOOK_SECRET)
    assert not is_signed(BODY + b" ", headers(WEBHOOK_SECRET), secrets=WEBHOOK_SECRET)
    assert not is_signed(BODY, {}, secrets=WEBHOOK_SECRET)
