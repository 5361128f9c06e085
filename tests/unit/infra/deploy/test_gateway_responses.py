"""What does a client read when API Gateway answers by itself?"""

from __future__ import annotations

import json

import pytest

from chalicelib.api.application import ALLOWED_HEADERS, EXPOSED_HEADERS
from chalicelib.api.problems import STATUS_OF
from infra.deploy.gateway_responses import gateway_responses

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}


@pytest.mark.parametrize(("name", "response"), gateway_responses().items())
def test_a_request_that_never_reaches_us_is_answered_as_we_would(name, response):
    problem = json.loads(response["responseTemplates"]["application/json"])
    headers = {
        key.removeprefix("gatewayresponse.header."): value for key, value in response["responseParameters"].items()
    }

    assert problem["status"] == int(response["statusCode"])
    assert {**STATUS_OF, "too_many_requests": 429}[problem["code"]] == problem["status"]
    assert set(problem) == MEMBERS | ({"errors"} if problem["status"] == 422 else set())
    assert headers["Content-Type"] == "'application/problem+json'"
    assert headers["Access-Control-Allow-Headers"] == f"'{','.join(ALLOWED_HEADERS)}'"
    assert headers["Access-Control-Expose-Headers"] == f"'{','.join(EXPOSED_HEADERS)}'"
    assert headers["X-Request-Id"] == "context.requestId"
    assert ("Retry-After" in headers) == (problem["status"] in (429, 503))


def code_of(name):
    return json.loads(gateway_responses()[name]["responseTemplates"]["application/json"])["code"]


# What API Gateway says of a path or a method that it does not know depends on the Authorization header that came along.
@pytest.mark.parametrize(
    "name", ["MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE", "ACCESS_DENIED", "RESOURCE_NOT_FOUND"]
)
def test_an_unknown_path_or_method_is_a_404(name):
    assert code_of(name) == "not_found"


# Lambda's own throttle leaves a REST API as a 500: it passes without help, and no line of our log knows of it.
@pytest.mark.parametrize("name", ["DEFAULT_5XX", "INTEGRATION_TIMEOUT"])
def test_what_never_reached_our_code_is_worth_another_request(name):
    assert code_of(name) == "unavailable"


@pytest.mark.parametrize("name", ["THROTTLED", "QUOTA_EXCEEDED"])
def test_a_throttled_request_is_told_from_an_outage(name):
    assert code_of(name) == "too_many_requests"


def test_the_firewall_refuses_with_403():
    assert code_of("WAF_FILTERED") == "forbidden"
