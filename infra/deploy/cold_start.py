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
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

BASELINE = """
import json, sys, time
began, worked = time.perf_counter(), time.process_time()
import chalice, boto3
boto3.client("dynamodb"), boto3.client("sqs")
seconds, processor = time.perf_counter() - began, time.process_time() - worked
print(json.dumps({"seconds": seconds, "processor": processor, "modules": sorted(sys.modules)}))
"""

POLL = """
import json, os, re, sys, time
event = json.loads(os.environ.pop("EVENT"))
began, worked = time.perf_counter(), time.process_time()
import app
answer = app.app(event, None)
seconds, processor = time.perf_counter() - began, time.process_time() - worked
assert answer["statusCode"] == 200, answer
rss_kb = int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
found = {"seconds": seconds, "processor": processor, "rss_kb": rss_kb, "modules": sorted(sys.modules)}
print(json.dumps(found))
"""


class ColdStart(msgspec.Struct, frozen=True, kw_only=True):
    """The fastest of all rounds: what others took longer is the machine's. `ratio` is poll to baseline; the same of the
    processor time is what a busy machine changes less; `rss_mb` is the largest of all polls. `modules` are what a poll
    has loaded, `own_modules` those of them that the baseline has not."""

    baseline_seconds: float
    poll_seconds: float
    ratio: float
    processor_ratio: float
    rss_mb: float
    modules: frozenset[str]
    own_modules: frozenset[str]


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
    baseline, poll = (_fastest(runs, "seconds") for runs in (baselines, polls))
    return ColdStart(
        baseline_seconds=baseline,
        poll_seconds=poll,
        ratio=poll / baseline,
        processor_ratio=_fastest(polls, "processor") / _fastest(baselines, "processor"),
        rss_mb=max(run["rss_kb"] for run in polls) / 1024,
        modules=frozenset(polls[-1]["modules"]),
        own_modules=frozenset(polls[-1]["modules"]) - frozenset(baselines[-1]["modules"]),
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


def _fastest(runs: Sequence[Mapping[str, Any]], of: str) -> float:
    return min(float(run[of]) for run in runs)


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
