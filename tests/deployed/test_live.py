"""A job followed by a socket, and its webhook, through the packaged app: stream, functions and permissions included."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from infra.emulated.stack import SECRETS
from infra.emulated.system import Deployed
from tests.deployed.sample import new_case

SECONDS = 120
SECONDS_TO_CONNECT = 15
"""How long the model takes, so that the job is still going when the socket opens."""


@pytest.fixture
def inbox() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A receiver on loopback: its URL, and what it received."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # http.server's name
            received.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", received
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_job_is_followed_by_a_socket_to_its_end(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    client = deployed.client("follower")
    deployed.model("POST", "/pace", {"seconds": SECONDS_TO_CONNECT})
    job_id = client.start("call_analysis", new_case(client))["job_id"]
    ticket = client.ask("POST", "/streams", {"job_ids": [job_id]}).body
    offered = [Subprotocol(name) for name in ticket["protocols"]]
    seen: list[dict[str, Any]] = []

    with connect(deployed.socket_url(), subprotocols=offered, open_timeout=SECONDS) as socket:
        while not (seen and seen[-1]["done"]):
            message = json.loads(socket.recv(timeout=SECONDS))
            if message["type"] == "job":
                seen.append(message["job"])
        took = time.time() - datetime.fromisoformat(seen[-1]["completed_at"]).timestamp()

    with capsys.disabled():
        print(f"\ndone to seen by a socket on MiniStack: {took:.2f} s")  # noqa: T201  # a figure of docs/live.md
    assert ticket["url"].startswith("wss://")
    assert {job["job_id"] for job in seen} == {job_id}
    assert len(seen) > 1
    assert seen[-1]["status"] == "completed"
    assert seen[-1]["version"] == client.ask("GET", f"/jobs/{job_id}").body["version"]


def test_the_end_of_a_job_is_posted_and_signed(
    deployed: Deployed, inbox: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    url, received = inbox
    client = deployed.client("backend")

    job_id = client.start("call_analysis", new_case(client), notify={"url": url})["job_id"]
    client.until_done(job_id)
    deadline = time.monotonic() + SECONDS
    while not received:
        assert time.monotonic() < deadline, client.ask("GET", f"/jobs/{job_id}/deliveries").body
        time.sleep(0.2)

    headers, body = received[0]
    event = Webhook(SECRETS["webhook-secret"]).verify(body, headers)
    assert (event["type"], event["data"]["job_id"]) == ("job.completed", job_id)
