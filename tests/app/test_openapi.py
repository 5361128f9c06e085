"""Is the description valid, complete, and true of what is served?"""

from __future__ import annotations

import re

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

import app as casework
from chalicelib.api.problems import STATUS_OF
from chalicelib.errors import Refusal
from tests.app.described import DOCUMENT

OPERATIONS = {(route.method.lower(), route.path): route.endpoint for route in casework.app.served}


def test_the_description_is_served_without_a_token(api):
    answer = api.nobody.get("/openapi.json")

    assert answer.status == 200
    assert answer.json == DOCUMENT
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_the_description_names_the_stage_it_is_served_from(api):
    assert api.nobody.send("GET", "/openapi.json", prefix="/api").json["servers"] == [{"url": "/api"}]
    assert DOCUMENT["servers"] == [{"url": "/"}]


def test_the_description_is_valid_openapi_3_1():
    assert DOCUMENT["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_every_route_is_described_and_nothing_else():
    described = {(method, path) for path, operations in DOCUMENT["paths"].items() for method in operations}

    assert described == set(OPERATIONS)


def test_every_operation_has_a_name_of_its_own_and_a_summary():
    operations = [operation for operations in DOCUMENT["paths"].values() for operation in operations.values()]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"].endswith(".") for operation in operations)


def test_every_refusal_can_be_met_somewhere():
    text = str(DOCUMENT["paths"])

    # A method or an address that does not exist belongs to no operation.
    missing = {code for code in STATUS_OF if f"`{code}`: " not in text} - {"method_not_allowed"}

    assert missing == set()


@pytest.mark.parametrize("refusal", Refusal.__subclasses__(), ids=lambda refusal: refusal.code)
def test_refusals_are_described_under_their_status(refusal):
    for (method, path), endpoint in OPERATIONS.items():
        if refusal in endpoint.refusals:
            response = DOCUMENT["paths"][path][method]["responses"][str(STATUS_OF[refusal.code])]
            assert "application/problem+json" in response["content"]


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("/vapi/re-analyze-call/{case_id}", ["no_call", "no_transcript"]),
        ("/cases/{case_id}/analyze-with-agent", ["no_documents"]),
        ("/cases/{case_id}/analyze-documents-form7801", ["no_documents"]),
        ("/jobs/{job_id}/retry", ["not_finished", "no_call", "no_transcript", "no_documents"]),
        ("/jobs/{job_id}/cancel", ["already_finished"]),
    ],
)
def test_each_start_names_what_its_analysis_may_find_missing(path, codes):
    told = DOCUMENT["paths"][path]["post"]["responses"]["409"]["description"]

    assert re.findall(r"`(\w+)`: ", told) == codes


def test_every_time_is_described_as_utc_with_microseconds():
    """Every answer of every test is held to this description, its times included."""
    named = [
        (name, member, schema)
        for name, component in DOCUMENT["components"]["schemas"].items()
        for member, schema in component.get("properties", {}).items()
        if member.endswith("_at") or member == "at"
    ]

    for name, member, schema in named:
        patterns = [part.get("pattern") for part in schema.get("anyOf", [schema]) if part.get("type") == "string"]
        assert patterns == [r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$"], (name, member)
    assert len(named) >= 15


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_examples_are_what_their_schemas_say(name):
    schema = DOCUMENT["components"]["schemas"][name]

    for example in schema.get("examples", []):
        rooted = {**schema, "components": DOCUMENT["components"]}
        assert list(OAS31Validator(rooted).iter_errors(example)) == []


def test_what_is_sent_and_what_is_polled_has_an_example():
    with_example = {name for name, schema in DOCUMENT["components"]["schemas"].items() if "examples" in schema}

    assert {"StartBody", "Start", "Job", "JobList", "NewCase", "Case", "NewDocument", "Problem"} <= with_example


def test_the_description_says_where_a_token_is_needed():
    told = {
        f"{method} {path}": operation["security"]
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
        if "security" in operation
    }

    assert DOCUMENT["security"] == [{"bearer": []}]
    assert told == {
        "get /health": [{}, {"bearer": []}],  # deep=1 needs one
        "get /openapi.json": [],
        "get /docs": [],
        "post /openai/webhook": [],
        "post /vapi/webhook": [],  # its secret is described as headers
    }


def test_shapes_have_their_public_names():
    assert not [name for name in DOCUMENT["components"]["schemas"] if name.endswith("View")]


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/jobs/{job_id}", "get", {"If-None-Match"}),
        ("/jobs/{job_id}/retry", "post", {"Idempotency-Key"}),
        ("/cases/{case_id}/analyze-with-agent", "post", {"Idempotency-Key"}),
        ("/vapi/webhook", "post", {"X-Vapi-Secret", "X-Vapi-Signature"}),
        ("/openai/webhook", "post", {"webhook-id", "webhook-timestamp", "webhook-signature"}),
        ("/jobs", "get", set()),
    ],
)
def test_the_headers_that_mean_something_are_described(path, method, headers):
    parameters = DOCUMENT["paths"][path][method]["parameters"]

    assert {parameter["name"] for parameter in parameters if parameter["in"] == "header"} == headers


def test_the_page_shows_every_route_and_loads_nothing_from_elsewhere(api):
    answer = api.nobody.get("/docs")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for endpoint in OPERATIONS.values():
        assert f"<article id='{endpoint.name}'>" in answer.text
    assert "<script" not in answer.text
    assert "src=" not in answer.text
    assert {link for link in re.findall(r"href='([^']*)'", answer.text) if link[0] != "#"} == {"openapi.json"}


def test_the_page_says_where_a_token_is_needed(api):
    articles = re.findall(r"<article id='(\w+)'>.*?<p>(.*?)</p>", api.nobody.get("/docs").text, re.S)
    noted = {name: re.findall(r"<span class=note>(.*?)</span>", text) for name, text in articles}

    assert noted["health"] == ["A token only for some of it."]
    assert noted["docs"] == ["No token."]
    assert noted["read_job"] == []


def test_links_on_the_page_lead_somewhere(api):
    page = api.nobody.get("/docs").text

    assert set(re.findall(r"href='#([^']+)'", page)) <= set(re.findall(r"id='([^']+)'", page))
