"""One route: its description, and how a request passes through it: who, body, handler, response.

Order of refusals: 401 (503 while tokens cannot be checked) → 413, 415, 400, 422 for the body and the query → what the
handler refuses. Refusals and internal defects become problem+json here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from chalicelib import telemetry
from chalicelib.api.http import Request, Response
from chalicelib.api.parsing import KB, SizeCheck, invalid, parse_body, place_of
from chalicelib.api.problems import internal_error, refused
from chalicelib.errors import FieldProblem, Refusal, StorageUnavailable, Unauthorized
from chalicelib.settings import SettingsError

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

Handler = Callable[..., Response]
"""`handler(request, system)`, with `body=` and `query=` when the endpoint declares them."""

Admission = Callable[[Request, "System"], Request]
"""Authenticates a request; returns it, with `caller` set for a user. Raises: Unauthorized; Unavailable."""

T = TypeVar("T")

START_LIMIT_BYTES = 64 * KB


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a route except its path; the OpenAPI document is written from it.

    `admit` authenticates before the body is read. `body` and `query` are the types that the body and the query must
    have; `body_rules` adds in JSON Schema what the body's type cannot say, and `check_sizes` refuses a body for the
    size of single members, before its type is checked. `responses` are the types of the response bodies by status
    (None: no body; a tuple: one of these). `refusals` are those the handler adds to what follows from the rest.
    `request_headers` and `response_headers` name the headers that mean something here. `always_audited` logs who
    called, even for the caller's own data; access to another's is always logged.
    """

    name: str
    summary: str
    handler: Handler
    admit: Admission
    responses: Mapping[int, Any]
    body: Any = None
    body_rules: Mapping[str, Any] = msgspec.field(default_factory=dict)
    body_limit_bytes: int = START_LIMIT_BYTES
    check_sizes: SizeCheck | None = None
    query: Any = None
    refusals: tuple[type[Refusal], ...] = ()
    request_headers: tuple[str, ...] = ()
    response_headers: tuple[str, ...] = ()
    always_audited: bool = False


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint with its method and path; the path has its parameters in braces."""

    method: str
    path: str
    endpoint: Endpoint


def endpoint(*, responses: Mapping[int, Any], **description: Any) -> Callable[[Handler], Endpoint]:
    """Describe the decorated handler as an endpoint that needs a token; its docstring is the summary."""
    return open_endpoint(admit=authenticated, responses=responses, **description)


def open_endpoint(
    *, responses: Mapping[int, Any], admit: Admission | None = None, **description: Any
) -> Callable[[Handler], Endpoint]:
    """Describe the decorated handler as an endpoint without tokens: `admit` authenticates (default: anybody)."""

    def describe(handler: Handler) -> Endpoint:
        summary = (handler.__doc__ or "").partition("\n")[0].strip()
        return Endpoint(
            name=handler.__name__,
            summary=summary,
            handler=handler,
            admit=admit or anybody,
            responses=responses,
            **description,
        )

    return describe


def respond(served: Endpoint, request: Request, *, system: Callable[[], System]) -> Response:
    """The response of the endpoint; never raises."""
    try:
        return _handled(served, request, system())
    except Refusal as refusal:
        return refused(refusal, instance=request.path, request_id=request.id)
    except StorageUnavailable as silent:
        return refused(silent.refusal(), instance=request.path, request_id=request.id)
    except SettingsError as exc:
        telemetry.warning("settings_unusable", request_id=request.id, problem=str(exc))
    except Exception as exc:  # noqa: BLE001  the edge of the program: whatever it is, the client gets a clean 500
        telemetry.defect("request_failed", exc, request_id=request.id, endpoint=served.name)
    return internal_error(instance=request.path, request_id=request.id)


def authenticated(request: Request, system: System) -> Request:
    """The request with `caller` set. Raises: Unauthorized; Unavailable while tokens cannot be checked."""
    try:
        caller = system.verifier.principal(request.header("Authorization"))
    except Unauthorized as refusal:
        telemetry.info("token_refused", request_id=request.id, failed_check=refusal.failed_check)
        raise
    return msgspec.structs.replace(request, caller=caller)


def anybody(request: Request, system: System) -> Request:
    """The request, unchanged: anybody may call."""
    return request


def parse_query(request: Request, wanted: type[T]) -> T:
    """The query parameters as `wanted`; unknown ones are ignored.

    Raises: InvalidRequest, also when a parameter is given more than once.
    """
    known: tuple[str, ...] = wanted.__struct_encode_fields__  # type: ignore[attr-defined]  # a Struct's
    given = {name: request.query[name] for name in known if name in request.query}
    repeated = [name for name, values in given.items() if len(values) != 1]
    if repeated:
        raise invalid(*(FieldProblem(f"query:{name}", "is given more than once; give it once") for name in repeated))
    try:
        query = msgspec.convert({name: values[0] for name, values in given.items()}, wanted, strict=False)
    except msgspec.ValidationError as exc:
        pointer, message = place_of(exc, content={}, wanted=wanted)
        raise invalid(FieldProblem(f"query:{pointer.removeprefix('/')}", message)) from exc
    return _keeping_its_rules(query)


def _handled(served: Endpoint, request: Request, system: System) -> Response:
    request = served.admit(request, system)
    arguments: dict[str, Any] = {}
    if served.body is not None:
        body = parse_body(request, served.body, limit_bytes=served.body_limit_bytes, check_sizes=served.check_sizes)
        arguments["body"] = _keeping_its_rules(body)
    if served.query is not None:
        arguments["query"] = parse_query(request, served.query)
    response = served.handler(request, system, **arguments)
    if request.caller is not None:
        _audit(served, request, response)
    return response


def _keeping_its_rules(value: T) -> T:
    """A body or query may have a method `problems`: every place that breaks a rule that its types cannot say."""
    check: Callable[[], Sequence[FieldProblem]] | None = getattr(value, "problems", None)
    if check is not None and (problems := check()):
        raise invalid(*problems)
    return value


def _audit(served: Endpoint, request: Request, response: Response) -> None:
    """One line for an access to another's data, and for what is logged in any case: who, what, which; no content."""
    caller = request.principal
    others = {thing: owner for thing, owner in response.owners.items() if owner != caller.user_id}
    if not others and not served.always_audited:
        return
    which: Mapping[str, Any] = request.parameters or {"listed": sorted(others)}
    telemetry.audit(
        served.name,
        request_id=request.id,
        user_id=caller.user_id,
        is_admin=caller.is_admin,
        owners=sorted(set(response.owners.values())),
        **which,
    )
