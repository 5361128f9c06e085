"""The models on an emulator of their own, one for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.eval.attempt import Models
from infra.eval.models import emulated_models
from infra.local.emulator import Emulator


@pytest.fixture(scope="package")
def emulated() -> Iterator[tuple[Emulator, Models]]:
    with emulated_models() as both:
        yield both
