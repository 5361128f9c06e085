"""Requests and responses as values: read from what Lambda gets, written as what Lambda can send. Hints for polling.

A request is the same from API Gateway, `chalice local` and tests. Lambda hands a response to API Gateway as one JSON
text. Its runtime for Python 3.11 writes that in ASCII, and the body is a string in it: a quotation mark of the body
takes two bytes, a Hebrew letter six (`\\u05d0`), an emoji twelve.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

import msgspec
from msgspec import Meta

from chalicelib.analyses.kit.definition import Analysis
from chalicelib.auth import NOT_SIGNED_IN, Principal
from chalicelib.errors import Unauthorized
from chalicelib.jobs.model import Job, Status

Row = TypeVar("Row")

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
HTML = "text/html; charset=utf-8"

LARGEST_RESPONSE_BYTES = 6_291_556
"""What Lambda takes from a function (6 MB and 100 bytes); above it the client gets API Gateway's 502."""
RESERVED_BYTES = 64 * 1024
"""For the headers, and for what surrounds a result or the rows of a list."""
ALWAYS_FITTING_BYTES = (LARGEST_RESPONSE_BYTES - RESERVED_BYTES) // 6
"""JSON up to this size always fits: no byte of UTF-8 becomes more than six (DEL becomes `\\u007f`)."""
LONGEST_CHARACTER_BYTES = 12

USUAL_SECONDS = (30, 90)
"""For jobs of a type that no longer exists."""

START_MS = 2000
"""After a start: the worker needs a moment to claim the job."""

SHORTEST_SECONDS = 2.5
"""Near the end: the longest that a client learns of it late."""
LONGEST_SECONDS = 10.0
SHARE_OF_REMAINING = 0.6
"""More than half of the remaining time each time: few polls, and each nearer to the end."""
FIRST_SECONDS = 3.0
"""Right after the claim, plus the time that has passed: the first progress is seen soon."""
SHARE_OF_ELAPSED = 0.02
"""A job far beyond its usual time is polled less and less often."""
TRUSTED_PROGRESS = 30
"""From this percentage on the pace so far predicts better than the usual duration."""

SHORTEST_WAIT_SECONDS = 2.0
WAIT_SHARE = 0.25
WAIT_AFTER_DUE_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0

_TAG = re.compile(r'(?:W/)?"([^"]*)"')

Timestamp = Annotated[
    str,
    Meta(
        description="UTC, with microseconds",
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$",
        extra_json_schema={"format": "date-time"},
        examples=["2025-12-31T10:30:00.000000Z"],
    ),
]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request. `path` is the path of the URL, `prefix` its part before the route (the stage, or "").

    Header names are lower-case; a header sent more than once is joined by commas. `route` has its parameters in
    braces; `parameters` are their values, percent-decoded.
    """

    id: str
    method: str
    path: str
    route: str
    prefix: str
    headers: Mapping[str, str]
    query: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, str]
    body: bytes
    caller: Principal | None = None

    @property
    def principal(self) -> Principal:
        """The caller. Raises: Unauthorized on a route without authentication."""
        if self.caller is None:
            raise Unauthorized(NOT_SIGNED_IN)
        return self.caller

    @property
    def own_path(self) -> str:
        """The path without the stage prefix."""
        return self.path.removeprefix(self.prefix)

    def header(self, name: str) -> str | None:
        """The header's value, whatever the case of its name."""
        return self.headers.get(name.lower())


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """The response to one request. `content` is a value to encode as JSON, a text for `HTML`, or None: no body.

    `owners` names, for the audit log, who owns what the response shows or the request changed, by the object's id.
    """

    status: int = 200
    content: Any = None
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    content_type: str = JSON
    owners: Mapping[str, str] = msgspec.field(default_factory=dict)


def read_request(event: Mapping[str, Any], *, request_id: str) -> Request:
    """The request in an API Gateway proxy event (REST API, payload format 1.0)."""
    context = event["requestContext"]
    route = context["resourcePath"]
    path = context.get("path") or route
    return Request(
        id=request_id,
        method=context["httpMethod"],
        path=path,
        route=route,
        prefix=stage_prefix(path, route=route),
        headers=_headers(event),
        query={name: tuple(values) for name, values in (event.get("multiValueQueryStringParameters") or {}).items()},
        parameters={name: unquote(value) for name, value in (event.get("pathParameters") or {}).items()},
        body=_body(event),
    )


def stage_prefix(path: str, *, route: str) -> str:
    """The part of the path before the route: "/api" for "/api/jobs/1" of "/jobs/{job_id}"; "" when there is none."""
    segments = _segments(path)
    before = segments[: len(segments) - len(_segments(route))]
    return "/" + "/".join(before) if before else ""


def body_text(response: Response) -> str:
    """The body as it is sent: UTF-8 JSON that keeps Hebrew as it is, and "" where there must be no body."""
    if response.content is None:
        return ""
    if response.content_type == HTML:
        return str(response.content)
    return msgspec.json.encode(response.content).decode()


