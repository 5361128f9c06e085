"""What does a client get when there is more to say than Lambda can send?"""

from __future__ import annotations

import json

import pytest

from chalicelib.api.http import LARGEST_RESPONSE_BYTES, RESERVED_BYTES
from tests.app.sizes import sent_bytes

MB = 1024 * 1024
SENTENCE = "שלום, כואב לי הגב ואני לא יכול לעבוד כבר שנתיים "


def a_call(size_bytes, *, sentences=2):
    """A call of Hebrew messages under its artifact, as JSON bytes of nearly this size."""

    def message(number):
        said = {"role": "user", "message": SENTENCE * sentences, "secondsFromStart": number}
        return {**said, "time": 1780990200000, "endTime": 1780990206275, "duration": 5475}

    count = size_bytes // len(encoded(message(10_000)) + b", ") - 1
    call = {"id": "call-1", "artifact": {"messages": [message(number) for number in range(count)], "cost": 1}}
    content = encoded(call)
    assert size_bytes - 20_000 < len(content) <= size_bytes
    return content


def encoded(value):
    return json.dumps(value, ensure_ascii=False).encode()


def a_case_with_documents(caller, *, count, words=700):
    """A case whose documents have this many Hebrew words of metadata each, 11 bytes a word."""
    case_id = caller.new_case()
    metadata = {"document_summary": "סיכום " * words}
    for _ in range(count):
        caller.new_document(case_id, metadata=metadata)
    return case_id


def test_a_case_that_fits_says_everything(api):
    case_id = api.user.new_case()
    sent = a_call(MB // 2)

    call = api.user.put(f"/cases/{case_id}/call", sent).json["call_details"]

    assert call["artifact"] == json.loads(sent)["artifact"]
    assert call["messages"] == call["artifact"]["messages"]


@pytest.mark.parametrize(
    ("sentences", "transcript"),
    [
        (1, True),  # more around what was said than was said
        (20, False),  # hardly anything else: the messages are 5 MB as sent, and a transcript of them would be too
    ],
)
def test_the_largest_call_fits_once_nothing_is_said_twice(api, sentences, transcript):
    case_id = api.user.new_case()
    sent = a_call(2 * MB, sentences=sentences)

    stored = api.user.put(f"/cases/{case_id}/call", sent)
    read = api.user.get(f"/cases/{case_id}")

    call = read.json["call_details"]
    assert (stored.status, read.status) == (200, 200)
    assert stored.json == read.json
    assert max(sent_bytes(stored), sent_bytes(read)) <= LARGEST_RESPONSE_BYTES
    assert call["messages"] == json.loads(sent)["artifact"]["messages"]
    assert call["artifact"] == {"cost": 1}
    assert ("transcript" in call) == transcript


def test_a_shortened_case_is_stored_in_full(api):
    case_id = api.user.new_case()
    sent = a_call(2 * MB)
    api.user.put(f"/cases/{case_id}/call", sent)

    stored = api.cases.file(case_id).call_details

    assert stored["artifact"] == json.loads(sent)["artifact"]
    assert stored["transcript"].startswith("User: שלום")


def test_documents_of_a_case_too_large_for_one_answer_come_without_their_metadata(api):
    case_id = a_case_with_documents(api.user, count=200, words=1400)

    case, listed = api.user.get(f"/cases/{case_id}"), api.user.get("/cases")

    assert len(case.json["documents"]) == 200
    assert [document["metadata"] for document in case.json["documents"]] == [{}] * 200
    assert listed.json["cases"][0]["documents"] == case.json["documents"]


def test_a_page_of_cases_ends_where_the_answer_has_no_more_room_and_leads_on(api):
    made = []
    for _ in range(60):
        made.append(a_case_with_documents(api.user, count=5))
        api.clock.advance(seconds=1)

    found, path, pages = [], "/cases?limit=100", 0
    while path:
        page = api.user.get(path)
        assert sent_bytes(page) <= LARGEST_RESPONSE_BYTES
        assert page.json["count"] == len(page.json["cases"])
        found += [case["id"] for case in page.json["cases"]]
        assert all(document["metadata"] for case in page.json["cases"] for document in case["documents"])
        cursor = page.json["next_cursor"]
        assert (cursor is None) == ("Link" not in page.headers)
        path, pages = cursor and f"/cases?limit=100&cursor={cursor}", pages + 1

    assert found == made[::-1]
    assert pages == 2


def test_a_page_of_the_fullest_jobs_fits(api):
    labels = {f"{number}" + "😀" * 62: "😀" * 64 for number in range(10)}
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    for _ in range(20):
        api.user.new_job(case_id, {"labels": labels, "dedupe": "none"})

    page = api.user.get("/jobs?limit=100")

    assert page.json["count"] == 20
    assert 5 * sent_bytes(page) <= LARGEST_RESPONSE_BYTES - RESERVED_BYTES


def test_what_cannot_be_sent_at_all_is_a_problem_that_says_so(api):
    case_id = api.user.new_case()

    answer = api.user.put(f"/cases/{case_id}/call", encoded({"transcript": "א" * (MB - 50)}))

    assert (answer.status, answer.code) == (500, "internal")
    assert answer.json["title"] == "Response too large"
    assert "nothing is lost" in answer.json["detail"]
    assert len(api.cases.file(case_id).call_details["transcript"]) == MB - 50
