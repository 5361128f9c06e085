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
from chalicelib.errors import StorageUnavailable

FRESH_FOR = timedelta(minutes=5)
"""After so long a process that runs uses a rotated value; more often than that it is not asked for."""


class SsmSecret:
    """One parameter's decrypted value, kept between calls. `client` makes a low-level client, `clock` is aware UTC."""

    def __init__(self, name: str, *, client: Callable[[], Any], clock: Callable[[], datetime]) -> None:
        self._name = name
        self._client = client
        self._clock = clock
        self._known: _Known | None = None

    def value(self) -> str:
        """The value as it was at most `FRESH_FOR` ago; the last known one while it cannot be read again.

        Raises: StorageUnavailable when it was never read and cannot be.
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
        except (BotoCoreError, ClientError) as exc:
            raise StorageUnavailable(
                "A secret that this needs cannot be read just now.", retry_after_seconds=5
            ) from exc
        return str(answer["Parameter"]["Value"])


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """What was read last; `asked_at` is also moved by a read that failed, so that not every call waits for one."""

    value: str
    asked_at: datetime
