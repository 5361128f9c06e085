"""What do the tests of the API talk to? `app.app` itself, with API Gateway's events, on the fakes of tests/fakes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import bootstrap
from tests.app.client import Api


@pytest.fixture
def api() -> Iterator[Api]:
    """A fresh, empty Casework and the requests of its users: `api.user`, `api.other`, `api.admin`, `api.nobody`."""
    api = Api()
    with bootstrap.use(api.system):
        yield api


@pytest.fixture
def case_id(api: Api) -> str:
    """An empty case of `api.user`."""
    return api.user.new_case()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Last of all comes the test that judges the answers to the others."""
    items.sort(key=lambda item: item.path.name == "test_described_statuses.py")
