"""Is Casework there? A plain look touches nothing; a deep one, for admins, asks what it stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Literal

import msgspec

from chalicelib import __version__
from chalicelib.api.answer import Answer
from chalicelib.api.bodies import HealthQuery
from chalicelib.api.endpoint import authenticated, open_endpoint
from chalicelib.api.request import Request
from chalicelib.api.system import System
from chalicelib.errors import Forbidden, Unauthorized, Unavailable

Check = Literal["ok", "unavailable"]


class HealthView(msgspec.Struct, frozen=True, kw_only=True):
    """`checks` only when they were asked for."""

    status: Literal["ok", "degraded"]
    version: str
    checks: Mapping[str, Check] | msgspec.UnsetType = msgspec.UNSET


@open_endpoint(query=HealthQuery, answers={200: HealthView, 503: HealthView}, refusals=(Unauthorized, Forbidden))
def health(request: Request, system: System, *, query: HealthQuery) -> Answer:
    """Say that the API is there; with deep=1 (admins), whether what it stands on answers."""
    if query.deep == "0":
        return Answer(content=HealthView(status="ok", version=__version__))
    if not authenticated(request, system).principal.is_admin:
        raise Forbidden("Only an admin may ask for a deep health check.")
    checks: dict[str, Check] = {name: _outcome(check) for name, check in system.health_checks.items()}
    if all(outcome == "ok" for outcome in checks.values()):
        return Answer(content=HealthView(status="ok", version=__version__, checks=checks))
    return Answer(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        content=HealthView(status="degraded", version=__version__, checks=checks),
        headers={"Retry-After": "5"},
    )


def _outcome(check: Callable[[], None]) -> Check:
    try:
        check()
    except Unavailable:
        return "unavailable"
    return "ok"
