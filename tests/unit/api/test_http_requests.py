"""Is a request read the same wherever it comes from?"""

from __future__ import annotations

import msgspec
import pytest

from chalicelib.api.http import read_request, stage_prefix
from chalicelib.auth import Principal
from chalicelib.errors import Unauthorized


def an_event(**changes):
    context = {"httpMethod": "GET", "resourcePath": "/jobs/{job_id}", "path": "/api/jobs/1"}
    return {"requestContext": context, "headers": {}, "pathParameters": {"job_id": "1"}, "body": None, **changes}


@pytest.mark.parametrize(
    ("path", "route", "prefix"),
    [
        ("/jobs/1", "/jobs/{job_id}", ""),
        ("/api/jobs/1", "/jobs/{job_id}", "/api"),
        ("/v1/casework/jobs", "/jobs", "/v1/casework"),
        ("/api/jobs/", "/jobs", "/api"),
        ("/api/", "/", "/api"),
        ("/", "/", ""),
        ("/jobs", "/jobs", ""),
    ],
)
def test_the_stage_is_what_stands_before_the_route(path, route, prefix):
    assert stage_prefix(path, route=route) == prefix


def test_the_own_path_is_the_path_without_the_stage():
    assert read_request(an_event(), request_id="r").own_path == "/jobs/1"


def test_headers_are_found_whatever_their_case_and_joined_when_repeated():
    event = an_event(
        headers={"PREFER": "wait=2", "X-One": "1"},
        multiValueHeaders={"Prefer": ["respond-async", "wait=2"], "X-One": ["1"]},
    )

    request = read_request(event, request_id="r")

    assert request.header("prefer") == "respond-async, wait=2"
    assert request.header("x-ONE") == "1"
    assert request.header("Absent") is None


@pytest.mark.parametrize(
    "missing", ["headers", "pathParameters", "multiValueQueryStringParameters", "multiValueHeaders"]
)
def test_what_api_gateway_sends_as_null_is_empty(missing):
    request = read_request(an_event(**{missing: None}), request_id="r")

    assert dict(request.query) == {}


def test_path_parameters_are_decoded():
    request = read_request(an_event(pathParameters={"job_id": "a%2Fb%20%D7%90"}), request_id="r")

    assert request.parameters == {"job_id": "a/b א"}


@pytest.mark.parametrize(
    ("body", "base64", "content"),
    [
        (None, False, b""),
        ("", False, b""),
        ("תיק", False, "תיק".encode()),
        (b"raw", False, b"raw"),
        ("cmF3", True, b"raw"),
    ],
)
def test_a_body_is_bytes(body, base64, content):
    assert read_request(an_event(body=body, isBase64Encoded=base64), request_id="r").body == content


def test_nobody_is_no_principal():
    request = read_request(an_event(), request_id="r")

    with pytest.raises(Unauthorized):
        _ = request.principal


def test_the_caller_is_the_principal():
    request = msgspec.structs.replace(read_request(an_event(), request_id="r"), caller=Principal(user_id="u"))

    assert request.principal.user_id == "u"
