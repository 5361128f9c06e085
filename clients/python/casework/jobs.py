"""Jobs: read one, follow it to its end, list, cancel, retry, delete."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Unpack, cast

from .errors import (
    JobCancelledError,
    JobFailedError,
    NetworkError,
    ProblemError,
    ResultMissingError,
    WaitTimeoutError,
    is_transient,
)
from .http import Api, Response, accepted, clamped_seconds, object_of, path_of, retry_delay_seconds
from .types import Delivery, Event, Job, Start, StartOptions

DEFAULT_PAUSE_SECONDS = 5.0
"""When an answer does not say when to come back."""
CANCEL_TAKES_SECONDS = 2.0
"""The API's pause is about progress; a worker whose job is cancelled stops sooner."""


def result_of(job: Job) -> Any:
    """The result of a job that is done.

    Raises: JobFailedError, JobCancelledError; ResultMissingError for a job of a list, which comes without its result.
    """
    if job["status"] == "completed":
        if job["result"] is None:
            raise ResultMissingError(job)
        return job["result"]
    if job["status"] == "cancelled":
        raise JobCancelledError(job)
    raise JobFailedError(job)


class Jobs:
    """The jobs that the token may see. All methods raise ProblemError, NetworkError and TokenError."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def get(self, job_id: str) -> Job:
        """The job as it is now, with its result, wherever that is stored."""
        path = path_of("/jobs/{job_id}", job_id=job_id)
        return self._with_result(_job_of(self._api.patiently(lambda: _checked(self._api.request("GET", path)))))

    def watch(self, job_id: str, *, timeout_seconds: float | None = None) -> Iterator[Job]:
        """Each new version of the job, the last one with its result, asked for as often as the API says.

        It continues through a lost network and a busy API. Raises: WaitTimeoutError; ProblemError when the job is gone.
        """
        ports = self._api.ports
        until = None if timeout_seconds is None else ports.monotonic() + timeout_seconds
        seen: Job | None = None
        tag, failures = "", 0
        while True:
            try:
                headers = {"If-None-Match": tag} if tag else {}
                response = accepted(self._api.request("GET", path_of("/jobs/{job_id}", job_id=job_id), headers=headers))
                job = seen if seen and response.status == 304 else self._with_result(_job_of(response))
                failures = 0
            except (ProblemError, NetworkError) as error:
                if not is_transient(error):
                    raise
                failures += 1
                pause = retry_delay_seconds(failures, error, ports.random())
            else:
                if seen is not None and job["version"] < seen["version"]:
                    job = seen  # from a cache on the way: no job goes back
                elif seen is None or job["version"] > seen["version"]:
                    yield job
                if job["done"]:
                    return
                seen, tag = job, response.headers.get("etag", tag)
                pause = _pause_seconds(job, response.retry_after_seconds if response.status == 304 else None)
            if until is not None:
                left = until - ports.monotonic()
                if left <= 0:
                    raise WaitTimeoutError(job_id, seconds=timeout_seconds or 0)
                pause = min(pause, left)
            ports.sleep(pause)

    def wait(
        self,
        job_id: str,
        *,
        on_progress: Callable[[Job], object] | None = None,
        timeout_seconds: float | None = None,
    ) -> Job:
        """The job when it is done, however it ended: `result_of(job)` is its result, or raises why there is none.

        `on_progress` is called with each new version, the last included. Raises: WaitTimeoutError; the job continues.
        """
        for job in self.watch(job_id, timeout_seconds=timeout_seconds):
            if on_progress is not None:
                on_progress(job)
            last = job
        return last

    def list(
        self,
        *,
        status: str | None = None,
        job_type: str | None = None,
        case_id: str | None = None,
        error_code: str | None = None,
        user_id: str | None = None,
        scope: str | None = None,
        page_size: int = 100,
    ) -> Iterator[Job]:
        """All jobs, newest first, page after page; their `result` is None. `scope` is "mine" or, for admins, "all"."""
        wanted = {"status": status, "job_type": job_type, "case_id": case_id, "user_id": user_id, "scope": scope}
        yield from pages(self._api, "/jobs", {**wanted, "error_code": error_code, "limit": page_size}, member="jobs")

    def events(self, job_id: str, *, after: int = 0) -> Sequence[Event]:
        """The timeline after this event: what happened to the job, and when."""
        found = self._api.call("GET", path_of("/jobs/{job_id}/events", job_id=job_id), query={"after": after})["events"]
        return cast("Sequence[Event]", found)

    def cancel(self, job_id: str) -> Job:
        """Cancel the job, and give it as it is then: `cancelled`, or running until its worker stops.

        A job that had ended before is given as it ended.
        """
        try:
            return cast("Job", self._api.call("POST", path_of("/jobs/{job_id}/cancel", job_id=job_id)))
        except ProblemError as problem:
            if problem.code != "already_finished":
                raise
            return self.get(job_id)

    def retry(self, job_id: str, *, key: str | None = None, **options: Unpack[StartOptions]) -> Start:
        """Run a job again that failed or was cancelled, as a new job; what was paid for is used again.

        `key` is the Idempotency-Key; without one, each call has its own.
        """
        headers = {"Idempotency-Key": key or self._api.ports.new_key()}
        return cast(
            "Start", self._api.call("POST", path_of("/jobs/{job_id}/retry", job_id=job_id), options, headers=headers)
        )

    def deliveries(self, job_id: str) -> Sequence[Delivery]:
        """The tries to post the job's end to its `notify` URL, the first one first."""
        return cast(
            "Sequence[Delivery]",
            self._api.call("GET", path_of("/jobs/{job_id}/deliveries", job_id=job_id))["deliveries"],
        )

    def resend(self, job_id: str) -> Sequence[Delivery]:
        """Post the job's end once more; the tries so far."""
        return cast(
            "Sequence[Delivery]",
            self._api.call("POST", path_of("/jobs/{job_id}/deliveries/resend", job_id=job_id))["deliveries"],
        )

    def delete(self, job_id: str) -> None:
        """Delete a job that is done, with its result. It is sent once: a repeated one could only find nothing."""
        accepted(self._api.request("DELETE", path_of("/jobs/{job_id}", job_id=job_id)))

    def _with_result(self, job: Job) -> Job:
        url = job.get("result_url")
        if url is None or job.get("result") is not None:
            return job
        return {**job, "result": object_of(self._api.patiently(lambda: _linked(self._api.storage("GET", url, None))))}


def pages(api: Api, path: str, query: dict[str, Any], *, member: str) -> Iterator[Any]:
    """The items of all pages of a list."""
    cursor = None
    while True:
        page = api.call("GET", path, query={**query, "cursor": cursor})
        yield from page[member]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _checked(response: Response) -> Response:
    _job_of(accepted(response))
    return response


def _job_of(response: Response) -> Job:
    """The job of an answer. Raises: NetworkError when it is none."""
    body = object_of(response)
    if not {"job_id", "version", "status", "done"} <= body.keys():
        raise NetworkError("The answer is not from Casework's API: it is no job.")
    return cast("Job", body)


def _linked(response: Response) -> Response:
    object_of(response)
    return response


def _pause_seconds(job: Job, asked_seconds: float | None) -> float:
    if job.get("cancel_requested"):
        return CANCEL_TAKES_SECONDS
    if asked_seconds is not None:
        return clamped_seconds(asked_seconds)
    asked_ms = job.get("retry_after_ms")
    return DEFAULT_PAUSE_SECONDS if asked_ms is None else clamped_seconds(asked_ms / 1000)
