"""Which browsers may call, what may they send, and what may they read?"""

from __future__ import annotations

from chalice import CORSConfig

ALLOWED_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Prefer")
EXPOSED_HEADERS = (
    "Location",
    "Retry-After",
    "ETag",
    "Link",
    "Idempotency-Replayed",
    "X-Request-Id",
)
PREFLIGHT_KEPT_SECONDS = 7200
"""The longest a browser remembers a preflight (Chromium's limit); a poller asks once, not before every poll."""


class Cors(CORSConfig):  # type: ignore[misc]  # chalice is untyped
    """The same rules for every route: API Gateway's preflights, `chalice local`'s and our own answers."""

    # Chalice adds three X-Amz and X-Api headers to whatever is allowed; these here are all that clients send.
    _REQUIRED_HEADERS: list[str] = []  # noqa: RUF012  its type is Chalice's

    def __init__(self, *, allow_origin: str) -> None:
        super().__init__(
            allow_origin=allow_origin,
            allow_headers=ALLOWED_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=PREFLIGHT_KEPT_SECONDS,
        )
        self._answer_headers: dict[str, str] = super().get_access_control_headers()

    def get_access_control_headers(self) -> dict[str, str]:
        """What every answer carries; put together once, not for each answer."""
        return self._answer_headers
