from __future__ import annotations

import pytest

from chalicelib.adapters.http_retry_after import retry_after_seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3600"}, 3600.0),  # however long
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "200"}, 0.2),
        ({"retry-after-ms": "200", "retry-after": "9"}, 0.2),  # the finer one wins
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:27:00 GMT"}, 60.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:26:00 GMT", "date": "Wed, 21 Oct 2026 07:27:00 GMT"}, 0.0),  # past
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),  # a date, and nothing to count it from
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_the_wait_is_understood_however_it_is_written(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds
