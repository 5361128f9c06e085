"""Which day is "today" for an analysis? The day its job was created, in Israel."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

JERUSALEM = ZoneInfo("Asia/Jerusalem")


def israeli_day(at: datetime) -> date:
    """The calendar day in Jerusalem at this moment (aware)."""
    return at.astimezone(JERUSALEM).date()
