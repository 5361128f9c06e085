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
    except ParamValidationError:
        raise
    except ClientError as exc:
        code = error_code(exc)
        if not _DEFECTS.isdisjoint(error_codes(exc)):
            raise
        telemetry.warning("aws_refused", service=service, operation=exc.operation_name, code=code)
        raise _unavailable(service) from exc
    except BotoCoreError as exc:
        telemetry.warning("aws_silent", service=service, error=type(exc).__name__)
        raise _unavailable(service) from exc


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


def _unavailable(service: str) -> StorageUnavailable:
    return StorageUnavailable(
        f"{service} does not answer just now. Try again.", retry_after_seconds=RETRY_AFTER_SECONDS
    )
