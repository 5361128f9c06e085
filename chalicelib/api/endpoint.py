"""What does one route do? A description of it, and how a request passes through: who, body, handler, answer.

The order of refusals is the order of this file: 401 (503 while tokens cannot be checked) → 413, 415, 400, 422 for what
was sent → what the handler refuses. Every refusal becomes problem+json here, and so does every defect of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from chalicelib import telemetry
from chalicelib.api.answer import Answer
from chalicelib.api.parsing import KB, SizeCheck, parse_body, parse_query
from chalicelib.api.problems import internal_error, refused
from chalicelib.api.request import Request
from chalicelib.api.system import System
from chalicelib.errors import Refusal
from chalicelib.settings import SettingsError

Handler = Callable[..., Answer]
"""`handler(request, system)`, with `body=` and `query=` when the endpoint declares them."""

Admission = Callable[[Request, System], Request]
"""The request, with its caller when somebody vouches for one. Raises: Unauthorized; Unavailable."""

START_LIMIT_BYTES = 64 * KB


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to know about a route but its path; the OpenAPI document is written from it.

    `admit` lets a request in before anything of it is read. `body` and `query` are the types that what was sent must
    have; `body_rules` says in JSON Schema what the body's type cannot, and `check_sizes` refuses a body for what single
    members hold, before its type is looked at. `answers` are the types of the bodies by status
    (None: no body; a tuple: one of these). `refusals` are those the handler adds to what follows from the rest.
    `request_headers` and `answer_headers` name the headers that mean something here.
    """

    name: str
    summary: str
    handler: Handler
    admit: Admission
    answers: Mapping[int, Any]
    body: Any = None
    body_rules: Mapping[str, Any] = msgspec.field(default_factory=dict)
    body_limit_bytes: int = START_LIMIT_BYTES
    check_sizes: SizeCheck | None = None
    query: Any = None
    refusals: tuple[type[Refusal], ...] = ()
    request_headers: tuple[str, ...] = ()
    answer_headers: tuple[str, ...] = ()


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint and where it is served; the path has its parameters in braces."""

    method: str
    path: str
    endpoint: Endpoint


def endpoint(*, answers: Mapping[int, Any], **description: Any) -> Callable[[Handler], Endpoint]:
    """Describe the decorated handler as an endpoint that needs a token; its docstring is the summary."""
    return open_endpoint(admit=authenticated, answers=answers, **description)


def open_endpoint(
    *, answers: Mapping[int, Any], admit: Admission | None = None, **description: Any
) -> Callable[[Handler], Endpoint]:
    """Describe the decorated handler as an endpoint without tokens: `admit` says who may ask (default: anybody)."""

    def describe(handler: Handler) -> Endpoint:
        summary = (handler.__doc__ or "").partition("\n")[0].strip()
        return Endpoint(
            name=handler.__name__,
            summary=summary,
            handler=handler,
            admit=admit or anybody,
            answers=answers,
            **description,
        )

    return describe


def respond(served: Endpoint, request: Request, *, system: Callable[[], System]) -> Answer:
    """The answer of the endpoint; never raises."""
    try:
        return _answered(served, request, system())
    except Refusal as refusal:
        return refused(refusal, instance=request.path, request_id=request.id)
    except SettingsError as exc:
        telemetry.warning("settings_unusable", request_id=request.id, problem=str(exc))
    except Exception as exc:  # noqa: BLE001  the edge of the program: whatever it is, the client gets a clean 500
        telemetry.defect("request_failed", exc, request_id=request.id, endpoint=served.name)
    return internal_error(instance=request.path, request_id=request.id)


def authenticated(request: Request, system: System) -> Request:
    """The request with its caller. Raises: Unauthorized; Unavailable while tokens cannot be checked."""
    caller = system.verifier.principal(request.header("Authorization"))
    return msgspec.structs.replace(request, caller=caller)


def anybody(request: Request, system: System) -> Request:
    """The request, whoever sent it."""
    return request


def _answered(served: Endpoint, request: Request, system: System) -> Answer:
    request = served.admit(request, system)
    sent: dict[str, Any] = {}
    if served.body is not None:
        sent["body"] = parse_body(
            request, served.body, limit_bytes=served.body_limit_bytes, check_sizes=served.check_sizes
        )
    if served.query is not None:
        sent["query"] = parse_query(request, served.query)
    return served.handler(request, system, **sent)
