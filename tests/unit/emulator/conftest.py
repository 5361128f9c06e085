"""What may a test of the emulator ask for? A running one that answers at once, and both real SDKs talking to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from emulator import Emulator


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    """One for the whole run; tests take `emulator`."""
    with Emulator() as running:
        yield running


@pytest.fixture
def emulator(running_emulator: Emulator, control_client: httpx2.Client) -> Emulator:
    """An emulator that remembers nothing of the test before."""
    control_client.delete("/__emulator")
    control_client.post("/__emulator/pace", json={"seconds": 0})
    return running_emulator


@pytest.fixture(scope="session")
def control_client(running_emulator: Emulator) -> Iterator[httpx2.Client]:
    """A plain HTTP client of the emulator."""
    with httpx2.Client(base_url=running_emulator.url, timeout=10) as client:
        yield client


@pytest.fixture(scope="session")
def _openai_client(running_emulator: Emulator) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="any", base_url=f"{running_emulator.url}/v1", max_retries=0, timeout=10) as client:
        yield client


@pytest.fixture
def openai_client(emulator: Emulator, _openai_client: openai.OpenAI) -> openai.OpenAI:
    """The real SDK, without retries."""
    return _openai_client


@pytest.fixture(scope="session")
def _anthropic_client(running_emulator: Emulator) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="any", base_url=running_emulator.url, max_retries=0, timeout=10) as client:
        yield client


@pytest.fixture
def anthropic_client(emulator: Emulator, _anthropic_client: anthropic.Anthropic) -> anthropic.Anthropic:
    """The real SDK, without retries."""
    return _anthropic_client


@pytest.fixture
def control(emulator: Emulator, control_client: httpx2.Client) -> Callable[..., Any]:
    """Tells the emulator what to do: `control("POST", "faults", {…})` gives the decoded answer."""

    def tell(method: str, name: str, body: Any = None) -> Any:
        answer = control_client.request(method, f"/__emulator/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return tell
