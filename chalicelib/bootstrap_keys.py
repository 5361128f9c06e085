"""The providers' keys, as the assembly hands them to the models: from the environment, or by name from SSM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from chalicelib.errors import ProviderAuth, StorageUnavailable

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

NAMES = {"openai": "OpenAI", "anthropic": "Anthropic"}


def provider_key(system: System, provider: str) -> str | None:
    """The key for "openai" or "anthropic"; a rotated one within five minutes. None in stage dev without one.

    Raises: ProviderAuth when this stage has none, or may not read it.
    """
    from chalicelib.adapters.ssm import SecretUnreadable

    settings = system.settings
    value, name = {
        "openai": (settings.openai_api_key, settings.openai_api_key_name),
        "anthropic": (settings.anthropic_api_key, settings.anthropic_api_key_name),
    }[provider]
    try:
        key = system.secret(value, name=name)
    except SecretUnreadable as exc:
        raise ProviderAuth(f"The key for {NAMES[provider]} is not configured.", provider=provider) from exc
    if key is None and settings.stage != "dev":
        raise ProviderAuth(f"This stage has no key for {NAMES[provider]}.", provider=provider)
    return key


def readable_keys(system: System, providers: Iterable[str]) -> Mapping[str, bool]:
    """Which of these keys this function can read; never a key."""
    return {str(provider): _is_readable(system, str(provider)) for provider in providers}


def _is_readable(system: System, provider: str) -> bool:
    try:
        return provider in NAMES and provider_key(system, provider) is not None
    except (ProviderAuth, StorageUnavailable):
        return False
