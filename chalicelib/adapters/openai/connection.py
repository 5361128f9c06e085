"""A connection to OpenAI for one call: the SDK's client, and every failure as one of our errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chalicelib.adapters import provider_errors
from chalicelib.adapters.openai import errors
from chalicelib.adapters.openai.response import StreamedResponse
from chalicelib.adapters.provider_client import client_for_one_call

if TYPE_CHECKING:
    import httpx2
    from openai import OpenAI


@contextmanager
def connected(api_key: str, seen: StreamedResponse, *, check: Callable[[], None], files: int = 0) -> Iterator[OpenAI]:
    """The SDK's client; a request of so many files is made in the block, and `seen` is what is received of its answer.

    `check` is called while nothing comes; what it raises ends the call.
    Raises: the provider errors of `chalicelib.errors`; FileRefused.
    """
    import httpx2
    from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError, OpenAI

    def client(http: httpx2.Client) -> OpenAI:
        return OpenAI(api_key=api_key, max_retries=0, http_client=http)

    try:
        with client_for_one_call(errors.PROVIDER, client, check=check) as openai:
            yield openai
    except APIStatusError as exc:
        raise errors.status_error(exc, files=files) from exc
    except (APITimeoutError, httpx2.TimeoutException) as exc:
        check()  # time that is up says more than a provider that is slow
        raise provider_errors.timed_out(errors.PROVIDER, seen.request_id) from exc
    except (APIConnectionError, httpx2.HTTPError) as exc:
        raise provider_errors.disconnected(errors.PROVIDER, seen.request_id) from exc
    except APIError as exc:
        code = exc.code or exc.type
        raise errors.coded_error(code, request_id=seen.request_id, message=exc.message) from exc
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise provider_errors.cut_off(errors.PROVIDER, seen.request_id) from exc


def never_connected(error: BaseException) -> bool:
    """Whether a call failed before anything was sent."""
    import httpx2

    found: BaseException | None = error
    while found is not None:
        if isinstance(found, httpx2.ConnectError | httpx2.ConnectTimeout):
            return True
        found = found.__cause__ or found.__context__
    return False


def timeout(seconds: float, *, silence_seconds: float, connect_seconds: float) -> httpx2.Timeout:
    """What a call that may take so long waits for the connection, and for the next bytes."""
    import httpx2

    seconds = max(0.001, seconds)
    return httpx2.Timeout(min(seconds, silence_seconds), connect=min(seconds, connect_seconds))
