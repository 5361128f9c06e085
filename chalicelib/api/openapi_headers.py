"""Headers and path parameters as the OpenAPI document describes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Described = Mapping[str, Any]
_TEXT: Described = {"type": "string"}
_VISIBLE: Described = {"type": "string", "pattern": "^[!-~]+$"}

REQUEST_HEADERS: Mapping[str, Described] = MappingProxyType(
    {
        "Idempotency-Key": {
            "description": "The same key with the same request returns the same job, however often it is sent.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
            "example": "7c1f0f0e-start",
        },
        "If-None-Match": {
            "description": "The last ETag; while nothing has changed the response is 304, or a new link.",
            "schema": _TEXT,
            "example": 'W/"7"',
        },
        "If-Match": {
            "description": "The ETag of the form that was shown; `version` in the body says the same.",
            "schema": _TEXT,
            "example": '"7"',
        },
        "webhook-id": {"description": "The message's id, the same when it comes again.", "schema": _VISIBLE},
        "webhook-timestamp": {"description": "When it was sent, in seconds since 1970.", "schema": _VISIBLE},
        "webhook-signature": {
            "description": "`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`, as Standard Webhooks say; several,"
            " separated by spaces, while the secret is rotated.",
            "schema": {"type": "string", "pattern": "^[!-~]+( [!-~]+)*$"},
        },
        "X-Vapi-Secret": {"description": "The shared secret of the webhook.", "schema": _TEXT},
        "X-Vapi-Signature": {
            "description": "Instead of the secret: HMAC-SHA256 of the raw body, in hex.",
            "schema": _TEXT,
        },
    }
)

RESPONSE_HEADERS: Mapping[str, Described] = MappingProxyType(
    {
        "Location": {"description": "Where to poll, or what was created.", "schema": _TEXT},
        "Retry-After": {"description": "Whole seconds to wait before the next request.", "schema": _TEXT},
        "ETag": {
            "description": "The version of the job or form, for If-None-Match; a form's also for If-Match.",
            "schema": _TEXT,
        },
        "Link": {"description": 'The next page: `<…>; rel="next"`.', "schema": _TEXT},
        "Idempotency-Replayed": {
            "description": "`true`: the response to an earlier request with this key.",
            "schema": _TEXT,
        },
        "Cache-Control": {
            "description": "`no-store` once there is a result, `private, no-cache` before.",
            "schema": _TEXT,
        },
        "Vary": {"description": "The response depends on the caller.", "schema": _TEXT},
        "Allow": {"description": "The allowed methods.", "schema": _TEXT},
        "WWW-Authenticate": {"description": "`Bearer`.", "schema": _TEXT},
        "X-Request-Id": {"description": "Identifies the request in the logs.", "schema": _TEXT},
    }
)

PATH_PARAMETERS: Mapping[str, Described] = MappingProxyType(
    {
        "job_id": {
            "description": "The job's id.",
            "schema": {"type": "string", "format": "uuid"},
            "example": "5f0c0f5e-6f0e-4c55-9d0a-0d2c7a1b9e01",
        },
        "n": {
            "description": "The number of the page, from 1",
            "schema": {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"},
            "example": "1",
        },
        "case_id": {
            "description": "The case's id.",
            "schema": {"type": "string", "format": "uuid"},
            "example": "c0a8b5f2-1d3e-4f6a-8b7c-9d0e1f2a3b4c",
        },
        "document_id": {
            "description": "The document's id.",
            "schema": {"type": "string", "format": "uuid"},
            "example": "d1e2f3a4-b5c6-4d7e-8f90-a1b2c3d4e5f6",
        },
    }
)
