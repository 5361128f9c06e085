"""Who signs the tokens? An issuer of its own: an RSA key, its key set on 127.0.0.1, and tokens."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

KEY_ID = "emulated-issuer"
NAME = "https://issuer.example"
AUDIENCE = "casework"


class Issuer:
    """Signs tokens with RS256; `jwks_url` publishes its key."""

    def __init__(self, key: rsa.RSAPrivateKey, *, jwks_url: str) -> None:
        self._key = key
        self.jwks_url = jwks_url

    def token(self, user: str, *, role: str = "user") -> str:
        """A token of the user that is good for an hour."""
        claims = {"sub": user, "role": role, "iss": NAME, "aud": AUDIENCE, "exp": int(time.time()) + 3600}
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KEY_ID})


def forged(user: str) -> str:
    """A token that claims the issuer's key id and is signed with another key."""
    claims = {"sub": user, "role": "admin", "iss": NAME, "aud": AUDIENCE, "exp": int(time.time()) + 3600}
    return jwt.encode(claims, _new_key(), algorithm="RS256", headers={"kid": KEY_ID})


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """An issuer whose key set is served until the block ends."""
    key = _new_key()
    entry = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    document = json.dumps({"keys": [{**entry, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Issuer(key, jwks_url=f"http://127.0.0.1:{server.server_port}/jwks.json")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
