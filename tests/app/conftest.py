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
