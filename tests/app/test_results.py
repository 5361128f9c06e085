"""How does the result of a completed job reach the client? Inline, or as a link."""

from __future__ import annotations

import pytest

from chalicelib.api.http import ALWAYS_FITTING_BYTES, LARGEST_RESPONSE_BYTES
from chalicelib.jobs import lifecycle
from tests.app.sizes import sent_bytes

MB = 1024 * 1024


@pytest.fixture
def job_id(api):
    return api.user.new_job()


def result_of(character, size_bytes):
    """A result of this size (bytes of JSON) in which nearly all is this character."""
    frame = '{"analysis": ""}'
    count, rest = divmod(size_bytes - len(frame), len(character.encode()))
    return ('{"analysis": "' + character * count + "x" * rest + '"}').encode()


def read(api, job_id, query="", **headers):
    return api.user.get(f"/jobs/{job_id}{query}", **headers)


def test_a_completed_job_carries_its_result_and_no_advice_to_poll(api, job_id):
    api.complete(job_id, '{"case_id": "1", "analysis": {"summary": "סיכום"}}'.encode())
    api.jobs.calls.clear()

    answer = read(api, job_id)

    job = answer.json
    assert (job["status"], job["progress"], job["progress_message"]) == ("completed", 100, "Completed")
    assert job["result"] == {"case_id": "1", "analysis": {"summary": "סיכום"}}
    assert (job["done"], job["retry_after_ms"], job["error"]) == (True, None, None)
    assert job["completed_at"] == "2026-06-10T09:00:00.000000Z"
    assert "Retry-After" not in answer.headers
    assert api.jobs.calls == ["get", "result"]


def test_a_304_of_a_completed_job_does_not_read_its_result(api, job_id):
    api.complete(job_id)
    tag = read(api, job_id).headers["ETag"]
    api.jobs.calls.clear()

    assert read(api, job_id, If_None_Match=tag).status == 304
    assert api.jobs.calls == ["get"]


def test_a_result_comes_as_a_link_when_asked_for(api, job_id):
    api.complete(job_id, b'{"analysis": 1}')

    answer = read(api, job_id, "?result=link")

    job = answer.json
    assert job["result"] is None
    assert job["result_url"].endswith("expires_in=900")
    assert job["result_url_expires_at"] == "2026-06-10T09:15:00.000000Z"
    assert answer.headers["ETag"] == 'W/"3-link"'
    assert read(api, job_id, "?result=link", If_None_Match='W/"3"').status == 200


@pytest.mark.parametrize(("size", "query"), [(100, "?result=link"), (3 * MB + 1, "")])
@pytest.mark.parametrize("known", ['W/"3-link"', "*"])
def test_a_link_seen_before_is_given_anew_since_it_dies_before_the_job_changes(api, job_id, size, query, known):
    api.complete(job_id, result_of("x", size))
    read(api, job_id, query)
    api.clock.advance(seconds=1800)

    answer = read(api, job_id, query, If_None_Match=known)

    assert (answer.status, answer.headers["ETag"]) == (200, 'W/"3-link"')
    assert answer.json["result_url_expires_at"] == "2026-06-10T09:45:00.000000Z"


@pytest.mark.parametrize("end", [None, "fail"])
def test_a_job_without_a_result_has_no_link_that_could_die(api, job_id, end):
    if end is not None:
        getattr(api, end)(job_id)
    tag = read(api, job_id, "?result=link").headers["ETag"]

    assert read(api, job_id, "?result=link", If_None_Match=tag).status == 304


@pytest.mark.parametrize(("size", "inline"), [(3 * 1024 * 1024, True), (3 * 1024 * 1024 + 1, False)])
def test_a_result_up_to_3_mb_is_inline_and_a_larger_one_is_a_link(api, job_id, size, inline):
    api.complete(job_id, b'{"a": "' + b"x" * (size - 9) + b'"}')

    job = read(api, job_id).json

    assert (job["result"] is not None, job["result_url"] is None) == (inline, inline)


