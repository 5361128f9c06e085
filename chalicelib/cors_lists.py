"""The lists of the CORS settings: origins and header names, separated by commas or spaces."""

from __future__ import annotations

import re

ANY_ORIGIN = "*"
DEFAULT_PORTS = {"https": "443", "http": "80"}
"""Browsers leave these out of an origin."""

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


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


def _as_sent(origin: str) -> str:
    """The origin as browsers write it: lower-case, without the default port of its scheme."""
    origin = origin.lower()
    scheme, _, rest = origin.partition("://")
    return f"{scheme}://{rest.removesuffix(':' + DEFAULT_PORTS.get(scheme, '-'))}"
