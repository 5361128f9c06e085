"""Who made this result, when, and which day is "today" for it? What every result says of itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from chalicelib.jobs.ports import AttemptContext

JERUSALEM = ZoneInfo("Asia/Jerusalem")


def answering_model(ctx: AttemptContext, *, asked: str) -> str:
    """The model that answered, as the provider named it in the job's last call; `asked` before any call."""
    calls = ctx.job.usage.calls
    return calls[-1].model if calls else asked


def timestamp(ctx: AttemptContext) -> str:
    """When the job was last written, as `utc_text`. Its last step has just been stored."""
    return utc_text(ctx.job.updated_at)


def utc_text(at: datetime) -> str:
    """A time in UTC: `2025-12-31T10:30:00.000000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def israeli_day(at: datetime) -> date:
    """The calendar day in Jerusalem at this moment (aware). "Today" is the day on which the job was created."""
    return at.astimezone(JERUSALEM).date()
