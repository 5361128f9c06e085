"""CORS: which browsers may call, which headers they may send, and which they may read."""

from __future__ import annotations

from collections.abc import Sequence

from chalice import CORSConfig

from chalicelib.cors_lists import ANY_ORIGIN

ALLOWED_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Prefer",
    # Tracing: libraries in a page add these to every request. None is read, but a preflight must allow each by name.
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
    "x-datadog-origin",
    "x-datadog-parent-id",
    "x-datadog-sampled",
    "x-datadog-sampling-priority",
    "x-datadog-tags",
    "x-datadog-trace-id",
)
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
    """The same rules for every route: API Gateway's preflights, `chalice local`'s and our own responses."""

    # Chalice adds three X-Amz and X-Api headers to the allowed ones; clients of this API send none of them.
    _REQUIRED_HEADERS: list[str] = []  # noqa: RUF012  its type is Chalice's

    def __init__(self, *, origins: Sequence[str] = (ANY_ORIGIN,), more_headers: Sequence[str] = ()) -> None:
        """`origins` may call (or any, `*`), sending the usual headers and `more_headers`."""
        super().__init__(
            allow_origin=origins[0],
            allow_headers=tuple(dict.fromkeys((*ALLOWED_HEADERS, *more_headers))),
            expose_headers=EXPOSED_HEADERS,
            max_age=PREFLIGHT_KEPT_SECONDS,
        )
        self._origins = tuple(origins)
        self._headers: dict[str, str] = super().get_access_control_headers()

    def get_access_control_headers(self) -> dict[str, str]:
        """The headers for a caller of the first origin, or of any."""
        return self._headers

    def headers_for(self, origin: str | None, *, vary: str = "") -> dict[str, str]:
        """The headers of a response to a page of this origin; of several allowed origins its own is named.

        `vary` is what the response varies by already: with several origins, caches must tell them apart too.
        """
        if len(self._origins) == 1:
            return self._headers
        allowed = origin if origin in self._origins else self._origins[0]
        return {
            **self._headers,
            "Access-Control-Allow-Origin": str(allowed),
            "Vary": f"{vary}, Origin" if vary else "Origin",
        }
