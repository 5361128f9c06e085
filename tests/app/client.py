"""How does a test ask the API? As API Gateway does; what must hold for every answer is checked on each of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
import msgspec
from chalice.local import LambdaEventConverter, RouteMatcher

import app as casework
from chalicelib.api.endpoint import Route
from chalicelib.api.problems import STATUS_OF
from chalicelib.bootstrap import System
from chalicelib.errors import AttemptError, Internal
from chalicelib.jobs import lifecycle
from chalicelib.jobs.model import Job
from chalicelib.settings import read_settings
from tests.app.described import check_against_description
from tests.fakes.blob_store import FakeBlobStore
from tests.fakes.case_store import FakeCaseStore
from tests.fakes.clock import FakeClock
from tests.fakes.form_store import FakeFormStore
from tests.fakes.job_queue import FakeJobQueue
from tests.fakes.job_store import FakeJobStore
from tests.fakes.model_calls import FakeCallIndex
from tests.fakes.outbox import FakeDeliveryLog, FakeWatchStore, FakeWebhookQueue

SECRET = "a-secret-of-the-tests-that-is-long-enough"
WEBHOOK_SECRET = "a-webhook-secret-of-the-tests"
OPENAI_SECRETS = ("whsec_bmV3LXNlY3JldA==", "whsec_b2xkLXNlY3JldA==")
ENVIRONMENT = {
    "STAGE": "dev",
    "JOBS_TABLE": "jobs",
    "CASES_TABLE": "cases",
    "BUCKET": "bucket",
    "HIGH_QUEUE_URL": "http://127.0.0.1/high",
    "NORMAL_QUEUE_URL": "http://127.0.0.1/normal",
    "DELIVERIES_QUEUE_URL": "http://127.0.0.1/deliveries",
    "SOCKET_URL": "ws://127.0.0.1/api",
    "JWT_SECRET": SECRET,
    "VAPI_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "OPENAI_WEBHOOK_SECRET": " ".join(OPENAI_SECRETS),
}
UNKNOWN_ID = "99999999-9999-4999-8999-999999999999"
NEVER_EXPIRES = 4102444800  # 2100-01-01
PROBLEM_MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}

_EVENTS = LambdaEventConverter(RouteMatcher(list(casework.app.routes)))


class Context:
    """The part of Lambda's context that the API looks at."""

    def __init__(self, number: int) -> None:
        self.aws_request_id = f"request-{number}"

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


