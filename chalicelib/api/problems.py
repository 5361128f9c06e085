"""Refusals as problem+json (RFC 9457), with the HTTP status of each code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from chalicelib.api.http import PROBLEM_JSON, Response
from chalicelib.errors import FieldProblem, MethodNotAllowed, Refusal

STATUS_OF: Mapping[str, int] = MappingProxyType(
    {
        "malformed_json": 400,
        "unauthorized": 401,
        "forbidden": 403,
        "not_found": 404,
        "method_not_allowed": 405,
        "no_call": 409,
        "no_transcript": 409,
        "no_documents": 409,
        "already_finished": 409,
        "not_finished": 409,
        "too_many_documents": 409,
        "document_unreadable": 409,
        "precondition_failed": 412,
        "body_too_large": 413,
        "unsupported_media_type": 415,
        "invalid_request": 422,
        "idempotency_key_reused": 422,
        "precondition_required": 428,
        "too_many_open_jobs": 429,
        "internal": 500,
        "unavailable": 503,
    }
)

DEFAULT_RETRY_AFTER_SECONDS = 5
"""For a 429 or 503 whose refusal names no time."""

INTERNAL_DETAIL = "Internal error. The request id identifies it in the logs."


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every refused request. `code` is stable; `errors` name each wrong place of the request."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: tuple[FieldProblem, ...] | msgspec.UnsetType = msgspec.UNSET


def refused(refusal: Refusal, *, instance: str, request_id: str) -> Response:
    """The response to a refused request. `instance` is the request's path."""
    status = STATUS_OF[refusal.code]
    return _problem(
        refusal.code,
        title=refusal.title,
        detail=refusal.detail,
        instance=instance,
        request_id=request_id,
        errors=refusal.problems or msgspec.UNSET,
        headers=_headers(refusal, status=status),
    )


def internal_error(*, instance: str, request_id: str) -> Response:
    """The response to a request that met an internal defect."""
    return _problem(
        "internal",
        title="Internal error",
        detail=INTERNAL_DETAIL,
        instance=instance,
        request_id=request_id,
        errors=msgspec.UNSET,
        headers={},
    )


def _problem(
    code: str,
    *,
    title: str,
    detail: str,
    instance: str,
    request_id: str,
    errors: tuple[FieldProblem, ...] | Literal[msgspec.UnsetType.UNSET],
    headers: Mapping[str, str],
) -> Response:
    problem = Problem(
        type=f"urn:casework:error:{code}",
        title=title,
        status=STATUS_OF[code],
        detail=detail,
        instance=instance,
        code=code,
        request_id=request_id,
        errors=errors,
    )
    return Response(status=problem.status, content=problem, headers=headers, content_type=PROBLEM_JSON)


def _headers(refusal: Refusal, *, status: int) -> Mapping[str, str]:
    if isinstance(refusal, MethodNotAllowed):
        return {"Allow": ", ".join(refusal.allowed)}
    if status == STATUS_OF["unauthorized"]:
        return {"WWW-Authenticate": "Bearer"}
    if status in (STATUS_OF["too_many_open_jobs"], STATUS_OF["unavailable"]):
        return {"Retry-After": str(refusal.retry_after_seconds or DEFAULT_RETRY_AFTER_SECONDS)}
    return {}
