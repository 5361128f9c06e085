"""A Casework on a metered moto, which counts its calls of AWS outside of the program."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec

from benchmarks.processes import Aws
from chalicelib import bootstrap
from chalicelib.auth import Principal
from chalicelib.jobs import lifecycle
from chalicelib.settings import read_settings
from infra.deploy.cold_start import poll_event
from infra.local.invocation import LambdaContext, sqs_event

USER = "user-1"
QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:casework-NormalQueue"
FUNCTION_SECONDS = 300


class _OneUser:
    """Verifies every token as the same user's: verification is no call of AWS."""

    def principal(self, authorization: str | None) -> Principal:
        return Principal(user_id=USER, is_admin=False)


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for: calls of AWS (by operation, too), capacity units read and written."""

    calls: int
    read_units: float
    written_units: int
    by_operation: Mapping[str, int] = {}

    @property
    def units(self) -> float:
        """Read and written units together."""
        return self.read_units + self.written_units


class Counted:
    """A Casework whose functions are called as Lambda calls them; `cost` is what a piece of it asks for."""

    def __init__(self, system: bootstrap.System, *, meter_url: str) -> None:
        self.system = system
        self._meter_url = meter_url

    def cost(self, do: Callable[[], object]) -> Cost:
        """What `do` costs."""
        self._meter("reset")
        do()
        counts = self._meter("read")
        calls, units = counts["calls"]["client"], counts["units"]["client"]
        return Cost(
            calls=sum(calls.values()),
            read_units=units.get("read", 0),
            written_units=units.get("written", 0),
            by_operation=calls,
        )

    def ask(self, method: str, route: str, parameters: Mapping[str, str], **parts: Any) -> dict[str, Any]:
        """One request through `app.app`; `parts` are its `headers`, `query` and `body` (a value)."""
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
            "multiValueQueryStringParameters": parts.get("query"),
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
            raise RuntimeError("the job cannot be claimed")
        store.save(job, lifecycle.completed(job, result_bytes=len(result), at=now), result=result)

    def _meter(self, what: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self._meter_url}/{what}") as answer:  # noqa: S310  # on 127.0.0.1
            counts: dict[str, Any] = json.load(answer)
            return counts


@contextmanager
def counted(aws: Aws, **settings: str) -> Iterator[Counted]:
    """A Casework that talks to the client's door, as bootstrap assembles it in a deployed stage with more settings."""
    environment = {**aws.environment("client"), **settings}
    before = dict(os.environ)
    os.environ.update(environment)
    os.environ.pop("JWT_SECRET", None)
    system: Any = bootstrap.System(read_settings(environment))
    system.verifier = _OneUser()
    try:
        with bootstrap.use(system):
            yield Counted(system, meter_url=f"{aws.client_url}/__meter")
    finally:
        os.environ.clear()
        os.environ.update(before)
