"""Which public keys may have signed a token? The issuer's key set, fetched when it is needed and kept for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chalicelib import telemetry
from chalicelib.errors import Unavailable

FETCH_SECONDS = 2.5
"""The whole fetch, name look-up and slow answers included: with it a request is answered within three seconds."""
LONGEST_DOCUMENT_BYTES = 1024 * 1024
FRESH_FOR = timedelta(minutes=5)
KEPT_FOR = timedelta(hours=1)
"""How long known keys are used while the issuer does not answer."""
UNKNOWN_KEY_PAUSE = timedelta(seconds=30)
FAILURE_PAUSE = timedelta(seconds=5)
SMALLEST_RSA_BITS = 2048

ALGORITHM_OF = {"RSA": "RS256", "EC": "ES256"}


class VerificationKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key and the one algorithm it may be used with; the token has no say in that."""

    algorithm: str
    key: Any


class FetchFailed(Exception):
    """The key set could not be fetched; this says nothing about any token."""


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the key set; replaced as a whole, so that threads read it without a lock."""

    keys: Mapping[str | None, VerificationKey] = msgspec.field(default_factory=dict)
    fetched_at: datetime | None = None
    failed_at: datetime | None = None

    def older_than(self, age: timedelta, *, now: datetime) -> bool:
        return self.fetched_at is None or now - self.fetched_at >= age

    def failed_within(self, age: timedelta, *, now: datetime) -> bool:
        return self.failed_at is not None and now - self.failed_at < age


class KeySet:
    """The keys behind one JWKS URL. Safe to share between threads: they wait for one fetch, not each for its own."""

    def __init__(self, url: str, *, clock: Callable[[], datetime], fetch: Callable[[str], bytes] | None = None) -> None:
        """`clock` returns aware UTC; `fetch` the document's bytes, or raises FetchFailed (default: over HTTP)."""
        self._url = url
        self._clock = clock
        self._fetch = fetch or fetch_within(FETCH_SECONDS)
        self._known = _Known()
        self._fetching = threading.Lock()

    def find(self, kid: str | None) -> VerificationKey | None:
        """The key of this id, or None when the issuer has none of it. A token without kid gets the only key there is.

        A kid that is not known is looked for again, unless the key set was fetched within the last 30 s.
        Raises: Unavailable when the key set cannot be had and nothing known can answer for it.
        """
        known = self._current()
        key = known.keys.get(kid)
        if key is None and known.older_than(UNKNOWN_KEY_PAUSE, now=self._clock()):
            key = self._refreshed(known, required=True).keys.get(kid)
        return key

    def _current(self) -> _Known:
        known, now = self._known, self._clock()
        if not known.older_than(FRESH_FOR, now=now):
            return known
        return self._refreshed(known, required=known.older_than(KEPT_FOR, now=now))

    def _refreshed(self, seen: _Known, *, required: bool) -> _Known:
        """The key set after a fetch, or after the fetch that another thread finished while this one waited."""
        with self._fetching:
            if self._known is seen and not seen.failed_within(FAILURE_PAUSE, now=self._clock()):
                self._known = self._fetched(seen)
            known = self._known
        if required and (known.fetched_at is None or known.fetched_at == seen.fetched_at):
            raise Unavailable(
                "Tokens cannot be checked just now: the issuer's keys are not available. Try again.",
                retry_after_seconds=int(FAILURE_PAUSE.total_seconds()),
            )
        return known

    def _fetched(self, seen: _Known) -> _Known:
        try:
            keys = parse_keys(self._fetch(self._url))
        except FetchFailed as exc:
            telemetry.warning("key_set_unavailable", reason=str(exc))
            return msgspec.structs.replace(seen, failed_at=self._clock())
        return _Known(keys=keys, fetched_at=self._clock())


def parse_keys(document: bytes) -> Mapping[str | None, VerificationKey]:
    """The usable keys of a JWKS document by their kid; a single key also by None. Other keys are ignored.

    Usable: public RSA of at least 2048 bits (RS256) and EC P-256 (ES256), meant for signatures.
    Raises: FetchFailed when the document is no JWKS or holds no usable key.
    """
    try:
        entries = msgspec.json.decode(document, type=_Document).keys
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise FetchFailed("the answer is no JWKS document") from exc
    keys = [(entry.get("kid"), key) for entry in entries if (key := _usable(entry)) is not None]
    if not keys:
        raise FetchFailed("the document holds no usable key")
    by_kid: dict[str | None, VerificationKey] = {kid: key for kid, key in keys if isinstance(kid, str)}
    return {**by_kid, None: keys[0][1]} if len(keys) == 1 else by_kid


class _Document(msgspec.Struct):
    keys: list[dict[str, Any]]


def _usable(entry: Mapping[str, Any]) -> VerificationKey | None:
    import jwt  # 50 ms with cryptography: loaded by the first token, not by every function

    algorithm = ALGORITHM_OF.get(str(entry.get("kty")))
    fits = entry.get("use", "sig") == "sig" and entry.get("alg", algorithm) == algorithm and "d" not in entry
    if algorithm is None or not fits or (algorithm == "ES256" and entry.get("crv") != "P-256"):
        return None
    try:
        key = jwt.PyJWK(dict(entry), algorithm=algorithm).key
    except jwt.PyJWTError:
        return None
    if algorithm == "RS256" and key.key_size < SMALLEST_RSA_BITS:
        return None
    return VerificationKey(algorithm=algorithm, key=key)


def fetch_within(seconds: float) -> Callable[[str], bytes]:
    """A fetch over HTTP that is over after `seconds`, however slowly the other side answers."""

    def fetch(url: str) -> bytes:
        arrived: list[bytes] = []
        # A socket's timeout is per packet and per address; only a second thread can bound the whole of it.
        reader = threading.Thread(target=_read, args=(url, seconds, arrived), daemon=True)
        reader.start()
        reader.join(seconds)
        if not arrived:
            raise FetchFailed("the issuer did not answer in time, or not with a document")
        return arrived[0]

    return fetch


def may_follow(url: str, redirect: str) -> bool:
    """Whether the issuer's answer may send us there: https, the same host and port. Whoever serves the document decides
    who is an admin, so no other host does."""
    from urllib.parse import urlsplit

    old, new = urlsplit(url), urlsplit(redirect)
    return new.scheme == "https" and old.scheme == "https" and new.netloc.lower() == old.netloc.lower()


def _read(url: str, seconds: float, arrived: list[bytes]) -> None:
    import http.client
    import urllib.request

    class SameHost(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            if not may_follow(url, newurl):
                telemetry.warning("key_set_redirect_refused", status=code)
                return None
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    try:
        with urllib.request.build_opener(SameHost).open(url, timeout=seconds) as answer:
            document = answer.read(LONGEST_DOCUMENT_BYTES + 1)
    except (OSError, ValueError, http.client.HTTPException):
        return
    if len(document) <= LONGEST_DOCUMENT_BYTES:
        arrived.append(document)
