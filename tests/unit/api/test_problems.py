"""Has every refusal one status and one form?"""

from __future__ import annotations

import msgspec
import pytest

from chalicelib.api.problems import STATUS_OF, internal_error, refused
from chalicelib.errors import (
    FieldProblem,
    Forbidden,
    InvalidRequest,
    MethodNotAllowed,
    Refusal,
    TooManyOpenJobs,
    Unauthorized,
    Unavailable,
)


def as_json(answer):
    return msgspec.to_builtins(answer.content)


def test_every_refusal_has_a_status_and_every_status_a_refusal():
    codes = {refusal.code for refusal in Refusal.__subclasses__()}

    assert codes | {"internal"} == set(STATUS_OF)


def test_a_refusal_becomes_a_problem():
    answer = refused(Forbidden("Only an admin may."), instance="/api/jobs", request_id="r-1")

    assert answer.status == 403
    assert answer.content_type == "application/problem+json"
    assert as_json(answer) == {
        "type": "urn:casework:error:forbidden",
        "title": "Forbidden",
        "status": 403,
        "detail": "Only an admin may.",
        "instance": "/api/jobs",
        "code": "forbidden",
        "request_id": "r-1",
    }


def test_wrong_places_are_listed():
    refusal = InvalidRequest("Not valid.", problems=[FieldProblem("/title", "is missing")])

    problem = as_json(refused(refusal, instance="/cases", request_id="r-1"))

    assert list(problem["errors"]) == [{"pointer": "/title", "message": "is missing"}]


@pytest.mark.parametrize(
    ("refusal", "headers"),
    [
        (Unauthorized("Who?"), {"WWW-Authenticate": "Bearer"}),
        (MethodNotAllowed("No.", allowed=["GET", "PUT"]), {"Allow": "GET, PUT"}),
        (Unavailable("Later."), {"Retry-After": "5"}),
        (Unavailable("Later.", retry_after_seconds=1), {"Retry-After": "1"}),
        (TooManyOpenJobs("Wait.", retry_after_seconds=30), {"Retry-After": "30"}),
        (Forbidden("No."), {}),
    ],
)
def test_a_refusal_says_in_its_headers_how_to_go_on(refusal, headers):
    assert refused(refusal, instance="/", request_id="r").headers == headers


def test_a_defect_tells_nothing_but_the_id_to_ask_about():
    answer = internal_error(instance="/jobs", request_id="r-1")

    assert answer.status == 500
    assert as_json(answer)["request_id"] == "r-1"
