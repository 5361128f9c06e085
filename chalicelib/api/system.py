"""What does the API stand on? The parts of the assembled system that its handlers are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from chalicelib.analyses.kit.definition import Analysis
from chalicelib.api.auth import TokenVerifier
from chalicelib.cases.model import CaseStore
from chalicelib.jobs.ports import BlobStore, Clock, JobQueue, JobStore
from chalicelib.settings import Settings


class System(Protocol):
    """Each part is built when it is first asked for; `bootstrap.System` is the one that runs."""

    @property
    def settings(self) -> Settings:
        """What is configured."""

    @property
    def clock(self) -> Clock:
        """Now, as aware UTC."""

    @property
    def sleep(self) -> Callable[[float], None]:
        """Lets that many seconds pass."""

    @property
    def new_id(self) -> Callable[[], str]:
        """A fresh id."""

    @property
    def verifier(self) -> TokenVerifier:
        """Bearer tokens → principals."""

    @property
    def job_store(self) -> JobStore:
        """Job records."""

    @property
    def job_queue(self) -> JobQueue:
        """The two lanes."""

    @property
    def blob_store(self) -> BlobStore:
        """Documents and large results."""

    @property
    def case_store(self) -> CaseStore:
        """Case records."""

    @property
    def analyses(self) -> Mapping[str, Analysis]:
        """Every analysis by its job type."""

    @property
    def vapi_webhook_secret(self) -> str | None:
        """The webhook's shared secret; None: it refuses everything."""

    @property
    def health_checks(self) -> Mapping[str, Callable[[], None]]:
        """By name, what a deep health check asks; each raises Unavailable when its part does not answer."""
