"""What was asked, and what came back? Exchanges with the running API, each kept for the page."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import msgspec

REQUEST_SECONDS = 60


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
        self._host = urlsplit(api_url).netloc
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
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        with closing(http.client.HTTPConnection(self._host, timeout=REQUEST_SECONDS)) as connection:
            connection.request(method, path, content, {**headers, **(sent or {})})
            with connection.getresponse() as answer:
                text = answer.read().decode()
        return Exchange(
            route=route,
            path=path,
            sent={**headers, **(sent or {})},
            request=body,
            status=answer.status,
            headers=dict(answer.getheaders()),
            answer=json.loads(text) if text and "json" in answer.getheader("Content-Type", "") else text or None,
            about=about,
        )
