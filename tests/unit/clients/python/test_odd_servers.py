"""The Python client and what proxies, portals and programs send that no API would."""

from __future__ import annotations

from typing import Any

import pytest

from clients.python.casework import (
    Client,
    NetworkError,
    ProblemError,
    Response,
    ResultMissingError,
    TokenError,
    result_of,
)
from tests.fakes.scripted_api import BASE_URL, ScriptedApi, answer, problem
from tests.unit.clients.python.test_jobs import job

HTML = Response(status=200, headers={"content-type": "text/html"}, content=b"<html>Log in</html>")
ODD = {
    "a portal's page": HTML,
    "an empty 200": answer(None),
    "a 204": answer(None, 204),
    "a 304 that was not asked for": answer(None, 304),
    "null": Response(200, {"content-type": "application/json"}, b"null"),
    "a list": answer([]),
    "half a body": Response(200, {"content-type": "application/json"}, b'{"job_id": "j'),
    "bytes that are no UTF-8": Response(200, {"content-type": "application/json"}, b'{"a": "\xff"}'),
}


def client_of(api: ScriptedApi, *token: Any) -> Client:
    return Client(BASE_URL, *(token or ("t",)), ports=api.ports)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_is_no_answer_is_asked_for_again(odd):
    case = answer({"id": "c1", "documents": []})
    for script, ask in (
        ([odd, case], lambda client: client.cases.get("c1")),
        ([odd, answer(job())], lambda client: client.jobs.get("j1")),
        ([odd, case], lambda client: client.documents.list("c1")),
        ([odd, answer({"job_id": "j2"}, 202)], lambda client: client.jobs.retry("j1")),
    ):
        api = ScriptedApi(*script)

        assert ask(client_of(api)) is not None

        assert len(api.requests) == 2


@pytest.mark.parametrize("odd", [*ODD.values(), answer({}), answer({"job_id": "j1"})])
def test_following_goes_on_through_what_is_no_job(odd):
    api = ScriptedApi(answer(job(), etag='W/"1"'), odd, answer(job("completed", version=2)))

    seen = [one["version"] for one in client_of(api).jobs.watch("j1")]

    assert seen == [1, 2]


@pytest.mark.parametrize("odd", [answer(None), HTML, Response(200, {"content-type": "application/json"}, b"{")])
def test_a_linked_result_that_is_none_is_fetched_again(odd):
    linked = job("completed", result=None, result_url="https://storage.example/r")
    api = ScriptedApi(answer(linked), odd, answer({"total": 7}))

    assert client_of(api).jobs.get("j1")["result"] == {"total": 7}


def test_a_byte_order_mark_and_another_spelling_of_the_type_do_no_harm():
    body = b'\xef\xbb\xbf{"id": "c1"}'
    api = ScriptedApi(Response(200, {"content-type": "Application/JSON; charset=UTF-8"}, body))

    assert client_of(api).cases.get("c1") == {"id": "c1"}


def test_no_job_goes_back():
    stale = answer(job(version=3), etag='W/"3"')
    api = ScriptedApi(answer(job(version=5)), stale, answer(job("completed", version=6)))

    assert [one["version"] for one in client_of(api).jobs.watch("j1")] == [5, 6]


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        ("0", 1.0),
        ("2.5", 2.5),
        ("0.001", 1.0),
        ("3000000", 600.0),
        ("9" * 400, 0.25),  # beyond any number: as without one
        ("²", 0.25),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 1.0),
        ("Mon, 01 Jan 99999 00:00:00 GMT", 0.25),
        ("soon", 0.25),
    ],
)
def test_a_pause_is_between_a_second_and_ten_minutes_whatever_the_server_says(asked, pause):
    api = ScriptedApi(problem(503, "unavailable", retry_after=asked), answer(job()))
    client = Client(BASE_URL, "t", ports=api.ports, patience_seconds=10_000)

    client.jobs.get("j1")

    assert api.pauses == [pause]


@pytest.mark.parametrize(("asked_ms", "pause"), [(0, 0.25), (-5, 0.25), (10**12, 600.0), (None, 5.0)])
def test_a_followed_job_is_never_asked_about_without_a_pause(asked_ms, pause):
    api = ScriptedApi(answer(job(retry_after_ms=asked_ms)), answer(job("completed", version=2)))

    client_of(api).jobs.wait("j1")

    assert api.pauses == [pause]


@pytest.mark.parametrize("given", ["", "two words", "Bearer t", "שלום", "a\nb", None, 5])
def test_what_is_no_token_is_never_sent_nor_shown(given):
    api = ScriptedApi()

    with pytest.raises(TokenError) as caught:
        client_of(api, lambda: given).cases.get("c1")

    assert api.requests == []
    assert "Bearer t" not in str(caught.value)


def test_white_space_around_a_token_is_left_out():
    api = ScriptedApi(answer({"id": "c1"}))

    client_of(api, "t\n").cases.get("c1")

    assert api.requests[0].headers["Authorization"] == "Bearer t"


@pytest.mark.parametrize("odd_id", ["", ".", "..", None, 5, "\ud800"])
def test_an_id_that_would_lead_elsewhere_is_a_mistake(odd_id):
    api = ScriptedApi()
    client = client_of(api)
    for ask in (client.jobs.get, client.jobs.delete, client.jobs.wait, client.cases.get, client.cases.delete):
        with pytest.raises(ValueError, match=r"id|surrogate"):
            ask(odd_id)
    with pytest.raises(ValueError, match=r"id|surrogate"):
        client.documents.delete("c1", odd_id)

    assert api.requests == []


def test_an_id_of_any_letters_is_one_part_of_the_path():
    api = ScriptedApi(answer({"id": "x"}), problem(404, "not_found"))
    client = client_of(api)

    client.cases.get("תיק/1 ?#")
    with pytest.raises(ProblemError):
        client.jobs.get("../cases")

    assert api.lines == ["GET /cases/%D7%AA%D7%99%D7%A7%2F1%20%3F%23", "GET /jobs/..%2Fcases"]


@pytest.mark.parametrize("url", ["", "host/api", "https://", "https://u:p@host/api", "https://host?x=1", "https://a b"])
def test_a_base_url_that_no_request_can_be_made_to_is_a_mistake(url):
    with pytest.raises(ValueError, match="base_url must be"):
        Client(url, "t")


def test_a_completed_job_of_a_list_has_no_result_which_is_said():
    with pytest.raises(ResultMissingError, match=r"jobs\.get"):
        result_of(job("completed", result=None))  # type: ignore[arg-type]


def test_a_number_that_json_has_not_is_a_mistake_before_anything_is_sent():
    api = ScriptedApi()

    with pytest.raises(ValueError, match="JSON"):
        client_of(api).cases.create("t", metadata={"x": float("nan")})

    assert api.requests == []


def test_a_change_of_the_form_that_a_portal_answers_is_no_form():
    with pytest.raises(NetworkError):
        client_of(ScriptedApi(HTML)).cases.change_form("c1", version=1, confirm=["bank_details"])
