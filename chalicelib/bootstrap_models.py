"""The analyses' part of the assembly: the providers' models and their keys; an SDK is loaded when it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.errors import ProviderAuth, StorageUnavailable
from chalicelib.jobs.admission import Admission

if TYPE_CHECKING:
    from chalicelib.analyses.kit.llm import ConversationModel, StructuredModel
    from chalicelib.bootstrap import System
    from chalicelib.cases.model import CaseReader


NAMES = {"openai": "OpenAI", "anthropic": "Anthropic"}


def new_admission(system: System) -> Admission:
    """The limits of calls in flight, counted in the jobs table."""
    from chalicelib.adapters.dynamodb.call_slots import DynamoSlotStore

    settings = system.settings
    return Admission(
        slots=DynamoSlotStore(system.dynamodb, table=settings.jobs_table),
        jobs=system.job_store,
        queue=system.job_queue,
        clock=system.clock,
        most={
            "openai": settings.openai_calls_at_once,
            "openai-low": settings.openai_low_calls_at_once,
            "anthropic": settings.anthropic_calls_at_once,
        },
    )


class AnalysisServices:
    """The services of analyses; a provider's SDK is loaded when its model is first asked for.

    A model is kept with its connections until its key is another one.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self._openai_model = lru_cache(maxsize=1)(self._new_openai_model)
        self._anthropic_model = lru_cache(maxsize=1)(self._new_anthropic_model)

    @property
    def cases(self) -> CaseReader:
        """The cases and their documents."""
        return self._system.case_reader

    @property
    def openai(self) -> StructuredModel:
        """OpenAI's model of the settings, with the key of now."""
        return self._openai_model(provider_key(self._system, "openai"))

    @property
    def anthropic(self) -> ConversationModel:
        """Anthropic's model of the settings, with the key of now."""
        return self._anthropic_model(provider_key(self._system, "anthropic"))

    def _new_openai_model(self, api_key: str | None) -> StructuredModel:
        from chalicelib.adapters.openai.background_answers import BackgroundAnswers
        from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel

        settings = self._system.settings
        model, effort, other = settings.of_openai
        return OpenAIStructuredModel(
            model=model,
            api_key=api_key,
            effort=effort,
            fallback_model=other,
            background=BackgroundAnswers(self._system.model_calls.openai, begins=settings.openai_background),
        )

    def _new_anthropic_model(self, api_key: str | None) -> ConversationModel:
        from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel

        model, effort, other = self._system.settings.of_anthropic
        return AnthropicConversationModel(model=model, api_key=api_key, effort=effort, fallback_model=other)


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
