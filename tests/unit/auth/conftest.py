"""What the tests of the API edge share: a clock that stands still, keys, tokens and a key set server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.fakes.clock import FakeClock

NOW = FakeClock()()
SECRET = "a-secret-of-the-tests-that-is-long-enough"


class Keys:
    """Key pairs of an issuer; making RSA keys is slow, so there is one set for all tests."""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other_rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.short_rsa = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  it is there to be refused
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.p384 = ec.generate_private_key(ec.SECP384R1())


class Issuer:
    """A key set server on 127.0.0.1 whose document, status and delay a test sets; it counts what it was asked."""

    def __init__(self) -> None:
        self.document: bytes = b'{"keys": []}'
        self.status = 200
        self.requests = 0
        self.hold = threading.Event()
        self.hold.set()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.requests += 1
                issuer.hold.wait(10)
                self.send_response(issuer.status)
                self.send_header("Content-Length", str(len(issuer.document)))
                self.end_headers()
                self.wfile.write(issuer.document)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/.well-known/jwks.json"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def publish(self, *entries: Mapping[str, Any]) -> None:
        self.document = json.dumps({"keys": list(entries)}).encode()

    def close(self) -> None:
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def public_entry(private: Any, kid: str | None = None, **members: Any) -> dict[str, Any]:
    """A private key's public half as an entry of a key set."""
    algorithm = jwt.algorithms.RSAAlgorithm if isinstance(private, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    entry = json.loads(algorithm.to_jwk(private.public_key()))
    entry.pop("key_ops", None)
    return {**entry, **({} if kid is None else {"kid": kid}), **members}


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token, changed; a change to None leaves the claim out."""
    good = {"sub": "user-1", "exp": int(NOW.timestamp()) + 3600}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def token(payload: Mapping[str, Any], key: Any = SECRET, *, algorithm: str = "HS256", kid: str | None = None) -> str:
    """A signed token. The payload is signed as it stands: PyJWT's own checks of claims are passed by."""
    headers = {} if kid is None else {"kid": kid}
    return jwt.PyJWS().encode(json.dumps(payload).encode(), key, algorithm=algorithm, headers=headers)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    server = Issuer()
    yield server
    server.close()
