"""What the tests of OpenAI's adapter share: a provider that answers byte for byte what the test wrote down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from tests.fakes.scripted_openai import ScriptedOpenAI, scripted_openai


class Person(BaseModel):
    full_name: str
    children: int


ANSWER = '{"full_name": "תמר דוגמא", "children": 2}'


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedOpenAI]:
    with scripted_openai() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        yield running
