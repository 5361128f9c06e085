"""The models on an emulator of their own, one for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator import Emulator
from evals.in_process_run import Models
from evals.providers import emulated_models


@pytest.fixture(scope="package")
def emulated() -> Iterator[tuple[Emulator, Models]]:
    with emulated_models() as both:
        yield both
