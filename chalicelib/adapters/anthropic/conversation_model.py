"""How does an analysis talk to Anthropic? The Messages API in turns with tools, streamed, through the SDK.

The stream is read event by event, pings included, so that a cancel is seen within one of them. The SDK neither retries
nor waits: the queue does. `ANTHROPIC_BASE_URL` redirects the SDK.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import msgspec

from chalicelib import telemetry
from chalicelib.adapters import provider_errors
from chalicelib.adapters.anthropic import errors, request
from chalicelib.adapters.anthropic.answer import AnswerBroken, StreamedAnswer
from chalicelib.analyses.kit.llm import Part, Tool, ToolResult, Turn
from chalicelib.analyses.kit.prices import cost_usd, price_of, worst_case_usd
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.ports import AttemptContext

if TYPE_CHECKING:
    from anthropic import Anthropic

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 120.0
"""The longest wait for the next bytes. While the model thinks, the provider sends pings."""


class AnthropicConversationModel:
    """The ConversationModel of Anthropic: `model` as the provider names it, `api_key` sent as X-Api-Key."""

    def __init__(self, *, model: str, api_key: str | None) -> None:
        self._model = model
        self._api_key = api_key

    @property
    def name(self) -> str:
        """The model's name at the provider."""
        return self._model

    def user_message(self, parts: Sequence[Part]) -> Mapping[str, Any]:
        """A message of ours, as the provider wants it."""
        return request.user_message(parts)

    def tool_results(self, results: Sequence[ToolResult]) -> Mapping[str, Any]:
        """The message that answers the tool calls of the last turn."""
        return request.tool_results_message(results)

    def turn(
        self,
        ctx: AttemptContext,
        *,
        instructions: str,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Tool],
        max_output_tokens: int,
    ) -> Turn:
        """The model's next turn. A refusal, a pause and a cut by `max_output_tokens` are turns too.

        What the provider has begun to bill is charged, also when the answer then breaks off.
        Raises: the provider errors of `chalicelib.errors`; BudgetExceeded; AttemptStopped.
        """
        if not self._api_key:
            raise provider_errors.no_key(errors.PROVIDER)
        body = request.request_body(
            model=self._model,
            instructions=instructions,
            messages=messages,
            tools=tools,
            max_tokens=max_output_tokens,
        )
        sent_tokens = request.most_tokens_of_body(body)
        ctx.allow(worst_case_usd(self._model, input_tokens=sent_tokens, max_output_tokens=max_output_tokens))
        ctx.check()
        answer = StreamedAnswer()
        try:
            return self._receive(ctx, body, answer)
        finally:
            if answer.has_begun:
                self._charge(ctx, answer)

    @cached_property
    def _client(self) -> Anthropic:
        from anthropic import Anthropic

        return Anthropic(api_key=self._api_key, max_retries=0, open_telemetry=False)

    def _receive(self, ctx: AttemptContext, body: Mapping[str, Any], answer: StreamedAnswer) -> Turn:
        """Send the question and read its answer to the end; every failure comes out as one of ours."""
        import httpx2
        from anthropic import APIConnectionError, APIStatusError, APITimeoutError

        try:
            with self._client.messages.create(**cast(Any, body), stream=True, timeout=_timeout(ctx)) as stream:
                headers = stream.response.headers
                answer.request_id = headers.get("request-id")
                for kind, data in _events(stream.raw_events(stream.response)):
                    ctx.check()
                    if kind == "error":
                        raise errors.event_error(data, headers=headers)
                    answer.add(data)
            return answer.turn()
        except APIStatusError as exc:
            raise errors.status_error(exc) from exc
        except (APITimeoutError, httpx2.TimeoutException) as exc:
            ctx.check()  # time that is up says more than a provider that is slow
            raise provider_errors.timed_out(errors.PROVIDER, answer.request_id) from exc
        except (APIConnectionError, httpx2.HTTPError) as exc:
            raise provider_errors.disconnected(errors.PROVIDER, answer.request_id) from exc
        except (AnswerBroken, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise provider_errors.cut_off(errors.PROVIDER, answer.request_id) from exc

    def _charge(self, ctx: AttemptContext, answer: StreamedAnswer) -> None:
        model = answer.model or self._model
        counts = answer.counts
        usage = ModelUsage(
            model=model,
            requests=1,
            input_tokens=counts.input_tokens,
            output_tokens=counts.output_tokens,
            cached_tokens=counts.cache_read_tokens,
            cost_usd=cost_usd(
                model if price_of(model) else self._model,
                input_tokens=counts.input_tokens,
                cached_tokens=counts.cache_read_tokens,
                cache_write_tokens=counts.cache_write_tokens,
                output_tokens=counts.output_tokens,
            ),
        )
        ctx.charge(usage)
        telemetry.info(
            "provider_answered",
            job_id=ctx.job.job_id,
            attempt=ctx.job.attempt,
            provider=errors.PROVIDER,
            model=model,
            provider_request_id=answer.request_id,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_tokens=usage.cached_tokens,
            cost_usd=usage.cost_usd,
        )


def _events(stream: Iterator[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Kind and decoded data of every event. Raises: AnswerBroken, DecodeError for data that is no JSON object."""
    for event in stream:
        data = msgspec.json.decode(event.data) if event.data else {}
        if not isinstance(data, dict):
            raise AnswerBroken
        yield event.event or str(data.get("type")), data


def _timeout(ctx: AttemptContext) -> Any:
    import httpx2

    seconds = max(0.001, ctx.remaining())
    return httpx2.Timeout(min(seconds, SILENCE_SECONDS), connect=min(seconds, CONNECT_SECONDS))
