"""What the tests of the running system share: one copy of the project, and one system."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.local_system import Running, chalice_local, copy_project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project for the whole run; a test that changes it makes its own."""
    return copy_project(tmp_path_factory.mktemp("e2e") / "casework")


@pytest.fixture(scope="session")
def local(project: Path) -> Iterator[Running]:
    """A plain `chalice local` for the whole run; what a test changes of it, such as the models' pace, it puts back."""
    with chalice_local(project) as running:
        yield running