def test_a_result_too_large_to_be_inline_has_the_tag_of_a_link(api, job_id):
    api.complete(job_id, b'{"a": "' + b"x" * 3 * 1024 * 1024 + b'"}')

    answer = read(api, job_id)

    assert answer.headers["ETag"] == 'W/"3-link"'
    assert read(api, job_id, If_None_Match='W/"3"').status == 200


@pytest.mark.parametrize(
    ("character", "inline_bytes", "link_bytes"),
    [
        ("א", 2_000_000, 2_100_000),  # 2 bytes as UTF-8, 6 as sent: 6.0 and 6.3 million
        ("€", 3_000_000, 3_130_000),  # 3 and 6: 6.0 and 6.26 million, which leaves no room for the rest
        ("\\n", 3_000_000, 3 * MB + 2),  # 2 and 3: only the 3 MB count
        ('\\"', 3_000_000, 3 * MB),  # 2 and 4: 6.0 and 6.29 million
        ("\x7f", 1_030_000, 1_050_000),  # 1 and 6: 6.2 and 6.3 million
    ],
)
def test_a_result_is_inline_only_while_lambda_can_send_it(api, job_id, character, inline_bytes, link_bytes):
    other_id = api.user.new_job()
    api.complete(job_id, result_of(character, inline_bytes))
    api.complete(other_id, result_of(character, link_bytes))

    inline, link = read(api, job_id), read(api, other_id)

    assert (inline.json["result"] is None, inline.json["result_url"]) == (False, None)
    assert (link.json["result"], link.json["result_url"] is None) == (None, False)
    assert (inline.headers["ETag"], link.headers["ETag"]) == ('W/"3"', 'W/"3-link"')
    assert sent_bytes(inline) <= LARGEST_RESPONSE_BYTES


@pytest.mark.parametrize(("character", "size"), [("x", 2_900_000), ("א", 2_000_000)])
def test_whether_a_large_result_is_inline_was_settled_when_its_job_completed(api, job_id, character, size):
    api.complete(job_id, result_of(character, size))
    tag = read(api, job_id).headers["ETag"]
    api.jobs.calls.clear()

    assert (tag, read(api, job_id, If_None_Match=tag).status) == ('W/"3"', 304)
    assert api.jobs.calls == ["get"]


def test_a_result_that_is_shown_as_a_link_is_not_read_for_that(api, job_id):
    api.complete(job_id, result_of("א", 2_100_000))
    api.jobs.calls.clear()

    assert read(api, job_id).json["result_url"] is not None
    assert "result" not in api.jobs.calls


@pytest.mark.parametrize(("size", "is_inline"), [(1_000, True), (2_000_000, True), (2_100_000, False)])
def test_a_result_that_an_earlier_release_stored_is_measured_when_it_is_read(api, job_id, size, is_inline):
    job, result = api.claim(job_id), result_of("א", size)
    api.jobs.save(job, lifecycle.completed(job, result_bytes=len(result), at=api.clock()), result=result)

    shown = read(api, job_id).json

    assert (shown["result"] is not None, shown["result_url"] is None) == (is_inline, is_inline)


def test_a_job_that_says_all_it_can_has_room_beside_the_largest_inline_result(api):
    labels = {f"{number}" + "😀" * 62: "😀" * 64 for number in range(10)}
    job_id = api.user.new_job(body={"labels": labels})
    api.complete(job_id, result_of("א", 2 * ALWAYS_FITTING_BYTES - 100))

    answer = read(api, job_id)

    assert answer.json["result"] is not None
    assert 6_200_000 < sent_bytes(answer) <= LARGEST_RESPONSE_BYTES


def test_a_link_is_offered_for_completed_jobs_only(api, job_id):
    job = read(api, job_id, "?result=link").json

    assert (job["result"], job["result_url"]) == (None, None)


@pytest.mark.parametrize("query", ["?result=url", "?result=", "?result=link&result=link"])
def test_a_bad_query_is_a_422_that_points_at_it(api, job_id, query):
    answer = read(api, job_id, query)

    assert (answer.status, answer.pointers) == (422, ["query:result"])
