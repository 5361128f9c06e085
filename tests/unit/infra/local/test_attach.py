"""Importing the app in stage dev prepares `chalice local` and starts nothing: `chalice package` imports it too."""

from __future__ import annotations

import json
import subprocess
import sys

from infra.local.environment import ROOT

IMPORT = """
import json, os, threading
import app
from chalice.local import LocalDevServer
print(json.dumps({
    "prepared": getattr(LocalDevServer.serve_forever, "is_changed", False),
    "redirected": "AWS_ENDPOINT_URL" in os.environ,
    "threads": threading.active_count(),
}))
"""


def imported(stage: str) -> dict[str, object]:
    ended = subprocess.run(
        [sys.executable, "-c", IMPORT],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "STAGE": stage, "AWS_CHALICE_CLI_MODE": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, object] = json.loads(ended.stdout)
    return told


def test_in_stage_dev_chalice_local_is_prepared_and_nothing_runs():
    assert imported("dev") == {"prepared": True, "redirected": False, "threads": 1}


def test_in_a_deployed_stage_chalice_is_left_alone():
    assert imported("prod") == {"prepared": False, "redirected": False, "threads": 1}
