"""Has the client seen this already? ETags of jobs, and what If-None-Match says about them (RFC 9110, 13.1.2)."""

from __future__ import annotations

import re

ANY = "*"

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def job_tag(version: int, *, variant: str = "") -> str:
    """The weak ETag of a version of a job; a `variant` of its representation has a tag of its own."""
    return f'W/"{version}-{variant}"' if variant else f'W/"{version}"'


def seen_already(if_none_match: str | None, tag: str) -> bool:
    """True when the header names the tag, by weak comparison, in a list or as `*`."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == ANY:
        return True
    return _opaque(tag) in _TAG.findall(if_none_match)


def names_a_version(if_none_match: str | None) -> bool:
    """True when the header names at least one tag; `*` names none."""
    return if_none_match is not None and _TAG.search(if_none_match) is not None


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/").strip('"')
