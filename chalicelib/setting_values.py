"""Which values may a setting have? One parser for each kind; what it raises says what is allowed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Literal

Stage = Literal["dev", "staging", "prod"]

MINIMUM_RETENTION_DAYS = 8
MINIMUM_CASE_RETENTION_DAYS = 30
LONGEST_RETENTION_DAYS = 36_500
"""A hundred years; three million days on, there is no date."""
LONGEST_FOLLOW_SECONDS = 60

SECRET_PREFIX = "whsec_"  # noqa: S105  # the prefix of every secret, not one
ANY_ORIGIN = "*"
DEFAULT_PORTS = {"https": "443", "http": "80"}
"""Browsers leave these out of an origin."""

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def stage(text: str) -> Stage:
    if text in ("dev", "staging", "prod"):
        return text  # type: ignore[return-value]  # narrowed by the line above
    raise ValueError("must be dev, staging or prod")


def retention(text: str) -> int:
    if text.isdecimal() and int(text) >= MINIMUM_RETENTION_DAYS:
        return _not_for_ever(int(text))
    raise ValueError(f"must be a whole number of days, at least {MINIMUM_RETENTION_DAYS}")


def case_retention(text: str) -> int | None:
    if text == "0":
        return None
    if text.isdecimal() and int(text) >= MINIMUM_CASE_RETENTION_DAYS:
        return _not_for_ever(int(text))
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


def signing_key(secret: str) -> bytes:
    """The key in a secret that signs webhooks, as Standard Webhooks write it. A refusal does not show it."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):  # the second: letters that are not ASCII
        key = b""
    if not key:
        raise ValueError(f"must be {SECRET_PREFIX} and base64 (two of them, separated by a space, while it is rotated)")
    return key


def signing_problems(secrets: str) -> Iterator[str]:
    """What is wrong with each of these secrets, separated by spaces; nothing when all are right."""
    for secret in secrets.split():
        try:
            signing_key(secret)
        except ValueError as exc:
            yield str(exc)


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


def origins(text: str) -> tuple[str, ...]:
    """The origins in a list, or `*`. Raises: ValueError naming what is no origin."""
    listed = tuple(part for part in re.split(r"[,\s]+", text) if part)
    if listed == (ANY_ORIGIN,):
        return listed
    wrong = [part for part in listed if _ORIGIN.fullmatch(part.lower()) is None]
    if wrong or not listed:
        raise ValueError(
            f"must be * or a list of origins such as https://app.example (no path, no slash at the end, no wildcard); "
            f"{' and '.join(map(repr, wrong)) or 'an empty list'} is none"
        )
    return tuple(dict.fromkeys(map(_as_sent, listed)))


def header_names(text: str) -> tuple[str, ...]:
    """The header names in a list. Raises: ValueError naming what is none."""
    listed = tuple(part for part in re.split(r"[,\s]+", text) if part)
    if wrong := [part for part in listed if part == "*" or _HEADER.fullmatch(part) is None]:
        raise ValueError(f"must be a list of header names; {' and '.join(map(repr, wrong))} is none")
    return listed


def _not_for_ever(days: int) -> int:
    if days > LONGEST_RETENTION_DAYS:
        raise ValueError(f"must be at most {LONGEST_RETENTION_DAYS} days")
    return days


def _as_sent(origin: str) -> str:
    """The origin as browsers write it: lower-case, without the default port of its scheme."""
    origin = origin.lower()
    scheme, _, rest = origin.partition("://")
    return f"{scheme}://{rest.removesuffix(':' + DEFAULT_PORTS.get(scheme, '-'))}"
