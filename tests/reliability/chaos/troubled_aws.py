"""The local AWS, in trouble while asked to be: DynamoDB throttles a share of its calls, SQS answers late.

    POST /chaos {"throttled_share": 0.7, "slow_queue_seconds": 2.5}        from now on; GET /chaos counts what was hit

Calls that carry the header `X-Undisturbed` are the observers' own.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from infra.local import moto_server

PATH = "/chaos"
UNDISTURBED = "X-Undisturbed"
THROTTLED = (
    "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
    "com.amazon.coral.availability#ThrottlingException",
)


class Trouble(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`throttled_share` of DynamoDB's calls are refused; each of SQS takes up to twice `slow_queue_seconds`."""

    throttled_share: float = 0.0
    slow_queue_seconds: float = 0.0


class TroubledServer(moto_server.MotoServer):
    """A moto server in the trouble that it was told last."""

    def __init__(self, port: int = 0) -> None:
        self._trouble = Trouble()
        self._counts: Counter[str] = Counter()
        self._rng = random.Random(1)
        self._lock = threading.Lock()
        super().__init__(port)

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ.get("PATH_INFO") == PATH:
            return self._told(environ, start_response)
        if "HTTP_X_UNDISTURBED" not in environ:
            target = str(environ.get("HTTP_X_AMZ_TARGET", ""))
            if target.startswith("DynamoDB_") and self._is_hit("calls throttled", self._trouble.throttled_share):
                return _json(start_response, "400 Bad Request", {"__type": self._rng.choice(THROTTLED)})
            if target.startswith("AmazonSQS.") and self._trouble.slow_queue_seconds:
                self._is_hit("queue calls slowed", 1.0)
                time.sleep(self._rng.uniform(0, 2 * self._trouble.slow_queue_seconds))
        return super()._answer(environ, start_response)

    def _told(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            self._trouble = msgspec.json.decode(body, type=Trouble)
        return _json(start_response, "200 OK", dict(self._counts))

    def _is_hit(self, what: str, share: float) -> bool:
        if self._rng.random() >= share:
            return False
        with self._lock:
            self._counts[what] += 1
        return True


def _json(start_response: Callable[..., Any], status: str, content: Any) -> list[bytes]:
    body = json.dumps(content).encode()
    start_response(status, [("Content-Type", "application/x-amz-json-1.0"), ("Content-Length", str(len(body)))])
    return [body]


if __name__ == "__main__":
    moto_server.main(TroubledServer)
