"""How is AWS called? Clients, how long a call may take, and what errors mean; see time_budget for calls in requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError, ResponseStreamingError

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

    session = botocore.session.get_session()
    time_budget.limit_calls(
        session,
        seconds_a_try=CONNECT_SECONDS + READ_SECONDS,
        exceptions={"lambda": CONNECT_SECONDS + FUNCTION_READ_SECONDS},
    )
    return session


def new_client(session: Any, name: str, *, endpoint_url: str | None, validates: bool) -> Any:
    """A low-level client of one service; `validates`: it checks the parameters of each call itself."""
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=FUNCTION_READ_SECONDS if name == "lambda" else READ_SECONDS,
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


def read_body(body: Any) -> bytes:
    """All bytes of an answer that is a stream.

    Raises: BotoCoreError, also for what botocore's reader lets through: a TLS record that is broken.
    """
    from urllib3.exceptions import HTTPError

    try:
        content: bytes = body.read()
    except HTTPError as exc:
        raise ResponseStreamingError(error=exc) from exc
    return content


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
