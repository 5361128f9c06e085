"""OpenAI's errors: in an answer, and as the last event of a stream that answered 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.faults import STATUSES, Fault
from emulator.replies import JsonReply

_WAIT_SECONDS = 2.5
_TOKENS_LIMITED = (
    "Rate limit reached for {model} in organization org-emulated on tokens per min (TPM): Limit 200000, Used 197250,"
    " Requested 6100. Please try again in {wait:g}s. Visit https://platform.openai.com/account/rate-limits for more."
)
_ERRORS: Mapping[str, tuple[str, str | None, str]] = {
    # kind: (type, code, message)
    "rate_limited": ("requests", "rate_limit_exceeded", "Rate limit reached for requests. Please try again later."),
    "tokens_limited": ("tokens", "rate_limit_exceeded", _TOKENS_LIMITED),
    "quota": ("insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan."),
    "unauthorized": ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    "forbidden": ("invalid_request_error", None, "You have insufficient permissions for this operation."),
    "model_not_found": ("invalid_request_error", "model_not_found", "The model does not exist or you have no access."),
    "bad_request": ("invalid_request_error", None, "The request could not be processed."),
    "not_found": ("invalid_request_error", None, "Not found."),
    "too_large": ("invalid_request_error", None, "The request is too large."),
    "conflict": ("invalid_request_error", None, "The resource was changed by another request."),
    "server_error": ("server_error", None, "The server had an error while processing your request."),
    "unavailable": ("service_unavailable_error", None, "The service is unavailable."),
    "overloaded": ("service_unavailable_error", "server_is_overloaded", "The engine is currently overloaded."),
}
ERROR_KINDS = tuple(_ERRORS)
"""Faults that are answered with an error status."""


class Refused(Exception):
    """A request that the provider does not take: `message`, and the `code` that it has for this."""

    def __init__(self, message: str, *, code: str | None = None, kind: str = "bad_request") -> None:
        super().__init__(message)
        self.code = code
        self.kind = kind


def error_reply(
    kind: str, *, message: str = "", code: str | None = None, fault: Fault | None = None, model: str = ""
) -> JsonReply:
    """An error with its status. 529 is not in OpenAI's vocabulary: overload is a 503."""
    error_type, known_code, words = _ERRORS[kind]
    status = 503 if kind == "overloaded" else 404 if kind == "not_found" else STATUSES[kind]
    wait = fault.retry_after if fault else None
    says_when = kind == "tokens_limited"
    return JsonReply(
        status=(fault and fault.status) or status,
        body={
            "error": {
                "message": message or words.format(model=model, wait=_WAIT_SECONDS if wait is None else wait),
                "type": error_type,
                "param": None,
                "code": (fault and fault.code) or code or known_code,
            }
        },
        headers=(("retry-after", f"{wait:g}"),) if wait is not None and not says_when else (),
    )


def stream_error_event(fault: Fault, *, model: str) -> dict[str, Any]:
    """The event with which a stream says that it failed."""
    limited = fault.kind == "rate_limited_stream"
    wait = _WAIT_SECONDS if fault.retry_after is None else fault.retry_after
    return {
        "type": "error",
        "code": fault.code or ("rate_limit_exceeded" if limited else "server_error"),
        "message": _TOKENS_LIMITED.format(model=model, wait=wait) if limited else _ERRORS["server_error"][2],
        "param": None,
        "sequence_number": fault.events,
    }
