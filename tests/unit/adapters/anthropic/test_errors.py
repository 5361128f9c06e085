from __future__ import annotations

from typing import Any

import pytest

from chalicelib.adapters.anthropic import errors
from chalicelib.errors import (
    AttemptError,
    InputInvalid,
    ProviderAuth,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
)

SECRET = "תמר דוגמא-לדוגמה"
USAGE_LIMIT = "You have reached your specified {} usage limits. You will regain access on 2026-04-01 at 00:00 UTC."


def _body(kind: str, message: str = SECRET, **details: Any) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message, "details": details}, "request_id": "req_b"}


def _status_error(status: int, body: Any, **headers: str) -> AttemptError:
    import httpx2
    from anthropic import APIStatusError

    request = httpx2.Request("POST", "https://api.test/v1/messages")
    response = httpx2.Response(status, request=request, headers={k.replace("_", "-"): v for k, v in headers.items()})
    return errors.status_error(APIStatusError("failed", response=response, body=body))


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, _body("invalid_request_error"), InputInvalid),
        (
            400,
            _body("invalid_request_error", "Your credit balance is too low to access the API"),
            ProviderQuotaExhausted,
        ),
        (400, _body("invalid_request_error", USAGE_LIMIT.format("API")), ProviderQuotaExhausted),
        (400, _body("invalid_request_error", USAGE_LIMIT.format("workspace API")), ProviderQuotaExhausted),
        (400, _body("invalid_request_error", "This organization has been disabled."), ProviderAuth),
        (401, _body("authentication_error"), ProviderAuth),
        (402, _body("billing_error"), ProviderQuotaExhausted),
        (403, _body("permission_error"), ProviderAuth),
        (404, _body("not_found_error"), ProviderAuth),  # the model is not ours to use
        (404, "<html>not found</html>", ProviderUnavailable),  # a page of something between us and the API
        (404, {"message": "no Route matched"}, ProviderUnavailable),
        (408, _body("timeout_error"), ProviderUnavailable),
        (409, _body("conflict_error"), ProviderUnavailable),
        (413, _body("request_too_large"), InputInvalid),
        (422, _body("invalid_request_error"), InputInvalid),
        (429, _body("rate_limit_error"), ProviderRateLimited),
        (429, _body("rate_limit_error", error_code="ramp_limit_exceeded"), ProviderRateLimited),
        (429, _body("rate_limit_error", error_code="enforced_spend_limit_reached"), ProviderQuotaExhausted),
        (429, _body("rate_limit_error", error_code="contract_spend_limit_reached"), ProviderQuotaExhausted),
        (500, _body("api_error"), ProviderUnavailable),
        (502, "<html>bad gateway</html>", ProviderUnavailable),
        (503, None, ProviderUnavailable),
        (504, _body("timeout_error"), ProviderUnavailable),
        (529, _body("overloaded_error"), ProviderUnavailable),
    ],
)
def test_every_status_has_one_meaning(status: int, body: Any, expected: type[AttemptError]) -> None:
    error = _status_error(status, body, request_id="req_1")

    assert type(error) is expected
    assert (error.provider, error.provider_status, error.provider_request_id) == ("anthropic", status, "req_1")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("invalid_request_error", InputInvalid),
        ("authentication_error", ProviderAuth),
        ("billing_error", ProviderQuotaExhausted),
        ("permission_error", ProviderAuth),
        ("not_found_error", ProviderAuth),
        ("request_too_large", InputInvalid),
        ("rate_limit_error", ProviderRateLimited),
        ("api_error", ProviderUnavailable),
        ("timeout_error", ProviderUnavailable),
        ("overloaded_error", ProviderUnavailable),
        ("something_new", ProviderUnavailable),
    ],
)
def test_an_error_event_inside_a_stream_is_told_by_its_type(kind: str, expected: type[AttemptError]) -> None:
    error = errors.event_error(_body(kind), headers={"request-id": "req_1"})

    assert type(error) is expected
    assert (error.provider_status, error.provider_request_id) == (200, "req_1")


def test_a_long_retry_after_is_passed_on_whole() -> None:
    assert _status_error(429, _body("rate_limit_error"), retry_after="3600").retry_after_seconds == 3600.0


def test_the_request_id_is_found_in_the_body_too() -> None:
    assert _status_error(500, _body("api_error")).provider_request_id == "req_b"


@pytest.mark.parametrize("body", [None, "text", [], {"error": "x"}, {"error": None}])
def test_a_body_of_any_shape_is_survived(body: Any) -> None:
    assert type(errors.event_error(body, headers={})) is ProviderUnavailable


def test_what_the_provider_says_in_words_is_not_repeated() -> None:
    found = [
        _status_error(400, _body("invalid_request_error")),
        errors.event_error(_body("api_error"), headers={}),
    ]

    assert all(SECRET not in str(error) for error in found)


@pytest.mark.parametrize(
    "message",
    [
        "Could not process image",
        "messages.0.content.1.image.source.base64.data: Image does not match the provided media type",
        "messages.2.content.0.document.source.base64.data: The PDF specified was not valid.",
    ],
)
def test_a_file_that_cannot_be_opened_is_told_apart_from_a_bad_request(message: str) -> None:
    import httpx2
    from anthropic import APIStatusError

    response = httpx2.Response(400, request=httpx2.Request("POST", "https://api.test/v1/messages"))
    error = APIStatusError("failed", response=response, body=_body("invalid_request_error", message))

    assert isinstance(errors.status_error(error, has_files=True), errors.FileRefused)
    assert not isinstance(errors.status_error(error, has_files=False), errors.FileRefused)


def test_a_rate_limit_inside_a_stream_names_its_wait_in_words() -> None:
    error = errors.event_error(_body("rate_limit_error", "Please try again in 2.5s."), headers={})

    assert isinstance(error, ProviderRateLimited)
    assert error.retry_after_seconds == 2.5
