"""What does the shipped program ask AWS for? A Casework on local resources that notes the name of every call."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import boto3
import msgspec

from chalicelib import bootstrap
from chalicelib.jobs import lifecycle
from chalicelib.principal import Principal
from chalicelib.settings import read_settings
from infra.deploy.cold_start import poll_event
from infra.local.invocation import LambdaContext, sqs_event
from infra.local.resources import Resources

USER = "user-1"
QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:casework-NormalQueue"
FUNCTION_SECONDS = 300


class _OneUser:
    """Verifies every token as the same user's: verification is no call of AWS."""

    def principal(self, authorization: str | None) -> Principal:
        return Principal(user_id=USER, is_admin=False)


class Counted:
    """A Casework whose functions are called as Lambda calls them; `calls` holds what they asked for since `forget`."""

    def __init__(self, system: bootstrap.System, calls: list[str]) -> None:
        self.system = system
        self.calls = calls

    def forget(self) -> None:
        """Begin anew."""
        self.calls.clear()

    def ask(self, method: str, route: str, parameters: Mapping[str, str], **parts: Any) -> dict[str, Any]:
        """One request through `app.app`; `parts` are its `headers` and its `body` (a value)."""
        import app

        event = dict(poll_event("", token="a.b.c"))  # noqa: S106  # nobody looks at it
        path = route.format(**parameters)
        event |= {
            "resource": route,
            "path": path,
            "httpMethod": method,
            "pathParameters": dict(parameters),
            "headers": parts.get("headers", {}),
            "multiValueHeaders": None,
            "body": json.dumps(parts["body"]) if "body" in parts else None,
            "requestContext": {"resourcePath": route, "httpMethod": method, "path": f"/api{path}"},
        }
        answer: dict[str, Any] = app.app(event, None)
        if answer["statusCode"] >= 400:
            raise RuntimeError(f"{method} {path}: {answer['body']}")
        return answer

    def new_case(self) -> str:
        """A case with one document; its id."""
        case = self.ask("POST", "/cases", {}, body={"title": "A case"})
        case_id: str = json.loads(case["body"])["id"]
        document = {"file_name": "letter.txt", "text": "A letter"}
        self.ask("POST", "/cases/{case_id}/documents", {"case_id": case_id}, body=document)
        return case_id

    def new_job(self, case_id: str) -> str:
        """A started job; its id."""
        started = self.ask("POST", "/cases/{case_id}/analyze-documents-form7801", {"case_id": case_id}, body={})
        job_id: str = json.loads(started["body"])["job_id"]
        return job_id

    def work(self, job_id: str) -> None:
        """Run the job as the message of the normal lane does."""
        import app

        message = {"MessageId": "m", "ReceiptHandle": "r", "Body": json.dumps({"v": 1, "job_id": job_id})}
        event = sqs_event({**message, "MD5OfBody": ""}, queue_arn=QUEUE_ARN)
        app.work_normal(event, LambdaContext("work_normal", request_id="r", timeout_seconds=FUNCTION_SECONDS))

    def complete(self, job_id: str, result: bytes) -> None:
        """Let a worker that takes no time complete the job."""
        store, now = self.system.job_store, self.system.clock()
        job = store.claim(job_id, now=now, lease_until=now + timedelta(seconds=45), claim_token="worker")  # noqa: S106
        if job is None:
            raise RuntimeError("the job is not to be had")
        store.save(job, lifecycle.completed(job, result_bytes=len(result), at=now), result=result)


@contextmanager
def counted(resources: Resources) -> Iterator[Counted]:
    """A Casework on these resources, as bootstrap assembles it in a deployed stage."""
    environment = {**resources.environment, "STAGE": "prod", "JWKS_URL": "https://issuer.example/keys"}
    calls: list[str] = []
    session = boto3.session.Session()
    session.events.register("before-call.*", lambda model, **_: calls.append(model.name))
    before, session_before = dict(os.environ), boto3.DEFAULT_SESSION
    os.environ.update(environment)
    boto3.DEFAULT_SESSION = session
    system: Any = bootstrap.System(read_settings(environment))
    system.verifier = _OneUser()
    try:
        with bootstrap.use(system):
            yield Counted(system, calls)
    finally:
        boto3.DEFAULT_SESSION = session_before
        os.environ.clear()
        os.environ.update(before)


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Exact numbers of calls; the same on every machine and in every run."""

    submit: int
    post: int
    poll: int
    poll_unchanged: int
    poll_read_units: float
    poll_with_result: int
    list_of_20: int
    rescue_idle: int
    heartbeats_a_minute: int
    worker_5_updates: int
    worker_50_updates: int
