"""A provider on 127.0.0.1 that answers OpenAI's Responses API with exactly what a test wrote down, byte for byte."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

REQUEST_ID = "req_scripted"
SECONDS_TO_NOTICE = 5.0


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. `drops` closes the connection without one, `hangs` keeps it open and silent until the test ends;
    `never_ends` sends the last chunk of the body again and again until the client goes away."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    drops: bool = False
    hangs: bool = False
    never_ends: bool = False


def json_reply(status: int, body: Any, **headers: str) -> Reply:
    """An answer in JSON; header names are given with underscores."""
    return Reply(status=status, body=json.dumps(body).encode(), headers=_headers(headers, "application/json"))


def stream_reply(*events: Mapping[str, Any], never_ends: bool = False) -> Reply:
    """Server-sent events, then the end of the stream."""
    body = "".join(f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)
    return Reply(body=body.encode(), headers=_headers({}, "text/event-stream"), never_ends=never_ends)


def answer_events(text: str, **changes: Any) -> list[dict[str, Any]]:
    """The events of a response with this text; `changes` go into the final response."""
    final = response(text, **changes)
    pieces = [text[start : start + 20] for start in range(0, len(text), 20)]
    return [
        {"type": "response.created", "response": {**final, "status": "in_progress", "output": [], "usage": None}},
        *({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": p} for p in pieces),
        {"type": f"response.{final['status']}", "response": final},
    ]


def response(text: str, **changes: Any) -> dict[str, Any]:
    """A complete response object; 1,000 tokens in (400 of them cached), 50 out."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": "gpt-6-luna",
        "output": [{"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": content}],
        "usage": {
            "input_tokens": 1000,
            "input_tokens_details": {"cached_tokens": 400},
            "output_tokens": 50,
            "output_tokens_details": {"reasoning_tokens": 10},
            "total_tokens": 1050,
        },
        **changes,
    }


class ScriptedOpenAI:
    """The running provider: replies are given one after the other; `requests` are the bodies it was sent."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[dict[str, Any]] = []
        self.client_left = threading.Event()
        self.released = threading.Event()
        self._replies: list[Reply] = []

    def will_answer(self, *replies: Reply) -> None:
        self._replies += replies

    def next_reply(self) -> Reply:
        return self._replies.pop(0)


@contextmanager
def scripted_openai() -> Iterator[ScriptedOpenAI]:
    """Serve on a free port for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    provider = ScriptedOpenAI(f"http://127.0.0.1:{server.server_address[1]}/v1")
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        provider.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        provider: ScriptedOpenAI = self.server.provider  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        provider.requests.append(json.loads(body or b"{}"))
        reply = provider.next_reply()
        self.close_connection = True
        if reply.drops:
            return
        if reply.hangs:
            provider.released.wait()
            return
        self.send_response(reply.status)
        for name, value in {"x-request-id": REQUEST_ID, "connection": "close", **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(reply, provider)

    do_GET = do_DELETE = do_POST  # noqa: N815  # the base class names them so

    def _send(self, reply: Reply, provider: ScriptedOpenAI) -> None:
        last_event = b"event:" + reply.body.rpartition(b"event:")[2]
        try:
            self.wfile.write(reply.body)
            while reply.never_ends and not provider.released.is_set():
                self.wfile.write(last_event)
        except OSError:
            provider.client_left.set()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Say nothing."""


def _headers(extra: Mapping[str, str], content_type: str) -> dict[str, str]:
    return {"content-type": content_type, **{name.replace("_", "-"): value for name, value in extra.items()}}
