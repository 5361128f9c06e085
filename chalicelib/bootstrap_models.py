"""The analyses' part of the assembly: the models of the providers, each SDK loaded when it is first needed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap_keys import provider_key

if TYPE_CHECKING:
    from chalicelib.analyses.kit.llm import ConversationModel, StructuredModel
    from chalicelib.bootstrap import System
    from chalicelib.cases.model import CaseReader


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
        from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel

        model, effort, other = self._system.settings.of_openai
        return OpenAIStructuredModel(model=model, api_key=api_key, effort=effort, fallback_model=other)

    def _new_anthropic_model(self, api_key: str | None) -> ConversationModel:
        from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel

        model, effort, other = self._system.settings.of_anthropic
        return AnthropicConversationModel(model=model, api_key=api_key, effort=effort, fallback_model=other)
