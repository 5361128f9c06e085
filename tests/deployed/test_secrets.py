"""A secret that is lost shows itself by name, and fails its jobs for that reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.emulated.stack import SECRETS
from infra.emulated.system import Deployed
from tests.deployed.sample import new_case


@pytest.fixture
def without_anthropic_key(deployed: Deployed) -> Iterator[None]:
    """The key is gone, and no function remembers it."""
    name = f"/{deployed.stack.name}/anthropic-api-key"
    ssm = deployed.ministack.client("ssm")
    ssm.delete_parameter(Name=name)
    deployed.ministack.kill_workers(deployed.functions()["WorkNormal"])
    yield
    ssm.put_parameter(Name=name, Type="SecureString", Value=SECRETS["anthropic-api-key"])


@pytest.mark.usefixtures("without_anthropic_key")
def test_a_missing_key_is_named_and_fails_the_jobs_that_need_it(deployed: Deployed) -> None:
    admin, client = deployed.client("boss", role="admin"), deployed.client("keyless")

    failed = client.until_done(client.start("document_analysis_agent", new_case(client))["job_id"])

    health = admin.ask("GET", "/health?deep=1")  # by a worker that runs by now

    assert health.status == 503
    assert [name for name, outcome in health.body["checks"].items() if outcome != "ok"] == ["anthropic_key"]
    assert (failed["status"], failed["error_info"]["code"], failed["attempt"]) == ("failed", "provider_auth", 1)
