"""A receiver of webhooks for a developer's machine: it verifies what arrives and prints it.

    make webhook-inbox                                     http://127.0.0.1:7804/, until Ctrl-C
    python -m infra.local.webhook_inbox --port 9000 --answer 500

A start with `{"notify": {"url": "http://127.0.0.1:7804/"}}` posts here when its job ends.
"""

from __future__ import annotations

import argparse
import errno
import http.server
import os
import sys
from collections.abc import Mapping

from chalicelib.outbox.webhooks import signature
from infra.local.environment import HOST, WEBHOOK_SECRET

PORT = 7804
LARGEST_BODY_BYTES = 64 * 1024


def is_signed(body: bytes, headers: Mapping[str, str], *, secrets: str) -> bool:
    """Whether one of the secrets (separated by spaces) made one of the signatures."""
    found = headers.get("webhook-signature", "").split()
    sent = {"webhook_id": headers.get("webhook-id", ""), "timestamp": headers.get("webhook-timestamp", "")}
    return any(signature(body, secret=secret, **sent) in found for secret in secrets.split())


class Inbox(http.server.BaseHTTPRequestHandler):
    """Answers each POST with `answer` and prints it."""

    answer = 204
    secrets = WEBHOOK_SECRET

    def do_POST(self) -> None:  # http.server's name
        """Print one webhook."""
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(min(int(length), LARGEST_BODY_BYTES)) if length.isdecimal() else b""
        verified = is_signed(body, {name.lower(): value for name, value in self.headers.items()}, secrets=self.secrets)
        print(f"{self.headers.get('webhook-id')}  {'signed' if verified else 'NOT SIGNED BY US'}", flush=True)
        print(f"  {body.decode('utf-8', 'replace')}", flush=True)
        self.send_response(self.answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """What arrived was printed."""


def main() -> None:
    """Receive until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.webhook_inbox", description="Shows webhooks.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--answer", type=int, default=Inbox.answer, help="the status of every answer")
    arguments = parser.parse_args()
    Inbox.answer = arguments.answer
    Inbox.secrets = os.environ.get("WEBHOOK_SECRET") or WEBHOOK_SECRET
    try:
        server = http.server.ThreadingHTTPServer((HOST, arguments.port), Inbox)
    except OSError as exc:
        if exc.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"Port {arguments.port} on {HOST} is taken. Choose another: make webhook-inbox PORT=9000")
    print(f"webhooks for http://{HOST}:{arguments.port}/ are shown here; Ctrl-C ends it", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
