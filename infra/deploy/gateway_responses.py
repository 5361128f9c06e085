"""What does API Gateway answer when a request never reaches the API? What the API would: problem+json, with CORS.

They are part of the OpenAPI body: as separate resources they would not be part of the stage's deployment. Their text
holds no parameter of the stack: SAM names the deployment after the body's text, so a changed value would never reach
the stage. Any origin may therefore read them; they carry no credentials and nothing of a user.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from chalicelib.api.application import ALLOWED_HEADERS, EXPOSED_HEADERS, STANDING_HEADERS
from chalicelib.api.problems import DEFAULT_RETRY_AFTER_SECONDS

RETRIED = (429, 503)
"""Statuses that say when to ask again."""


class GatewayProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One problem as a client reads it."""

    status: int
    code: str
    title: str
    detail: str


_NOT_FOUND = GatewayProblem(status=404, code="not_found", title="Not found", detail="No such route.")
_INVALID = GatewayProblem(
    status=422, code="invalid_request", title="Invalid request", detail="API Gateway cannot read the request."
)
_UNAVAILABLE = GatewayProblem(
    status=503, code="unavailable", title="Temporarily unavailable", detail="The API cannot answer now. Try again."
)
_THROTTLED = GatewayProblem(
    status=429, code="too_many_requests", title="Too many requests", detail="Too many requests at once. Try again."
)

PROBLEMS = {
    # API Gateway says "missing authentication token" of a path or a method that it does not know, and one of the others
    # when such a request carries a bearer token, which it takes for a signature of AWS.
    "MISSING_AUTHENTICATION_TOKEN": _NOT_FOUND,
    "INVALID_SIGNATURE": _NOT_FOUND,
    "ACCESS_DENIED": _NOT_FOUND,
    "RESOURCE_NOT_FOUND": _NOT_FOUND,
    "WAF_FILTERED": GatewayProblem(
        status=403, code="forbidden", title="Forbidden", detail="The firewall refused the request."
    ),
    "REQUEST_TOO_LARGE": GatewayProblem(
        status=413,
        code="body_too_large",
        title="Body too large",
        detail="The request is larger than API Gateway takes.",
    ),
    "UNSUPPORTED_MEDIA_TYPE": GatewayProblem(
        status=415, code="unsupported_media_type", title="Unsupported media type", detail="Send application/json."
    ),
    "THROTTLED": _THROTTLED,
    "QUOTA_EXCEEDED": _THROTTLED,
    "INTEGRATION_TIMEOUT": _UNAVAILABLE,
    "DEFAULT_4XX": _INVALID,
    # Our code never saw such a request: Lambda refused to start a function (its own throttle arrives here as a 500), or
    # the function ended without an answer. The same request may work in a moment.
    "DEFAULT_5XX": _UNAVAILABLE,
}
"""By API Gateway's name of the response."""


def gateway_responses() -> dict[str, Any]:
    """The value of `x-amazon-apigateway-gateway-responses`."""
    return {name: _response(problem) for name, problem in PROBLEMS.items()}


def _response(problem: GatewayProblem) -> dict[str, Any]:
    headers = {
        "Content-Type": "application/problem+json",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Headers": ",".join(ALLOWED_HEADERS),
        "Access-Control-Expose-Headers": ",".join(EXPOSED_HEADERS),
        **STANDING_HEADERS,
        **({"Retry-After": str(DEFAULT_RETRY_AFTER_SECONDS)} if problem.status in RETRIED else {}),
    }
    body = {
        "type": f"urn:casework:error:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": "$context.path",
        "code": problem.code,
        "request_id": "$context.requestId",
        **({"errors": [{"pointer": "", "message": "cannot be read"}]} if problem.code == "invalid_request" else {}),
    }
    return {
        "statusCode": str(problem.status),
        "responseParameters": {
            **{f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
            "gatewayresponse.header.X-Request-Id": "context.requestId",
        },
        "responseTemplates": {"application/json": json.dumps(body)},
    }
