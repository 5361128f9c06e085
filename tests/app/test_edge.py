"""What holds for every request and every answer, whichever route it is?"""

from __future__ import annotations

import threading

import pytest

import app as casework
from chalicelib.analyses import catalogue
from chalicelib.api.endpoint import authenticated
from chalicelib.errors import StorageUnavailable
from tests.app.client import UNKNOWN_ID, Context

EXPOSED = "Location,Retry-After,ETag,Link,Idempotency-Replayed,X-Request-Id"
ALLOWED = (
    "Authorization,Content-Type,Idempotency-Key,If-Match,If-None-Match,Prefer,"
    "baggage,sentry-trace,traceparent,tracestate,x-datadog-origin,x-datadog-parent-id,x-datadog-sampled,"
    "x-datadog-sampling-priority,x-datadog-tags,x-datadog-trace-id"
)
WITH_TOKEN = [route for route in casework.app.served if route.endpoint.admit is authenticated]
WITH_BODY = [route for route in WITH_TOKEN if route.endpoint.body is not None]


def name(route):
    return f"{route.method} {route.path}"


def filled(path):
    return path.replace("{case_id}", UNKNOWN_ID).replace("{job_id}", UNKNOWN_ID).replace("{document_id}", UNKNOWN_ID)


@pytest.mark.parametrize("path", ["/nothing", "/jobs/1/2/3", "/", "/vapi", "/cases/1/nothing"])
def test_an_unknown_address_is_a_404_even_without_a_token(api, path):
    answer = api.nobody.get(path)

    assert (answer.status, answer.code) == (404, "not_found")


def test_an_unknown_method_is_a_405_that_names_the_known_ones(api):
    answer = api.nobody.send("PATCH", "/cases/1")

    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "DELETE, GET"


def test_head_is_refused_without_a_body(api):
    answer = api.nobody.send("HEAD", "/jobs")

    assert answer.status == 405
    assert answer.text == ""


@pytest.mark.parametrize("route", WITH_TOKEN, ids=name)
def test_every_route_but_the_open_ones_asks_for_a_token(api, route):
    answer = api.nobody.send(route.method, filled(route.path), b"{not json")

    assert (answer.status, answer.code) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_open_routes_are_few():
    without = {name(route) for route in casework.app.served if route.endpoint.admit is not authenticated}

    assert without <= {
        *("GET /health", "GET /openapi.json", "GET /docs"),
        *("POST /vapi/webhook", "POST /openai/webhook"),
    }


@pytest.mark.parametrize("path", ["/jobs", "/cases/1/documents", "/vapi/webhook"])
def test_a_preflight_needs_no_token_and_says_what_browsers_may_send(api, path):
    answer = api.nobody.send("OPTIONS", path, headers={"Origin": "https://app.example"})

    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Headers"] == ALLOWED
    assert answer.headers["Access-Control-Expose-Headers"] == EXPOSED
    assert "OPTIONS" in answer.headers["Access-Control-Allow-Methods"].split(",")


def test_api_gateways_preflights_follow_from_the_same_rules():
    for methods in casework.app.routes.values():
        for route in methods.values():
            assert route.cors.get_access_control_headers()["Access-Control-Allow-Headers"] == ALLOWED
            assert route.content_types == []


@pytest.mark.parametrize("route", WITH_BODY, ids=name)
def test_a_body_that_is_too_large_is_a_413_before_anything_else_is_said_of_it(api, route):
    body = b"x" * (route.endpoint.body_limit_bytes + 1)

    answer = api.user.send(route.method, filled(route.path), body, headers={"Content-Type": "text/plain"})

    assert (answer.status, answer.code) == (413, "body_too_large")


def test_the_largest_body_is_not_too_large(api):
    body = b'{"title": "t"' + b" " * (1024 * 1024 - 14) + b"}"

    assert len(body) == 1024 * 1024
    assert api.user.post("/cases", body).status == 201


def test_every_body_has_its_limit():
    limits = {
        route.endpoint.name: route.endpoint.body_limit_bytes for route in casework.app.served if route.endpoint.body
    }

    kb, mb = 1024, 1024 * 1024
    small = {name: limit for name, limit in limits.items() if limit == 64 * kb}
    assert {f"start_{job_type}" for job_type in catalogue()} | {"cancel_job", "retry_job"} <= set(small)
    assert {name: limit for name, limit in limits.items() if name not in small} == {
        "create_case": mb,
        "change_form": 256 * kb,
        "put_call": 2 * mb,
        "vapi_webhook": 2 * mb,
        "add_document": int(5.8 * mb),
    }


@pytest.mark.parametrize("route", WITH_BODY, ids=name)
def test_a_body_that_is_not_json_is_a_415_before_it_is_read(api, route):
    answer = api.user.send(route.method, filled(route.path), b"{not json", headers={"Content-Type": "text/plain"})

    assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("body", [b"{", b"nonsense", b'{"title": NaN}', b'{"a": 1e999}', b"\xff", b"[" * 60_000])