def timestamp(moment: datetime) -> Timestamp:
    """The moment (aware UTC) in the form of all times of the API."""
    text: str = msgspec.to_builtins(moment)  # it leaves ".000000" out
    return text if moment.microsecond else f"{text[:-1]}.000000Z"


def timestamp_or_none(moment: datetime | None) -> Timestamp | None:
    """The same; None for None."""
    return None if moment is None else timestamp(moment)


def sent_bytes(text: str) -> int:
    """How many bytes the text takes as a string of the response that Lambda sends, with its quotation marks."""
    return len(json.dumps(text))


def fits(content: Any) -> bool:
    """True when this value, or JSON bytes (`msgspec.Raw`), can be the content of a response."""
    text = msgspec.json.encode(content).decode()
    return has_room_for(len(text) * LONGEST_CHARACTER_BYTES) or has_room_for(sent_bytes(text))


def has_room_for(sent: int) -> bool:
    """True when so many bytes of content, counted as `sent_bytes` does, can be sent in a response."""
    return sent <= LARGEST_RESPONSE_BYTES - RESERVED_BYTES


def is_too_large(answer: Any) -> bool:
    """True when Lambda could not send this response, given in the form that Lambda takes."""
    if len(answer["body"]) * LONGEST_CHARACTER_BYTES <= LARGEST_RESPONSE_BYTES - RESERVED_BYTES:
        return False  # nearly always; measuring exactly is slow
    return len(json.dumps(answer)) > LARGEST_RESPONSE_BYTES


def first_that_fit(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The first rows, as many as one response can hold; at least one, or a list could never be read to its end."""
    left = LARGEST_RESPONSE_BYTES - RESERVED_BYTES
    for count, row in enumerate(rows):
        left -= sent_bytes(msgspec.json.encode(row).decode())
        if left < 0:
            return rows[: max(count, 1)]
    return rows


def job_tag(version: int, *, variant: str = "") -> str:
    """The weak ETag of a version of a job; a `variant` of its representation has a separate tag."""
    return f'W/"{version}-{variant}"' if variant else f'W/"{version}"'


def seen_already(if_none_match: str | None, tag: str) -> bool:
    """True when the header names the tag, by weak comparison, in a list or as `*`."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/").strip('"') in _TAG.findall(if_none_match)


def retry_after_ms(job: Job, *, typical_seconds: tuple[int, int], now: datetime) -> int | None:
    """Milliseconds to pause before the next poll; None when the job is done. A cancelled worker stops soon.

    Slow at first, quick near the end: a share of the time the job still needs, within 2.5..10 s. With jobs that take
    30–90 s a client that follows makes at most 15 polls and sees the end within 3 s (test_http_polling.py).
    """
    if job.is_done:
        return None
    if job.cancel_requested:
        return _milliseconds(SHORTEST_WAIT_SECONDS)
    if job.status is Status.PENDING:
        return _milliseconds(_pause_while_waiting(job, now=now))
    elapsed = max(0.0, (now - (job.started_at or job.created_at)).total_seconds())
    return _milliseconds(pause_while_running(elapsed, progress=job.progress, typical_seconds=typical_seconds))


def pause_while_running(elapsed_seconds: float, *, progress: int, typical_seconds: tuple[int, int]) -> float:
    """Seconds to pause, from how long the job has run and how far it says it is (0..100)."""
    usual = sum(typical_seconds) / 2
    remaining = max(0.0, usual - elapsed_seconds)
    if progress > 0:
        by_pace = elapsed_seconds * (100 - progress) / progress
        trust = min(1.0, progress / TRUSTED_PROGRESS)
        remaining = trust * by_pace + (1 - trust) * remaining
    shortest = max(SHORTEST_SECONDS, SHARE_OF_ELAPSED * elapsed_seconds)
    longest = min(LONGEST_SECONDS, FIRST_SECONDS + elapsed_seconds)
    return min(longest, max(shortest, SHARE_OF_REMAINING * remaining))


def typical_seconds(analysis: Analysis | None) -> tuple[int, int]:
    """The range of seconds that most jobs of an analysis take."""
    return USUAL_SECONDS if analysis is None else analysis.typical_seconds


def header_seconds(milliseconds: int) -> str:
    """The pause as a Retry-After header says it: whole seconds, never sooner."""
    return str(math.ceil(milliseconds / 1000))


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _headers(event: Mapping[str, Any]) -> Mapping[str, str]:
    """From the form that has every value; `chalice local` sends only the other one, with the last value of each."""
    if every := event.get("multiValueHeaders"):
        return {name.lower(): ", ".join(values) for name, values in every.items()}
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body")
    if body is None:
        return b""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")


def _pause_while_waiting(job: Job, *, now: datetime) -> float:
    """While the job waits to be claimed, or for its next attempt to be due."""
    until_due = (job.due_at - now).total_seconds()
    if until_due > 0:
        return min(LONGEST_WAIT_SECONDS, max(SHORTEST_WAIT_SECONDS, until_due + WAIT_AFTER_DUE_SECONDS))
    return min(LONGEST_SECONDS, max(SHORTEST_WAIT_SECONDS, -until_due * WAIT_SHARE))


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
