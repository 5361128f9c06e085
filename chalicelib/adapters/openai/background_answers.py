"""An answer from the background: asked once, followed for a moment, left to the provider, fetched when it is there.

While the background's own layer is out (its creations fail, and the foreground works) calls are streamed as without it;
every minute one tries the background again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from chalicelib import telemetry
from chalicelib.adapters.openai.background_calls import OpenAIBackgroundCalls, is_out
from chalicelib.adapters.openai.request import completion_window, count_files, most_input_tokens, most_usd
from chalicelib.adapters.openai.response import StreamedResponse
from chalicelib.adapters.openai.usage import log_answer, usage_of
from chalicelib.analyses.kit.llm import Part
from chalicelib.errors import AttemptError, ProviderUnavailable
from chalicelib.jobs.calls import AttemptCalls, Call
from chalicelib.jobs.ports import AttemptContext

OUT_SECONDS = 60.0
"""For so long the background is not asked again after it was out."""
FAILURES_IN_A_ROW = 3
FAILURES_OF_A_JOB = 2
"""So often the background's creations fail, here or for a job, before the foreground is tried: once is an accident."""
LOOK_EVERY_SECONDS = 0.5

T = TypeVar("T")


class BackgroundAnswers:
    """Asks in the background. With `begins` off it starts nothing, and fetches what was started before.

    `monotonic` and `sleep` are in seconds.
    """

    def __init__(
        self,
        provider: OpenAIBackgroundCalls,
        *,
        begins: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._provider = provider
        self._begins = begins
        self._monotonic = monotonic
        self._sleep = sleep
        self._out_until = 0.0
        self._failures = 0

    def answer(
        self,
        ctx: AttemptContext,
        body: Mapping[str, Any],
        parts: Sequence[Part],
        *,
        read: Callable[[StreamedResponse], T],
    ) -> T | None:
        """What `read` makes of the answer; None: the question is to be asked in the foreground.

        Raises: the provider errors; what `read` raises; FileRefused; BudgetExceeded; AttemptStopped.
        """
        calls, model = ctx.calls, body["model"]
        if calls is None:
            return None
        question = calls.question(msgspec.json.encode(body))
        call, follow_seconds = calls.find(question), 0.0
        response = None if call is None else self._looked_at(ctx, calls, call)
        if call is None or response is None:
            call = self._begun(ctx, calls, question, body, parts)
            if call is None:
                return None
            follow_seconds = calls.follow_seconds(model)
            response = self._followed(ctx, calls, call, seconds=follow_seconds)
        if response is None or response.is_open:
            calls.wait(call, model=model)
        return self._read(ctx, calls, call, response, model=model, read=read)

    def foreground_works(self) -> None:
        """The foreground has answered: if the background did not, again and again, its layer is out."""
        if self._failures >= FAILURES_IN_A_ROW:
            self._out_until = self._monotonic() + OUT_SECONDS
            telemetry.warning("background_is_out", seconds=OUT_SECONDS)

    def _begun(
        self,
        ctx: AttemptContext,
        calls: AttemptCalls,
        question: str,
        body: Mapping[str, Any],
        parts: Sequence[Part],
    ) -> Call | None:
        """A new call; None when it is to be made in the foreground."""
        if not self._begins or self._monotonic() < self._out_until:
            return None
        try:
            call = calls.begin(
                question,
                lambda metadata: self._provider.create(
                    body, metadata, check=ctx.check, files=count_files(parts), window=completion_window(ctx.job)
                ),
                model=body["model"],
                most_usd=most_usd(body, most_input_tokens(body, parts)),
            )
        except ProviderUnavailable as error:
            self._failures += is_out(error)
            if not is_out(error) or max(self._failures - 1, ctx.job.failures) < FAILURES_OF_A_JOB:
                raise
            return None
        self._failures = 0
        return call

    def _followed(
        self, ctx: AttemptContext, calls: AttemptCalls, call: Call, *, seconds: float
    ) -> StreamedResponse | None:
        """The response once it has ended, or as it is after so many seconds; None: nobody looked."""
        until, response = self._monotonic() + seconds, None
        while (left := until - self._monotonic()) > 0:
            self._sleep(min(LOOK_EVERY_SECONDS, left))
            ctx.check()
            response = self._looked_at(ctx, calls, call)
            if response is None or not response.is_open:
                return response
        return response

    def _looked_at(self, ctx: AttemptContext, calls: AttemptCalls, call: Call) -> StreamedResponse | None:
        response = self._provider.look(call.id, check=ctx.check)
        if response is None:
            calls.gone(call)
        return response

    def _read(
        self,
        ctx: AttemptContext,
        calls: AttemptCalls,
        call: Call,
        response: StreamedResponse,
        *,
        model: str,
        read: Callable[[StreamedResponse], T],
    ) -> T:
        tokens = response.tokens
        usage = None if tokens is None else usage_of(response, tokens, asked_model=model)
        if usage is not None and not call.booked:
            log_answer(ctx, response, usage)
        calls.ended(call, usage, model=model, seconds=response.seconds)
        try:
            return read(response)
        except AttemptError:
            calls.useless(call)
            raise
