"""Errors of the Python client: what one says, it says in another process too."""

from __future__ import annotations

import copy
import pickle
from typing import Any, cast

import pytest

from clients.python.casework import (
    JobCancelledError,
    JobFailedError,
    NetworkError,
    ProblemError,
    ResultMissingError,
    TokenError,
    WaitTimeoutError,
)

JOB = cast("Any", {"job_id": "j1", "error": "The model refused.", "error_info": {"code": "provider_refused"}})
PROBLEM = {"code": "invalid_request", "detail": "No.", "errors": [{"pointer": "/title", "message": "is empty"}]}


def through_a_pipe(error: Exception) -> Any:
    return pickle.loads(pickle.dumps(error))  # noqa: S301 - our own


@pytest.mark.parametrize("sent", [through_a_pipe, copy.copy, copy.deepcopy])
@pytest.mark.parametrize(
    "error",
    [
        ProblemError(PROBLEM, status=422, retry_after_seconds=2.0),
        NetworkError("No answer.", status=503, retry_after_seconds=1.0),
        TokenError("None."),
        WaitTimeoutError("j1", seconds=3),
        ResultMissingError(JOB),
        JobFailedError(JOB),
        JobCancelledError(JOB),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_comes_out_of_a_pool_of_processes_as_it_went_in(error, sent):
    arrived = sent(error)

    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)
