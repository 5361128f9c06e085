"""What does a client read when API Gateway answers by itself?"""

from __future__ import annotations

import json

import pytest

from chalicelib.api.cors import ALLOWED_HEADERS, EXPOSED_HEADERS
from chalicelib.api.problems import STATUS_OF
from infra.deploy.gateway_responses import gateway_responses

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}


@pytest.mark.parametrize(("name", "response"), gateway_responses().items())
def test_a_request_that_never_reaches_us_is_answered_as_we_would(name, response):
    problem = json.loads(response["responseTemplates"]["application/json"])
    headers = {
        key.removeprefix("gatewayresponse.header."): value for key, value in response["responseParameters"].items()
    }

    assert STATUS_OF[problem["code"]] == problem["status"] == int(response["statusCode"])
    assert set(problem) == MEMBERS | ({"errors"} if problem["status"] == 422 else set())
    assert headers["Content-Type"] == "'application/problem+json'"
    assert headers["Access-Control-Allow-Headers"] == f"'{','.join(ALLOWED_HEADERS)}'"
    assert headers["Access-Control-Expose-Headers"] == f"'{','.join(EXPOSED_HEADERS)}'"
    assert headers["X-Request-Id"] == "context.requestId"
    assert ("Retry-After" in headers) == (problem["status"] == 503)


def test_an_unknown_path_or_method_is_a_404():
    problem = json.loads(gateway_responses()["MISSING_AUTHENTICATION_TOKEN"]["responseTemplates"]["application/json"])

    assert (problem["status"], problem["code"]) == (404, "not_found")
