"""The clients of AWS: how long each call may take, in itself and within an API request."""

from __future__ import annotations

import threading
from typing import Any

from chalicelib.adapters.aws_responses import end_with_their_request
from chalicelib.time_budget import AWS_CONNECT_SECONDS, begins_in_time, read_seconds

AWS_ATTEMPTS = 2

_CONNECTING = threading.Lock()
"""A session of botocore is not thread-safe, and `chalice local` answers each connection in a thread of its own."""


def new_session() -> Any:
    """The session that all clients come from. boto3 would add nothing but 60 ms to the start of every function."""
    import botocore.session

    end_with_their_request()
    session = botocore.session.get_session()
    session.register("request-created", begins_in_time)  # for each try of each call of each client
    return session


def new_client(session: Any, name: str, *, endpoint_url: str | None, validates: bool) -> Any:
    """A low-level client of one service; `validates`: it checks the parameters of each call itself."""
    from botocore.config import Config

    config = Config(
        connect_timeout=AWS_CONNECT_SECONDS,
        read_timeout=read_seconds(name),
        retries={"mode": "standard", "total_max_attempts": 1 if name == "lambda" else AWS_ATTEMPTS},
        signature_version="s3v4" if name == "s3" else None,
        # Without it presigned URLs name the global host, which newer regions refuse. An IP address as the endpoint
        # (the local system) keeps the bucket in the path.
        s3={"addressing_style": "virtual"} if name == "s3" else None,
        parameter_validation=validates,
        user_agent=session.user_agent(),  # else botocore puts the long one together twice for each call
    )
    with _CONNECTING:
        return session.create_client(name, config=config, endpoint_url=endpoint_url)
