"""Every result tells its time in one format, in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from chalicelib.analyses.kit.stamp import utc_text


def test_the_time_is_told_in_one_format() -> None:
    israeli = timezone(timedelta(hours=3))

    assert utc_text(datetime(2026, 6, 10, 12, 30, tzinfo=israeli)) == "2026-06-10T09:30:00.000000Z"
