"""Requests to the API: one connection each, JSON both ways, repeated while the network or the API does not answer."""

from __future__ import annotations

import http.client
import json
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from .errors import NetworkError, ProblemError, TokenError, is_transient

Token = str | Callable[[], str] | None
"""A bearer token; a function that gives a valid one is asked before each request; None: no token."""

SHORTEST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0
RETRY_AFTER_SPREAD = 0.25
"""By how much a Retry-After is stretched at most, so that not all clients come back at once."""
LONGEST_RETRY_AFTER_SECONDS = 600.0
SHORTEST_BUSY_PAUSE_SECONDS = 1.0
"""No pause is shorter or longer, whatever a server says."""
_BASE_URL = re.compile(r"https?://[^/\s@?#][^\s@?#]*")
_TOKEN = re.compile(r"[\x21-\x7e]+")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Response:
    """An answer of any status. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The JSON body; None when there is no body, another one, or a broken one."""
        if not self.content or "json" not in self.headers.get("content-type", "").lower():
            return None
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def retry_after_seconds(self) -> float | None:
        """The pause that the API asks for (Retry-After); None without one."""
        return _seconds(self.headers.get("retry-after"))


Send = Callable[[str, str, Mapping[str, str], "bytes | None", float], Response]
"""Method, URL, headers, body, timeout in seconds → the answer, whatever its status. Raises: NetworkError."""


def send_once(method: str, url: str, headers: Mapping[str, str], content: bytes | None, timeout: float) -> Response:
    """One request over a new connection. Redirects are not followed: they would carry the token elsewhere."""
    request = urllib.request.Request(url, method=method, data=content, headers=dict(headers))
    handlers: list[urllib.request.BaseHandler] = [_EveryStatus()]
    if urllib.parse.urlsplit(url).hostname in _LOOPBACK:
        handlers.append(urllib.request.ProxyHandler({}))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=timeout) as answer:
            names = {name.lower(): value for name, value in answer.headers.items()}
            return Response(status=answer.status, headers=names, content=answer.read())
    except (OSError, http.client.HTTPException) as exc:
        raise NetworkError(f"{method} {url.partition('?')[0]} got no answer: {exc}") from exc


@dataclass(frozen=True)
class Ports:
    """The surroundings of a client, to be replaced in tests: the network, time, chance."""

    send: Send = send_once
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    new_key: Callable[[], str] = lambda: str(uuid.uuid4())


