"""What do the tests of the API talk to? `app.app` itself, with API Gateway's events, on the fakes of tests/fakes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import bootstrap
from tests.app import described
from tests.app.client import Api

ROOM = Path(__file__).parent


@pytest.fixture
def api() -> Iterator[Api]:
    """A fresh, empty Casework and the requests of its users: `api.user`, `api.other`, `api.admin`, `api.nobody`."""
    api = Api()
    with bootstrap.use(api.system):
        yield api


@pytest.fixture(scope="session", autouse=True)
def every_described_status_was_answered(request: pytest.FixtureRequest) -> Iterator[None]:
    """Once all tests of this room have run: none of the described statuses is only a promise."""
    yield
    run = {item.path for item in request.session.items}
    if set(ROOM.glob("test_*.py")) <= run and not request.config.option.keyword and not request.session.testsfailed:
        assert described.never_answered() == set()
