"""Which HTTP client does a provider's SDK use? One made for each call, with the machine's proxy, or none to loopback.

For each call, because a connection that was kept while a function slept is dead: the first request on it fails, or
hangs until its timeout. A handshake costs some 60 ms, a lost attempt costs a model's whole answer.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any, Protocol, TypeVar
from urllib.request import getproxies_environment

from chalicelib.errors import Internal

_PROXY_SCHEMES = ("http://", "https://")


class _Client(Protocol):
    @property
    def base_url(self) -> Any:
        """Where the client sends to; an URL of httpx2."""

    def close(self) -> None:
        """Close its connections."""


SdkClient = TypeVar("SdkClient", bound=_Client)


@contextmanager
def client_for_one_call(provider: str, build: Callable[[Any], SdkClient]) -> Iterator[SdkClient]:
    """The SDK's client as `build` makes it from an HTTP client, closed at the end of the block.

    Raises: Internal, naming the environment variable, when the proxy or the certificates that it names cannot be used.
    """
    import httpx2

    client = build(httpx2.Client(trust_env=False, verify=False))
    if not is_loopback(client.base_url.host):
        client.close()
        try:
            client = build(httpx2.Client(follow_redirects=True))
        except (ImportError, ValueError, OSError) as exc:
            raise _unusable_environment(provider, exc) from None
    try:
        yield client
    finally:
        client.close()


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
