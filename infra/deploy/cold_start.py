"""How long until a fresh function has answered its first poll? Measured on the files of the zip that ships.

A round is two fresh processes, each with nothing but the zip's files on its path: one imports chalice and boto3 and
makes two clients (what any Chalice function with boto3 pays), the other imports the app and answers `GET /jobs/{id}`
with an RS256 token: the key set is fetched, the token verified and the record read, from servers on this machine. The
ratio of the two is what this project's own code costs; both have bytecode, so that makes no difference.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

BASELINE = """
import json, time
began = time.perf_counter()
import chalice, boto3
boto3.client("dynamodb"), boto3.client("sqs")
seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds}))
"""

POLL = """
import json, os, re, sys, time
event = json.loads(os.environ.pop("EVENT"))
began = time.perf_counter()
import app
answer = app.app(event, None)
seconds = time.perf_counter() - began
assert answer["statusCode"] == 200, answer
rss_kb = int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
print(json.dumps({"seconds": seconds, "rss_kb": rss_kb, "modules": sorted(sys.modules)}))
"""


class ColdStart(msgspec.Struct, frozen=True, kw_only=True):
    """The fastest of all rounds: what others took longer is the machine's. `ratio` is poll to baseline, `rss_mb` the
    largest of all polls."""

    baseline_seconds: float
    poll_seconds: float
    ratio: float
    rss_mb: float
    modules: frozenset[str]


def measure(archive: Path, *, token: str, job_id: str, environment: Mapping[str, str], rounds: int) -> ColdStart:
    """Measure the zip. `environment` is a function's own: where tables, keys and servers are."""
    with TemporaryDirectory() as name:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(name)
        everything = {**environment, "PYTHONPATH": name, "EVENT": json.dumps(poll_event(job_id, token=token))}
        baselines, polls = [], []
        for _ in range(rounds + 1):
            baselines.append(_run(BASELINE, cwd=name, environment=everything))
            polls.append(_run(POLL, cwd=name, environment=everything))
    baselines, polls = baselines[1:], polls[1:]  # the first round finds the files cold
    baseline = min(run["seconds"] for run in baselines)
    poll = min(run["seconds"] for run in polls)
    return ColdStart(
        baseline_seconds=baseline,
        poll_seconds=poll,
        ratio=poll / baseline,
        rss_mb=max(run["rss_kb"] for run in polls) / 1024,
        modules=frozenset(polls[-1]["modules"]),
    )


def poll_event(job_id: str, *, token: str) -> Mapping[str, Any]:
    """What API Gateway sends for a poll."""
    headers = {"Authorization": f"Bearer {token}"}
    return {
        "resource": "/jobs/{job_id}",
        "path": f"/jobs/{job_id}",
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"job_id": job_id},
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {"resourcePath": "/jobs/{job_id}", "httpMethod": "GET", "path": f"/api/jobs/{job_id}"},
    }


def _run(program: str, *, cwd: str, environment: Mapping[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=cwd,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
