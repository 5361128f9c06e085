"""Where do secrets come from in a deployed stage? From SSM Parameter Store, by name.

A secret of Secrets Manager is named `/aws/reference/secretsmanager/<secret name>`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import telemetry
from chalicelib.adapters.aws import error_code
from chalicelib.errors import StorageUnavailable

FRESH_FOR = timedelta(minutes=5)
"""After so long a process that runs uses a rotated value; more often than that it is not asked for."""


_PASSING = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"})
_PASSING_CREDENTIALS = frozenset({"ExpiredTokenException", "ExpiredToken", "RequestExpired"})
SERVER_ERROR = 500


class SecretUnreadable(StorageUnavailable):
    """The secret is not there, or this function may not read it: the same read never works before somebody acts."""


class SsmSecret:
    """One parameter's decrypted value, kept between calls. `client` makes a low-level client, `clock` is aware UTC."""

    def __init__(self, name: str, *, client: Callable[[], Any], clock: Callable[[], datetime]) -> None:
        self._name = name
        self._client = client
        self._clock = clock
        self._known: _Known | None = None

    def value(self) -> str:
        """The value as it was at most `FRESH_FOR` ago; the last known one while it cannot be read again.

        Raises: SecretUnreadable, or StorageUnavailable for a trouble that passes, when it was never read.
        """
        known, now = self._known, self._clock()
        if known is None or now - known.asked_at >= FRESH_FOR:
            known = self._known = _Known(value=self._read_again(known), asked_at=now)
        return known.value

    def _read_again(self, known: _Known | None) -> str:
        try:
            return self._read()
        except StorageUnavailable:
            if known is None:
                raise
            telemetry.warning("secret_not_read_again", parameter=self._name)
            return known.value

    def _read(self) -> str:
        try:
            answer = self._client().get_parameter(Name=self._name, WithDecryption=True)
        except ClientError as exc:
            if not _passes(exc):
                telemetry.defect("secret_not_read", exc, parameter=self._name, code=error_code(exc))
                raise SecretUnreadable("A secret that this needs is not there, or may not be read.") from exc
            raise _not_now() from exc
        except BotoCoreError as exc:
            raise _not_now() from exc
        return str(answer["Parameter"]["Value"])


def _passes(error: ClientError) -> bool:
    """Whether the same request may work later. What SSM calls wrong with a request otherwise stays wrong: a name that
    is not there, a key of KMS or a role that refuses."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", SERVER_ERROR)
    return status >= SERVER_ERROR or error_code(error) in _PASSING | _PASSING_CREDENTIALS


def _not_now() -> StorageUnavailable:
    return StorageUnavailable("A secret that this needs cannot be read just now.", retry_after_seconds=5)


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """What was read last; `asked_at` is also moved by a read that failed, so that not every call waits for one."""

    value: str
    asked_at: datetime
