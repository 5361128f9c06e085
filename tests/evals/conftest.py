"""The models on an emulator of their own, one for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator import Emulator
from evals.cases import load_cases
from evals.in_process_run import Models
from evals.measure import CaseScore, measure_cases
from evals.providers import emulated_models


@pytest.fixture(scope="package")
def all_scores(emulated: tuple[Emulator, Models]) -> list[CaseScore]:
    """Every case through the three analyses, answered without mistakes."""
    emulator, models = emulated
    emulator.state.plants.clear()
    return measure_cases(load_cases(), lambda _: models, say=lambda line: None)


@pytest.fixture(scope="package")
def emulated() -> Iterator[tuple[Emulator, Models]]:
    with emulated_models() as both:
        yield both
