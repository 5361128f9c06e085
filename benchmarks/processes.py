"""The processes that a measurement needs: a metered moto with everything made in it, and both sides of a system."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.systems.work import IDEMPOTENCY_TABLE, QUEUE, REGION, TABLE, VISIBILITY_SECONDS
from infra.local.resources import create_resources, resource_names

ROOT = Path(__file__).resolve().parent.parent
PEERS_PYTHON = ROOT / "build" / "bench-venv" / "bin" / "python"
STOP_SECONDS = 5


class Aws(msgspec.Struct, frozen=True, kw_only=True):
    """A metered moto: the URL of each side's door."""

    client_url: str
    worker_url: str

    def environment(self, side: str) -> dict[str, str]:
        """All that a process of this side needs, Casework's settings included: a deployed stage, not dev."""
        url = self.client_url if side == "client" else self.worker_url
        return {
            **resource_names(url).environment,
            "STAGE": "prod",
            "JWKS_URL": "http://127.0.0.1:9/never-asked",
            "JWT_ISSUER": "https://issuer.example/",
            "JWT_AUDIENCE": "casework",
            "SOCKET_URL": "wss://sockets.example/api",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "ignore",
        }


@contextmanager
def metered_aws() -> Iterator[Aws]:
    """A fresh metered moto with Casework's resources and the peers' tables and queue; gone when the block ends."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.metered_moto"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        urls = json.loads(server.stdout.readline() if server.stdout else "")
        resources = create_resources(urls["client"])
        for table in (TABLE, IDEMPOTENCY_TABLE):
            resources.client("dynamodb").create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            )
        resources.client("sqs").create_queue(QueueName=QUEUE, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})
        yield Aws(client_url=urls["client"], worker_url=urls["worker"])
    finally:
        _end(server)


@contextmanager
def running(arguments: list[str], *, python: Path | str, environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """A Python process that runs while the block does; its id. What it prints goes to `log`."""
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(python), *arguments], cwd=ROOT, env={**environment, "AWS_REGION": REGION}, stdout=out, stderr=out
        )
        try:
            yield process.pid
        finally:
            _end(process)


def answer_of(
    arguments: list[str],
    *,
    python: Path | str = sys.executable,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
    timeout_seconds: float = 300,
) -> Any:
    """What a Python process prints last, as JSON. What it says on standard error goes to `log`."""
    with (log or Path("/dev/null")).open("w") as errors:
        done = subprocess.run(
            [str(python), *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed; see {log}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
