"""What does a run leave in the logs? One JSON object a line: facts as fields, never document text, prompts or keys."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

_LOGGER = logging.getLogger("casework")


def configure(level: str) -> None:
    """Send Casework's log lines to standard error as JSON, from `level` on; called once by bootstrap."""
    # What no line shows need not be found out for each (Logging HOWTO, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    _LOGGER.handlers[:] = [handler]
    _LOGGER.setLevel(level)
    _LOGGER.propagate = False


def info(event: str, **facts: Any) -> None:
    """Log one fact of a normal run, e.g. `info("job_completed", job_id=…, attempt=1)`."""
    _log(logging.INFO, event, facts)


def warning(event: str, **facts: Any) -> None:
    """Log something that repairs itself but should not happen often."""
    _log(logging.WARNING, event, facts)


def defect(event: str, error: BaseException, **facts: Any) -> None:
    """Log a defect of ours with where it happened; the messages of the errors are left out, they may quote data."""
    frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    _log(logging.ERROR, event, {**facts, "error": type(error).__name__, "frames": frames})


def _log(level: int, event: str, facts: Mapping[str, Any]) -> None:
    """As the logger's own methods do, without walking the stack for the caller's line, which no log line shows."""
    if _LOGGER.isEnabledFor(level):
        _LOGGER.handle(_LOGGER.makeRecord(_LOGGER.name, level, "", 0, event, (), None, extra={"facts": facts}))


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        return msgspec.json.encode(line, enc_hook=str).decode()
