"""None of the described statuses is only a promise. Runs after all other tests of this folder, whose answers count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.described import never_answered

FOLDER = Path(__file__).parent


def test_every_described_status_was_answered_to_some_test(request: pytest.FixtureRequest) -> None:
    chosen = {item.path for item in request.session.items}
    options = request.config.option
    if not set(FOLDER.glob("test_*.py")) <= chosen or options.keyword or getattr(options, "lf", False):
        pytest.skip("judges a run of all of tests/app")

    assert never_answered() == []
