"""A process that ends is started again, more and more slowly, and given up in the end."""

from __future__ import annotations

import pytest

from infra.local.restarts import restart_delay


@pytest.mark.parametrize(
    ("ends", "delay"),
    [
        ([100], 0),  # the first end: at once
        ([100, 101], 1),
        ([100, 101, 103], 2),
        ([100, 101, 103, 106], 4),
        ([100, 101, 103, 106, 111], None),  # the fifth within a minute
        ([100, 101, 103, 106, 171], 0),  # those of more than a minute ago are forgotten
        ([100, 130, 170], 1),  # 130 is 40 s ago, 100 is 70 s ago
    ],
)
def test_the_delay_grows_with_the_ends_of_the_last_minute(ends, delay):
    assert restart_delay(ends) == delay
