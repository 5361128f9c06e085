"""How Casework is assembled: workers that stay warm go on with the provider's key of now."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import BaseModel

from chalicelib.adapters.ssm import FRESH_FOR
from chalicelib.analyses.kit.llm import TextPart
from chalicelib.blobs import BlobStore
from chalicelib.bootstrap import System
from chalicelib.bootstrap_models import AnalysisServices
from chalicelib.errors import ProviderAuth
from chalicelib.settings import read_settings
from tests.fakes.attempt_context import FakeContext
from tests.fakes.clock import FakeClock

KEY_NAMES = {"OPENAI_API_KEY_NAME": "/casework/openai-api-key", "ANTHROPIC_API_KEY_NAME": "/casework/anthropic-api-key"}
ENVIRONMENT = {
    "JOBS_TABLE": "jobs",
    "CASES_TABLE": "cases",
    "BUCKET": "bucket",
    "HIGH_QUEUE_URL": "http://queue/high",
    "NORMAL_QUEUE_URL": "http://queue/normal",
    "JWT_SECRET": "x" * 32,
    **KEY_NAMES,
}
PART = TextPart("שמי תמר")


class FakeSession:
    """AWS with a Parameter Store in which every parameter has the same value; it counts its reads."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.reads = 0

    def user_agent(self) -> str:
        return "Botocore"

    def create_client(self, service: str, **_: Any) -> FakeSession:
        assert service == "ssm"
        return self

    def get_parameter(self, **_: Any) -> Any:
        self.reads += 1
        return {"Parameter": {"Value": self.value}}


@pytest.fixture
def keys_heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The keys that a provider was sent, one a call; it refuses each of them."""
    heard: list[str] = []

    class Provider(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(self.headers.get("X-Api-Key") or self.headers["Authorization"].removeprefix("Bearer "))
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        yield heard
        server.shutdown()


class Name(BaseModel):
    name: str


def ask_openai(services: AnalysisServices) -> None:
    with pytest.raises(ProviderAuth):
        services.openai.parse(FakeContext(), instructions="Extract.", parts=[PART], output=Name, max_output_tokens=100)


def ask_anthropic(services: AnalysisServices) -> None:
    model = services.anthropic
    with pytest.raises(ProviderAuth):
        model.turn(
            FakeContext(),
            instructions="Look.",
            messages=[model.user_message([PART])],
            tools=[],
            max_output_tokens=100,
        )


@pytest.mark.parametrize("ask", [ask_openai, ask_anthropic])
def test_a_rotated_key_reaches_a_warm_worker_within_minutes(
    ask: Callable[[AnalysisServices], None], keys_heard: list[str]
) -> None:
    clock, session = FakeClock(), FakeSession("old")
    system = System(read_settings(ENVIRONMENT), clock=clock)
    system.aws_session = session
    ask(system.services)
    session.value = "new"
    ask(system.services)

    clock.advance(seconds=FRESH_FOR.total_seconds())
    ask(system.services)
    ask(system.services)

    assert keys_heard == ["old", "old", "new", "new"]
    assert session.reads == 2  # not one for each call


def test_a_rotated_webhook_secret_reaches_a_warm_api_within_minutes() -> None:
    clock, session = FakeClock(), FakeSession("old")
    named = {**ENVIRONMENT, "VAPI_WEBHOOK_SECRET_NAME": "/casework/vapi-webhook-secret"}
    system = System(read_settings(named), clock=clock)
    system.aws_session = session
    before = system.vapi_webhook_secret
    session.value = "new"
    soon = system.vapi_webhook_secret

    clock.advance(seconds=FRESH_FOR.total_seconds())

    assert (before, soon, system.vapi_webhook_secret) == ("old", "old", "new")


def test_a_model_is_kept_while_its_key_is_the_same() -> None:
    clock = FakeClock()
    system = System(read_settings(ENVIRONMENT), clock=clock)
    system.aws_session = FakeSession("old")
    openai, anthropic = system.services.openai, system.services.anthropic

    clock.advance(seconds=FRESH_FOR.total_seconds())

    assert system.services.openai is openai
    assert system.services.anthropic is anthropic


@pytest.mark.parametrize("region", ["il-central-1", "eu-west-1", "ap-southeast-5"])
def test_presigned_requests_name_the_host_of_their_region(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    blobs = presigning(monkeypatch, AWS_DEFAULT_REGION=region)

    link = blobs.link("cases/c1/d1", expires_in_seconds=900)
    form = blobs.upload_form("uploads/c1/d1", content_type="text/plain", max_bytes=9, expires_in_seconds=900)

    assert link.startswith(f"https://bucket.s3.{region}.amazonaws.com/cases/c1/d1?")
    assert form["url"] == f"https://bucket.s3.{region}.amazonaws.com/"


def test_the_local_endpoint_keeps_the_bucket_in_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = presigning(monkeypatch, AWS_DEFAULT_REGION="us-east-1", AWS_ENDPOINT_URL="http://127.0.0.1:5000")

    form = blobs.upload_form("uploads/c1/d1", content_type="text/plain", max_bytes=9, expires_in_seconds=900)

    assert blobs.link("cases/c1/d1", expires_in_seconds=900).startswith("http://127.0.0.1:5000/bucket/cases/c1/d1?")
    assert form["url"] == "http://127.0.0.1:5000/bucket"


def presigning(monkeypatch: pytest.MonkeyPatch, **environment: str) -> BlobStore:
    """The blob store of a system with made-up credentials; signing needs no network."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", **environment}.items():
        monkeypatch.setenv(name, value)
    return System(read_settings(ENVIRONMENT)).blob_store
