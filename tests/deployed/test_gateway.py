"""What browsers and monitors ask before, and beside, the requests that count."""

from __future__ import annotations

import pytest

from infra.emulated.system import Deployed

ORIGIN = "https://app.example"


@pytest.mark.parametrize(
    ("path", "method"), [("/jobs", "GET"), ("/cases/1/analyze-with-agent", "POST"), ("/jobs/1", "DELETE")]
)
def test_a_preflight_is_answered_by_the_function(deployed: Deployed, path: str, method: str) -> None:
    asked = {"Origin": ORIGIN, "Access_Control_Request_Method": method}

    answer = deployed.anonymous().ask("OPTIONS", path, **asked, Access_Control_Request_Headers="authorization")

    assert answer.status in (200, 204)
    assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN)
    assert method in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()
    assert answer.headers["x-request-id"]  # of the API: a mock has none


def test_a_monitor_may_ask_with_head(deployed: Deployed) -> None:
    answer = deployed.anonymous().ask("HEAD", "/health")

    assert (answer.status, answer.body) == (200, None)
