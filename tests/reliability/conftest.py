"""On what do the kill tests run? The real analyses and SDKs, one emulator for all, whose log counts every call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.sample_case import Providers, emulated_providers


@pytest.fixture(scope="module")
def shared_providers() -> Iterator[Providers]:
    with emulated_providers() as providers:
        yield providers


@pytest.fixture
def providers(shared_providers: Providers) -> Providers:
    shared_providers.start_afresh()
    return shared_providers
