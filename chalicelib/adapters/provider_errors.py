"""What do failures mean that look the same at every AI provider: an HTTP status, silence, a broken connection?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from chalicelib.errors import (
    AttemptError,
    InputInvalid,
    ProviderAuth,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderRefused,
    ProviderUnavailable,
)

OK = 200
PAYMENT_REQUIRED = 402
RATE_LIMIT = 429
NOT_FOUND = 404
CREDENTIALS = frozenset({401, 403, 404})
TRY_AGAIN = frozenset({408, 409})

MESSAGES: Mapping[type[AttemptError], str] = MappingProxyType(
    {
        ProviderRateLimited: "The AI provider asked us to slow down.",
        ProviderQuotaExhausted: "The account at the AI provider has no credit left.",
        ProviderAuth: "The AI provider did not accept our key for this model.",
        ProviderRefused: "The AI model declined to answer.",
        InputInvalid: "The AI provider could not take the request.",
        ProviderUnavailable: "The AI provider could not answer.",
    }
)


_ACCOUNT_WORDS = re.compile(r"organization (?:has been disabled|must be verified)", re.IGNORECASE)


def is_about_account(words: str) -> bool:
    """Whether a request that is called invalid is one that our account may not make, whatever was asked."""
    return _ACCOUNT_WORDS.search(words) is not None


def class_of_status(status: int, *, is_told: bool = True) -> type[AttemptError]:
    """The error that an HTTP status means when nothing more is said.

    `is_told`: the answer names an error of the API. A 404 that names none is a page of something between us and it.
    """
    if status == PAYMENT_REQUIRED:
        return ProviderQuotaExhausted
    if status == RATE_LIMIT:
        return ProviderRateLimited
    if status == NOT_FOUND and not is_told:
        return ProviderUnavailable
    if status in CREDENTIALS:
        return ProviderAuth
    if status in TRY_AGAIN or status >= 500:
        return ProviderUnavailable
    return InputInvalid


def timed_out(provider: str, request_id: str | None) -> ProviderUnavailable:
    """Nothing came for too long."""
    return ProviderUnavailable(
        "The AI provider did not answer in time.", provider=provider, provider_request_id=request_id
    )


def disconnected(provider: str, request_id: str | None) -> ProviderUnavailable:
    """No connection, or one that broke."""
    return ProviderUnavailable(
        "The connection to the AI provider broke.", provider=provider, provider_request_id=request_id
    )


def cut_off(provider: str, request_id: str | None) -> ProviderUnavailable:
    """The answer ended without its end, or is not what the API sends."""
    return ProviderUnavailable(
        "The AI provider's answer was cut off or not readable.",
        provider=provider,
        provider_status=OK,
        provider_request_id=request_id,
    )


def no_key(provider: str) -> ProviderAuth:
    """There is no key to call with."""
    return ProviderAuth("No key for the AI provider is configured.", provider=provider)
