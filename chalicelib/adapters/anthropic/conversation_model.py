"""How does an analysis talk to Anthropic? The Messages API in turns with tools, streamed, through the SDK.

The stream is read event by event, pings included, so that a cancel is seen within one of them. The SDK neither retries
nor waits: the queue does. `ANTHROPIC_BASE_URL` redirects the SDK.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec

from chalicelib import telemetry
from chalicelib.adapters import provider_errors
from chalicelib.adapters.anthropic import errors, request
from chalicelib.adapters.anthropic.request import without_thinking
from chalicelib.adapters.anthropic.streamed_turn import StreamedTurn, TurnBroken
from chalicelib.adapters.provider_client import client_for_one_call
from chalicelib.analyses.kit.llm import Part, Tool, ToolResult, Turn
from chalicelib.analyses.kit.prices import cost_usd, price_of, worst_case_usd
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.ports import AttemptContext

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 120.0
"""The longest wait for the next bytes. While the model thinks, the provider sends pings."""


class AnthropicConversationModel:
    """The ConversationModel of Anthropic: `model` as the provider names it, `api_key` sent as X-Api-Key.

    `effort` is how much the model thinks; its thinking counts towards the answer's length. `fallback_model` is asked
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

        def ask(model: str, asked: Sequence[Mapping[str, Any]]) -> Turn:
            body = request.request_body(
                model=model,
                effort=self._effort,
                instructions=instructions,
                messages=asked,
                tools=tools,
                max_tokens=max_output_tokens,
            )
            return self._answered(ctx, body)

        turn = ask(self._model, messages)
        if turn.stop_reason != "refusal" or self._fallback_model is None:
            return turn
        # Thinking is signed for the model that did it: the other one is not given it, nor the other way round.
        turn = ask(self._fallback_model, [without_thinking(message) for message in messages])
        return msgspec.structs.replace(turn, message=without_thinking(turn.message))

    def _answered(self, ctx: AttemptContext, body: Mapping[str, Any]) -> Turn:
        """One call, within the job's cost limit, and paid for."""
        sent_tokens = request.most_tokens_of_body(body)
        ctx.allow(worst_case_usd(body["model"], input_tokens=sent_tokens, max_output_tokens=body["max_tokens"]))
        ctx.check()
        ctx.take_slots(errors.PROVIDER)
        streamed = StreamedTurn()
        try:
            return self._receive(ctx, body, streamed)
        finally:
            if streamed.has_begun:
                self._charge(ctx, streamed)

    def _receive(self, ctx: AttemptContext, body: Mapping[str, Any], streamed: StreamedTurn) -> Turn:
        """Send the question and read its answer to the end; every failure comes out as one of ours."""
        import httpx2
        from anthropic import Anthropic, APIConnectionError, APIStatusError, APITimeoutError

        def client(http: httpx2.Client) -> Anthropic:
            return Anthropic(api_key=self._api_key, max_retries=0, open_telemetry=False, http_client=http)

        try:
            with (
                client_for_one_call(errors.PROVIDER, client, check=ctx.check) as anthropic,
                anthropic.messages.create(**cast(Any, body), stream=True, timeout=_timeout(ctx)) as stream,
            ):
                headers = stream.response.headers
                streamed.request_id = headers.get("request-id")
                for kind, data in _events(stream.raw_events(stream.response)):
                    ctx.check()
                    if kind == "error":
                        raise errors.event_error(data, headers=headers)
                    streamed.add(data)
                    if kind == "ping" and streamed.is_complete:
                        break  # the stream's own end may never come, after pings without end
            return streamed.turn()
        except APIStatusError as exc:
            raise errors.status_error(exc, has_files=request.has_files(body)) from exc
        except (APITimeoutError, httpx2.TimeoutException) as exc:
            ctx.check()  # time that is up says more than a provider that is slow
            raise provider_errors.timed_out(errors.PROVIDER, streamed.request_id) from exc
        except (APIConnectionError, httpx2.HTTPError) as exc:
            raise provider_errors.disconnected(errors.PROVIDER, streamed.request_id) from exc
        except (TurnBroken, ValueError, RecursionError) as exc:
            raise provider_errors.cut_off(errors.PROVIDER, streamed.request_id) from exc

    def _charge(self, ctx: AttemptContext, streamed: StreamedTurn) -> None:
        model = streamed.model or self._model
        counts = streamed.counts
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
            provider_request_id=streamed.request_id,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_tokens=usage.cached_tokens,
            cost_usd=usage.cost_usd,
        )


def _events(stream: Iterator[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Kind and decoded data of every event. Raises: TurnBroken, ValueError for data that is no JSON object."""
    for event in stream:
        # json, because msgspec refuses half of a surrogate pair, which a delta may end with.
        data = json.loads(event.data) if event.data else {}
        if not isinstance(data, dict):
            raise TurnBroken
        yield event.event or str(data.get("type")), data


def _timeout(ctx: AttemptContext) -> Any:
    import httpx2

    seconds = max(0.001, ctx.remaining())
    return httpx2.Timeout(min(seconds, SILENCE_SECONDS), connect=min(seconds, CONNECT_SECONDS))
