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
from chalicelib.adapters.openai import errors
from chalicelib.adapters.openai.answer import StreamedAnswer, Tokens
from chalicelib.adapters.openai.request import most_input_tokens, request_body
from chalicelib.analyses.kit.llm import Output, Part, TextListener
from chalicelib.analyses.kit.prices import cost_usd, price_of, worst_case_usd
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.ports import AttemptContext

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 240.0
"""The longest wait for the next bytes. While the model thinks, nothing may come for minutes."""


class OpenAIStructuredModel:
    """The StructuredModel of OpenAI: `model` as the provider names it; without an `api_key` every call is refused."""

    def __init__(self, *, model: str, api_key: str | None) -> None:
        self._model = model
        self._api_key = api_key

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
        Raises: the provider errors of `chalicelib.errors`; OutputInvalid when the answer was cut off or does not
        validate; BudgetExceeded before a call that could cost too much; AttemptStopped.
        """
        if not self._api_key:
            raise provider_errors.no_key(errors.PROVIDER)
        body = request_body(
            model=self._model,
            instructions=instructions,
            parts=parts,
            output=output,
            max_output_tokens=max_output_tokens,
        )
        sent_tokens = most_input_tokens(body, parts)
        ctx.allow(worst_case_usd(self._model, input_tokens=sent_tokens, max_output_tokens=max_output_tokens))
        ctx.check()
        answer = StreamedAnswer()
        try:
            self._receive(ctx, body, answer, on_text)
        finally:
            billed = answer.billed_tokens(sent=sent_tokens)
            if billed is not None:
                self._charge(ctx, answer, billed)
        return _validated(answer, output)

    def _receive(
        self, ctx: AttemptContext, body: dict[str, Any], answer: StreamedAnswer, on_text: TextListener | None
    ) -> None:
        """Send the question and read its answer to the end; every failure comes out as one of ours."""
        import httpx2
        from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError, OpenAI

        try:
            # A client for each call: connections kept from before a function slept are dead.
            with (
                OpenAI(api_key=self._api_key, max_retries=0) as client,
                client.responses.create(**cast(Any, body), timeout=_timeout(ctx)) as stream,
            ):
                answer.request_id = stream.response.headers.get("x-request-id")
                for event in stream:
                    ctx.check()
                    answer.add(event)
                    if on_text is not None:
                        on_text(answer.characters)
        except APIStatusError as exc:
            raise errors.status_error(exc) from exc
        except (APITimeoutError, httpx2.TimeoutException) as exc:
            ctx.check()  # time that is up says more than a provider that is slow
            raise provider_errors.timed_out(errors.PROVIDER, answer.request_id) from exc
        except (APIConnectionError, httpx2.HTTPError) as exc:
            raise provider_errors.disconnected(errors.PROVIDER, answer.request_id) from exc
        except APIError as exc:
            raise errors.told_error(exc.code or exc.type, request_id=answer.request_id) from exc
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise provider_errors.cut_off(errors.PROVIDER, answer.request_id) from exc

    def _charge(self, ctx: AttemptContext, answer: StreamedAnswer, tokens: Tokens) -> None:
        model = answer.model or self._model
        cost = cost_usd(
            model if price_of(model) else self._model,
            input_tokens=tokens.input,
            cached_tokens=tokens.cached,
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
            provider_request_id=answer.request_id,
            input_tokens=tokens.input,
            output_tokens=tokens.output,
            cached_tokens=tokens.cached,
            cost_usd=cost,
        )


def _validated(answer: StreamedAnswer, output: type[Output]) -> Output:
    from pydantic import ValidationError

    text = answer.text()
    try:
        return output.model_validate_json(text)
    except ValidationError:
        # `from None`: the validation error quotes the answer, which quotes the documents.
        raise errors.wrong_shape(answer.request_id) from None


def _timeout(ctx: AttemptContext) -> Any:
    import httpx2

    seconds = max(0.001, ctx.remaining())
    return httpx2.Timeout(min(seconds, SILENCE_SECONDS), connect=min(seconds, CONNECT_SECONDS))
