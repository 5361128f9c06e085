"""What can go wrong.

CaseworkError
├── ProblemError       the API refused; `code` says why and is stable
├── NetworkError       no answer, or none that is the API's
├── TokenError         the function that gives the token raised, or what it gave is no token
├── WaitTimeoutError   the job is not done yet; it continues
├── ResultMissingError the job is completed, but this copy of it came without its result
├── JobFailedError     the job ended without a result; `code` says why
└── JobCancelledError  the job was cancelled
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .types import Job


class CaseworkError(Exception):
    """Everything that this package raises. It can be pickled: a pool of processes waits for ever for what cannot."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args), vars(self)


def _again(kind: type[CaseworkError], args: tuple[Any, ...]) -> CaseworkError:
    """The error without its constructor, which takes other arguments than the text."""
    return kind.__new__(kind, *args)


class ProblemError(CaseworkError):
    """The API refused the request. The text is its sentence; `request_id` is what its logs know the request by."""

    def __init__(self, problem: Mapping[str, Any], *, status: int, retry_after_seconds: float | None = None) -> None:
        """`errors` says what is wrong in the request, place by place, when the code is `invalid_request`."""
        self.code = str(problem["code"])
        self.status = status
        self.detail = str(problem.get("detail", ""))
        self.request_id = str(problem.get("request_id", ""))
        self.errors: Sequence[Mapping[str, str]] = problem.get("errors") or ()
        self.retry_after_seconds = retry_after_seconds
        places = "; ".join(f"{error['pointer']}: {error['message']}" for error in self.errors)
        super().__init__(f"{self.detail} {places}".rstrip())


class NetworkError(CaseworkError):
    """No answer came, or one that is not the API's; `status` is its HTTP status, None without an answer."""

    def __init__(self, message: str, *, status: int | None = None, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_seconds = retry_after_seconds


class TokenError(CaseworkError):
    """The function that gives the token raised, then its exception is the cause; or it gave no token."""


class WaitTimeoutError(CaseworkError):
    """The job is not done within the time given; it continues."""

    def __init__(self, job_id: str, *, seconds: float) -> None:
        super().__init__(f"Job {job_id} is not done after {seconds:g} s. It continues.")
        self.job_id = job_id


class ResultMissingError(CaseworkError):
    """The job is completed, but this copy of it, e.g. of a list, came without its result: read it by its id."""

    def __init__(self, job: Job) -> None:
        super().__init__("This copy of the job came without its result. Read it with client.jobs.get(job['job_id']).")
        self.job = job


class JobFailedError(CaseworkError):
    """The job ended without a result. The text is a sentence that can be shown."""

    def __init__(self, job: Job) -> None:
        super().__init__(job["error"] or "The job has no result.")
        self.job = job
        self.code = job["error_info"]["code"] if job["error_info"] else "internal"


class JobCancelledError(CaseworkError):
    """The job was cancelled."""

    def __init__(self, job: Job) -> None:
        super().__init__(job["error"] or "The job was cancelled.")
        self.job = job


def is_transient(error: Exception) -> bool:
    """Whether the same request may well work later: no answer, a busy server or a broken one."""
    if not isinstance(error, NetworkError | ProblemError):
        return False
    return error.status is None or error.status in (408, 429) or error.status >= 500
