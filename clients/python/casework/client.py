"""A client of one API for one user: start an analysis, or run it to its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Unpack, cast

from .cases import Cases, Documents
from .http import Api, Ports, Response, Token, accepted, path_of
from .jobs import Jobs, result_of
from .types import Job, Start, StartOptions

_START = "start_"
"""How the names of the operations begin that start an analysis; its job type follows."""


class Client:
    """Casework at `base_url`. Threads may share a client.

    A request is repeated while the network or the API does not answer, for `patience_seconds`, each with its own
    Idempotency-Key: a start is one job however often it was sent. What is raised is in casework/errors.py.
    """

    def __init__(
        self,
        base_url: str,
        token: Token = None,
        *,
        timeout_seconds: float = 30.0,
        patience_seconds: float = 60.0,
        ports: Ports | None = None,
    ) -> None:
        """`base_url` includes the stage (`https://….amazonaws.com/api`); `timeout_seconds` is for each request.

        Raises: ValueError when `base_url` is not an http(s) address.
        """
        self._api = Api(
            base_url, token, timeout_seconds=timeout_seconds, patience_seconds=patience_seconds, ports=ports or Ports()
        )
        self.base_url = self._api.base_url
        self.jobs = Jobs(self._api)
        self.cases = Cases(self._api)
        self.documents = Documents(self._api)

    def run(
        self,
        job_type: str,
        case_id: str,
        *,
        key: str | None = None,
        on_progress: Callable[[Job], object] | None = None,
        timeout_seconds: float | None = None,
        **options: Unpack[StartOptions],
    ) -> Job:
        """Run an analysis of a case and wait for its end; the completed job, with its `result`.

        Raises: JobFailedError, JobCancelledError; WaitTimeoutError, when time is up; the job continues.
        """
        started = self.start(job_type, case_id, key=key, **options)
        job = self.jobs.wait(started["job_id"], on_progress=on_progress, timeout_seconds=timeout_seconds)
        result_of(job)
        return job

    def start(self, job_type: str, case_id: str, *, key: str | None = None, **options: Unpack[StartOptions]) -> Start:
        """Start an analysis of a case; the answer comes at once.

        `key` is the Idempotency-Key of this action, when the caller keeps one; without it each call has its own.
        Raises: ValueError when the API has no such analysis.
        """
        route = self.analyses.get(job_type)
        if route is None:
            raise ValueError(f"job_type must be one of: {', '.join(sorted(self.analyses))}; not {job_type!r}")
        headers = {"Idempotency-Key": key or self._api.ports.new_key()}
        path = path_of(route, case_id=case_id)
        return cast("Start", self._api.call("POST", path, options, headers=headers))

    @cached_property
    def analyses(self) -> Mapping[str, str]:
        """The path of each analysis by its job type, as the API describes itself (asked for once)."""
        document = self._api.call("GET", "/openapi.json")
        operations = {path: post for path, methods in document["paths"].items() if (post := methods.get("post"))}
        return {
            post["operationId"].removeprefix(_START): path
            for path, post in operations.items()
            if post["operationId"].startswith(_START)
        }

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Any other request, once: its answer whatever the status. Raises: NetworkError, TokenError."""
        return self._api.request(method, path, body, query=query, headers=headers)

    def call(self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to any other request, sent once. Raises: ProblemError, NetworkError, TokenError."""
        return accepted(self.request(method, path, body, headers=headers)).json
