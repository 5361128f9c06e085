"""What may every test ask for? A locked moto server, and tables, queues and a bucket of the test's own.

    def test_a_rule(local_resources):
        store = DynamoJobStore(local_resources.client("dynamodb"), table=local_resources.jobs_table, …)

`local_resources` is an `infra.local.resources.Resources`: names and URLs (`jobs_table`, `cases_table`, `bucket`,
`high_queue_url`, `normal_queue_url`, `…_dead_letter_queue_url`, `endpoint_url`), `.client(service)` for a low-level
boto3 client, and `.environment`, the variables that make `read_settings(…)` and boto3 use them. It is empty at the
start of each test that asks for it, and many threads may use it. Tests that only need the server take `moto_endpoint`,
its URL.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from infra.local.resources import Resources, create_resources

if TYPE_CHECKING:
    from tests.fakes.sample_case import Providers

pytest_plugins = ["tests.scheduling"]

ROOT = Path(__file__).resolve().parent.parent
_numbers = itertools.count(1)

# How long an example takes depends on who else is on the machine.
settings.register_profile("casework", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("casework")


def pytest_configure() -> None:
    """Take Ctrl-C as usual, even where the shell ignores it (nohup, `make test &`): children would ignore it too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    """The URL of a locked moto server, one for the whole run, in a process of its own.

    `CASEWORK_TEST_ENDPOINT` names another emulator of AWS that is up already, see tests/contract/ministack.
    """
    if os.environ.get("CASEWORK_TEST_ENDPOINT"):
        yield os.environ["CASEWORK_TEST_ENDPOINT"]
        return
    server = subprocess.Popen(
        [sys.executable, "-m", "infra.local.child", str(os.getpid()), "infra.local.moto_server"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert server.stdout is not None
    try:
        yield json.loads(server.stdout.readline())["endpoint_url"]
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@pytest.fixture
def local_resources(moto_endpoint: str) -> Resources:
    """Fresh tables, queues and a bucket on `moto_endpoint`; names are never used twice."""
    resources = create_resources(moto_endpoint, prefix=f"test{next(_numbers)}")
    if os.environ.get("CASEWORK_TEST_ENDPOINT"):
        # Jobs of tests expired long ago: MiniStack looks once a minute and deletes them, in the middle of a test.
        resources.client("dynamodb").update_time_to_live(
            TableName=resources.jobs_table,
            TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": False},
        )
    return resources


@pytest.fixture(scope="module")
def shared_providers() -> Iterator[Providers]:
    """One emulator of both AI providers for a module; its log counts every call."""
    from tests.fakes.sample_case import emulated_providers  # loads both SDKs

    with emulated_providers() as providers:
        yield providers


@pytest.fixture
def providers(shared_providers: Providers) -> Providers:
    """The emulator, with nothing asked and nothing planted."""
    shared_providers.start_afresh()
    return shared_providers
