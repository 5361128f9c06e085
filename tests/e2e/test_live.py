"""Live updates and webhooks on a plain `chalice local`: a real socket, a real receiver, all processes."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks import Webhook
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from clients.python.casework import Client
from infra.local.environment import HOST, WEBHOOK_SECRET
from infra.local.token import token
from tests.e2e.local_system import Running

SEEN_WITHIN_SECONDS = 120


class Receiver:
    """A webhook's receiver on loopback that answers with each of `statuses`, the last one for ever."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.requests: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # http.server's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((dict(self.headers), body))
                status = receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0]
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_address[1]}/hook"

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + SEEN_WITHIN_SECONDS
        while len(self.requests) < count:
            assert time.monotonic() < deadline, f"{len(self.requests)} of {count} requests came"
            time.sleep(0.05)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver(500, 200)
    yield receiver
    receiver.close()


@pytest.fixture
def client(local: Running) -> Client:
    return Client(f"http://{HOST}:{local.ports.api}", token(user="u1", role="user", now=time.time()))


def a_case(client: Client) -> str:
    case_id: str = client.request("POST", "/cases", {"title": "Live"}).json["id"]
    client.request("POST", f"/cases/{case_id}/documents", {"file_name": "a.txt", "text": "כאבי גב מאז 2024."})
    return case_id


@pytest.mark.e2e
def test_a_followed_job_is_seen_from_its_snapshot_to_its_end(client: Client) -> None:
    case_id = a_case(client)
    job_id = client.request("POST", f"/cases/{case_id}/analyze-documents-form7801").json["job_id"]
    stream = client.request("POST", "/streams", {"job_ids": [job_id]}).json
    offered = [Subprotocol(name) for name in stream["protocols"]]

    with connect(stream["url"], subprotocols=offered) as socket:
        assert socket.subprotocol == "casework.v1"
        socket.send('{"type": "ping"}')
        seen: list[dict[str, Any]] = []
        while not (seen and seen[-1].get("job", {}).get("done")):
            seen.append(json.loads(socket.recv(timeout=SEEN_WITHIN_SECONDS)))
        done = client.request("GET", f"/jobs/{job_id}").json

    jobs = [message["job"] for message in seen if message["type"] == "job"]
    assert {"type": "pong"} in seen
    assert jobs[0]["version"] < jobs[-1]["version"] == done["version"]
    assert jobs[-1]["result"] is None
    assert {name: value for name, value in jobs[-1].items() if name not in ("result", "steps")} == {
        name: value for name, value in done.items() if name not in ("result", "steps")
    }


@pytest.mark.e2e
def test_a_ticket_opens_one_connection_and_a_wrong_one_none(client: Client) -> None:
    case_id = a_case(client)
    job_id = client.request("POST", f"/cases/{case_id}/analyze-documents-form7801").json["job_id"]
    stream = client.request("POST", "/streams", {"job_ids": [job_id]}).json
    offered = [Subprotocol(name) for name in stream["protocols"]]
    with connect(stream["url"], subprotocols=offered):
        pass

    for protocols in (offered, [Subprotocol("casework.v1"), Subprotocol("ticket.wrong")]):
        with pytest.raises(InvalidStatus) as refused, connect(stream["url"], subprotocols=protocols):
            pass
        assert refused.value.response.status_code == 401


@pytest.mark.e2e
def test_the_end_of_a_job_is_posted_until_the_receiver_takes_it(client: Client, receiver: Receiver) -> None:
    case_id = a_case(client)
    started = client.request(
        "POST", f"/cases/{case_id}/analyze-documents-form7801", {"notify": {"url": receiver.url}}
    ).json

    receiver.wait_for(2)

    for headers, body in receiver.requests:
        event = Webhook(WEBHOOK_SECRET).verify(body, headers)
        assert event["data"]["job_id"] == started["job_id"]
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 1
    deliveries = client.request("GET", f"/jobs/{started['job_id']}/deliveries").json["deliveries"]
    assert [delivery["status"] for delivery in deliveries] == [500, 200]
