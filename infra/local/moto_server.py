"""The local AWS: a moto server on 127.0.0.1 whose conditional writes are as atomic as DynamoDB's.

python -m infra.local.moto_server [--port N]        prints {"endpoint_url": "http://127.0.0.1:N"} once it listens
"""

from __future__ import annotations

import argparse
import errno
import json
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from infra.local.environment import HOST
from infra.local.patches import patch_moto
from infra.local.patches.moto_receives import answering
from infra.local.resources import create_resources
from infra.local.system import IDENTITY_PATH

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Any]


class PortTaken(Exception):
    """Something else listens on the port; the message names it."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} on {HOST} is taken.")
        self.port = port


class MotoServer:
    """A running moto server; it listens from construction until `stop`. Raises: PortTaken."""

    def __init__(self, port: int = 0) -> None:
        patch_moto()
        self._identity: bytes | None = None
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = _listen(port, self._answer)
        self._thread = threading.Thread(target=self._server.serve_forever, name="moto", daemon=True)
        self._thread.start()

    @property
    def endpoint_url(self) -> str:
        """Where the server listens, without a slash at the end."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def announce(self, identity: dict[str, Any]) -> None:
        """Answer GET /casework with this from now on: others can tell whose server this is, and that it is ready."""
        self._identity = json.dumps(identity).encode()

    def stop(self) -> None:
        """Stop listening; everything stored is gone."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Return when the server has ended."""
        self._thread.join()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ.get("PATH_INFO") != IDENTITY_PATH:
            with answering(environ.get("werkzeug.socket")):
                return self._moto(environ, start_response)
        answer = self._identity or b""
        status = "200 OK" if answer else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]


class _QuietRequestHandler(MotoRequestHandler):
    def log_request(self, *_: Any) -> None:
        """Say nothing of requests that are answered."""


def _listen(port: int, app: WsgiApp) -> BaseWSGIServer:
    # Bound here rather than in werkzeug, which ends the process when the port is taken.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                raise PortTaken(port) from exc
            raise
        listener.listen(128)
        number = listener.getsockname()[1]
        # werkzeug listens on a duplicate of the descriptor, which it closes.
        return make_server(HOST, number, app, threaded=True, request_handler=_QuietRequestHandler, fd=listener.fileno())


def main(serve: Callable[[int], MotoServer] = MotoServer) -> None:
    """Serve until ended; `serve` makes the server for a port."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.moto_server", description="AWS on this machine.")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--identity", type=json.loads, help="make the resources; GET /casework then answers this JSON")
    arguments = parser.parse_args()
    try:
        server = serve(arguments.port)
    except PortTaken as taken:
        sys.exit(str(taken))
    if arguments.identity is not None:
        create_resources(server.endpoint_url)
        server.announce(arguments.identity)
    print(json.dumps({"endpoint_url": server.endpoint_url}), flush=True)
    server.wait()


if __name__ == "__main__":
    main()
