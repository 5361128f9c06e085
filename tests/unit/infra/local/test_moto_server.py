"""The stand-in for AWS says who it is and does not wait for a port that it cannot have."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

from infra.local.environment import ROOT, Ports
from infra.local.moto_server import MotoServer
from infra.local.resources import client
from infra.local.system import Identity, identify, is_taken


def serve(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "infra.local.moto_server", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_taken_port_is_a_message_and_an_exit_code():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        server = serve("--port", str(port))
        _, errors = server.communicate(timeout=30)

    assert f"Port {port} on 127.0.0.1 is taken." in errors
    assert server.returncode == 1


def test_a_ready_system_says_whose_it_is():
    identity = Identity(root="/somewhere", supervisor_pid=7)
    with serve("--identity", json.dumps({"root": "/somewhere", "supervisor_pid": 7})) as server:
        try:
            assert server.stdout is not None
            port = int(json.loads(server.stdout.readline())["endpoint_url"].rpartition(":")[2])

            found = identify(Ports(aws=port))
            taken = is_taken(port)
            tables = client("dynamodb", f"http://127.0.0.1:{port}").list_tables()["TableNames"]
        finally:
            server.kill()

    assert found == identity
    assert taken
    assert sorted(tables) == ["casework-CasesTable", "casework-JobsTable"]


def test_a_free_port_belongs_to_nobody():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert identify(Ports(aws=port)) is None
    assert not is_taken(port)


def test_a_stopped_server_leaves_its_port():
    server = MotoServer()
    port = int(server.endpoint_url.rpartition(":")[2])
    assert is_taken(port)

    server.stop()

    assert not is_taken(port)  # nobody waits for an answer of a server that is gone
