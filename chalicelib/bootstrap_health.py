"""Deep health's part of the assembly: what is asked, by the name it reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.bootstrap import System

NO_JOB = NO_CASE = "00000000-0000-0000-0000-000000000000"
NO_BLOB = "health"

Check = Callable[[], None]
"""Raises StorageUnavailable, or the secret's own error, when what it asks does not answer."""


def health_checks(system: System, *, client: Callable[[str], Any]) -> Mapping[str, Check]:
    """Every check; `client` makes a low-level AWS client by name."""
    return {
        "table": lambda: _answers(system.job_store.get(NO_JOB), system.case_store.outline(NO_CASE)),
        "queue": system.sqs_queue.check,
        # A HEAD would say the same 404 of an object and of a bucket that is not there; a GET names which.
        "bucket": lambda: _answers(system.blob_store.get(NO_BLOB)),
        **_secret_checks(system, client=client),
    }


def _secret_checks(system: System, *, client: Callable[[str], Any]) -> Mapping[str, Check]:
    """The secrets that this stage names, each read by a function that uses it."""
    from chalicelib.adapters.worker_check import WorkerCheck

    settings = system.settings
    checks: dict[str, Check] = {}
    named = {"openai": settings.openai_api_key_name, "anthropic": settings.anthropic_api_key_name}
    if settings.worker_function is not None:
        worker = WorkerCheck(
            partial(client, "lambda"), function=settings.worker_function, providers=tuple(named), clock=system.clock
        )
        checks = {f"{provider}_key": partial(worker.key, provider) for provider, name in named.items() if name}
    if settings.vapi_webhook_secret_name is not None:
        checks["webhook_secret"] = lambda: _answers(system.vapi_webhook_secret)
    return checks


def _answers(*answers: object) -> None:
    """A check is passed by any answers; no answer raises StorageUnavailable before it gets here."""
