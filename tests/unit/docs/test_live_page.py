"""The page about live updates: its Python runs, its JavaScript runs in Node against a socket, its statements hold."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.outbox.webhooks import RETRY_PAUSES, event_body, signed_headers
from infra.local.environment import ROOT, WEBHOOK_SECRET
from tests.fakes.jobs import JOB_ID, a_job

PAGE = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
FOLLOW, RECEIVE = re.findall(r"```js\n(.*?)```", PAGE, re.S)

HARNESS = """
const sent = [];
const ticket = { url: "ws://x", protocols: ["casework.v1", "ticket.t"] };
globalThis.fetch = async (url, init) => (sent.push([url, init]), { json: async () => ticket });
globalThis.WebSocket = class { constructor(...offer) { this.offer = offer; } close() { this.closed = true; } };
const shown = [];
const socket = await follow("http://api", "jwt", "job-1", (job) => shown.push(job.version));
for (const [version, done] of [[2, false], [1, false], [3, false], [3, false], [4, true]])
  socket.onmessage({ data: JSON.stringify({ type: "job", job: { version, done } }) });
socket.onmessage({ data: JSON.stringify({ type: "pong" }) });
console.log(JSON.stringify({ shown, closed: socket.closed, offer: socket.offer, body: sent[0][1].body }));
"""


def test_the_python_of_the_page_verifies_what_is_sent_and_nothing_else() -> None:
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    page: dict[str, Any] = {}
    exec(source, page)  # noqa: S102  # the page's own code
    body = event_body(a_job(completed_at=datetime.now(UTC)))
    headers = dict(signed_headers(body, webhook_id="msg_1", now=datetime.now(UTC), secrets=[WEBHOOK_SECRET]))

    assert page["receive"](WEBHOOK_SECRET, body, headers) == JOB_ID
    assert page["receive"](WEBHOOK_SECRET, body + b" ", headers) is None


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_the_javascript_of_the_page_shows_newer_versions_only_and_stops_at_the_end(tmp_path: Path) -> None:
    script = tmp_path / "page.mjs"
    script.write_text(FOLLOW + HARNESS, encoding="utf-8")

    run = subprocess.run(["node", str(script)], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {
        "shown": [2, 3, 4],
        "closed": True,
        "offer": ["ws://x", ["casework.v1", "ticket.t"]],
        "body": '{"job_ids":["job-1"]}',
    }


@pytest.mark.skipif(
    not (ROOT / "frontend" / "node_modules" / "standardwebhooks").exists(), reason="needs frontend/node_modules"
)
def test_the_node_receiver_of_the_page_verifies_what_is_sent(tmp_path: Path) -> None:
    body = event_body(a_job(completed_at=datetime.now(UTC)))
    headers = dict(signed_headers(body, webhook_id="msg_1", now=datetime.now(UTC), secrets=[WEBHOOK_SECRET]))
    call = f"console.log(receive({json.dumps(WEBHOOK_SECRET)}, {json.dumps(body.decode())}, {json.dumps(headers)}));"
    script = ROOT / "frontend" / f"page-{tmp_path.name}.mjs"
    script.write_text(RECEIVE.replace("export ", "") + call, encoding="utf-8")
    try:
        run = subprocess.run(["node", str(script)], capture_output=True, text=True, check=False)
    finally:
        script.unlink()

    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == JOB_ID


def test_the_pauses_of_the_page_are_those_of_the_code() -> None:
    pauses = [int(pause.total_seconds()) for pause in RETRY_PAUSES]

    assert pauses == [5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))]
    assert "5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours" in " ".join(PAGE.split())
