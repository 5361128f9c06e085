"""The analysis of docs/add-an-analysis.md, taken from that page and added as one file, runs from POST to result."""

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
    memory_limit_in_mb = "1024"
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


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, with the page's analysis as one more file."""
    for folder in ("chalicelib", "emulator", "infra"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", tmp_path)
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    (name,) = re.findall(r"chalicelib/analyses/(\w+)/__init__\.py`:", PAGE.read_text())
    package = tmp_path / "chalicelib" / "analyses" / name
    package.mkdir()
    (package / "__init__.py").write_text(source)
    return tmp_path


@pytest.mark.e2e
def test_one_file_is_an_analysis_with_route_job_progress_and_result(project: Path, local_resources: Resources) -> None:
    environment = {
        **os.environ,
        **local_resources.environment,
        "STAGE": "dev",
        "JWT_SECRET": "secret-of-the-test-at-least-32-bytes",
        "PYTHONPATH": str(project),
    }

    run = subprocess.run(
        [sys.executable, "-c", CONVERSATION, local_resources.normal_queue_url],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert run.returncode == 0, run.stderr[-2000:]
    told = json.loads(run.stdout)
    assert told["started"]["message"].startswith("Word count job created. Poll /jobs/")
    assert told["job"]["status"] == "completed"
    assert told["job"]["result"]["total"] == 5
    assert told["job"]["job_type"] == "word_count"


@pytest.mark.e2e
def test_the_page_s_analysis_passes_the_project_s_own_checks(project: Path) -> None:
    added = str(project / "chalicelib" / "analyses" / "word_count" / "__init__.py")

    lint = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"), added],
        capture_output=True,
        text=True,
    )
    types = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"), "-p", "chalicelib"],
        cwd=project,
        capture_output=True,
        text=True,
    )

    assert lint.returncode == 0, lint.stdout
    assert types.returncode == 0, types.stdout
