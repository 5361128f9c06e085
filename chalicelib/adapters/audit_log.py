"""The audit log: who did what to whose data, in a log group that outlives the functions' logs.

Each line is one PutLogEvents. The same line is in the function's own log as well, so a line that cannot be sent is not
lost, only forgotten earlier.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import telemetry
from chalicelib.adapters.aws import error_code
from chalicelib.errors import StorageUnavailable


class AuditLog(logging.Handler):
    """Sends each line to one log group; every process has a stream. `connect` makes a low-level client of CloudWatch
    Logs on first use, `new_id` names the stream."""

    def __init__(
        self, connect: Callable[[], Any], *, group: str, new_id: Callable[[], str], clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._connect = connect
        self._group = group
        self._new_id = new_id
        self._clock = clock
        self._stream: str | None = None
        self._client: Any = None

    def emit(self, record: logging.LogRecord) -> None:
        """Send one line. A trouble of AWS is logged, and does not fail the request that is audited."""
        event = {"timestamp": int(self._clock().timestamp() * 1000), "message": self.format(record)}
        try:
            stream = self._ready()
            self._client.put_log_events(logGroupName=self._group, logStreamName=stream, logEvents=[event])
        except ClientError as exc:
            telemetry.defect("audit_not_stored", exc, code=error_code(exc))
        except (BotoCoreError, StorageUnavailable) as exc:
            telemetry.warning("audit_not_stored", error=type(exc).__name__)

    def _ready(self) -> str:
        """The stream of this process, made once."""
        if self._client is None:
            self._client = self._connect()
        if self._stream is None:
            stream = f"{self._clock():%Y/%m/%d}/{self._new_id()}"
            self._client.create_log_stream(logGroupName=self._group, logStreamName=stream)
            self._stream = stream
        return self._stream
