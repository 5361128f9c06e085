"""Faults of a provider, as the emulator names them, and the error that ends the attempt which meets one."""

from __future__ import annotations

from chalicelib.errors import (
    AttemptError,
    InputInvalid,
    ProviderAuth,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderRefused,
    ProviderUnavailable,
)

FAULTS: tuple[tuple[str, type[AttemptError]], ...] = (
    ("rate_limited", ProviderRateLimited),
    ("quota", ProviderQuotaExhausted),
    ("unauthorized", ProviderAuth),
    ("forbidden", ProviderAuth),
    ("model_not_found", ProviderAuth),
    ("bad_request", InputInvalid),
    ("too_large", InputInvalid),
    ("conflict", ProviderUnavailable),
    ("server_error", ProviderUnavailable),
    ("unavailable", ProviderUnavailable),
    ("overloaded", ProviderUnavailable),
    ("html", ProviderUnavailable),
    ("drop", ProviderUnavailable),
    ("cut", ProviderUnavailable),
    ("cut_abruptly", ProviderUnavailable),
    ("stream_error", ProviderUnavailable),
    ("malformed_json", ProviderUnavailable),
    ("refusal", ProviderRefused),
)
