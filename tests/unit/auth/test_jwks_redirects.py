"""The issuer's key set may move on its own host; nobody else's keys are ever taken."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chalicelib.jwks import FetchFailed, fetch_within, may_follow
from infra.emulated.certificate import new_certificate, trusted

DOCUMENT = b'{"keys": []}'
HOME = "https://issuer.example/jwks.json"


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None], *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def with_keys(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(DOCUMENT)))
    handler.end_headers()
    handler.wfile.write(DOCUMENT)


def moved_to(url: str, *, status: int = 302) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/new":
            with_keys(handler)
            return
        handler.send_response(status)
        handler.send_header("Location", url)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_or_without_tls_gives_no_keys(status: int) -> None:
    with (
        serving(with_keys) as other,
        serving(moved_to(f"{other}/new", status=status)) as issuer,
        pytest.raises(FetchFailed),
    ):
        fetch_within(2)(issuer)


def test_a_redirect_on_the_same_https_host_is_followed(tmp_path: Path) -> None:
    certificate, key = new_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)

    with serving(moved_to("/new"), tls=tls) as issuer, trusted(certificate):
        assert fetch_within(2)(issuer) == DOCUMENT


@pytest.mark.parametrize(
    ("redirect", "follows"),
    [
        ("https://issuer.example/keys/2", True),
        ("https://ISSUER.example/keys", True),  # host names have no case
        ("http://issuer.example/jwks.json", False),
        ("https://issuer.example:8443/jwks.json", False),  # another server
        ("https://issuer.example.attacker.example/jwks.json", False),
        ("https://issuer.example@attacker.example/jwks.json", False),
        ("https://login.issuer.example/jwks.json", False),
        ("ftp://issuer.example/jwks.json", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_the_same_https_host_may_answer_for_the_issuer(redirect: str, follows: bool) -> None:
    assert may_follow(HOME, redirect) is follows
    assert not may_follow("http://issuer.example/jwks.json", redirect)