@pytest.mark.parametrize("route", WITH_BODY, ids=name)
def test_malformed_json_is_a_400(api, route, body):
    answer = api.user.send(route.method, filled(route.path), body)

    assert (answer.status, answer.code) == (400, "malformed_json")


@pytest.mark.parametrize("body", [b"null", b"[]", b"5", b'"text"', b"true"])
@pytest.mark.parametrize("route", WITH_BODY, ids=name)
def test_json_that_is_no_object_is_a_422(api, route, body):
    answer = api.user.send(route.method, filled(route.path), body)

    assert (answer.status, answer.code) == (422, "invalid_request")


@pytest.mark.parametrize("route", [r for r in WITH_BODY if not r.path.endswith("/call")], ids=name)
def test_an_unknown_member_is_a_422_that_points_at_it(api, route):
    answer = api.user.send(route.method, filled(route.path), {"a/b~c": 1})

    assert answer.status == 422
    assert answer.json["errors"] == [{"pointer": "/a~1b~0c", "message": "is not a known member"}]


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", "application/json;x=y"]
)
def test_json_may_be_called_json_in_any_of_its_ways(api, content_type):
    answer = api.user.post("/cases", {"title": "t"}, Content_Type=content_type)

    assert answer.status == 201


def test_hebrew_leaves_as_it_came(api):
    answer = api.user.post("/cases", {"title": "תיק נכות"})

    assert '"title":"תיק נכות"' in answer.text


def test_medical_data_stays_out_of_caches(api):
    assert api.user.get("/cases").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("route", casework.app.served, ids=name)
def test_a_defect_of_ours_is_a_500_that_tells_nothing(api, monkeypatch, route):
    def broken():
        raise RuntimeError("secret detail")

    monkeypatch.setattr(casework.app, "_system", broken)

    answer = api.user.send(route.method, filled(route.path))

    assert (answer.status, answer.code) == (500, "internal")
    assert "secret" not in answer.text


@pytest.mark.parametrize("route", casework.app.served, ids=name)
def test_what_does_not_answer_just_now_makes_a_503_with_retry_after(api, monkeypatch, route):
    def silent():
        raise StorageUnavailable("It does not answer.", retry_after_seconds=7)

    monkeypatch.setattr(casework.app, "_system", silent)

    answer = api.user.send(route.method, filled(route.path))

    assert (answer.status, answer.code) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "7"


def test_the_id_of_a_request_is_ours_and_not_the_clients(api):
    answer = api.user.get("/jobs/nothing", X_Request_Id="mine")

    assert answer.json["request_id"] == answer.headers["X-Request-Id"] != "mine"


def test_no_content_type_is_read_as_json(api):
    assert "Content-Type" not in api.user.signed_in({})
    assert api.user.post("/cases", b'{"title": "t"}').status == 201


def test_storage_that_does_not_answer_is_a_503_with_retry_after(api):
    api.jobs.fail("list")

    answer = api.user.get("/jobs")

    assert (answer.status, answer.code) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_an_error_of_chalice_itself_becomes_a_problem_too(api, monkeypatch):
    monkeypatch.setattr(casework.app.routes["/health"]["GET"], "view_args", ["missing"])

    answer = api.nobody.get("/health")

    assert (answer.status, answer.code) == (500, "internal")


def test_requests_of_many_threads_do_not_mix(api):
    callers = {f"user-{number}": api.caller(f"user-{number}") for number in range(8)}
    owners: dict[str, set[str]] = {user: set() for user in callers}

    def create(user):
        for _ in range(10):
            owners[user].add(callers[user].post("/cases", {"title": user}).json["user_id"])

    threads = [threading.Thread(target=create, args=[user]) for user in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert owners == {user: {user} for user in callers}


def test_chalices_own_test_client_gets_the_same_answers(api):
    from chalice.test import Client

    with Client(casework.app) as client:
        answer = client.http.get("/health")

    assert answer.status_code == 200
    assert answer.json_body["status"] == "ok"
    assert answer.headers["X-Request-Id"]


def test_a_base64_body_of_api_gateway_is_read(api):
    event = {
        "requestContext": {"httpMethod": "POST", "resourcePath": "/cases", "path": "/api/cases"},
        "headers": {"Authorization": api.user._standing["Authorization"]},
        "multiValueHeaders": None,
        "pathParameters": None,
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "body": "eyJ0aXRsZSI6ICJ0In0=",
        "isBase64Encoded": True,
    }

    assert casework.app(event, Context(1))["statusCode"] == 201


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/jobs?status=done", "must be one of: cancelled, completed, failed, pending, running"),
        ("/jobs?job_type=x", f"must be one of: {', '.join(sorted(catalogue()))}"),
        ("/jobs?scope=his", "must be one of: all, mine"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_those_that_are(api, path, message):
    assert [error["message"] for error in api.user.get(path).json["errors"]] == [message]
