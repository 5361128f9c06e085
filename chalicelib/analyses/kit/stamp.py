"""Who made this result, and when? What every result says of itself."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.jobs.ports import AttemptContext


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
