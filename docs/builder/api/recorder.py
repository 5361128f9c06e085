"""Exchanges with the running API, each kept for the page: what was asked, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from clients.python.casework import Client


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer. `request` and `answer` are decoded JSON, a text, or None where there is no body.

    `about` says in a sentence what it shows; "" leaves it to the endpoint's own summary.
    """

    route: str
    path: str
    sent: Mapping[str, str]
    request: Any
    status: int
    headers: Mapping[str, str]
    answer: Any
    about: str = ""

    @property
    def method(self) -> str:
        """The method of the route, e.g. "POST"."""
        return self.route.split(" ")[0]


class Recorder:
    """Requests of one user, or of somebody without a token; those that are to be shown are kept in `exchanges`."""

    def __init__(self, api_url: str, token: str | None) -> None:
        self._client = Client(api_url, token)
        self._authorization = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.exchanges: list[Exchange] = []

    def ask(
        self,
        route: str,
        body: Any = None,
        *,
        query: str = "",
        sent: Mapping[str, str] | None = None,
        about: str = "",
        **parameters: str,
    ) -> Exchange:
        """The exchange, kept for the page. `route` is method and path as served; `sent` are further headers."""
        exchange = self.look(route, body, query=query, sent=sent, about=about, **parameters)
        self.exchanges.append(exchange)
        return exchange

    def look(
        self,
        route: str,
        body: Any = None,
        *,
        query: str = "",
        sent: Mapping[str, str] | None = None,
        about: str = "",
        **parameters: str,
    ) -> Exchange:
        """The exchange, not kept."""
        method, template = route.split(" ")
        path = template.format(**parameters) + query
        headers = self._authorization | ({} if body is None else {"Content-Type": "application/json"})
        response = self._client.request(method, path, body, headers=sent)
        return Exchange(
            route=route,
            path=path,
            sent={**headers, **(sent or {})},
            request=body,
            status=response.status,
            headers={_as_usual(name): value for name, value in response.headers.items()},
            answer=response.json if response.json is not None else response.content.decode() or None,
            about=about,
        )


def _as_usual(name: str) -> str:
    """The header's name as it is usually written; upper and lower case are the same to HTTP."""
    return {"etag": "ETag"}.get(name, name.title())
