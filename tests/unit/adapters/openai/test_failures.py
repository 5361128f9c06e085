"""Each way in which OpenAI can fail, byte for byte, as one of our errors."""

from __future__ import annotations

import pytest

from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
from chalicelib.analyses.kit.llm import TextPart
from chalicelib.errors import (
    AttemptError,
    InputInvalid,
    OutputInvalid,
    ProviderAuth,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from tests.fakes.attempt_context import FakeContext
from tests.fakes.scripted_openai import (
    REQUEST_ID,
    Reply,
    ScriptedOpenAI,
    answer_events,
    json_reply,
    stream_reply,
)
from tests.unit.adapters.openai.conftest import ANSWER, Person


def error_body(**members: str) -> dict[str, object]:
    return {"error": {"message": "the secret words of a document", "param": None, **members}}


def final(status: str, **changes: object) -> Reply:
    return stream_reply(*answer_events(ANSWER, status=status, **changes))


REFUSAL = [{"type": "message", "id": "m", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}]
CREATED = answer_events(ANSWER)[0]
FAILURES: dict[str, tuple[Reply, type[AttemptError], int | None]] = {
    "rate limit": (
        json_reply(429, error_body(type="requests", code="rate_limit_exceeded"), retry_after="17"),
        ProviderRateLimited,
        429,
    ),
    "quota used up": (json_reply(429, error_body(type="insufficient_quota")), ProviderQuotaExhausted, 429),
    "payment required": (json_reply(402, error_body(type="billing")), ProviderQuotaExhausted, 402),
    "wrong key": (
        json_reply(401, error_body(type="invalid_request_error", code="invalid_api_key")),
        ProviderAuth,
        401,
    ),
    "not allowed": (json_reply(403, error_body(type="permission")), ProviderAuth, 403),
    "model not ours": (json_reply(404, error_body(code="model_not_found")), ProviderAuth, 404),
    "organization not verified": (
        json_reply(
            400,
            {
                "error": {
                    "message": "Your organization must be verified to stream this model.",
                    "type": "invalid_request_error",
                    "param": "stream",
                    "code": "unsupported_value",
                }
            },
        ),
        ProviderAuth,
        400,
    ),
    "page of 404": (
        Reply(status=404, body=b"<html>not found</html>", headers={"content-type": "text/html"}),
        ProviderUnavailable,
        404,
    ),
    "bad request": (json_reply(400, error_body(type="invalid_request_error")), InputInvalid, 400),
    "too long for the model": (json_reply(400, error_body(code="context_length_exceeded")), InputInvalid, 400),
    "prompt against policy": (json_reply(400, error_body(code="invalid_prompt")), ProviderRefused, 400),
    "conflict": (json_reply(409, error_body()), ProviderUnavailable, 409),
    "server error": (json_reply(500, error_body(type="server_error")), ProviderUnavailable, 500),
    "overloaded": (json_reply(529, error_body(type="overloaded")), ProviderUnavailable, 529),
    "error page": (
        Reply(status=502, body=b"<html>bad gateway</html>", headers={"content-type": "text/html"}),
        ProviderUnavailable,
        502,
    ),
    "page instead of a stream": (
        Reply(body=b"<html>hello</html>", headers={"content-type": "text/html"}),
        ProviderUnavailable,
        200,
    ),
    "dropped before an answer": (Reply(drops=True), ProviderUnavailable, None),
    "stream cut between events": (stream_reply(*answer_events(ANSWER)[:-1]), ProviderUnavailable, 200),
    "empty stream": (stream_reply(), ProviderUnavailable, 200),
    "malformed event": (
        Reply(body=b'event: response.created\ndata: {"type": "resp\n\n', headers={"content-type": "text/event-stream"}),
        ProviderUnavailable,
        200,
    ),
    "event of no shape": (
        Reply(body=b'event: x\ndata: ["y"]\n\n', headers={"content-type": "text/event-stream"}),
        ProviderUnavailable,
        200,
    ),
    "event too deep to read": (
        Reply(body=b"event: x\ndata: " + b'{"a":' * 200_000 + b"\n\n", headers={"content-type": "text/event-stream"}),
        ProviderUnavailable,
        200,
    ),
    "event that is no UTF-8": (
        Reply(body=b'event: x\ndata: {"a": "\xff\xfe"}\n\n', headers={"content-type": "text/event-stream"}),
        ProviderUnavailable,
        200,
    ),
    "error event": (
        stream_reply(CREATED, {"type": "error", "code": "rate_limit_exceeded", "message": "m", "param": None}),
        ProviderRateLimited,
        200,
    ),
    "error event with its error inside": (
        stream_reply(CREATED, {"type": "error", "error": {"code": "insufficient_quota", "message": "m"}}),
        ProviderQuotaExhausted,
        200,
    ),
    "failed response": (
        final("failed", error={"code": "server_error", "message": "m"}, output=[]),
        ProviderUnavailable,
        200,
    ),
    "failed for its prompt": (
        final("failed", error={"code": "invalid_prompt", "message": "m"}, output=[]),
        ProviderRefused,
        200,
    ),
    "refusal": (final("completed", output=REFUSAL), ProviderRefused, 200),
    "content filter": (
        final("incomplete", incomplete_details={"reason": "content_filter"}),
        ProviderRefused,
        200,
    ),
    "cut by its length": (
        final("incomplete", incomplete_details={"reason": "max_output_tokens"}),
        OutputInvalid,
        200,
    ),
    "no JSON": (stream_reply(*answer_events("certainly! here it is")), OutputInvalid, 200),
    "other shape": (stream_reply(*answer_events('{"nope": 1}')), OutputInvalid, 200),
}


@pytest.mark.parametrize(("reply", "error_class", "status"), FAILURES.values(), ids=FAILURES.keys())
def test_every_failure_becomes_one_of_ours(
    provider: ScriptedOpenAI,
    reply: Reply,
    error_class: type[AttemptError],
    status: int | None,
) -> None:
    provider.will_answer(reply)

    with pytest.raises(error_class) as caught:
        OpenAIStructuredModel(model="gpt-6-luna", api_key="sk-test").parse(
            FakeContext(),
            instructions="Extract.",
            parts=[TextPart("שמי תמר")],
            output=Person,
            max_output_tokens=500,
        )

    assert type(caught.value) is error_class
    assert caught.value.provider == "openai"
    assert caught.value.provider_status == status
    assert caught.value.provider_request_id == (REQUEST_ID if status else None)
    assert "secret words" not in str(caught.value)


TOO_LARGE = (
    "Request too large for gpt-6-luna in organization org-1 on tokens per min (TPM): Limit {}, Requested {}. The"
)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (TOO_LARGE.format("30000", "37313"), ProviderQuotaExhausted),
        (TOO_LARGE.format("1,000,000", "1,234,567"), ProviderQuotaExhausted),
        (TOO_LARGE.format("250000", "546"), ProviderRateLimited),  # not yet, but in a while
        ("Rate limit reached on TPM: Limit 30000, Used 29000, Requested 3000. Try again in 4s.", ProviderRateLimited),
        ("Limit: " + "9" * 5000 + " requested: 1", ProviderRateLimited),
    ],
)
@pytest.mark.parametrize("is_told_inside", [False, True])
def test_a_request_that_is_more_than_the_limit_is_not_repeated(
    provider: ScriptedOpenAI, message: str, expected: type[AttemptError], is_told_inside: bool
) -> None:
    error = {"message": message, "type": "tokens", "param": None, "code": "rate_limit_exceeded"}
    provider.will_answer(
        final("failed", error=error, output=[]) if is_told_inside else json_reply(429, {"error": error})
    )
    model = OpenAIStructuredModel(model="gpt-6-luna", api_key="k")

    with pytest.raises(AttemptError) as raised:
        model.parse(FakeContext(), instructions="i", parts=[TextPart("x")], output=Person, max_output_tokens=100)

    assert type(raised.value) is expected
    assert "org-1" not in str(raised.value)


NO_QUOTA = (
    "You exceeded your current quota, please check your plan and billing details. For more information read the docs."
)


@pytest.mark.parametrize(
    "reply",
    [
        final("failed", error={"code": "rate_limit_exceeded", "message": NO_QUOTA}, output=[]),
        final("failed", error={"code": "server_error", "message": NO_QUOTA}, output=[]),
        final("failed", error={"code": None, "message": NO_QUOTA}, output=[]),
        stream_reply(CREATED, {"type": "error", "code": "rate_limit_exceeded", "message": NO_QUOTA, "param": None}),
        json_reply(429, {"error": {"message": NO_QUOTA, "type": "requests", "code": None}}),
    ],
    ids=["failed, rate limit", "failed, server error", "failed, no code", "error event", "status"],
)
def test_a_quota_that_is_used_up_is_known_by_its_words(provider: ScriptedOpenAI, reply: Reply) -> None:
    provider.will_answer(reply)
    model = OpenAIStructuredModel(model="gpt-6-luna", api_key="k")

    with pytest.raises(ProviderQuotaExhausted):
        model.parse(FakeContext(), instructions="i", parts=[TextPart("x")], output=Person, max_output_tokens=100)
