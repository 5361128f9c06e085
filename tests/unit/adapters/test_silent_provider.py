"""A provider that says nothing: what ends the attempt ends the call within seconds, wherever the call waits."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.adapters import provider_client
from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel
from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
from chalicelib.analyses.kit.llm import TextPart
from chalicelib.errors import AttemptStopped, CancelSeen, DeadlineExceeded, LeaseLost, OutOfTime
from tests.fakes.attempt_context import FakeContext
from tests.fakes.scripted_openai import answer_events
from tests.unit.adapters.openai.test_structured_model import Person

NOTICED_SECONDS = 20.0
"""Against a provider that is silent for a minute, on a busy machine."""

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
OPENAI_BEGINS = answer_events("{}")[0]
ANTHROPIC_BEGINS = {
    "type": "message_start",
    "message": {"model": "claude-haiku-5-5", "usage": {"input_tokens": 10, "output_tokens": 1}},
}


class _Stopping(FakeContext):
    """Its check passes until `stop` is set."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.stop = threading.Event()
        self._reason = reason

    def check(self) -> None:
        if self.stop.is_set():
            raise self._reason


def _ask_openai(context: FakeContext) -> Any:
    model = OpenAIStructuredModel(model="gpt-6-luna", api_key="sk-test")
    return model.parse(context, instructions="i", parts=[TextPart("x")], output=Person, max_output_tokens=500)


def _ask_anthropic(context: FakeContext) -> Any:
    model = AnthropicConversationModel(model="claude-haiku-5-5", api_key="k")
    messages = [model.user_message([TextPart("x")])]
    return model.turn(context, instructions="i", messages=messages, tools=[], max_output_tokens=100)


PROVIDERS = [
    pytest.param(_ask_openai, "OPENAI_BASE_URL", OPENAI_BEGINS, id="openai"),
    pytest.param(_ask_anthropic, "ANTHROPIC_BASE_URL", ANTHROPIC_BEGINS, id="anthropic"),
]
REASONS = [CancelSeen("cancelled"), LeaseLost("lost"), OutOfTime("over"), DeadlineExceeded("too late")]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_client, "WATCH_SECONDS", 0.05)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: type(reason).__name__)
@pytest.mark.parametrize("until", ["headers", "first event", "second event", "second event of a body without an end"])
@pytest.mark.parametrize(("ask", "variable", "begins"), PROVIDERS)
def test_what_ends_the_attempt_ends_a_silent_call(
    monkeypatch: pytest.MonkeyPatch, ask: Any, variable: str, begins: Any, until: str, reason: AttemptStopped
) -> None:
    context = _Stopping(reason)
    with silent_provider(_said(until, begins)) as provider:
        monkeypatch.setenv(variable, provider.url)
        provider.when_silent = context.stop.set

        with pytest.raises(type(reason)):
            ask(context)

    assert time.monotonic() - provider.silent_at < NOTICED_SECONDS


@pytest.mark.parametrize(("ask", "variable", "begins"), PROVIDERS)
def test_so_it_does_through_tls(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ask: Any, variable: str, begins: Any
) -> None:
    context = _Stopping(CancelSeen("cancelled"))
    with silent_provider(_said("second event", begins), tls=_tls(tmp_path)) as provider:
        monkeypatch.setenv(variable, provider.url)
        provider.when_silent = context.stop.set

        with pytest.raises(CancelSeen):
            ask(context)

    assert time.monotonic() - provider.silent_at < NOTICED_SECONDS


def test_what_a_model_said_before_a_cancel_is_paid_for(monkeypatch: pytest.MonkeyPatch) -> None:
    context = _Stopping(CancelSeen("cancelled"))
    with silent_provider(_said("second event", ANTHROPIC_BEGINS)) as provider:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", provider.url)
        provider.when_silent = context.stop.set

        with pytest.raises(CancelSeen):
            _ask_anthropic(context)

    assert context.usage.input_tokens == 10


def test_no_watcher_outlives_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    context = _Stopping(CancelSeen("cancelled"))
    with silent_provider(b"") as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
        provider.when_silent = context.stop.set
        before = threading.active_count()

        with pytest.raises(CancelSeen):
            _ask_openai(context)

        assert threading.active_count() <= before + 1  # the server's own, for this connection


def _said(until: str, begins: Any) -> bytes:
    """What the provider sends before it falls silent."""
    event = f"event: {begins['type']}\ndata: {json.dumps(begins)}\n\n".encode()
    chunked = HEAD + b"transfer-encoding: chunked\r\n\r\n"
    match until:
        case "headers":
            return b""
        case "first event":
            return chunked
        case "second event":
            return chunked + f"{len(event):x}\r\n".encode() + event + b"\r\n"
        case _:
            return HEAD + b"connection: close\r\n\r\n" + event


class _Silent:
    """The running provider: `when_silent` is called at `silent_at`, once it has sent all it is going to send."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.silent_at = 0.0
        self.when_silent: Callable[[], None] = lambda: None


@contextmanager
def silent_provider(said: bytes, *, tls: ssl.SSLContext | None = None) -> Iterator[_Silent]:
    """A provider on 127.0.0.1 that sends these bytes to each request, and nothing more."""
    listener = socket.create_server(("127.0.0.1", 0))
    provider = _Silent(f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}")

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with tls.wrap_socket(connection, server_side=True) if tls else connection as client:
            client.recv(65536)
            client.sendall(said)
            time.sleep(0.2)  # the client reads what came, and waits for more
            provider.silent_at = time.monotonic()
            provider.when_silent()
            client.settimeout(60)
            try:
                while client.recv(65536):
                    pass
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield provider
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _tls(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that it signed itself: calls to loopback ask for no better one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "server.pem"
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
