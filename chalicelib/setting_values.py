"""Which values may a setting have? One parser for each kind; what it raises says what is allowed."""

from __future__ import annotations

MINIMUM_RETENTION_DAYS = 8
MINIMUM_CASE_RETENTION_DAYS = 30
LONGEST_FOLLOW_SECONDS = 60


def retention(text: str) -> int:
    if text.isdecimal() and int(text) >= MINIMUM_RETENTION_DAYS:
        return int(text)
    raise ValueError(f"must be a whole number of days, at least {MINIMUM_RETENTION_DAYS}")


def case_retention(text: str) -> int | None:
    if text == "0":
        return None
    if text.isdecimal() and int(text) >= MINIMUM_CASE_RETENTION_DAYS:
        return int(text)
    raise ValueError(f"must be 0 (never) or a whole number of days, at least {MINIMUM_CASE_RETENTION_DAYS}")


def positive(text: str) -> int:
    if text.isdecimal() and int(text) >= 1:
        return int(text)
    raise ValueError("must be a whole number, at least 1")


def effort(text: str) -> str:
    if text.lower() in ("low", "medium", "high", "xhigh", "max"):
        return text.lower()
    raise ValueError("must be low, medium, high, xhigh or max")


def log_level(text: str) -> str:
    if text.upper() in ("DEBUG", "INFO", "WARNING", "ERROR"):
        return text.upper()
    raise ValueError("must be DEBUG, INFO, WARNING or ERROR")


def flag(text: str) -> bool:
    if text.lower() in ("true", "1", "yes", "on", "false", "0", "no", "off"):
        return text.lower() in ("true", "1", "yes", "on")
    raise ValueError("must be true or false")


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if 0 <= value <= LONGEST_FOLLOW_SECONDS:
        return value
    raise ValueError(f"must be a number of seconds, 0 to {LONGEST_FOLLOW_SECONDS}")
