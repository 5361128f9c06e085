"""The HTTP client of a provider's SDK: made for each call, with the machine's proxy, none to loopback, and watched.

For each call, because a connection that was kept while a function slept is dead: the first request on it fails, or
hangs until its timeout. A handshake costs some 60 ms, a lost attempt costs a model's whole answer.

Watched, because a model may be silent for minutes before its next event, and no SDK's call can be interrupted:
`close()` from another thread leaves the reader waiting. A shutdown of its socket wakes it.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from typing import Any, Protocol, TypeVar
from urllib.request import getproxies_environment

from chalicelib.errors import Internal

WATCH_SECONDS = 1.0
"""How often a call in flight is asked whether it must stop."""

_PROXY_SCHEMES = ("http://", "https://")
_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class _Client(Protocol):
    @property
    def base_url(self) -> Any:
        """Where the client sends to; an URL of httpx2."""

    def close(self) -> None:
        """Close its connections."""


SdkClient = TypeVar("SdkClient", bound=_Client)


@contextmanager
def client_for_one_call(
    provider: str, build: Callable[[Any], SdkClient], *, check: Callable[[], None]
) -> Iterator[SdkClient]:
    """The SDK's client as `build` makes it from an HTTP client, closed at the end of the block.

    `check` is called every second, from a thread. What it raises breaks the call off, whatever the call waits for, and
    is raised here in place of the broken connection.
    Raises: Internal, naming the environment variable, when the proxy or the certificates that it names cannot be used.
    """
    import httpx2

    watch = _Watch(check)
    hooks = {"request": [watch.follow]}
    client = build(httpx2.Client(trust_env=False, verify=False, event_hooks=hooks))
    if not is_loopback(client.base_url.host):
        client.close()
        try:
            client = build(httpx2.Client(follow_redirects=True, event_hooks=hooks))
        except (ImportError, ValueError, OSError) as exc:
            raise _unusable_environment(provider, exc) from None
    try:
        with watch:
            yield client
    finally:
        client.close()


class _Watch:
    """Asks `check` while a call is in flight, and shuts its sockets down when that raises."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._ended = threading.Event()
        self._sockets: list[socket.socket] = []
        self._reason: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def follow(self, request: Any) -> None:
        """Learn of every connection that is made for this request of httpx2."""
        request.extensions["trace"] = self._trace

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._reason is not None:
            raise self._reason from None

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(_CONNECTED):
            self._sockets.append(info["return_value"].get_extra_info("socket"))
            if self._reason is not None:
                self._shut_down()

    def _run(self) -> None:
        while not self._ended.wait(WATCH_SECONDS):
            try:
                self._check()
            except Exception as reason:  # noqa: BLE001  # whatever it is, it is raised where the call is made
                self._reason = reason
                self._shut_down()
                return

    def _shut_down(self) -> None:
        for connected in list(self._sockets):
            with suppress(OSError):  # closed already, or wrapped for TLS: then the wrapped one follows
                # Not SSLSocket's own shutdown: it would take the TLS state away from the thread that reads.
                socket.socket.shutdown(connected, socket.SHUT_RDWR)


def is_loopback(host: str) -> bool:
    """True for this machine: `localhost`, 127.0.0.0/8, ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _unusable_environment(provider: str, exc: Exception) -> Internal:
    """What the operator must change. The variable's value is not shown: a proxy's may hold a password."""
    if isinstance(exc, ssl.SSLError | OSError):
        message = (
            "The worker's environment variable SSL_CERT_FILE or SSL_CERT_DIR names certificates that cannot be read. "
            "Correct it, or unset it to use the system's certificates."
        )
        return Internal(message, provider=provider)
    names = [
        f"{scheme.upper()}_PROXY"
        for scheme, url in sorted(getproxies_environment().items())
        if scheme != "no" and "://" in url and not url.lower().startswith(_PROXY_SCHEMES)
    ]
    message = (
        f"The worker's environment variable {' or '.join(names) or 'ALL_PROXY'} names a proxy that cannot be used. "
        "Set it to a URL that begins with http:// or https://, or unset it."
    )
    return Internal(message, provider=provider)
