"""What does a failure at OpenAI mean for the job? The SDK's errors, the wire's and the answer's, each as one of ours.

    429 rate limit                                    ProviderRateLimited, with the provider's Retry-After
    429 or 402 quota, billing, spend limit            ProviderQuotaExhausted, also where only the words say so
    429 of one request that is more than the limit    ProviderQuotaExhausted: no pause would mend it
    401, 403, 404 (the model is not ours to use)      ProviderAuth, also a 400 whose words say so
    404 that is not the API's own, such as a page     ProviderUnavailable
    a refusal, content filter or policy               ProviderRefused
    400, 422 about a picture or file that was sent    FileRefused, with its place among the parts where it is named
    400, 413, 422 and other 4xx                       InputInvalid
    408, 409, 5xx, 529, time-out, broken connection   ProviderUnavailable
    a stream that ends early or is not readable       ProviderUnavailable
    an answer cut by its length, or of another shape  OutputInvalid
An error event inside a stream, and a response that "failed", come with HTTP 200: their `code` says what they are.
The provider's own message is never shown or logged, because it may quote what was sent; only a number of seconds is
taken from it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chalicelib.adapters.http_retry_after import retry_after_seconds, seconds_in_words
from chalicelib.adapters.provider_errors import MESSAGES, OK, class_of_status, is_about_account
from chalicelib.analyses.kit.llm import FileRefused
from chalicelib.errors import (
    AttemptError,
    InputInvalid,
    OutputInvalid,
    ProviderAuth,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderRefused,
    ProviderUnavailable,
)

if TYPE_CHECKING:
    from openai import APIStatusError

PROVIDER = "openai"
BAD_REQUEST, UNPROCESSABLE = 400, 422
_FILE_WORDS = re.compile(r"image|picture|\bpdf\b|file_data|input_file|\bfiles?\b", re.IGNORECASE)
_NO_CREDIT_WORDS = "exceeded your current quota"
_SIZES = re.compile(r"\blimit:? (\d[\d,]{0,15})\b.{0,80}?\brequested:? (\d[\d,]{0,15})\b", re.IGNORECASE | re.DOTALL)
_NEVER_FITS = (
    "The analysis needs more tokens at once than the account at the AI provider may use. Raise its limit there."
)
_PART = re.compile(r"input\[\d+\]\.content\[(\d+)\]")

_CLASS_OF_CODE: dict[str, type[AttemptError]] = {
    **dict.fromkeys(
        ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "quota_exceeded"),
        ProviderQuotaExhausted,
    ),
    **dict.fromkeys(("rate_limit_exceeded", "rate_limit_error", "slow_down"), ProviderRateLimited),
    **dict.fromkeys(
        ("invalid_api_key", "model_not_found", "data_residency_mismatch", "authentication_error"), ProviderAuth
    ),
    **dict.fromkeys(
        (
            "invalid_prompt",
            "bio_policy",
            "misalignment_policy_violation",
            "image_content_policy_violation",
            "content_policy_violation",
            "content_filter",
        ),
        ProviderRefused,
    ),
    **dict.fromkeys(
        (
            "invalid_image",
            "invalid_image_format",
            "invalid_base64_image",
            "image_too_large",
            "image_too_small",
            "image_parse_error",
            "image_file_too_large",
            "unsupported_image_media_type",
            "empty_image_file",
            "context_length_exceeded",
            "string_above_max_length",
            "invalid_request_error",
        ),
        InputInvalid,
    ),
}


def status_error(error: APIStatusError, *, files: int = 0) -> AttemptError:
    """An HTTP response with an error status to a request with so many files."""
    status = error.status_code
    if files and status in (BAD_REQUEST, UNPROCESSABLE) and _speaks_of_file(error):
        return FileRefused(
            MESSAGES[InputInvalid],
            part=_part_index(f"{error.param or ''} {error.message}"),
            provider=PROVIDER,
            provider_status=status,
            provider_request_id=error.request_id,
        )
    error_class = _CLASS_OF_CODE.get(error.code or "") or _CLASS_OF_CODE.get(error.type or "")
    if error_class in (None, InputInvalid, ProviderRateLimited) or status >= 500:
        error_class = class_of_status(status, is_told=bool(error.code or error.type))
    if error_class is InputInvalid and is_about_account(error.message):
        error_class = ProviderAuth
    if error_class is ProviderRateLimited and _never_fits(error.message):
        return _larger_than_limit(status, error.request_id)
    if error_class is ProviderRateLimited and _has_no_credit(error.message):
        error_class = ProviderQuotaExhausted
    seconds = retry_after_seconds(error.response.headers)
    return error_class(
        MESSAGES[error_class],
        provider=PROVIDER,
        provider_status=status,
        provider_request_id=error.request_id,
        retry_after_seconds=_in_words(error_class, error.message) if seconds is None else seconds,
    )


def coded_error(code: str | None, *, request_id: str | None, message: str = "") -> AttemptError:
    """An error that the provider reported inside a response with status 200; one with an unknown code is transient."""
    error_class = _CLASS_OF_CODE.get(code or "", ProviderUnavailable)
    if error_class is ProviderRateLimited and _never_fits(message):
        return _larger_than_limit(OK, request_id)
    if error_class in (ProviderRateLimited, ProviderUnavailable) and _has_no_credit(message):
        error_class = ProviderQuotaExhausted
    return error_class(
        MESSAGES[error_class],
        provider=PROVIDER,
        provider_status=OK,
        provider_request_id=request_id,
        retry_after_seconds=_in_words(error_class, message),
    )


def _in_words(error_class: type[AttemptError], message: str) -> float | None:
    return seconds_in_words(message) if error_class is ProviderRateLimited else None


def _has_no_credit(message: str) -> bool:
    """Whether the words say what the code does not: inside a response there is none for a quota that is used up."""
    return _NO_CREDIT_WORDS in message.lower()


def _never_fits(message: str) -> bool:
    """Whether a limit is named that this request alone is more than."""
    sizes = _SIZES.search(message)
    if sizes is None:
        return False
    limit, requested = (int(number.replace(",", "")) for number in sizes.groups())
    return requested > limit


def _larger_than_limit(status: int, request_id: str | None) -> ProviderQuotaExhausted:
    return ProviderQuotaExhausted(
        _NEVER_FITS, provider=PROVIDER, provider_status=status, provider_request_id=request_id
    )


def _speaks_of_file(error: APIStatusError) -> bool:
    words = f"{error.code or ''} {error.param or ''} {error.message}"
    return _FILE_WORDS.search(words) is not None


def _part_index(words: str) -> int | None:
    match = _PART.search(words)
    return int(match[1]) if match else None


def refused(request_id: str | None) -> ProviderRefused:
    """The model declined, or a filter stopped its answer."""
    return ProviderRefused(
        MESSAGES[ProviderRefused], provider=PROVIDER, provider_status=OK, provider_request_id=request_id
    )


def too_long(request_id: str | None) -> OutputInvalid:
    """The answer reached its greatest length and was cut."""
    return OutputInvalid(
        "The AI model's answer was longer than allowed and was cut off.",
        provider=PROVIDER,
        provider_status=OK,
        provider_request_id=request_id,
    )


def wrong_shape(request_id: str | None) -> OutputInvalid:
    """The answer is complete and does not have the shape that was asked for."""
    return OutputInvalid(
        "The AI model's answer did not have the shape that was asked for.",
        provider=PROVIDER,
        provider_status=OK,
        provider_request_id=request_id,
    )
