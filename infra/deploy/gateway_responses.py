"""What does API Gateway answer when a request never reaches the API? What the API would: problem+json, with CORS.

They stand in the OpenAPI body: as resources of their own they would not be part of the stage's deployment.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from chalicelib.api.application import STANDING_HEADERS
from chalicelib.api.cors import ALLOWED_HEADERS, EXPOSED_HEADERS
from chalicelib.api.problems import DEFAULT_RETRY_AFTER_SECONDS, INTERNAL_DETAIL, STATUS_OF

ORIGIN = "${CorsAllowOrigin}"
"""Stands for the stack's parameter; whoever writes the template makes a Fn::Sub of each text that has it."""


class GatewayProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One of our codes, and how the problem reads."""

    code: str
    title: str
    detail: str


_NOT_FOUND = GatewayProblem(code="not_found", title="Not found", detail="No such route.")
_INVALID = GatewayProblem(code="invalid_request", title="Invalid request", detail="The request cannot be read.")
_UNAVAILABLE = GatewayProblem(code="unavailable", title="Unavailable", detail="Please try again in a moment.")
_INTERNAL = GatewayProblem(code="internal", title="Internal error", detail=INTERNAL_DETAIL)

PROBLEMS = {
    # API Gateway says "missing authentication token" of a path or a method that it does not know.
    "MISSING_AUTHENTICATION_TOKEN": _NOT_FOUND,
    "RESOURCE_NOT_FOUND": _NOT_FOUND,
    "REQUEST_TOO_LARGE": GatewayProblem(
        code="body_too_large", title="Body too large", detail="The request is larger than API Gateway takes."
    ),
    "UNSUPPORTED_MEDIA_TYPE": GatewayProblem(
        code="unsupported_media_type", title="Unsupported media type", detail="Send application/json."
    ),
    "THROTTLED": _UNAVAILABLE,
    "QUOTA_EXCEEDED": _UNAVAILABLE,
    "INTEGRATION_TIMEOUT": _UNAVAILABLE,
    "DEFAULT_4XX": _INVALID,
    "DEFAULT_5XX": _INTERNAL,
}
"""By API Gateway's name of the response."""


def gateway_responses() -> dict[str, Any]:
    """The value of `x-amazon-apigateway-gateway-responses`."""
    return {name: _response(problem) for name, problem in PROBLEMS.items()}


def _response(problem: GatewayProblem) -> dict[str, Any]:
    status = STATUS_OF[problem.code]
    headers = {
        "Content-Type": "application/problem+json",
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Allow-Headers": ",".join(ALLOWED_HEADERS),
        "Access-Control-Expose-Headers": ",".join(EXPOSED_HEADERS),
        **STANDING_HEADERS,
        **({"Retry-After": str(DEFAULT_RETRY_AFTER_SECONDS)} if problem.code == "unavailable" else {}),
    }
    body = {
        "type": f"urn:casework:error:{problem.code}",
        "title": problem.title,
        "status": status,
        "detail": problem.detail,
        "instance": "$context.path",
        "code": problem.code,
        "request_id": "$context.requestId",
        **({"errors": [{"pointer": "", "message": "cannot be read"}]} if problem.code == "invalid_request" else {}),
    }
    return {
        "statusCode": str(status),
        "responseParameters": {
            **{f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
            "gatewayresponse.header.X-Request-Id": "context.requestId",
        },
        "responseTemplates": {"application/json": json.dumps(body)},
    }
