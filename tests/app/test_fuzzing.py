"""Can any request make Casework fall over? Whatever is sent, the answer is a described one and never a 500."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app as casework
from chalicelib import bootstrap
from tests.app.client import WEBHOOK_SECRET, Api

HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-None-Match",
    "If-Match",
    "Prefer",
    "X-Vapi-Signature",
]
QUERIES = ["status", "job_type", "case_id", "limit", "cursor", "scope", "result", "after", "deep"]
KNOWN_MEMBERS = [
    *("priority", "deadline_seconds", "max_cost_usd", "dedupe", "labels", "title", "description", "metadata"),
    *("text", "content_base64", "size", "file_name", "content_type", "document_type", "requested_name"),
    *("version", "changes", "revert", "add", "remove", "confirm", "unconfirm", "field", "value", "list", "item"),
    *("id", "transcript", "messages", "artifact", "analysis", "message", "type", "call"),
]

text = st.text(max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KNOWN_MEMBERS) | text, inner, max_size=5)
    ),
    max_leaves=15,
)
bodies = st.binary(max_size=60) | values.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))
header_text = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=40)
preferences = st.sampled_from(["wait=1", "wait=999999", 'W/"1"', "*", "application/json", "Bearer a.b.c"])
headers = st.dictionaries(st.sampled_from(HEADERS), header_text | preferences, max_size=3)
queries = st.dictionaries(st.sampled_from(QUERIES), text, max_size=3)


@pytest.mark.parametrize("route", casework.app.served, ids=lambda route: f"{route.method} {route.path}")
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_request_makes_a_500(route, data):
    api = Api()
    with bootstrap.use(api.system):
        case_id = api.user.new_case()
        api.user.put(f"/cases/{case_id}/call", {"id": "call-1", "transcript": "User: שלום"})
        ids = {
            "case_id": case_id,
            "document_id": api.user.new_document(case_id),
            "job_id": api.user.new_job(case_id),
            "n": "1",
        }
        if data.draw(st.booleans(), label="done"):
            api.complete(ids["job_id"])
        event_query = {name: [value] for name, value in data.draw(queries, label="query").items()}
        sent = {"X-Vapi-Secret": WEBHOOK_SECRET, **data.draw(headers, label="headers")}
        given_ids = {name: data.draw(st.just(value) | text, label=name) for name, value in ids.items()}

        answer = api.ask_directly(
            route,
            parameters=given_ids,
            query=event_query,
            headers=api.user.signed_in(sent),
            body=data.draw(st.none() | bodies, label="body"),
        )

    assert answer.status != 500, answer.text
