"""A part of the assembly: the model calls that go on without a worker."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.adapters.dynamodb.call_index import DynamoCallIndex
from chalicelib.bootstrap_models import provider_key
from chalicelib.jobs.attempt_calls import Background
from chalicelib.jobs.calls import CallIndex

if TYPE_CHECKING:
    from chalicelib.adapters.openai.background_calls import OpenAIBackgroundCalls
    from chalicelib.bootstrap import System


class ModelCalls:
    """The calls of jobs that are parked, and their index."""

    PROVIDER = "openai"

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
            api_key=lambda: provider_key(self._system, self.PROVIDER), model=self._system.settings.openai_model
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
