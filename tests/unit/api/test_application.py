"""What does the application add to Chalice? One form for every answer, and the configured origin on each."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from chalicelib.api.application import Application, Cors
from chalicelib.api.endpoint import endpoint, open_endpoint
from chalicelib.api.http import LARGEST_RESPONSE_BYTES, Response
from chalicelib.errors import Forbidden, Unauthorized
from chalicelib.settings import SettingsError


class Refusing:
    """A verifier to whom no token is good."""

    def principal(self, authorization):
        raise Unauthorized("No.", failed_check="aud")


@open_endpoint(responses={200: None})
def hello(request, system):
    """Say hello."""
    return Response(content={"שלום": request.parameters}, headers={"X-Own": "1"})


@endpoint(responses={200: None})
def secret(request, system):
    """Keep a secret."""
    raise AssertionError


@open_endpoint(responses={204: None})
def nothing(request, system):
    """Say nothing."""
    return Response(status=204)


@open_endpoint(responses={})
def refusing(request, system):
    """Refuse."""
    raise Forbidden("No.")


@open_endpoint(responses={})
def broken(request, system):
    """Break a header."""
    return Response(content={}, headers={"X-Own": "a\nb"})


@open_endpoint(responses={200: None})
def long(request, system):
    """Say much, in Hebrew: six bytes a letter as Lambda sends it."""
    return Response(content="א" * int(request.parameters["letters"]))


def an_application(**options) -> Application:
    system = options.pop("system", lambda: SimpleNamespace(verifier=Refusing()))
    application = Application(
        "test",
        system=system,
        cors=Cors(origins=options.pop("origins", ("*",)), more_headers=options.pop("more_headers", ())),
    )
    for path, served in (("/hello/{name}", hello), ("/secret", secret), ("/nothing", nothing)):
        application.serve("GET", path, served)
    application.serve("GET", "/refusing", refusing)
    application.serve("GET", "/broken", broken)
    application.serve("GET", "/long/{letters}", long)
    return application


def ask(application, path, *, method="GET", route=None, origin=None, **parameters):
    event = {
        "requestContext": {"httpMethod": method, "resourcePath": route or path, "path": path},
        "headers": {} if origin is None else {"Origin": origin},
        "pathParameters": parameters,
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "body": None,
    }
    return application(event, SimpleNamespace(aws_request_id="r-1"))


def test_an_answer_leaves_as_utf_8_json_with_its_own_headers():
    answer = ask(an_application(), "/hello/x", route="/hello/{name}", name="x")

    assert (answer["statusCode"], answer["body"]) == (200, '{"שלום":{"name":"x"}}')
    assert answer["headers"]["X-Own"] == "1"
    assert answer["headers"]["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/hello/{name}", "GET"),
        ("/secret", "GET"),
        ("/nothing", "GET"),
        ("/refusing", "GET"),
        ("/broken", "GET"),
        ("/nothing", "PUT"),
        ("/nothing", "OPTIONS"),
        ("/nothing", "HEAD"),
        ("/nowhere", "GET"),
    ],
)
def test_every_answer_carries_the_configured_origin_and_its_id(path, method):
    answer = ask(an_application(origins=("https://app.example",)), path, method=method, name="x")

    assert answer["headers"]["Access-Control-Allow-Origin"] == "https://app.example"
    assert answer["headers"]["X-Request-Id"] == "r-1"


@pytest.mark.parametrize(
    ("letters", "status"),
    [
        (1_048_000, 200),  # 6,288,000 bytes, and about 600 around them
        (1_048_592, 500),  # 6,291,552: the limit is 6,291,556, but there are headers too
    ],
)
def test_an_answer_that_lambda_could_not_send_is_a_problem_with_all_headers(letters, status):
    answer = ask(an_application(), f"/long/{letters}", route="/long/{letters}", letters=str(letters))

    assert answer["statusCode"] == status
    assert ("Response too large" in answer["body"]) == (status == 500)
    assert answer["headers"]["X-Request-Id"] == "r-1"
    assert answer["headers"]["Access-Control-Allow-Origin"] == "*"
    assert len(json.dumps(answer)) <= LARGEST_RESPONSE_BYTES


def test_a_system_that_cannot_be_built_is_a_500_and_says_nothing_of_why():
    def misconfigured():
        raise SettingsError("JOBS_TABLE is not set")

    answer = ask(an_application(system=misconfigured), "/nothing")

    assert answer["statusCode"] == 500
    assert "JOBS_TABLE" not in answer["body"]


def test_the_system_is_built_by_the_first_request_and_not_before():
    built = []

    application = an_application(system=lambda: built.append(1))
    before = list(built)
    ask(application, "/nothing")

    assert (before, built) == ([], [1])


def test_what_is_served_is_remembered_in_order():
    served = [(route.method, route.path, route.endpoint.name) for route in an_application().served]

    assert served[:2] == [("GET", "/hello/{name}", "hello"), ("GET", "/secret", "secret")]


def test_without_lambdas_context_a_request_has_an_id_all_the_same():
    event = {"requestContext": {"httpMethod": "GET", "resourcePath": "/nowhere"}, "headers": None}

    assert len(an_application()(event, None)["headers"]["X-Request-Id"]) == 36


@open_endpoint(responses={200: None})
def varying(request, system):
    """Vary by the token."""
    return Response(content={}, headers={"Vary": "Authorization"})


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://a.example", "https://a.example"),
        ("https://b.example", "https://b.example"),
        ("https://evil.example", "https://a.example"),
        (None, "https://a.example"),
    ],
)
@pytest.mark.parametrize(("path", "method"), [("/secret", "GET"), ("/nothing", "OPTIONS"), ("/nowhere", "GET")])
def test_of_several_origins_the_one_that_asks_is_named(origin, allowed, path, method):
    application = an_application(origins=("https://a.example", "https://b.example"))

    answer = ask(application, path, method=method, origin=origin)

    assert answer["headers"]["Access-Control-Allow-Origin"] == allowed
    assert answer["headers"]["Vary"] == "Origin"


def test_what_a_response_varies_by_already_stays():
    application = an_application(origins=("https://a.example", "https://b.example"))
    application.serve("GET", "/varying", varying)

    assert ask(application, "/varying", origin="https://b.example")["headers"]["Vary"] == "Authorization, Origin"


@pytest.mark.parametrize("origins", [("*",), ("https://a.example",)])
def test_one_origin_is_named_to_everybody_alike(origins):
    answer = ask(an_application(origins=origins), "/nothing", origin="https://b.example")

    assert answer["headers"]["Access-Control-Allow-Origin"] == origins[0]
    assert "Vary" not in answer["headers"]


def test_headers_of_the_settings_are_allowed_besides_the_usual_ones():
    answer = ask(an_application(more_headers=("X-Mine", "Prefer")), "/nothing", method="OPTIONS")

    allowed = answer["headers"]["Access-Control-Allow-Headers"].split(",")
    assert {"X-Mine", "traceparent", "x-datadog-trace-id", "If-Match"} <= set(allowed)
    assert len(allowed) == len(set(allowed))


def test_the_log_says_which_check_refused_a_token_and_the_response_does_not(monkeypatch):
    logged = []
    monkeypatch.setattr("chalicelib.telemetry.info", lambda event, **facts: logged.append((event, facts)))

    answer = ask(an_application(), "/secret")

    assert ("token_refused", {"request_id": "r-1", "failed_check": "aud"}) in logged
    assert "aud" not in answer["body"]
