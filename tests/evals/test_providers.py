"""Real models answer where there is a key; the emulator stands in for the others, and leaves no trace behind."""

from __future__ import annotations

import os

import pytest

from evals.providers import ANTHROPIC_MODEL, OPENAI_MODEL, answering_models


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environ", "names", "emulated"),
    [
        ({}, ("the emulator", "the emulator"), True),
        ({"OPENAI_API_KEY": "k"}, (OPENAI_MODEL, "the emulator"), False),
        ({"ANTHROPIC_API_KEY": "k"}, ("the emulator", ANTHROPIC_MODEL), False),
        (
            {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "OPENAI_MODEL": "gpt-6.2-sol"},
            ("gpt-6.2-sol", ANTHROPIC_MODEL),
            False,
        ),
    ],
)
def test_who_answers_follows_from_the_keys(environ: dict[str, str], names: tuple[str, str], emulated: bool) -> None:
    with answering_models(environ) as answering:
        assert (answering.openai_name, answering.anthropic_name) == names
        assert answering.is_emulated is emulated
        assert ("OPENAI_BASE_URL" in os.environ) is (names[0] == "the emulator")
        assert ("ANTHROPIC_BASE_URL" in os.environ) is (names[1] == "the emulator")

    assert "OPENAI_BASE_URL" not in os.environ
    assert "ANTHROPIC_BASE_URL" not in os.environ
