"""The processor time of the API's own code for a poll, as multiples of a trivial Chalice route.

    python -m benchmarks.handler_time casework       a trivial route, and Casework's poll, in this environment
    python -m benchmarks.handler_time peers          a trivial route, and FastAPI behind Mangum, in the peers'

Prints microseconds by name as JSON. AWS and the verification of tokens are left out: the store answers from memory and
every token is good. The cases take turns, so that noise falls on all of them; medians of many rounds.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

JOB_ID = "11111111-1111-4111-8111-111111111111"
ROUTE = "/jobs/{job_id}"
ROUNDS = 21
CALLS_A_ROUND = 300

Case = Callable[[], Any]


class Context:
    """The part of Lambda's context that frameworks look at."""

    aws_request_id = "request"
    function_name = "api"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:api"

    def get_remaining_time_in_millis(self) -> int:
        """As at the start of an invocation."""
        return 29_000


def event() -> dict[str, Any]:
    """What API Gateway sends for a poll."""
    headers = {
        "Accept": "application/json",
        "Authorization": "Bearer a.b.c",
        "Host": "api.example",
        "User-Agent": "casework-client/1",
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    return {
        "resource": ROUTE,
        "path": f"/jobs/{JOB_ID}",
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"job_id": JOB_ID},
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": ROUTE,
            "httpMethod": "GET",
            "path": f"/api/jobs/{JOB_ID}",
            "stage": "api",
            "requestId": "request",
            "identity": {"sourceIp": "192.0.2.1"},
        },
    }


def trivial_chalice() -> Case:
    """A Chalice route that answers two members."""
    from chalice import Chalice

    app = Chalice(app_name="trivial")
    app.route(ROUTE)(lambda job_id: {"id": job_id, "status": "running"})
    return lambda: app(event(), Context())


def casework() -> Case:
    """Casework's poll of a running job."""
    import msgspec

    import app
    from benchmarks.jobs import a_job
    from chalicelib import bootstrap
    from chalicelib.auth import Principal
    from chalicelib.jobs.model import Status

    now = bootstrap.utc_now()
    running = msgspec.structs.replace(
        a_job(job_id=JOB_ID, created_at=now), status=Status.RUNNING, started_at=now, version=2, attempt=1, fence=1
    )

    class Memory:
        def get(self, job_id: str) -> Any:
            return running

    class EverybodyIsTheOwner:
        def principal(self, authorization: str | None) -> Principal:
            return Principal(user_id=running.user_id, is_admin=False)

    system: Any = bootstrap.system()
    system.job_store, system.verifier = Memory(), EverybodyIsTheOwner()
    return lambda: app.app(event(), Context())


def fastapi_and_mangum() -> Case:
    """The trivial route as an async function of FastAPI."""
    from fastapi import FastAPI
    from mangum import Mangum

    api = FastAPI()

    @api.get(ROUTE)
    async def read(job_id: str) -> dict[str, str]:
        return {"id": job_id, "status": "running"}

    handler = Mangum(api, lifespan="off")
    return lambda: handler(event(), Context())


def microseconds(cases: dict[str, Case]) -> dict[str, float]:
    """Processor time of one call of each case, the making of its event taken off."""
    for name, call in cases.items():
        if call()["statusCode"] != 200:
            raise RuntimeError(f"{name} does not answer")
    rounds: dict[str, list[float]] = {name: [] for name in (*cases, "event")}
    for _ in range(ROUNDS):
        for name, call in {**cases, "event": event}.items():
            began = time.process_time_ns()
            for _ in range(CALLS_A_ROUND):
                call()
            rounds[name].append((time.process_time_ns() - began) / 1000 / CALLS_A_ROUND)
    return {name: statistics.median(rounds[name]) - statistics.median(rounds["event"]) for name in cases}


def main() -> None:
    """Measure in this environment."""
    if sys.argv[1] == "casework":
        print(json.dumps(microseconds({"trivial": trivial_chalice(), "casework": casework()})))
        return
    logging.disable(logging.CRITICAL)
    os.environ.setdefault("AWS_LAMBDA_FUNCTION_NAME", "api")
    print(json.dumps(microseconds({"trivial": trivial_chalice(), "fastapi": fastapi_and_mangum()})))


if __name__ == "__main__":
    main()
