"""How does an analysis talk to OpenAI? The Responses API with structured output, through the SDK.

In the background where a job may be parked, see `background_answers`; else streamed, and read event by event, so that a
cancel is seen within one of them. The SDK neither retries nor waits: the queue does. `OPENAI_BASE_URL` redirects it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from chalicelib.adapters import provider_errors
from chalicelib.adapters.openai import errors
from chalicelib.adapters.openai.background_answers import BackgroundAnswers
from chalicelib.adapters.openai.connection import connected, timeout
from chalicelib.adapters.openai.fitting import read_answer
from chalicelib.adapters.openai.request import count_files, most_input_tokens, most_usd, request_body
from chalicelib.adapters.openai.response import StreamedResponse
from chalicelib.adapters.openai.usage import log_answer, usage_of
from chalicelib.analyses.kit.llm import Output, Part, TextListener
from chalicelib.errors import ProviderRefused
from chalicelib.jobs.ports import AttemptContext

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 240.0
"""The longest wait for the next bytes. While the model thinks, nothing may come for minutes."""


class OpenAIStructuredModel:
    """The StructuredModel of OpenAI: `model` as the provider names it; without an `api_key` every call is refused.

    `effort` is how much the model reasons; its reasoning counts towards the answer's length. `fallback_model` is asked
    when `model` declines. With `background` calls go on without a worker where the attempt lets them.
    """

    def __init__(
        self,
        *,
        model: str,
        api_key: str | None,
        effort: str = "medium",
        fallback_model: str | None = None,
        background: BackgroundAnswers | None = None,
    ) -> None:
        self._model = model
        self._api_key = api_key
        self._effort = effort
        self._fallback_model = fallback_model
        self._background = background

    @property
    def name(self) -> str:
        """The model's name at the provider."""
        return self._model

    def parse(
        self,
        ctx: AttemptContext,
        *,
        instructions: str,
        parts: Sequence[Part],
        output: type[Output],
        max_output_tokens: int,
        on_text: TextListener | None = None,
    ) -> Output:
        """The model's answer, validated as `output`.

        What the provider counted is charged, also when the answer turns out to be of no use; of an answer that broke
        off, an estimate.
        Raises: the provider errors of `chalicelib.errors`; FileRefused; OutputInvalid when the answer was cut off or
        does not validate; BudgetExceeded before a call that could cost too much; AttemptStopped.
        """
        if not self._api_key:
            raise provider_errors.no_key(errors.PROVIDER)

        def ask(model: str) -> Output:
            body = request_body(
                model=model,
                effort=self._effort,
                instructions=instructions,
                parts=parts,
                output=output,
                max_output_tokens=max_output_tokens,
            )
            if self._background is not None:
                answer = self._background.answer(ctx, body, parts, read=lambda response: _validated(response, output))
                if answer is not None:
                    return answer
            response = self._asked(ctx, body, parts, on_text)
            if self._background is not None:
                self._background.foreground_works()
            return _validated(response, output)

        try:
            return ask(self._model)
        except ProviderRefused:
            if self._fallback_model is None:
                raise
            return ask(self._fallback_model)

    def _asked(
        self, ctx: AttemptContext, body: dict[str, Any], parts: Sequence[Part], on_text: TextListener | None
    ) -> StreamedResponse:
        """One call in the foreground, within the job's cost limit, and paid for."""
        sent_tokens = most_input_tokens(body, parts)
        ctx.allow(most_usd(body, sent_tokens))
        ctx.check()
        ctx.take_slots(errors.PROVIDER)
        response = StreamedResponse()
        try:
            self._receive(ctx, body, response, on_text, files=count_files(parts))
        finally:
            billed = response.billed_tokens(sent=sent_tokens)
            if billed is not None:
                usage = usage_of(response, billed, asked_model=body["model"])
                ctx.charge(usage)
                log_answer(ctx, response, usage)
        return response

    def _receive(
        self,
        ctx: AttemptContext,
        body: dict[str, Any],
        response: StreamedResponse,
        on_text: TextListener | None,
        *,
        files: int,
    ) -> None:
        """Send the question and read its answer to the end; every failure comes out as one of ours."""
        limits = timeout(ctx.remaining(), silence_seconds=SILENCE_SECONDS, connect_seconds=CONNECT_SECONDS)
        with (
            connected(self._api_key or "", response, check=ctx.check, files=files) as openai,
            openai.responses.create(**cast(Any, body), timeout=limits) as stream,
        ):
            response.request_id = stream.response.headers.get("x-request-id")
            for event in stream:
                ctx.check()
                response.add(event)
                if on_text is not None:
                    on_text(response.characters)


def _validated(response: StreamedResponse, output: type[Output]) -> Output:
    """The answer; of several the last that validates. Raises: OutputInvalid."""
    for text in reversed(response.texts()):
        try:
            # Through JSON again: a model's JSON may hold what pydantic refuses, and JSON is validated more loosely.
            return output.model_validate_json(json.dumps(read_answer(text, output)))
        except (ValueError, RecursionError):
            continue
    # Not `from` the error: it quotes the answer, which quotes the documents.
    raise errors.wrong_shape(response.request_id)
