"""What does a run leave in the logs? One JSON object a line: facts as fields, never document text, prompts or keys."""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import msgspec

_LOGGER = logging.getLogger("casework")


def configure(level: str) -> None:
    """Send Casework's log lines to standard error as JSON, from `level` on; called once by bootstrap."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    _LOGGER.handlers[:] = [handler]
    _LOGGER.setLevel(level)
    _LOGGER.propagate = False


def info(event: str, **facts: Any) -> None:
    """Log one fact of a normal run, e.g. `info("job_completed", job_id=…, attempt=1)`."""
    _LOGGER.info(event, extra={"facts": facts})


def warning(event: str, **facts: Any) -> None:
    """Log something that repairs itself but should not happen often."""
    _LOGGER.warning(event, extra={"facts": facts})


def defect(event: str, error: BaseException, **facts: Any) -> None:
    """Log a defect of ours with where it happened; the messages of the errors are left out, they may quote data."""
    frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    _LOGGER.error(event, extra={"facts": {**facts, "error": type(error).__name__, "frames": frames}})


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        return msgspec.json.encode(line, enc_hook=str).decode()
