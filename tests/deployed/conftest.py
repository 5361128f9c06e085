"""What do the deployed tests start from? The package of this machine's architecture, deployed once for all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.server import Emulator
from infra.deploy.package import Package, make_package, own_architecture
from infra.emulated.issuer import Issuer, running_issuer
from infra.emulated.ministack import MiniStack, running_ministack
from infra.emulated.stack import STAGE, deploy, deployable_package
from infra.emulated.system import Deployed
from tests.deployed.sample import new_case

SECONDS_AN_ANSWER = 1.0
UNLUCKY = "unlucky"
"""Whose job loses its worker."""

MINISTACK_VENV = Path(os.environ.get("MINISTACK_VENV", "build/ministack")).absolute()


@pytest.fixture(scope="session")
def package() -> Package:
    return make_package(stage=STAGE, architecture=own_architecture())


@pytest.fixture(scope="session")
def deployable(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Package:
    return deployable_package(package, tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="session")
def token_issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator(port=0, seconds=SECONDS_AN_ANSWER) as running:
        yield running


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> Iterator[MiniStack]:
    providers = {"OPENAI_BASE_URL": f"{emulator.url}/v1", "ANTHROPIC_BASE_URL": emulator.url}
    home = tmp_path_factory.mktemp("ministack")
    with running_ministack(MINISTACK_VENV, home=home, environment=providers) as running:
        yield running


@pytest.fixture(scope="session")
def deployed(deployable: Package, token_issuer: Issuer, emulator: Emulator, ministack: MiniStack) -> Deployed:
    """The stack, deployed as `make deploy` does it."""
    return deploy(deployable, ministack=ministack, token_issuer=token_issuer, model_url=emulator.url)


@pytest.fixture(scope="session", autouse=True)
def abandoned_job(deployed: Deployed) -> str:
    """A job whose worker was killed at the very beginning: its lease ends while the other tests run."""
    client = deployed.client(UNLUCKY)
    deployed.model("POST", "/pace", {"seconds": 30})
    job_id = client.start("call_analysis", new_case(client))["job_id"]
    client.until(job_id, lambda job: job["status"] == "running")
    assert deployed.ministack.kill_workers(deployed.functions()["WorkNormal"]) >= 1
    return job_id


@pytest.fixture(autouse=True)
def patient_model(deployed: Deployed) -> None:
    """Each test finds the providers without faults and at their usual pace."""
    deployed.model("DELETE", "/faults")
    deployed.model("POST", "/pace", {"seconds": SECONDS_AN_ANSWER})
