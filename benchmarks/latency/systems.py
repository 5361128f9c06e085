"""The two systems whose users wait, each on this machine: the local one, and the package deployed on MiniStack."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.durable import MINISTACK
from clients.python.casework import Client
from emulator.server import Emulator
from infra.deploy.package import make_package, own_architecture
from infra.emulated.issuer import running_issuer
from infra.emulated.ministack import running_ministack
from infra.emulated.stack import STAGE, deploy, deployable_package
from infra.local.environment import HOST
from infra.local.own_system import running_system
from infra.local.token import token

ANSWER_SECONDS = 2


class MeasuredSystem(msgspec.Struct, frozen=True, kw_only=True):
    """Somewhere to start jobs: a user's client, where the socket that a ticket names is, and an end for all workers."""

    client_of: Callable[[str], Client]
    socket_url: Callable[[Mapping[str, Any]], str]
    kill_workers: Callable[[], object]


@contextmanager
def local_system() -> Iterator[MeasuredSystem]:
    """A local system of its own."""
    os.environ["CASEWORK_EMULATOR_SECONDS"] = str(ANSWER_SECONDS)
    with running_system() as environment:
        port = environment["CASEWORK_API_PORT"]
        yield MeasuredSystem(
            client_of=lambda user: Client(f"http://{HOST}:{port}", token(user=user, role="user", now=time.time())),
            socket_url=lambda ticket: str(ticket["url"]),
            kill_workers=lambda: _kill_workers(port),
        )


@contextmanager
def deployed_system() -> Iterator[MeasuredSystem]:
    """The package of stage staging, made now and deployed on a MiniStack of its own."""
    package = make_package(stage=STAGE, architecture=own_architecture())
    with tempfile.TemporaryDirectory(prefix="casework-latency-") as folder, Emulator(seconds=ANSWER_SECONDS) as models:
        home, of_package = Path(folder) / "home", Path(folder) / "package"
        home.mkdir()
        of_package.mkdir()
        providers = {"OPENAI_BASE_URL": f"{models.url}/v1", "ANTHROPIC_BASE_URL": models.url}
        with running_issuer() as issuer, running_ministack(MINISTACK, home=home, environment=providers) as ministack:
            usable = deployable_package(package, of_package)
            deployed = deploy(usable, ministack=ministack, token_issuer=issuer, model_url=models.url)
            address, work_normal = deployed.socket_url(), deployed.functions()["WorkNormal"]
            yield MeasuredSystem(
                client_of=deployed.client,
                socket_url=lambda _: address,
                kill_workers=lambda: ministack.kill_workers(work_normal),
            )


def _kill_workers(api_port: str) -> None:
    """End the processes of the local system at this port that run jobs of the normal lane."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().decode().split("\0")
            environment = (process / "environ").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "app.work_normal" in arguments and f"CASEWORK_API_PORT={api_port}" in environment:
            os.kill(int(process.name), signal.SIGKILL)
