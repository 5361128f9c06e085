"""Where do secrets come from in a deployed stage? From SSM Parameter Store, by name.

A secret of Secrets Manager is named `/aws/reference/secretsmanager/<secret name>`.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable


def read_secret(client: Any, name: str) -> str:
    """The decrypted value of the parameter.

    Raises: Unavailable when it cannot be read.
    """
    try:
        answer = client.get_parameter(Name=name, WithDecryption=True)
    except (BotoCoreError, ClientError) as exc:
        raise Unavailable("A secret that this needs cannot be read just now.", retry_after_seconds=5) from exc
    return str(answer["Parameter"]["Value"])
