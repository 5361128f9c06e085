"""What does an error of the AWS SDK mean to us? Translated here once, for every adapter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from chalicelib import telemetry
from chalicelib.errors import StorageUnavailable

RETRY_AFTER_SECONDS = 2

# Requests that are wrong in themselves: the same one never works, so they are defects and stay what they are.
_DEFECTS = frozenset(
    {"ValidationException", "SerializationException", "InvalidParameterValue", "InvalidMessageContents"}
)


@contextmanager
def aws_answers(service: str) -> Iterator[None]:
    """Run SDK calls of one service ("DynamoDB", "SQS", "S3").

    Raises: StorageUnavailable when the service does not answer or refuses; ClientError and ParamValidationError only
    for requests that no service could take.
    """
    try:
        yield
    except ParamValidationError:
        raise
    except ClientError as exc:
        code = error_code(exc)
        if code in _DEFECTS:
            raise
        telemetry.warning("aws_refused", service=service, operation=exc.operation_name, code=code)
        raise _unavailable(service) from exc
    except BotoCoreError as exc:
        telemetry.warning("aws_silent", service=service, error=type(exc).__name__)
        raise _unavailable(service) from exc


def error_code(error: ClientError) -> str:
    """The service's name of what went wrong, e.g. "ThrottlingException"; a bare HTTP status for a HEAD request."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def _unavailable(service: str) -> StorageUnavailable:
    return StorageUnavailable(
        f"{service} does not answer just now. Try again.", retry_after_seconds=RETRY_AFTER_SECONDS
    )