class Api:
    """The API at one address, for one token."""

    def __init__(
        self, base_url: str, token: Token, *, timeout_seconds: float, patience_seconds: float, ports: Ports
    ) -> None:
        if not _BASE_URL.fullmatch(base_url):
            raise ValueError(f"base_url must be the API's address, as https://host/api, not {base_url!r}")
        self.base_url = base_url.rstrip("/")
        self.ports = ports
        self._token = token
        self._timeout_seconds = timeout_seconds
        self._patience_seconds = patience_seconds

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """One request, and its answer whatever the status; when a token is refused, once more with a newer one.

        Raises: NetworkError, TokenError.
        """
        token = self._current_token()
        response = self._send(method, _with_query(path, query), body, headers=headers or {}, token=token)
        if response.status == 401 and callable(self._token) and (newer := self._current_token()) != token:
            return self._send(method, _with_query(path, query), body, headers=headers or {}, token=newer)
        return response

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON answer, asked for again while the failure may pass and patience lasts.

        Raises: ProblemError, NetworkError, TokenError.
        """

        def ask() -> Response:
            response = accepted(self.request(method, path, body, query=query, headers=headers))
            object_of(response)
            return response

        return self.patiently(ask).json

    def patiently(self, ask: Callable[[], Response]) -> Response:
        """`ask`, again after each transient error while patience lasts; then the last error is raised."""
        until = self.ports.monotonic() + self._patience_seconds
        failures = 0
        while True:
            try:
                return ask()
            except (ProblemError, NetworkError) as error:
                failures += 1
                pause = retry_delay_seconds(failures, error, self.ports.random())
                if not is_transient(error) or self.ports.monotonic() + pause > until:
                    raise
            self.ports.sleep(pause)

    def storage(self, method: str, url: str, content: bytes | None, *, content_type: str | None = None) -> Response:
        """A request to a signed address of storage: it is its own permission, so no token is sent.

        Raises: NetworkError, also when storage refuses.
        """
        headers = {} if content_type is None else {"Content-Type": content_type}
        response = self.ports.send(method, url, headers, content, self._timeout_seconds)
        if response.status >= 300:
            raise NetworkError(f"Storage refused the request ({response.status}).", status=response.status)
        return response

    def _send(self, method: str, path: str, body: Any, *, headers: Mapping[str, str], token: str | None) -> Response:
        sent = {
            "Accept": "application/json",
            **({} if token is None else {"Authorization": f"Bearer {token}"}),
            **({} if body is None else {"Content-Type": "application/json"}),
            **headers,
        }
        content = None if body is None else _encoded(body)
        return self.ports.send(method, self.base_url + path, sent, content, self._timeout_seconds)

    def _current_token(self) -> str | None:
        if self._token is None:
            return None
        try:
            given = self._token() if callable(self._token) else self._token
        except Exception as exc:
            raise TokenError(f"Getting a token failed: {exc}") from exc
        token = given.strip() if isinstance(given, str) else ""
        if not _TOKEN.fullmatch(token):
            raise TokenError('What was given as a token is none: one word, without "Bearer".')
        return token


def accepted(response: Response) -> Response:
    """The answer, when the API did what was asked (304 included). Raises: ProblemError, NetworkError."""
    if 200 <= response.status < 300 or response.status == 304:
        return response
    problem = response.json
    pause = response.retry_after_seconds
    if isinstance(problem, dict) and "code" in problem:
        raise ProblemError(problem, status=response.status, retry_after_seconds=pause)
    raise NetworkError(
        f"HTTP {response.status}, and not from Casework's API.", status=response.status, retry_after_seconds=pause
    )


def retry_delay_seconds(failures: int, error: ProblemError | NetworkError, chance: float) -> float:
    """Seconds until a request is repeated that failed so often in a row (1 or more); `chance` is uniform over 0 to 1.

    Full jitter: uniform over 0.25 s to 1, 2, 4 … 30 s. A Retry-After is waited for, plus up to a quarter of it.
    """
    if error.retry_after_seconds is not None:
        return clamped_seconds(error.retry_after_seconds * (1 + RETRY_AFTER_SPREAD * chance), busy=True)
    ceiling = min(LONGEST_PAUSE_SECONDS, 2.0 ** min(failures - 1, 10))
    return SHORTEST_PAUSE_SECONDS + (ceiling - SHORTEST_PAUSE_SECONDS) * chance


def clamped_seconds(asked: float, *, busy: bool = False) -> float:
    """A pause as it may be made: at least a quarter of a second, a whole one for a busy server; at most ten minutes."""
    shortest = SHORTEST_BUSY_PAUSE_SECONDS if busy else SHORTEST_PAUSE_SECONDS
    return min(LONGEST_RETRY_AFTER_SECONDS, max(shortest, asked))


def object_of(response: Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises: NetworkError for anything else, e.g. a proxy's page: it may pass."""
    body = response.json
    if response.status != 304 and isinstance(body, dict):
        return body
    raise NetworkError(f"The answer is not from Casework's API (HTTP {response.status}).")


def path_of(template: str, **ids: str) -> str:
    """The path with its ids, each of them one part of it whatever is in it. Raises: ValueError for what is no id."""
    for name, value in ids.items():
        if not isinstance(value, str) or value in ("", ".", ".."):
            raise ValueError(f"{name} must be an id, not {value!r}")
    return template.format(**{name: urllib.parse.quote(value, safe="") for name, value in ids.items()})


class _EveryStatus(urllib.request.HTTPErrorProcessor):
    """Every answer is an answer: none is raised, none is a redirect to follow."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        return response

    https_response = http_response


def _encoded(body: Any) -> bytes:
    """The body as JSON. Half a surrogate pair, as in a file's name that is no Unicode, becomes its escape."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")


def _with_query(path: str, query: Mapping[str, Any] | None) -> str:
    given = {name: value for name, value in (query or {}).items() if value is not None}
    return f"{path}?{urllib.parse.urlencode(given, errors='replace')}" if given else path


def _seconds(retry_after: str | None) -> float | None:
    if retry_after is None:
        return None
    if re.fullmatch(r"[0-9]{1,15}(\.[0-9]+)?", retry_after.strip()):
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
