"""Translation of the AWS SDK's errors, once for every adapter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from chalicelib import telemetry
from chalicelib.errors import StorageUnavailable

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
