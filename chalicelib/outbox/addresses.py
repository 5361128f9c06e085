"""Where a webhook may go: public https addresses, and on a developer's machine also http to loopback.

A URL is checked when a job is started (its form, and addresses written in it) and again before every delivery, with the
addresses its name resolves to; the connection then goes to one of those very addresses.
Source: OWASP, "Server-Side Request Forgery Prevention"; IANA special-purpose address registries, by `ipaddress`.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

import msgspec

LONGEST_URL = 2000
METADATA_HOSTS = ("metadata.google.internal", "metadata.goog", "instance-data")
LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".localdomain", ".home.arpa", ".onion")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IPv6 forms that carry an IPv4 address: the network, and how far the address is from the right, in bits.
_EMBEDDED = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
)
_TEREDO = ipaddress.IPv6Network("2001::/32")
# Special in IANA's registries; what `ipaddress` says of them differs between releases of Python.
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b:1::/48",  # a network's own NAT64: where the IPv4 address is in it, that network decides
        "fec0::/10",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "100::/64",
    )
)


class ForbiddenTarget(ValueError):
    """A webhook may not go there. The message is one sentence for whoever configured the URL."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A checked URL, taken apart. `host` is ASCII, in lower case, without brackets; `path` has the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The Host header, with brackets and port where they are needed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def target_of(url: str, *, loopback_allowed: bool) -> Target:
    """The parts of a URL that a webhook may go to, as far as the text alone can tell.

    `loopback_allowed` (stage dev) lets 127.0.0.0/8, ::1 and localhost pass, and http to them.
    Raises: ForbiddenTarget.
    """
    parts, port = _split(url)
    host = _ascii_host(parts.hostname or "")
    address = address_in(host)
    local = _is_loopback_name(host) or (address is not None and _carried(address).is_loopback)
    if parts.scheme != "https" and not (parts.scheme == "http" and local and loopback_allowed):
        raise ForbiddenTarget("must begin with https://")
    if not (local and loopback_allowed):
        _refuse_by_name(host)
        if address is not None:
            refuse_address(address, loopback_allowed=False)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    default_port = 443 if parts.scheme == "https" else 80
    return Target(scheme=parts.scheme, host=host, port=default_port if port is None else port, path=path)


def _split(url: str) -> tuple[SplitResult, int | None]:
    """The URL taken apart, and its port. Raises: ForbiddenTarget for what no URL of a webhook has."""
    if len(url) > LONGEST_URL or not url.isprintable() or any(character.isspace() for character in url):
        raise ForbiddenTarget(f"must be a URL of at most {LONGEST_URL} characters without spaces or control characters")
    if "\\" in url:
        raise ForbiddenTarget("must not contain a backslash")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ForbiddenTarget("must be a valid URL with a port between 1 and 65535") from None
    if parts.username is not None or parts.password is not None:
        raise ForbiddenTarget("must not contain a user name or password")
    if parts.fragment:
        raise ForbiddenTarget("must not contain a fragment (#)")
    if port == 0:
        raise ForbiddenTarget("must be a valid URL with a port between 1 and 65535")
    if not (parts.path + parts.query).isascii():
        raise ForbiddenTarget("must have a percent-encoded path")
    return parts, port


def checked_addresses(addresses: Sequence[str], *, loopback_allowed: bool) -> Sequence[str]:
    """The addresses to connect to, all that a name resolves to, each once. One forbidden address forbids the name.

    Raises: ForbiddenTarget.
    """
    if not addresses:
        raise ForbiddenTarget("the host name does not resolve")
    for text in addresses:
        refuse_address(ipaddress.ip_address(text.partition("%")[0]), loopback_allowed=loopback_allowed)
    return tuple(dict.fromkeys(addresses))


def refuse_address(address: Address, *, loopback_allowed: bool) -> None:
    """Raises: ForbiddenTarget for anything that is not a public unicast address, v4 inside v6 included."""
    carried = _carried(address)
    if loopback_allowed and carried.is_loopback:
        return
    special = any(found in network for found in (address, carried) for network in _SPECIAL)
    if special or not carried.is_global or carried.is_multicast or carried.is_reserved:
        raise ForbiddenTarget("must not lead to a private, loopback, link-local, metadata or otherwise special address")


def address_in(host: str) -> Address | None:
    """The address that a host is, in any notation that a resolver accepts ("127.1", "0x7f000001", "2130706433")."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None


def _ascii_host(host: str) -> str:
    """Full-width digits and letters become what a resolver would make of them. Raises: ForbiddenTarget."""
    if not host:
        raise ForbiddenTarget("must have a host name")
    try:
        host = host.encode("idna").decode("ascii") if ":" not in host else host
    except UnicodeError:
        raise ForbiddenTarget("must have a valid host name") from None
    if address_in(host) is None and not all(c.isalnum() or c in "-._" for c in host):
        raise ForbiddenTarget("must have a valid host name")
    return host.lower()


def _is_loopback_name(host: str) -> bool:
    name = host.rstrip(".")
    return name == "localhost" or name.endswith(".localhost")


def _refuse_by_name(host: str) -> None:
    name = host.rstrip(".")
    if _is_loopback_name(host) or name in METADATA_HOSTS or name.endswith(LOCAL_SUFFIXES):
        raise ForbiddenTarget("must not lead to this machine or to a private network")
    if address_in(host) is None and "." not in name:
        raise ForbiddenTarget("must have a full host name, such as hooks.example.com")


def _carried(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where it carries one; else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address == ipaddress.IPv6Address("::1") or address == ipaddress.IPv6Address("::"):
        return address
    if address in _TEREDO:
        return ipaddress.IPv4Address((int(address) & 0xFFFFFFFF) ^ 0xFFFFFFFF)
    for network, shift in _EMBEDDED:
        if address in network:
            return ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return address
