"""API Gateway's WebSocket side on this machine: connections become events, and can be posted to.

    python -m infra.local.sockets --port 7803

Clients connect to ws://127.0.0.1:PORT/api; http://127.0.0.1:PORT/api/@connections/ID is what the client
"apigatewaymanagementapi" calls. As on AWS: a refusal has the handler's status, a handler that fails is a 502, the
chosen subprotocol is the handler's header, what a handler answers to a message goes nowhere, and nothing can be posted
to a connection before its handshake has ended.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import time
import traceback
import urllib.parse
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import uvicorn

from infra.local.environment import HOST
from infra.local.invocation import Handler, LambdaContext, load_handler

STAGE = "api"
LARGEST_MESSAGE_BYTES = 128 * 1024
LARGEST_FRAME_BYTES = 32 * 1024  # of a client; a browser sends a message as one frame
IDLE_SECONDS = 600
LONGEST_SECONDS = 7200
SEND_SECONDS = 5
FUNCTION_SECONDS = 29

Say = Callable[[str], None]


class Connection:
    """One client."""

    def __init__(self, send: Any, context: Mapping[str, Any]) -> None:
        self.context = context
        self.connection_id: str = context["connectionId"]
        self._send = send
        self._turn = asyncio.Lock()
        self.connected_at = self.active_at = time.time()

    async def post(self, text: str) -> None:
        """What @connections does; two posts at once do not interleave their frames."""
        async with self._turn:
            await asyncio.wait_for(self._send({"type": "websocket.send", "text": text}), SEND_SECONDS)
        self.active_at = time.time()

    async def close(self, code: int, reason: str = "") -> None:
        """Close it from this side."""
        await self._send({"type": "websocket.close", "code": code, "reason": reason})

    def seconds_left(self) -> float:
        """Until it is idle for too long, or too old."""
        return min(self.active_at + IDLE_SECONDS, self.connected_at + LONGEST_SECONDS) - time.time()


class SocketGateway:
    """The ASGI application. `handlers` by route key: $connect, $default, $disconnect."""

    def __init__(self, handlers: Mapping[str, Handler], *, domain: str, say: Say) -> None:
        self._handlers = handlers
        self._domain = domain
        self._say = say
        self._open: dict[str, Connection] = {}

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Serve one connection, or one call of @connections."""
        if scope["type"] == "websocket":
            await self._serve(scope, receive, send)
        elif scope["type"] == "http":
            await self._manage(scope, receive, send)

    async def _serve(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        await receive()  # websocket.connect
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["path"].strip("/") != STAGE:
            await _refuse(send, 403, "Forbidden")
            return
        connection = Connection(send, _context(headers, client=scope["client"][0], domain=self._domain))
        answer = await self._invoke(connection, "$connect", "CONNECT", headers=headers)
        status = answer.get("statusCode", 200)
        if not 200 <= status < 300:
            await _refuse(send, status, str(answer.get("body") or ""))
            return
        chosen = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
        await send({"type": "websocket.accept", "subprotocol": chosen.get("sec-websocket-protocol")})
        self._open[connection.connection_id] = connection
        code, reason = 1006, ""
        try:
            code, reason = await self._listen(connection, receive)
        finally:
            self._open.pop(connection.connection_id, None)
            ending = {"disconnectStatusCode": code, "disconnectReason": reason}
            await self._invoke(connection, "$disconnect", "DISCONNECT", context=ending)

    async def _listen(self, connection: Connection, receive: Any) -> tuple[int, str]:
        """Give what the client says to `$default` until it goes, is idle or is too old; how it ended."""
        while True:
            left = connection.seconds_left()
            if left <= 0:
                await connection.close(1001, "Going away")
                return 1001, "Going away"
            try:
                message = await asyncio.wait_for(receive(), left)
            except TimeoutError:
                continue  # something may have been posted in the meantime
            if message["type"] == "websocket.disconnect":
                return message.get("code") or 1006, message.get("reason") or ""
            connection.active_at = time.time()
            text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
            await self._invoke(connection, "$default", "MESSAGE", body=text, context={"messageId": str(uuid.uuid4())})

    async def _invoke(
        self,
        connection: Connection,
        route: str,
        kind: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        request_id = str(uuid.uuid4())
        event: dict[str, Any] = {
            "requestContext": {
                **connection.context,
                "routeKey": route,
                "eventType": kind,
                "requestId": request_id,
                "requestTimeEpoch": int(time.time() * 1000),
                **(context or {}),
            },
            "isBase64Encoded": False,
        }
        if headers is not None:
            event |= {"headers": headers, "multiValueHeaders": {name: [value] for name, value in headers.items()}}
        if body is not None:
            event["body"] = body
        lambda_context = LambdaContext(route.strip("$"), request_id=request_id, timeout_seconds=FUNCTION_SECONDS)
        try:
            answer = await asyncio.to_thread(self._handlers[route], event, lambda_context)
        except Exception:  # noqa: BLE001  # as Lambda: whatever it raises is the gateway's 502
            self._say(f"{route} failed:")
            self._say(traceback.format_exc().rstrip())
            return {"statusCode": 502, "body": "Internal server error"}
        return answer if isinstance(answer, dict) else {"statusCode": 502}

    async def _manage(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        parts = scope["path"].strip("/").split("/")
        if len(parts) != 3 or parts[:2] != [STAGE, "@connections"]:
            await _answer(send, 403, {"message": "Forbidden"})
            return
        body = await _body(receive)
        connection = self._open.get(urllib.parse.unquote(parts[2]))
        if connection is None:
            await _answer(send, 410, {"message": None}, error="GoneException")
        elif scope["method"] == "GET":
            await _answer(send, 200, _description(connection))
        elif scope["method"] == "DELETE":
            self._open.pop(connection.connection_id, None)
            await connection.close(1000, "Connection Closed Normally")
            await _answer(send, 204, None)
        elif len(body) > LARGEST_MESSAGE_BYTES:
            await _answer(send, 413, {"message": "Payload too large"}, error="PayloadTooLargeException")
        else:
            await _post(connection, body, send)


async def _post(connection: Connection, body: bytes, send: Any) -> None:
    try:
        await connection.post(body.decode("utf-8", "replace"))
    except Exception:  # noqa: BLE001  # it has gone between the look-up and the post
        await _answer(send, 410, {"message": None}, error="GoneException")
        return
    await _answer(send, 200, None)


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    return body


async def _refuse(send: Any, status: int, text: str) -> None:
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": text.encode()})


async def _answer(send: Any, status: int, body: Any, *, error: str | None = None) -> None:
    named = [(b"x-amzn-errortype", error.encode())] if error else []
    headers = [(b"content-type", b"application/json"), *named]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if body is None else json.dumps(body).encode()})


def _context(headers: Mapping[str, str], *, client: str, domain: str) -> Mapping[str, Any]:
    return {
        "connectionId": uuid.uuid4().hex[:15] + "=",
        "apiId": "local",
        "stage": STAGE,
        "domainName": domain,
        "connectedAt": int(time.time() * 1000),
        "messageDirection": "IN",
        "identity": {"sourceIp": client, "userAgent": headers.get("user-agent", "")},
    }


def _description(connection: Connection) -> Mapping[str, Any]:
    times = {"connectedAt": connection.connected_at, "lastActiveAt": connection.active_at}
    return {
        **{name: datetime.fromtimestamp(at, UTC).isoformat() for name, at in times.items()},
        "identity": connection.context["identity"],
    }


class _NoFalseAlarm(logging.Filter):
    """uvicorn calls a refused handshake an application that did not complete it; the refusal does arrive."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to show the line."""
        return "without completing handshake" not in record.getMessage()


def main() -> None:
    """Serve sockets until SIGTERM; then clients are closed with 1012 and `$disconnect` runs for each."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.sockets", description="A WebSocket gateway.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--handlers", default="app.connect,app.message,app.disconnect", help="for the three routes")
    arguments = parser.parse_args()
    names = arguments.handlers.split(",")
    handlers = {
        route: load_handler(name) for route, name in zip(("$connect", "$default", "$disconnect"), names, strict=True)
    }
    logging.getLogger("uvicorn.error").addFilter(_NoFalseAlarm())
    gateway = SocketGateway(handlers, domain=f"{HOST}:{arguments.port}", say=_say)
    _say(f"sockets at ws://{HOST}:{arguments.port}/{STAGE}")
    uvicorn.run(
        gateway,
        host=HOST,
        port=arguments.port,
        ws="websockets-sansio",
        ws_max_size=LARGEST_FRAME_BYTES,
        ws_ping_interval=None,  # AWS answers pings and sends none
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="warning",
        timeout_graceful_shutdown=2,
    )


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
