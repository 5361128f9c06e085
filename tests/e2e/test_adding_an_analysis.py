"""The analysis of docs/add-an-analysis.md, added as one file to a copy: it runs, and the copy's own gate is green."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.resources import Resources

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "add-an-analysis.md"
ADDED = Path("chalicelib/analyses/word_count/__init__.py")
GATE = (
    "tests/app",
    "tests/unit/api",
    "tests/unit/docs",
    "tests/unit/clients",
    "tests/unit/infra/ops",
    "tests/architecture",
)
"""The folders whose tests may know of all analyses; they are green without an edit."""
NOTICES = "not [ and not test_fuzzing_parts and not test_slow_storage or word_count or count-words"
"""Of a test with parameters only those of the new analysis: the others were run with the project itself, as were those
of what is read before any analysis (tokens, file names, cursors) and of slow storage."""

# Drives the copy's own app as API Gateway and SQS would: create a case, upload, start, work, poll.
CONVERSATION = """
import base64, json, sys
import boto3
import jwt
import app

TOKEN = jwt.encode({"sub": "user-1", "exp": 4102444800}, "secret-of-the-test-at-least-32-bytes", algorithm="HS256")

class Context:
    aws_request_id = "request"
    function_name = "test"
    memory_limit_in_mb = "640"
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:test"
    def get_remaining_time_in_millis(self):
        return 300_000

def http(method, resource, body=None, **path):
    event = {
        "resource": resource, "path": resource.format(**path), "httpMethod": method,
        "headers": {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"},
        "multiValueHeaders": {"authorization": [f"Bearer {TOKEN}"], "content-type": ["application/json"]},
        "queryStringParameters": None, "multiValueQueryStringParameters": None, "pathParameters": path or None,
        "stageVariables": None, "body": None if body is None else json.dumps(body), "isBase64Encoded": False,
        "requestContext": {"resourcePath": resource, "httpMethod": method, "path": resource.format(**path),
                           "stage": "api", "requestId": "r", "identity": {"sourceIp": "127.0.0.1"}},
    }
    answer = app.app(event, Context())
    assert answer["statusCode"] < 300, answer
    return json.loads(answer["body"])

case = http("POST", "/cases", {"title": "A case"})
for text in ("one two three", "arba hamesh"):
    http("POST", "/cases/{case_id}/documents", {"text": text, "file_name": "a.txt", "content_type": "text/plain"},
         case_id=case["id"])
started = http("POST", "/cases/{case_id}/count-words", case_id=case["id"])
queue = boto3.client("sqs")
url = sys.argv[1]
message = queue.receive_message(QueueUrl=url)["Messages"][0]
app.work_normal({"Records": [{"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"],
                              "body": message["Body"],
                              "eventSourceARN": "arn:aws:sqs:us-east-1:0:" + url.split("/")[-1],
                              "attributes": {}, "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
                              "awsRegion": "us-east-1"}]}, Context())
print(json.dumps({"started": started, "job": http("GET", "/jobs/{job_id}", job_id=started["job_id"])}))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the whole project, with the page's analysis as one more file and no other change."""
    target = tmp_path_factory.mktemp("adding") / "casework"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines():
        if (ROOT / name).is_file():
            copied_with_its_compiled_forms(Path(name), target)
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    package = target / ADDED
    package.parent.mkdir()
    package.write_text(source)
    return target


def copied_with_its_compiled_forms(name: Path, target: Path) -> None:
    """With its time of change too: Python and pytest compile a file again if that is another one."""
    compiled = (ROOT / name.parent / "__pycache__").glob(f"{name.stem}.*.pyc") if name.suffix == ".py" else ()
    for file in (ROOT / name, *compiled):
        copy = target / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copy)


def passes(command: list[str], project: Path, *, within_seconds: float, environment: dict[str, str]) -> str:
    """What a command in the copy prints; it must end with 0."""
    run = subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=within_seconds,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    return run.stdout


@pytest.mark.e2e
def test_one_file_is_an_analysis_with_route_job_progress_and_result(project: Path, local_resources: Resources) -> None:
    environment = {
        **os.environ,
        **local_resources.environment,
        "STAGE": "dev",
        "JWT_SECRET": "secret-of-the-test-at-least-32-bytes",
        "PYTHONPATH": str(project),
    }

    printed = passes(
        ["-c", CONVERSATION, local_resources.normal_queue_url], project, within_seconds=240, environment=environment
    )

    seen = json.loads(printed)
    assert seen["started"]["message"].startswith("Word count job created. Poll /jobs/")
    assert (seen["job"]["status"], seen["job"]["error"]) == ("completed", None)
    assert seen["job"]["result"]["total"] == 5
    assert seen["job"]["job_type"] == "word_count"


@pytest.mark.e2e
def test_the_projects_own_checks_pass_with_it(project: Path) -> None:
    for command in (["ruff", "format", "--check", str(ADDED)], ["ruff", "check", str(ADDED)], ["mypy", str(ADDED)]):
        passes(["-m", *command], project, within_seconds=600, environment=dict(os.environ))


@pytest.mark.e2e
@pytest.mark.timeout(1500)
def test_the_projects_own_tests_pass_with_it(project: Path) -> None:
    quick = ["-q", "-p", "no:cacheprovider", "-k", NOTICES, *GATE]

    assert " passed" in passes(["-m", "pytest", *quick], project, within_seconds=1400, environment=dict(os.environ))
