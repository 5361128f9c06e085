"""How is AWS called? Clients, how long a call may take, in itself and within an API request, and what errors mean."""

from __future__ import annotations

import io
import math
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from chalicelib import telemetry, time_budget
from chalicelib.errors import StorageUnavailable

# A call that nobody answers ends within 13 s, so that a worker can still store that it goes on elsewhere.
CONNECT_SECONDS = 2
READ_SECONDS = 4
FUNCTION_READ_SECONDS = 15
"""One try: a worker that starts cold needs some seconds."""

ATTEMPTS = 2
RETRY_AFTER_SECONDS = 2
CANCELED = "TransactionCanceledException"

# What no repetition mends: requests that are wrong in themselves, and resources or permissions that are missing. They
# are defects, of the program or of its deployment, and stay what they are.
_DEFECTS = frozenset(
    {
        *("Validation", "ValidationError", "Serialization", "InvalidParameterValue", "InvalidMessageContents"),
        *("AccessDenied", "403", "ResourceNotFound", "NoSuchBucket", "QueueDoesNotExist", "ParameterNotFound"),
        *("AWS.SimpleQueueService.NonExistentQueue", "KMSAccessDenied", "KMS.AccessDenied"),
    }
)

_CONNECTING = threading.Lock()
"""A session of botocore is not thread-safe, and `chalice local` answers each connection in a thread of its own."""


def new_session() -> Any:
    """The session that all clients come from. boto3 would add nothing but 60 ms to the start of every function."""
    import botocore.session
    from botocore.awsrequest import AWSHTTPConnection, AWSHTTPSConnection

    # botocore lets nobody give it connections of another kind.
    for connection in (AWSHTTPConnection, AWSHTTPSConnection):
        connection.response_class = _Response
    session = botocore.session.get_session()
    session.register("request-created", _begins_in_time)  # for each try of each call of each client
    return session


def new_client(session: Any, name: str, *, endpoint_url: str | None, validates: bool) -> Any:
    """A low-level client of one service; `validates`: it checks the parameters of each call itself."""
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=_read_seconds(name),
        retries={"mode": "standard", "total_max_attempts": 1 if name == "lambda" else ATTEMPTS},
        signature_version="s3v4" if name == "s3" else None,
        # Without it presigned URLs name the global host, which newer regions refuse. An IP address as the endpoint
        # (the local system) keeps the bucket in the path.
        s3={"addressing_style": "virtual"} if name == "s3" else None,
        parameter_validation=validates,
        user_agent=session.user_agent(),  # else botocore puts the long one together twice for each call
    )
    with _CONNECTING:
        return session.create_client(name, config=config, endpoint_url=endpoint_url)


@contextmanager
def aws_answers(service: str) -> Iterator[None]:
    """Run SDK calls of one service ("DynamoDB", "SQS", "S3").

    Raises: StorageUnavailable when the service does not answer or refuses; ClientError and ParamValidationError for
    what no repetition mends: a wrong request, a missing table, bucket, queue or permission.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as exc:
        unavailable = as_unavailable(exc, service)
        if unavailable is None:
            raise
        raise unavailable from exc


def as_unavailable(error: ClientError | BotoCoreError, service: str) -> StorageUnavailable | None:
    """The error as it is raised inside; None for a defect, which stays what it is."""
    if isinstance(error, ParamValidationError):
        return None
    if isinstance(error, BotoCoreError):
        telemetry.warning("aws_silent", service=service, error=type(error).__name__)
    elif _DEFECTS.isdisjoint(error_codes(error)):
        telemetry.warning("aws_refused", service=service, operation=error.operation_name, code=error_code(error))
    else:
        return None
    return StorageUnavailable(
        f"{service} does not answer just now. Try again.", retry_after_seconds=RETRY_AFTER_SECONDS
    )


def error_code(error: ClientError) -> str:
    """The service's name of what went wrong, e.g. "ThrottlingException"; a bare HTTP status for a HEAD request."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def error_codes(error: ClientError) -> set[str]:
    """Why a call failed, without the ending "Exception": one code, or those of a transaction's writes."""
    code = error_code(error)
    codes = {str(reason["Code"]) for reason in cancellation_reasons(error)} if code == CANCELED else {code}
    return {code.removesuffix("Exception") for code in codes}


def cancellation_reasons(error: ClientError) -> Sequence[Mapping[str, Any]]:
    """What became of each write of a transaction that was canceled."""
    reasons: Sequence[Mapping[str, Any]] = error.response.get("CancellationReasons", ())
    return reasons


def _read_seconds(service: str) -> int:
    """How long one try of a call of this service ("dynamodb", "lambda") may take after it is connected."""
    return FUNCTION_READ_SECONDS if service == "lambda" else READ_SECONDS


def _begins_in_time(event_name: str, **_: Any) -> None:
    """Botocore's handler before each try: refuse one that could outlast its request. Raises: StorageUnavailable."""
    time_budget.require(CONNECT_SECONDS + _read_seconds(event_name.split(".")[1]))


class _Bytes(io.RawIOBase):
    """What a socket receives while its request has time: a socket's own timeout begins again with every byte."""

    def __init__(self, received: Any, connected: socket.socket) -> None:
        self._received = received
        self._connected = connected
        self._timeout = connected.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = time_budget.seconds_left()
        if left <= 0:
            raise TimeoutError("the request's time is over")
        if left < math.inf:
            self._connected.settimeout(min(left, self._timeout or left))
        count: int | None = self._received.readinto(buffer)
        return count

    def close(self) -> None:
        self._received.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp = io.BufferedReader(_Bytes(self.fp.detach(), sock))
