"""The models that answer: the real ones where there is a key, else the emulator, without waiting."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel
from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
from emulator import Emulator
from evals.in_process_run import Models
from evals.recordings import FOLDER, RecordingConversation, RecordingModel, ReplayedConversation, ReplayedModel

OPENAI_MODEL, ANTHROPIC_MODEL = "gpt-6-luna", "claude-haiku-5-5"
_ADDRESSES = ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL")


class Answering(msgspec.Struct, frozen=True, kw_only=True):
    """The models to measure, and who they are: names for the report, `is_emulated` when no key was given at all."""

    models: Models
    openai_name: str
    anthropic_name: str
    is_emulated: bool


@contextmanager
def emulated_models() -> Iterator[tuple[Emulator, Models]]:
    """Both models on an emulator of their own, for as long as the block lasts."""
    with Emulator() as emulator, _environment(_emulated(emulator)), _closed(emulated_models_at_hand()) as models:
        yield emulator, models


def emulated_models_at_hand() -> Models:
    """Both models on the emulator that this process' environment already names."""
    return _models(openai_key="emulated", anthropic_key="emulated")


@contextmanager
def answering_models(environ: Mapping[str, str]) -> Iterator[Answering]:
    """The models that this environment has keys for; the emulator stands in for a provider without one."""
    openai_key, anthropic_key = environ.get("OPENAI_API_KEY"), environ.get("ANTHROPIC_API_KEY")
    with Emulator() as emulator:
        addresses = _emulated(emulator)
        if openai_key:
            del addresses["OPENAI_BASE_URL"]
        if anthropic_key:
            del addresses["ANTHROPIC_BASE_URL"]
        models = _models(
            openai_key=openai_key or "emulated",
            anthropic_key=anthropic_key or "emulated",
            openai_model=environ.get("OPENAI_MODEL") or OPENAI_MODEL,
            anthropic_model=environ.get("ANTHROPIC_MODEL") or ANTHROPIC_MODEL,
        )
        with _environment(addresses), _closed(models):
            yield Answering(
                models=models,
                openai_name=models.openai.name if openai_key else "the emulator",
                anthropic_name=models.anthropic.name if anthropic_key else "the emulator",
                is_emulated=not openai_key and not anthropic_key,
            )


def _models(
    *,
    openai_key: str,
    anthropic_key: str,
    openai_model: str = OPENAI_MODEL,
    anthropic_model: str = ANTHROPIC_MODEL,
) -> Models:
    return Models(
        openai=OpenAIStructuredModel(model=openai_model, api_key=openai_key),
        anthropic=AnthropicConversationModel(model=anthropic_model, api_key=anthropic_key),
    )


def recorded(answering: Answering, case: str, *, day: str, folder: Path = FOLDER) -> Models:
    """The models; those with a key keep what they answer about this case. What the emulator says is worth no file."""
    openai, anthropic = answering.models.openai, answering.models.anthropic
    return Models(
        openai=RecordingModel(openai, case=case, day=day, folder=folder)
        if answering.openai_name == openai.name
        else openai,
        anthropic=RecordingConversation(anthropic, case=case, day=day, folder=folder)
        if answering.anthropic_name == anthropic.name
        else anthropic,
    )


def replayed(openai: str, anthropic: str, case: str, *, folder: Path = FOLDER) -> Models:
    """Models of these names that say what was recorded of them about this case."""
    shapes = AnthropicConversationModel(model=anthropic, api_key="replayed")
    return Models(
        openai=ReplayedModel(openai, case=case, folder=folder),
        anthropic=ReplayedConversation(anthropic, case=case, shapes=shapes, folder=folder),
    )


@contextmanager
def _closed(models: Models) -> Iterator[Models]:
    """The models, and at the end no connection left open: the adapter keeps its client for the process' life."""
    try:
        yield models
    finally:
        client = vars(models.anthropic).get("_client")
        if client is not None:
            client.close()


def _emulated(emulator: Emulator) -> dict[str, str]:
    return {"OPENAI_BASE_URL": f"{emulator.url}/v1", "ANTHROPIC_BASE_URL": emulator.url}


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """The SDKs read their addresses from the environment when a client is made."""
    before = {name: os.environ.get(name) for name in _ADDRESSES}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
