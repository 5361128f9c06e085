"""Calls that OpenAI works on by itself: created with `background: true`, looked at, cancelled, deleted.

Such a response is stored at OpenAI (`store: true`; an unstored one would be gone ten minutes later) until it is deleted
there, which its job does as soon as its answer is a checkpoint, or nobody needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from chalicelib.adapters import provider_errors
from chalicelib.adapters.openai import errors
from chalicelib.adapters.openai.connection import connected, never_connected, timeout
from chalicelib.adapters.openai.request import SOONEST
from chalicelib.adapters.openai.response import StreamedResponse
from chalicelib.adapters.openai.usage import usage_of
from chalicelib.errors import AttemptError, ProviderAuth, ProviderUnavailable
from chalicelib.jobs.calls import CreationLost, Ended

if TYPE_CHECKING:
    from openai import OpenAI

CREATE_SECONDS = 30.0
"""How long OpenAI may take to accept a call; the request may hold 20 MB of pictures."""
LOOK_SECONDS = 15.0
CONNECT_SECONDS = 5.0


class OpenAIBackgroundCalls:
    """Creates and looks at responses in the background; also the ProviderCalls of OpenAI.

    `api_key` gives the key of now; `model` is whose price counts when the model that answered has none.
    """

    def __init__(self, *, api_key: Callable[[], str | None], model: str) -> None:
        self._api_key = api_key
        self._model = model

    def create(
        self,
        body: Mapping[str, Any],
        metadata: Mapping[str, str],
        *,
        check: Callable[[], None],
        files: int,
        window: str = SOONEST,
    ) -> str:
        """Start a response; its id. `body` is that of a streamed call; a later `window` is kept in the metadata.

        Raises: the provider errors; FileRefused; CreationLost when it may have been started, and its id is not known.
        """
        started = {**body, "background": True, "store": True, "stream": False, "metadata": dict(metadata)}
        if window != SOONEST:
            started |= {"background_options": {"completion_window": window}}
            started["metadata"]["window"] = window
        try:
            response = self._asked(
                lambda openai, limits: openai.responses.with_raw_response.create(**cast(Any, started), timeout=limits),
                seconds=CREATE_SECONDS,
                check=check,
                files=files,
            )
        except ProviderUnavailable as error:
            if is_out(error) or never_connected(error):
                raise
            raise CreationLost(str(error), provider=errors.PROVIDER) from error
        if response.id is None:
            raise CreationLost("The AI provider's answer was not readable.", provider=errors.PROVIDER)
        return response.id

    def look(self, call_id: str, *, check: Callable[[], None] = lambda: None) -> StreamedResponse | None:
        """The response as it is now; None when there is none of this id.

        Raises: the provider errors; what is no response, such as a proxy's page, says nothing of the call.
        """
        found = self._found(
            lambda openai, limits: openai.responses.with_raw_response.retrieve(call_id, timeout=limits), check=check
        )
        if found is not None and not found.is_readable:
            raise provider_errors.cut_off(errors.PROVIDER, found.request_id)
        return found

    def end(self, call_id: str) -> Ended:
        """See ProviderCalls.end."""
        found = self.look(call_id)
        if found is not None and found.is_open:
            self._found(lambda openai, limits: openai.responses.with_raw_response.cancel(call_id, timeout=limits))
            found = self.look(call_id)
        if found is None or found.tokens is None:
            return Ended(usage=None)
        return Ended(usage=usage_of(found, found.tokens, asked_model=self._model))

    def forget(self, call_id: str) -> None:
        """See ProviderCalls.forget."""
        self._found(lambda openai, limits: openai.responses.with_raw_response.delete(call_id, timeout=limits))

    def made_for(self, call_id: str) -> Mapping[str, str]:
        """See ProviderCalls.made_for."""
        found = self.look(call_id)
        return {} if found is None else found.metadata

    def _found(
        self, ask: Callable[[OpenAI, Any], Any], *, check: Callable[[], None] = lambda: None
    ) -> StreamedResponse | None:
        """What is answered of a response that was created; None when it is there no more."""
        try:
            return self._asked(ask, seconds=LOOK_SECONDS, check=check)
        except ProviderAuth as error:
            if error.provider_status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _asked(
        self, ask: Callable[[OpenAI, Any], Any], *, seconds: float, check: Callable[[], None], files: int = 0
    ) -> StreamedResponse:
        """What is answered. Raises: the provider errors."""
        api_key = self._api_key()
        if not api_key:
            raise provider_errors.no_key(errors.PROVIDER)
        seen = StreamedResponse()
        limits = timeout(seconds, silence_seconds=seconds, connect_seconds=CONNECT_SECONDS)
        with connected(api_key, seen, check=check, files=files) as openai:
            answer = ask(openai, limits)
            seen.request_id = answer.headers.get("x-request-id")
            seen.take(answer.parse())
        return seen


def is_out(error: AttemptError) -> bool:
    """Whether the provider said that it cannot: nothing was started, and the foreground may work."""
    status = error.provider_status
    return isinstance(error, ProviderUnavailable) and status is not None and status >= HTTPStatus.INTERNAL_SERVER_ERROR