class Answered(msgspec.Struct, frozen=True):
    """An answer as the client sees it."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        code: str = self.json["code"]
        return code

    @property
    def pointers(self) -> list[str]:
        return [error["pointer"] for error in self.json.get("errors", [])]


class Caller:
    """One user's requests; each takes a path with its query, a body (a value, or bytes as they are) and headers."""

    def __init__(self, gateway: Gateway, authorization: str | None) -> None:
        self._gateway = gateway
        self._standing = {} if authorization is None else {"Authorization": authorization}

    def get(self, path: str, **headers: str) -> Answered:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answered:
        return self.send("POST", path, body, headers=headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answered:
        return self.send("PUT", path, body, headers=headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answered:
        return self.send("PATCH", path, body, headers=headers)

    def delete(self, path: str, **headers: str) -> Answered:
        return self.send("DELETE", path, headers=headers)

    def send(
        self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None, prefix: str = ""
    ) -> Answered:
        """The answer to one request; header names may have underscores for hyphens. `prefix` is a stage's path."""
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        content = body if isinstance(body, bytes | None) else json.dumps(body, ensure_ascii=False).encode()
        return self._gateway.ask(method, path, content, {**self._standing, **named}, prefix=prefix)

    def signed_in(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """The headers with this user's token, unless they bring another."""
        return {**self._standing, **headers}

    def new_case(self, **members: Any) -> str:
        """A new case of this user; its id."""
        case_id: str = self.post("/cases", {"title": "A case", **members}).json["id"]
        return case_id

    def new_document(self, case_id: str, **members: Any) -> str:
        """A new text document of a case; its id."""
        body = {"file_name": "letter.txt", "text": "מכתב מהמעסיק", **members}
        document_id: str = self.post(f"/cases/{case_id}/documents", body).json["document"]["id"]
        return document_id

    def new_job(self, case_id: str | None = None, body: Any = None, **headers: str) -> str:
        """A new form 7801 job, of a new case with one document unless one is given; its id."""
        if case_id is None:
            case_id = self.new_case()
            self.new_document(case_id)
        answer = self.post(f"/cases/{case_id}/analyze-documents-form7801", body, **headers)
        assert answer.status == 202, answer.text
        job_id: str = answer.json["job_id"]
        return job_id


class Gateway:
    """What stands between the users and `app.app`: `user`, `other`, `admin` with good tokens, and `nobody`."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.user = self.caller("user-1")
        self.other = self.caller("user-2")
        self.admin = self.caller("admin-1", role="admin")
        self.nobody = Caller(self, None)

    def caller(self, user_id: str, *, role: str = "user") -> Caller:
        """A user with a good token."""
        token = jwt.encode({"sub": user_id, "exp": NEVER_EXPIRES, "role": role}, SECRET, algorithm="HS256")
        return Caller(self, f"Bearer {token}")

    def ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], *, prefix: str = ""
    ) -> Answered:
        """One request through `app.app`, whatever its route; holds every answer to what all answers have in common."""
        try:
            event = _EVENTS.create_lambda_event(method, path, dict(headers), body)
        except ValueError:
            event = _EVENTS.create_lambda_event(method, "/health", dict(headers), body)
            event["requestContext"]["resourcePath"] = urlsplit(path).path
        event["requestContext"]["path"] = prefix + urlsplit(path).path
        return self._answered(event)

    def ask_directly(
        self,
        route: Route,
        *,
        parameters: Mapping[str, str],
        query: Mapping[str, list[str]],
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Answered:
        """One request of a route with values as API Gateway would hand them over, whatever is in them."""
        event = {
            "requestContext": {"httpMethod": route.method, "resourcePath": route.path, "path": route.path},
            "headers": headers,
            "pathParameters": parameters,
            "multiValueQueryStringParameters": query or None,
            "stageVariables": None,
            "body": body,
        }
        return self._answered(event)

    def _answered(self, event: dict[str, Any]) -> Answered:
        context = Context(next(self.numbers))
        raw = casework.app(event, context)
        answer = Answered(raw["statusCode"], raw["headers"], raw["body"])
        asked = event["requestContext"]
        check_every_answer(answer, request_id=context.aws_request_id, path=asked["path"])
        check_against_description(
            asked["httpMethod"],
            asked["resourcePath"],
            status=answer.status,
            headers=answer.headers,
            text=answer.text,
        )
        return answer


class Api(Gateway):
    """A Casework in memory: the stores behind it, its users, and what workers do to its jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.cases = FakeCaseStore()
        self.blobs = FakeBlobStore()
        self.jobs = FakeJobStore(cases=self.cases, blobs=self.blobs)
        self.queue = FakeJobQueue(self.clock)
        self.while_waiting: list[Callable[[], Any]] = []
        self.slept: list[float] = []
        self.system: Any = System(read_settings(ENVIRONMENT), clock=self.clock, new_id=self._new_id)
        self.system.case_store = self.cases
        self.system.blob_store = self.blobs
        self.system.job_store = self.jobs
        self.system.job_queue = self.queue
        self.system.forms.store = FakeFormStore(self.cases)
        self.watches, self.deliveries, self.webhook_queue = FakeWatchStore(), FakeDeliveryLog(), FakeWebhookQueue()
        self.system.outbox.watches = self.watches
        self.system.outbox.deliveries = self.deliveries
        self.system.outbox.webhook_queue = self.webhook_queue
        self.system.sleep = self._sleep
        self.calls = FakeCallIndex(self.jobs)
        self.system.model_calls.index = self.calls

    def job(self, job_id: str) -> Job:
        """The job's record."""
        job = self.jobs.get(job_id)
        assert job is not None
        return job

    def claim(self, job_id: str) -> Job:
        """Let a worker take the job."""
        now = self.clock()
        job = self.jobs.claim(job_id, now=now, lease_until=lifecycle.lease_end(now), claim_token="worker-1")
        assert job is not None
        return job

    def progress(self, job_id: str, percent: int, message: str = "Working") -> Job:
        """Let the worker report progress."""
        job = self.job(job_id)
        after = lifecycle.progressed(job, percent=percent, message=message, usage=job.usage, at=self.clock())
        return self.jobs.save(job, after)

    def complete(self, job_id: str, result: bytes = b'{"analysis": {}}') -> Job:
        """Let a worker take the job and complete it."""
        self.claim(job_id)
        return self.complete_running(job_id, result)

    def complete_running(self, job_id: str, result: bytes = b'{"analysis": {}}') -> Job:
        """Let the worker that has the job complete it."""
        job = self.job(job_id)
        sent_bytes = len(json.dumps(result.decode()))
        after = lifecycle.completed(job, result_bytes=len(result), result_sent_bytes=sent_bytes, at=self.clock())
        return self.jobs.save(job, after, result=result)

    def fail(self, job_id: str, error: AttemptError | None = None) -> Job:
        """Let a worker take the job and fail it."""
        job = self.claim(job_id)
        return self.jobs.save(job, lifecycle.failed(job, error or Internal("It failed."), at=self.clock()))

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds=seconds)
        if self.while_waiting:
            self.while_waiting.pop(0)()

    def _new_id(self) -> str:
        return f"00000000-0000-4000-8000-{next(self.numbers):012d}"


def check_every_answer(answer: Answered, *, request_id: str, path: str) -> None:
    """What holds for every answer: CORS, the request's id, a problem for every refusal, no body where none may be."""
    assert answer.headers["X-Request-Id"] == request_id
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]
    if answer.status in (204, 304):
        assert answer.text == ""
    elif answer.status >= 400 and answer.text and "checks" not in answer.json:
        problem = answer.json
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert set(problem) - {"errors"} == PROBLEM_MEMBERS
        assert ("errors" in problem) == (answer.status == 422 or (path == "/streams" and answer.status == 404))
        assert problem["status"] == answer.status == STATUS_OF[problem["code"]]
        assert problem["request_id"] == request_id
        assert problem["instance"] == path
    elif answer.text and answer.headers["Content-Type"] != "text/html; charset=utf-8":
        assert answer.headers["Content-Type"] == "application/json"
