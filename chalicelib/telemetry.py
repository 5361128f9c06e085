"""What does a run leave in the logs? One JSON object a line: facts as fields, never document text, prompts or keys.

A line that carries metrics is in CloudWatch's embedded metric format: what is in the log is counted, and no call is
made for it (docs.aws.amazon.com, "Embedded metric format specification").
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

NAMESPACE = "Casework"

CHATTY_LOGGERS = ("openai", "anthropic", "httpx2", "httpcore2", "botocore", "boto3", "s3transfer", "urllib3")
"""Libraries that log what they send when somebody turns the root logger to DEBUG: prompts, results, keys."""

_LOGGER = logging.getLogger("casework")
_stage = ""
_MEASURING = threading.Lock()
_children_mb = 0.0


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A number to be counted. `per` names the facts of its line by which it is grouped, next to the stage."""

    name: str
    value: float
    unit: Literal["Count", "Seconds", "Percent", "None"]
    per: tuple[str, ...] = ("job_type",)


_DEFECT = Metric(name="Defects", value=1, unit="Count", per=())


def configure(level: str, *, stage: str = "") -> None:
    """Send Casework's log lines to standard error as JSON, from `level` on; called once by bootstrap.

    Lines that carry metrics are sent at any level: a quieter log counts no less, and its alarms ring. `stage` tells the
    metrics of stages apart that share an account. Libraries that would log what they send are held at WARNING, whatever
    the root logger's level is.
    """
    global _stage
    _stage = stage
    # What no line shows need not be found out for each (Logging HOWTO, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    _LOGGER.handlers[:] = [handler]
    _LOGGER.setLevel(level)
    _LOGGER.propagate = False
    for name in CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def also_send(event: str, handler: logging.Handler) -> None:
    """Send every line of one event to another handler too, as the same JSON."""
    handler.setFormatter(_JsonLines())
    handler.addFilter(lambda record: record.getMessage() == event)
    _LOGGER.addHandler(handler)


def info(event: str, **facts: Any) -> None:
    """Log one fact of a normal run, e.g. `info("job_completed", job_id=…, attempt=1)`."""
    _log(logging.INFO, event, facts)


def measured(event: str, metrics: Sequence[Metric], **facts: Any) -> None:
    """Log one fact of a normal run, and have CloudWatch count its metrics."""
    if not metrics:
        info(event, **facts)
        return
    _write(logging.INFO, event, _with_metrics(facts, metrics))


def audit(action: str, **facts: Any) -> None:
    """Log who did what to whose data; sent at any level."""
    _write(logging.INFO, "audit", {"action": action, **facts})


def warning(event: str, **facts: Any) -> None:
    """Log something that repairs itself but should not happen often."""
    _log(logging.WARNING, event, facts)


def defect(event: str, error: BaseException, **facts: Any) -> None:
    """Log a defect of ours with where it happened, and have CloudWatch count it; an alarm waits for the first.

    The messages of the errors are left out, they may quote data.
    """
    frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    _write(logging.ERROR, event, _with_metrics({**facts, "error": type(error).__name__, "frames": frames}, [_DEFECT]))


def memory_percent(limit_mb: int) -> float:
    """How much of its function's memory a worker took, with the child processes that open files, in percent."""
    return round(100 * taken_mb() / limit_mb, 1)


def taken_mb() -> float:
    """The most memory that this process and its largest child ever had, in MB.

    An upper bound: the two need not have had it at the same time.
    """
    return high_water_mb() + _children_mb


def note_child(process: int) -> None:
    """Look at what a child took so far; to be called while it lives."""
    global _children_mb
    taken = high_water_mb(process)
    with _MEASURING:
        _children_mb = max(_children_mb, taken)


def high_water_mb(process: int | str = "self") -> float:
    """The most memory that a process ever had, in MB; 0 where that is unknown: it has ended, or this is no Linux.

    Not `ru_maxrss`: a process inherits there what the one that started it had.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def _log(level: int, event: str, facts: Mapping[str, Any]) -> None:
    if _LOGGER.isEnabledFor(level):
        _write(level, event, facts)


def _write(level: int, event: str, facts: Mapping[str, Any]) -> None:
    """As the logger's own methods do, without walking the stack for the caller's line, which no log line shows."""
    _LOGGER.handle(_LOGGER.makeRecord(_LOGGER.name, level, "", 0, event, (), None, extra={"facts": facts}))


def _with_metrics(facts: Mapping[str, Any], metrics: Sequence[Metric]) -> Mapping[str, Any]:
    values = {metric.name: metric.value for metric in metrics}
    return {**facts, "stage": _stage, **values, "_aws": _directives(metrics)}


def _directives(metrics: Sequence[Metric]) -> Mapping[str, Any]:
    return {
        "Timestamp": int(datetime.now(UTC).timestamp() * 1000),
        "CloudWatchMetrics": [
            {
                "Namespace": NAMESPACE,
                "Dimensions": [["stage", *metric.per]],
                "Metrics": [{"Name": metric.name, "Unit": metric.unit}],
            }
            for metric in metrics
        ],
    }


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        return msgspec.json.encode(line, enc_hook=str).decode()
