"""A server for one WSGI app on 127.0.0.1 that keeps connections open, as AWS does; a thread for each.

werkzeug's own server closes the connection after every answer, which would charge each call with a new one.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

HOST = "127.0.0.1"

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Any]


class KeepAliveServer(ThreadingHTTPServer):
    """Listens on a free port from construction on; `serve_forever` answers."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: WsgiApp) -> None:
        self.app = app
        super().__init__((HOST, 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave together

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = b"".join(self.server.app(self._environ(body), self._start))  # type: ignore[attr-defined]  # ours
        self.send_response(self._status)
        for name, value in self._headers:
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _answer  # noqa: N815  # http.server's names

    def log_message(self, *_: Any) -> None:
        """Say nothing of requests that are answered."""

    def _start(self, status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        self._status, self._headers = int(status.split()[0]), headers

    def _environ(self, body: bytes) -> dict[str, Any]:
        asked = urlsplit(self.path)
        named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        return {
            **named,
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(asked.path, "latin-1"),
            "QUERY_STRING": asked.query,
            "REQUEST_URI": self.path,
            "SERVER_NAME": HOST,
            "SERVER_PORT": str(self.connection.getsockname()[1]),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
        }
