"""Each fault, as the real OpenAI SDK sees it: the error and its facts, or the answer that is no good."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import openai
import pytest
from pydantic import BaseModel, ValidationError

Control = Callable[..., Any]
PROMPT = '<document id="d1" name="a">\nת.ז. 000000422\n</document>'


class Person(BaseModel):
    """What is asked for."""

    id_number: str


def _ask(client: openai.OpenAI, **options: Any) -> Any:
    return client.responses.parse(model="gpt-6-luna", input=PROMPT, text_format=Person, **options)


def _stream(client: openai.OpenAI) -> list[Any]:
    with client.responses.create(model="gpt-6-luna", input=PROMPT, stream=True) as stream:
        return list(stream)


@pytest.mark.parametrize("call", [_ask, _stream])
@pytest.mark.parametrize(
    ("fault", "error", "status", "code"),
    [
        ({"kind": "rate_limited"}, openai.RateLimitError, 429, "rate_limit_exceeded"),
        ({"kind": "quota"}, openai.RateLimitError, 429, "insufficient_quota"),
        ({"kind": "unauthorized"}, openai.AuthenticationError, 401, "invalid_api_key"),
        ({"kind": "forbidden"}, openai.PermissionDeniedError, 403, None),
        ({"kind": "model_not_found"}, openai.NotFoundError, 404, "model_not_found"),
        ({"kind": "bad_request", "code": "invalid_image"}, openai.BadRequestError, 400, "invalid_image"),
        ({"kind": "too_large"}, openai.APIStatusError, 413, None),
        ({"kind": "conflict"}, openai.ConflictError, 409, None),
        ({"kind": "server_error"}, openai.InternalServerError, 500, None),
        ({"kind": "unavailable"}, openai.InternalServerError, 503, None),
        ({"kind": "overloaded"}, openai.InternalServerError, 503, "server_is_overloaded"),
        ({"kind": "server_error", "status": 529}, openai.InternalServerError, 529, None),
        ({"kind": "html"}, openai.InternalServerError, 502, None),
    ],
)
def test_a_status_fault_is_the_sdks_error_of_that_status(
    openai_client: openai.OpenAI,
    control: Control,
    call: Callable[[openai.OpenAI], Any],
    fault: dict[str, Any],
    error: type[openai.APIStatusError],
    status: int,
    code: str | None,
) -> None:
    control("POST", "faults", fault)

    with pytest.raises(error) as caught:
        call(openai_client)

    assert caught.value.status_code == status
    assert caught.value.code == code
    assert caught.value.request_id
    call(openai_client)  # one fault, one failure


def test_retry_after_is_told(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "rate_limited", "retry_after": 7})

    with pytest.raises(openai.RateLimitError) as caught:
        _ask(openai_client)

    assert caught.value.response.headers["retry-after"] == "7"


def test_a_dropped_connection_is_a_connection_error(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "drop"})

    with pytest.raises(openai.APIConnectionError):
        _ask(openai_client)


def test_silence_is_a_timeout(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "hang"})

    with pytest.raises(openai.APITimeoutError):
        _ask(openai_client, timeout=0.3)


def test_silence_inside_a_stream_is_a_timeout(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "stall", "events": 2})

    with pytest.raises((openai.APITimeoutError, httpx2.TimeoutException)):
        _stream(openai_client.with_options(timeout=0.3))


def test_malformed_json_escapes_the_sdks_errors(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", [{"kind": "malformed_json"}, {"kind": "malformed_json", "events": 2}])

    with pytest.raises(json.JSONDecodeError):
        _ask(openai_client)
    with pytest.raises(json.JSONDecodeError):
        _stream(openai_client)


def test_a_stream_that_ends_early_tells_nothing_but_lacks_its_end(
    openai_client: openai.OpenAI, control: Control
) -> None:
    control("POST", "faults", {"kind": "cut", "events": 4})

    events = _stream(openai_client)

    assert len(events) == 4
    assert events[-1].type != "response.completed"


def test_the_sdks_stream_helper_raises_on_an_early_end(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "cut", "events": 4})

    with (
        pytest.raises(RuntimeError),
        openai_client.responses.stream(model="gpt-6-luna", input=PROMPT, text_format=Person) as stream,
    ):
        stream.get_final_response()


def test_a_connection_that_breaks_inside_a_stream_is_a_connection_error(
    openai_client: openai.OpenAI, control: Control
) -> None:
    control("POST", "faults", {"kind": "cut_abruptly", "events": 4})

    with pytest.raises((openai.APIConnectionError, httpx2.RemoteProtocolError)):
        _stream(openai_client)


def test_an_error_event_comes_with_status_200(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "stream_error", "code": "rate_limit_exceeded", "events": 2})

    events = _stream(openai_client)

    assert (events[-1].type, events[-1].code) == ("error", "rate_limit_exceeded")


def test_a_refusal_is_no_error_and_parses_to_nothing(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", [{"kind": "refusal"}, {"kind": "refusal"}])

    response = _ask(openai_client)
    kinds = [event.type for event in _stream(openai_client)]

    assert response.output_parsed is None
    assert response.output[0].content[0].type == "refusal"
    assert "response.refusal.delta" in kinds


@pytest.mark.parametrize(("kind", "reason"), [("truncated", "max_output_tokens"), ("content_filter", "content_filter")])
def test_an_incomplete_answer_says_why(openai_client: openai.OpenAI, control: Control, kind: str, reason: str) -> None:
    control("POST", "faults", [{"kind": kind}, {"kind": kind}])

    response = openai_client.responses.create(model="gpt-6-luna", input=PROMPT)
    last = _stream(openai_client)[-1]

    assert (response.status, response.incomplete_details.reason) == ("incomplete", reason)
    assert (last.type, last.response.incomplete_details.reason) == ("response.incomplete", reason)


@pytest.mark.parametrize("kind", ["truncated", "schema_breaking", "prose"])
def test_an_answer_of_another_shape_does_not_validate(
    openai_client: openai.OpenAI, control: Control, kind: str
) -> None:
    control("POST", "faults", {"kind": kind})

    with pytest.raises(ValidationError):
        _ask(openai_client)


def test_a_failed_response_names_its_code(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "failed", "code": "invalid_prompt"})

    last = _stream(openai_client)[-1]

    assert (last.type, last.response.error.code) == ("response.failed", "invalid_prompt")


def test_an_empty_answer_has_no_text(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "empty"})

    assert openai_client.responses.create(model="gpt-6-luna", input=PROMPT).output_text == ""


def test_a_slow_answer_is_late_and_whole(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "slow", "seconds": 0.05})

    assert _ask(openai_client).output_parsed.id_number == "000000422"
