"""What does a failure at Anthropic mean for the job? The SDK's errors and the wire's, each as one of ours.

    429 rate limit                                    ProviderRateLimited, with the provider's Retry-After
    429 spend limit, 402, billing, no credit left     ProviderQuotaExhausted, also where only the words say so
    401, 403, 404 (the model is not ours to use)      ProviderAuth, also a 400 whose words say so
    404 that is not the API's own, such as a page     ProviderUnavailable
    400 about a picture or PDF that was sent          FileRefused
    400, 413, 422 and other 4xx                       InputInvalid
    408, 409, 5xx, 529, time-out, broken connection   ProviderUnavailable
    an answer that ends early or is not readable      ProviderUnavailable
An error event inside a stream has status 200: its `type` says what it is. The provider's own message is
never shown or logged, because it may quote what was sent; only a number of seconds is taken from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.http_retry_after import retry_after_seconds, seconds_in_words
from chalicelib.adapters.provider_errors import MESSAGES, class_of_status, is_about_account
from chalicelib.analyses.kit.llm import FileRefused
from chalicelib.errors import AttemptError, InputInvalid, ProviderAuth, ProviderQuotaExhausted, ProviderRateLimited

if TYPE_CHECKING:
    from anthropic import APIStatusError

PROVIDER = "anthropic"
BAD_REQUEST = 400
_FILE_WORDS = re.compile(r"image|\bpdf\b|source\.base64", re.IGNORECASE)

_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_CANNOT_PAY_CODES = frozenset(
    {
        "contract_spend_limit_reached",
        "enforced_spend_limit_reached",
        "linked_organization_billing_unavailable",
        "linked_organization_spend_limit_reached",
    }
)
_NO_CREDIT_WORDS = re.compile(r"credit balance|reached your specified .{0,20}usage limit", re.IGNORECASE)
"""No credit is left, or the budget set for the month or the workspace is used up: both come as 400."""


def status_error(error: APIStatusError, *, has_files: bool = False) -> AttemptError:
    """An HTTP response with an error status (or one that the SDK made of an error event)."""
    if has_files and error.status_code == BAD_REQUEST and _FILE_WORDS.search(error.api_message or ""):
        return FileRefused(
            MESSAGES[InputInvalid],
            provider=PROVIDER,
            provider_status=error.status_code,
            provider_request_id=error.response.headers.get("request-id") or _text(error.body, "request_id"),
        )
    return _provider_error(
        status=error.status_code,
        body=error.body,
        headers=error.response.headers,
        words=error.api_message or "",
    )


def event_error(body: Any, *, headers: Mapping[str, str]) -> AttemptError:
    """An error event inside a stream that began with status 200. `body` is its decoded data."""
    inner = _inner_error(body)
    return _provider_error(status=200, body=body, headers=headers, words=str(inner.get("message") or ""))


def _provider_error(*, status: int, body: Any, headers: Mapping[str, str], words: str) -> AttemptError:
    inner = _inner_error(body)
    kind = str(inner.get("type") or "")
    details = inner.get("details")
    code = details.get("error_code") if isinstance(details, Mapping) else None
    meant = status if status >= 400 else _STATUS_OF_TYPE.get(kind, 500)
    no_credit = kind == "billing_error" or code in _CANNOT_PAY_CODES or bool(_NO_CREDIT_WORDS.search(words))
    error_class = ProviderQuotaExhausted if no_credit else class_of_status(meant, is_told=bool(kind))
    if error_class is InputInvalid and is_about_account(words):
        error_class = ProviderAuth
    seconds = retry_after_seconds(headers)
    if seconds is None and error_class is ProviderRateLimited:
        seconds = seconds_in_words(words)
    return error_class(
        MESSAGES[error_class],
        provider=PROVIDER,
        provider_status=status,
        provider_request_id=headers.get("request-id") or _text(body, "request_id"),
        retry_after_seconds=seconds,
    )


def _inner_error(body: Any) -> Mapping[str, Any]:
    inner = body.get("error") if isinstance(body, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def _text(body: Any, name: str) -> str | None:
    value = body.get(name) if isinstance(body, Mapping) else None
    return value if isinstance(value, str) else None
