"""What a response of OpenAI used, in tokens and money."""

from __future__ import annotations

from chalicelib import telemetry
from chalicelib.adapters.openai import errors
from chalicelib.adapters.openai.response import StreamedResponse, Tokens
from chalicelib.analyses.kit.prices import cost_usd, price_of
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.ports import AttemptContext


def usage_of(response: StreamedResponse, tokens: Tokens, *, asked_model: str = "") -> ModelUsage:
    """The usage of one call, at the price of the model that answered, or of the one that was asked, and of the window
    in which it had to answer."""
    model = response.model or asked_model
    return ModelUsage(
        model=model,
        requests=1,
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cached_tokens=tokens.cached,
        cost_usd=cost_usd(
            model if price_of(model) or not asked_model else asked_model,
            input_tokens=tokens.input,
            cached_tokens=tokens.cached,
            cache_write_tokens=tokens.cache_write,
            output_tokens=tokens.output,
            window=response.metadata.get("window"),
        ),
    )


def log_answer(ctx: AttemptContext, response: StreamedResponse, usage: ModelUsage) -> None:
    """Say that the provider answered, and what it counted."""
    telemetry.info(
        "provider_answered",
        job_id=ctx.job.job_id,
        attempt=ctx.job.attempt,
        provider=errors.PROVIDER,
        model=usage.model,
        provider_request_id=response.request_id,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        cost_usd=usage.cost_usd,
    )
