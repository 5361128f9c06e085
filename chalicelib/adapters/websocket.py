"""Open WebSocket connections, behind API Gateway's @connections API."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import aws_answers, error_code
from chalicelib.outbox.live import ConnectionGone

_GONE = frozenset({"GoneException", "410"})


class ApiGatewaySockets:
    """The Sockets; `client` is a low-level client "apigatewaymanagementapi" of the socket API's own endpoint."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def post(self, connection_id: str, body: bytes) -> None:
        """See Sockets.post: one call."""
        with aws_answers("API Gateway"):
            try:
                self._client.post_to_connection(ConnectionId=connection_id, Data=body)
            except ClientError as exc:
                if error_code(exc) in _GONE:
                    raise ConnectionGone from exc
                raise
