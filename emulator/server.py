"""The HTTP/1.1 server on 127.0.0.1, a thread for each connection; what faults do on the wire."""

from __future__ import annotations

import errno
import json
import select
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from emulator import anthropic_api, openai_errors
from emulator.asked import MODEL_PATHS, Asked
from emulator.control import answer_control
from emulator.faults import ANSWERED_KINDS, CREATED_KINDS, STREAM_KINDS, Fault
from emulator.pace import Pace, Stopped
from emulator.replies import LAST_EVENTS, JsonReply, Reply, StreamReply
from emulator.side_routes import answer_side_route
from emulator.state import EmulatorState

HOST = "127.0.0.1"
LONGEST_HANG_SECONDS = 3600.0
_LOOK_EVERY_SECONDS = 0.2
_CLOSE_WITHIN_SECONDS = 0.1
_ERROR_EVENTS = {"stream_error": "server_error", "rate_limited_stream": "rate_limited"}
_MALFORMED = b'{"id": "x", "output": ['
_HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class PortTaken(Exception):
    """Somebody listens on the port already."""


class Emulator:
    """A running emulator. Use it as a context manager, or `close()` it."""

    def __init__(self, *, port: int = 0, seconds: float = 0.0) -> None:
        """`port` 0 takes a free one; `seconds` is how long an answer takes. Raises: PortTaken."""
        self.state = EmulatorState(pace=Pace(seconds, threading.Event()))
        state = self.state

        class Handler(EmulatorHandler):
            emulator_state = state

        try:
            self._server = _Server((HOST, port), Handler)
        except OSError as exc:
            if exc.errno != errno.EADDRINUSE:
                raise
            raise PortTaken(f"Port {port} on {HOST} is taken.") from exc
        serve = partial(self._server.serve_forever, poll_interval=_CLOSE_WITHIN_SECONDS)
        self._thread = threading.Thread(target=serve, name="emulator", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """ANTHROPIC_BASE_URL; with `/v1` behind it OPENAI_BASE_URL."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def close(self) -> None:
        self.state.pace.stopping.set()
        self.state.webhooks.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    """Takes many connections at once, and asks no name server who it is."""

    daemon_threads = True
    request_queue_size = 128

    def server_bind(self) -> None:
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error; anything else is printed with its traceback."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class EmulatorHandler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    emulator_state: EmulatorState
    _before_last_bytes: Callable[[], None] = staticmethod(lambda: None)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the library's
        """Silent: GET /__emulator/log tells who asked what."""

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # the names are the library's

    def _handle(self) -> None:
        self._request_id = f"req_{uuid.uuid4().hex[:24]}"
        try:
            self._route()
        except (Stopped, BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _route(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        url = urlsplit(self.path)
        path = url.path.rstrip("/")
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            self._send_json(JsonReply(status=400, body={"error": {"message": "We could not parse the JSON body."}}))
            return
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if path.startswith("/__emulator"):
            self._send_json(answer_control(self.emulator_state, self.command, path, body, query=query))
        elif not self._is_authorized():
            self._send_json(self._error("unauthorized", path))
        elif self.command == "POST" and path in MODEL_PATHS:
            self._ask(Asked(provider=MODEL_PATHS[path], path=path, body=body if isinstance(body, Mapping) else {}))
        else:
            reply = answer_side_route(self.emulator_state, self.command, path, body, query=query)
            self._send(reply, None, msgspec.structs.replace(self.emulator_state.pace, seconds=0.0))

    def _is_authorized(self) -> bool:
        bearer = self.headers.get("authorization", "").removeprefix("Bearer").strip()
        return bool(bearer or self.headers.get("x-api-key", "").strip())

    def _ask(self, asked: Asked) -> None:
        """One call to a model: logged, then answered or failed."""
        self._model = asked.model
        entry = self.emulator_state.log.begin(asked, at=time.time())
        fault = self.emulator_state.faults.next_for(asked)
        entry.fault = fault.kind if fault else None
        outcome = "failed" if fault and fault.kind not in ANSWERED_KINDS else "answered"
        if fault and fault.kind in CREATED_KINDS and asked.in_background:
            outcome = "lost"
        background = self.emulator_state.responses.open_count if asked.provider == "openai" else (lambda: 0)
        try:
            with ExitStack() as ending:
                self._before_last_bytes = ending.close  # who has an answer may ask again at once
                ending.callback(lambda: setattr(entry, "outcome", outcome))
                if not ending.enter_context(self.emulator_state.in_flight.call(asked.provider, background=background)):
                    fault, outcome = Fault(kind="rate_limited"), "failed"
                    entry.fault = "too_many_in_flight"
                self._answer_or_fail(asked, fault)
        except (ConnectionError, Stopped):
            entry.outcome = "left"
            raise
        finally:
            del self._before_last_bytes

    def _answer_or_fail(self, asked: Asked, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        pace = self.emulator_state.pace
        if fault and kind == "slow":
            pace = msgspec.structs.replace(pace, seconds=fault.seconds or 1.0)
        if asked.in_background:
            pace = msgspec.structs.replace(pace, seconds=0.0)  # accepted at once; it grows ready later
        is_plain = asked.in_background and not asked.streams
        if fault and kind == "hang":
            self._hang(fault.seconds)
        elif kind == "drop":
            self._drop()
        elif kind == "html":
            self._send_json(JsonReply(status=502, body=_HTML, content_type="text/html"))
        elif fault and kind in openai_errors.ERROR_KINDS:
            self._send_json(self._error(kind, asked.path, fault, model=asked.model))
        elif kind in _ERROR_EVENTS and is_plain:  # nothing is begun
            self._send_json(self._error(_ERROR_EVENTS[kind], asked.path))
        else:
            with self.emulator_state.in_flight.held() if asked.in_background else nullcontext():
                reply = self.emulator_state.reply(asked, fault, request_id=self._request_id)
                if asked.in_background:
                    self._before_last_bytes()  # it counts among those in the background now
            if kind == "lost_create":
                self._drop()
            else:
                self._send(reply, fault, pace)

    def _error(self, kind: str, path: str, fault: Fault | None = None, *, model: str = "") -> JsonReply:
        if path.startswith("/v1/messages"):
            return anthropic_api.error_reply(kind, request_id=self._request_id, fault=fault)
        return openai_errors.error_reply(kind, fault=fault, model=model)

    def _send(self, reply: Reply, fault: Fault | None, pace: Pace) -> None:
        if isinstance(reply, StreamReply):
            self._send_stream(reply, fault, pace)
            return
        if reply.status == 200:
            pace.whole()
        kind = fault.kind if fault else ""
        if kind in ("cut", "cut_abruptly"):
            self._send_half(reply)
        elif fault and kind == "stall":
            self._hang(fault.seconds)
        elif kind in _ERROR_EVENTS:
            self._send_json(self._error(_ERROR_EVENTS[kind], self.path))
        elif kind == "malformed_json":
            self._send_json(JsonReply(body=_MALFORMED))
        else:
            self._send_json(reply)

    def _send_json(self, reply: JsonReply) -> None:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body, ensure_ascii=False).encode()
        self._send_head(reply.status, reply.content_type, (("content-length", str(len(body))), *reply.headers))
        self._before_last_bytes()
        self.wfile.write(body)

    def _send_half(self, reply: JsonReply) -> None:
        body = json.dumps(reply.body, ensure_ascii=False).encode()
        self._send_head(reply.status, reply.content_type, (("content-length", str(len(body))),))
        self.wfile.write(body[: len(body) // 2])
        self._drop()

    def _send_stream(self, reply: StreamReply, fault: Fault | None, pace: Pace) -> None:
        kind = fault.kind if fault and fault.kind in STREAM_KINDS else ""
        most = fault.events if fault and kind else None
        events = islice(reply.events, most)
        self._send_head(200, "text/event-stream; charset=utf-8", (("transfer-encoding", "chunked"),))
        for event in events if reply.timed else pace.flow(list(events)):
            if event.get("type") in LAST_EVENTS:
                self._before_last_bytes()
            self._write_event(event, named=reply.named)
        if fault and kind:
            self._break_stream(fault)
        elif reply.last:
            self._write_chunk(f"data: {reply.last}\n\n")
        if not self.close_connection:
            self._before_last_bytes()
            self.wfile.write(b"0\r\n\r\n")

    def _break_stream(self, fault: Fault) -> None:
        if fault.kind in ("stream_error", "rate_limited_stream"):
            is_anthropic = self.path.startswith("/v1/messages")
            self._write_event(
                anthropic_api.stream_error_event(fault, request_id=self._request_id)
                if is_anthropic
                else openai_errors.stream_error_event(fault, model=self._model),
                named=True,
            )
        elif fault.kind == "malformed_json":
            self._write_chunk('event: message_delta\ndata: {"type": "message_delta", "del\n\n')
        elif fault.kind == "stall":
            self._hang(fault.seconds)
        elif fault.kind == "cut_abruptly":
            self._drop()

    def _write_event(self, event: Mapping[str, Any], *, named: bool) -> None:
        name = f"event: {event['type']}\n" if named else ""
        self._write_chunk(f"{name}data: {json.dumps(event, ensure_ascii=False)}\n\n")

    def _write_chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _send_head(self, status: int, content_type: str, headers: tuple[tuple[str, str], ...]) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("x-request-id", self._request_id)
        self.send_header("request-id", self._request_id)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def _hang(self, seconds: float | None) -> None:
        """Silence until the time is over, the client has gone or the server closes; then the connection drops."""
        left = LONGEST_HANG_SECONDS if seconds is None else seconds
        while left > 0 and not self._client_left():
            self.emulator_state.pace.wait(min(left, _LOOK_EVERY_SECONDS))
            left -= _LOOK_EVERY_SECONDS
        self._drop()

    def _client_left(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
