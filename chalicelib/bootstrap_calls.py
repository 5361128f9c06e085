"""The workers' part of the assembly: what a message asks for, and the model calls that go on without a worker."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.adapters.dynamodb.call_index import DynamoCallIndex
from chalicelib.bootstrap_models import provider_key
from chalicelib.jobs.attempt_calls import Background
from chalicelib.jobs.calls import CallIndex
from chalicelib.jobs.leftovers import adopt_call, forget_calls
from chalicelib.jobs.ports import JobMessage
from chalicelib.jobs.run import pulse, run_attempt

if TYPE_CHECKING:
    from chalicelib.adapters.openai.background_calls import OpenAIBackgroundCalls
    from chalicelib.bootstrap import System
    from chalicelib.jobs.model import Job

OPENAI = "openai"


class ModelCalls:
    """The calls of jobs that are parked, and their index."""

    def __init__(self, system: System) -> None:
        self._system = system

    @cached_property
    def index(self) -> CallIndex:
        """Whose call is which, in DynamoDB."""
        return DynamoCallIndex(
            self._system.dynamodb,
            table=self._system.settings.jobs_table,
            blobs=self._system.blob_store,
            clock=self._system.clock,
            chance=random.random,
        )

    @cached_property
    def openai(self) -> OpenAIBackgroundCalls:
        """OpenAI's calls in the background, with the key of now."""
        from chalicelib.adapters.openai.background_calls import OpenAIBackgroundCalls

        return OpenAIBackgroundCalls(
            api_key=lambda: provider_key(self._system, OPENAI), model=self._system.settings.openai_model
        )

    @cached_property
    def background(self) -> Background:
        """What an attempt needs for them."""
        settings = self._system.settings
        return Background(
            provider=self.openai,
            index=self.index,
            has_webhook=settings.has_openai_webhook,
            follow_seconds=settings.park_after_seconds,
        )

    def webhook_secrets(self) -> Sequence[str]:
        """What signs OpenAI's webhooks: none, one, or two while it is rotated. Raises: StorageUnavailable."""
        settings = self._system.settings
        secret = self._system.secret(settings.openai_webhook_secret, name=settings.openai_webhook_secret_name)
        return (secret or "").split()

    def run(self, message: JobMessage, claim_token: str, time_left: Callable[[], float]) -> None:
        """Do what a message asks for: run an attempt, or see to calls that no attempt is about.

        Raises: StorageUnavailable: the message comes again.
        """
        system = self._system
        if message.forget:
            forget_calls(message, provider=self.openai, queue=system.job_queue)
            return
        if message.call_id:
            adopt_call(
                message.call_id,
                store=system.job_store,
                queue=system.job_queue,
                background=self.background,
                clock=system.clock,
            )
            return
        run_attempt(
            message,
            store=system.job_store,
            queue=system.job_queue,
            job_types=system.job_types,
            clock=system.clock,
            rng=random.Random(),  # noqa: S311  # jitter, not a secret
            claim_token=claim_token,
            time_left=time_left,
            sleep=time.sleep,
            pulse=pulse,
            background=self._background_of,
            admission=system.admission,
        )

    def _background_of(self, job: Job) -> Background | None:
        analysis = self._system.analyses.get(job.job_type)
        return self.background if analysis is not None and analysis.provider == OPENAI else None
