"""Does the description of a body say exactly what is accepted? Types say most of it, rules beside them the rest."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from chalicelib import bootstrap
from tests.app.client import WEBHOOK_SECRET, Api
from tests.app.described import DOCUMENT

# What a member may be that is looked at: right, empty, null, of another type.
ANYTHING = st.sampled_from([None, "", " ", "x", "x" * 256, 5, 1.5, True, [], [{}], {}, {"transcript": "x"}, {"a": 1}])
SPOKEN = {"transcript": ANYTHING, "messages": ANYTHING}
MEMBERS = {
    "id": ANYTHING,
    **SPOKEN,
    "artifact": ANYTHING | st.fixed_dictionaries({}, optional=SPOKEN),
    "analysis": ANYTHING,
}
KINDS = st.sampled_from(["end-of-call-report", "status-update", 5, None])
calls = st.fixed_dictionaries({}, optional=MEMBERS)
reports = st.fixed_dictionaries({}, optional={**MEMBERS, "type": KINDS, "call": ANYTHING | calls})
call_bodies = st.fixed_dictionaries(
    {}, optional={**MEMBERS, "type": KINDS, "call": calls, "message": ANYTHING | reports}
)

document_bodies = st.fixed_dictionaries(
    {"file_name": st.sampled_from(["a.txt", "", "..", "d/", "/", "\\a", "\x07", " ", "a" * 255, "x/.a", None])},
    optional={
        "content_type": st.sampled_from(["text/plain", "application/pdf", "image/gif", "", None]),
        "text": st.sampled_from(["x", "", " \n", "שלום", None, 5]),
        "content_base64": st.sampled_from(["eA==", "eA", "eA=", "", "e?==", "eHh4", "eHh4=", None]),
        "size": st.sampled_from([1, 0, -1, 20 * 1024 * 1024, 20 * 1024 * 1024 + 1, 1.0, 1.5, True, "1", None]),
        "document_type": st.sampled_from(["", "x" * 100, "x" * 101, None]),
        "metadata": st.sampled_from(
            [
                *({}, {"a": 1}, [], None, {"document_summary": None}, {"document_summary": 5}),
                *({"key_points": ["x"]}, {"key_points": [5]}, {"key_points": None}),
            ]
        ),
        "requested_name": st.sampled_from(["x", "", "x" * 501, None]),
        "unknown": st.just(1),
    },
)
case_bodies = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["x", "", "x" * 200, "x" * 201, None, 5]),
        "description": st.sampled_from(["", "x" * 4000, "x" * 4001, None]),
        "metadata": st.sampled_from([{}, {"a": [None]}, [], None, "x"]),
        "unknown": st.just(1),
    },
)
start_bodies = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.sampled_from(["normal", "high", "low", "low", "urgent", None, 1]),
        "deadline_seconds": st.sampled_from(
            [60, 21600, 59, 21601, 7199, 7200, 86400, 86401, 60.0, 60.5, True, "60", None, 1e300]
        ),
        "max_cost_usd": st.sampled_from([0, -1, 0.5, 1, 1e300, True, "1", None]),
        "dedupe": st.sampled_from(["active", "none", "all", None]),
        "labels": st.sampled_from(
            [
                *({}, {"a": "b"}, {"a": ""}, {"": "b"}, {"a": 1}, [], None, {"case_id": "x"}),
                *({"x" * 65: "y"}, {"x" * 64: "y" * 64}, {str(n): "x" for n in range(11)}),
            ]
        ),
        "unknown": st.just(1),
    },
)


def accepts(method: str, route: str, body: object) -> bool:
    """Whether the description of the route takes the body."""
    described = DOCUMENT["paths"][route][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    return bool(OAS31Validator({**described, "components": DOCUMENT["components"]}).is_valid(body))


@pytest.mark.parametrize(
    ("method", "route", "bodies"),
    [
        ("PUT", "/cases/{case_id}/call", call_bodies),
        ("POST", "/vapi/webhook", call_bodies),
        ("POST", "/cases/{case_id}/documents", document_bodies),
        ("POST", "/cases", case_bodies),
        ("POST", "/cases/{case_id}/analyze-documents-form7801", start_bodies),
        ("POST", "/cases/{case_id}/analyze-with-agent", start_bodies),
        ("POST", "/jobs/{job_id}/retry", start_bodies),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_described_is_accepted_and_nothing_else(method, route, bodies, data):
    body = data.draw(bodies)
    api = Api()
    with bootstrap.use(api.system):
        case_id = api.admin.new_case()
        api.admin.new_document(case_id)
        job_id = api.admin.new_job()
        api.complete(job_id)
        path = route.replace("{case_id}", case_id).replace("{job_id}", job_id)

        answer = api.admin.send(method, path, json.dumps(body).encode(), headers={"X-Vapi-Secret": WEBHOOK_SECRET})

    assert answer.status in {200, 201, 202, 413, 422}
    assert (answer.status < 400) == accepts(method, route, body), f"{answer.status}: {answer.text}"
