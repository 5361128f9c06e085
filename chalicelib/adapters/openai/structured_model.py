"""How does an analysis talk to OpenAI? The Responses API with structured output, streamed, through the SDK.

The stream is read event by event, so that a cancel is seen within one of them. The SDK neither retries nor waits: the
queue does. `OPENAI_BASE_URL` redirects the SDK.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from chalicelib import telemetry
from chalicelib.adapters import provider_errors
from chalicelib.adapters.model_text import read_json
from chalicelib.adapters.openai import errors
from chalicelib.adapters.openai.request import most_input_tokens, request_body
from chalicelib.adapters.openai.response import StreamedResponse, Tokens
from chalicelib.adapters.provider_client import client_for_one_call
from chalicelib.analyses.kit.llm import FilePart, Output, Part, TextListener
from chalicelib.analyses.kit.prices import cost_usd, price_of, worst_case_usd
from chalicelib.errors import ProviderRefused
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.ports import AttemptContext

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 240.0
"""The longest wait for the next bytes. While the model thinks, nothing may come for minutes."""


class OpenAIStructuredModel:
    """The StructuredModel of OpenAI: `model` as the provider names it; without an `api_key` every call is refused.

    `effort` is how much the model reasons; its reasoning counts towards the answer's length. `fallback_model` is asked
    when `model` declines.
    """

    def __init__(
        self, *, model: str, api_key: str | None, effort: str = "medium", fallback_model: str | None = None
    ) -> None:
        self._model = model
        self._api_key = api_key
        self._effort = effort
        self._fallback_model = fallback_model

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
            return _validated(self._asked(ctx, body, parts, on_text), output)

        try:
            return ask(self._model)
        except ProviderRefused:
            if self._fallback_model is None:
                raise
            return ask(self._fallback_model)

    def _asked(
        self, ctx: AttemptContext, body: dict[str, Any], parts: Sequence[Part], on_text: TextListener | None
    ) -> StreamedResponse:
        """One call, within the job's cost limit, and paid for."""
        sent_tokens = most_input_tokens(body, parts)
        longest = body["max_output_tokens"]
        ctx.allow(worst_case_usd(body["model"], input_tokens=sent_tokens, max_output_tokens=longest))
        ctx.check()
        ctx.take_slots(errors.PROVIDER)
        response = StreamedResponse()
        files = sum(isinstance(part, FilePart) for part in parts)
        try:
            self._receive(ctx, body, response, on_text, files=files)
        finally:
            billed = response.billed_tokens(sent=sent_tokens)
            if billed is not None:
                self._charge(ctx, response, billed)
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
        import httpx2
        from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError, OpenAI

        def client(http: httpx2.Client) -> OpenAI:
            return OpenAI(api_key=self._api_key, max_retries=0, http_client=http)

        try:
            with (
                client_for_one_call(errors.PROVIDER, client, check=ctx.check) as openai,
                openai.responses.create(**cast(Any, body), timeout=_timeout(ctx)) as stream,
            ):
                response.request_id = stream.response.headers.get("x-request-id")
                for event in stream:
                    ctx.check()
                    response.add(event)
                    if on_text is not None:
                        on_text(response.characters)
        except APIStatusError as exc:
            raise errors.status_error(exc, files=files) from exc
        except (APITimeoutError, httpx2.TimeoutException) as exc:
            ctx.check()  # time that is up says more than a provider that is slow
            raise provider_errors.timed_out(errors.PROVIDER, response.request_id) from exc
        except (APIConnectionError, httpx2.HTTPError) as exc:
            raise provider_errors.disconnected(errors.PROVIDER, response.request_id) from exc
        except APIError as exc:
            code = exc.code or exc.type
            raise errors.coded_error(code, request_id=response.request_id, message=exc.message) from exc
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise provider_errors.cut_off(errors.PROVIDER, response.request_id) from exc

    def _charge(self, ctx: AttemptContext, response: StreamedResponse, tokens: Tokens) -> None:
        model = response.model or self._model
        cost = cost_usd(
            model if price_of(model) else self._model,
            input_tokens=tokens.input,
            cached_tokens=tokens.cached,
            cache_write_tokens=tokens.cache_write,
            output_tokens=tokens.output,
        )
        ctx.charge(
            ModelUsage(
                model=model,
                requests=1,
                input_tokens=tokens.input,
                output_tokens=tokens.output,
                cached_tokens=tokens.cached,
                cost_usd=cost,
            )
        )
        telemetry.info(
            "provider_answered",
            job_id=ctx.job.job_id,
            attempt=ctx.job.attempt,
            provider=errors.PROVIDER,
            model=model,
            provider_request_id=response.request_id,
            input_tokens=tokens.input,
            output_tokens=tokens.output,
            cached_tokens=tokens.cached,
            cost_usd=cost,
        )


def _validated(response: StreamedResponse, output: type[Output]) -> Output:
    """The answer; of several the last that validates. Raises: OutputInvalid."""
    for text in reversed(response.texts()):
        try:
            # Through JSON again: a model's JSON may hold what pydantic refuses, and JSON is validated more loosely.
            return output.model_validate_json(json.dumps(read_json(text)))
        except (ValueError, RecursionError):
            continue
    # Not `from` the error: it quotes the answer, which quotes the documents.
    raise errors.wrong_shape(response.request_id)


def _timeout(ctx: AttemptContext) -> Any:
    import httpx2

    seconds = max(0.001, ctx.remaining())
    return httpx2.Timeout(min(seconds, SILENCE_SECONDS), connect=min(seconds, CONNECT_SECONDS))
