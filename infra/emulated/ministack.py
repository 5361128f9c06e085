"""Where is the package deployed? On MiniStack, in a virtual environment and an environment of its own.

It runs the functions in processes that inherit its environment, so it gets nothing but what it needs. It speaks TLS
with a certificate of its own: the bucket refuses everything else.
"""

from __future__ import annotations

import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.emulated.certificate import new_certificate, trusted
from infra.local.ministack import start_ministack
from infra.local.ports import free_ports
from infra.local.program import Child

REGION = "us-east-1"
START_SECONDS = 60
STOP_SECONDS = 10
ANSWER_SECONDS = 600
"""An update of the stack answers only when the functions' processes have ended."""


class MiniStack:
    """A running MiniStack, with IAM enforced; the credentials of its clients are the account's own."""

    def __init__(self, process: Child, *, port: int, certificate: Path) -> None:
        self._process = process
        self._certificate = certificate
        self.endpoint_url = f"https://127.0.0.1:{port}"

    def client(self, service: str, **credentials: str) -> Any:
        """A low-level client; with `aws_access_key_id` … of the role that these credentials belong to."""
        account = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            verify=str(self._certificate),
            region_name=REGION,
            config=Config(
                s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, read_timeout=ANSWER_SECONDS
            ),
            **(credentials or account),
        )

    def kill_workers(self, function: str) -> int:
        """Kill the processes that run the function, as a host that fails does; how many there were."""
        name = f"AWS_LAMBDA_FUNCTION_NAME={function}"
        workers = [pid for pid in _descendants(self._process.pid) if name in _environment(pid)]
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        return len(workers)


@contextmanager
def running_ministack(venv: Path, *, home: Path, environment: Mapping[str, str]) -> Iterator[MiniStack]:
    """MiniStack on a free port of 127.0.0.1 until the block ends; its functions get `environment` too."""
    (port,) = free_ports(1)
    certificate, key = new_certificate(home)
    with (home / "ministack.log").open("w", encoding="utf-8") as log:
        process = start_ministack(
            venv,
            home=home,
            environment={
                **environment,
                "PATH": f"{venv.absolute() / 'bin'}:/usr/bin:/bin",
                "HOME": str(home),
                "TMPDIR": str(home),
                "LANG": "C.UTF-8",
                "GATEWAY_PORT": str(port),
                "BIND_HOST": "127.0.0.1",
                "MINISTACK_HOST": "localhost",
                "USE_SSL": "1",
                "MINISTACK_SSL_CERT": str(certificate),
                "MINISTACK_SSL_KEY": str(key),
                "AWS_CA_BUNDLE": str(certificate),
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "AUTH": "true",
                "PERSIST_STATE": "0",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
            },
            say=lambda line: print(line, file=log, flush=True),
        )
        try:
            with trusted(certificate):
                _wait_until_up(process, f"https://127.0.0.1:{port}/_ministack/health")
                yield MiniStack(process, port=port, certificate=certificate)
        finally:
            process.ask_to_end()
            process.end(within_seconds=STOP_SECONDS)


def _wait_until_up(process: Child, url: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if ending := process.how_it_ended():
            raise AssertionError(f"MiniStack did not start ({ending}); see ministack.log")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"MiniStack is not up after {START_SECONDS} seconds; see ministack.log")


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue  # a thread that ended while it was looked at
        for child in children:
            yield child
            yield from _descendants(child)


def _environment(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/environ").read_text(errors="replace").split("\0")
    except OSError:
        return []
