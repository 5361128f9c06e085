"""Being told instead of polling: tickets for sockets, webhooks of a start, and their deliveries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.outbox.webhooks import Delivery, WebhookMessage
from tests.app.client import UNKNOWN_ID

FORM_7801 = "/cases/{}/analyze-documents-form7801"
HOOK = "https://hooks.example.com/casework"


@pytest.fixture
def case_id(api):
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    return case_id


@pytest.fixture
def job_id(api, case_id):
    return api.user.post(FORM_7801.format(case_id), {"notify": {"url": HOOK}}).json["job_id"]


def test_a_ticket_is_for_the_callers_jobs_and_sixty_seconds(api, job_id):
    answer = api.user.post("/streams", {"job_ids": [job_id, job_id]})

    assert answer.status == 201
    assert answer.json["url"] == "ws://127.0.0.1/api"
    protocol, offer = answer.json["protocols"]
    assert protocol == "casework.v1"
    assert offer.startswith("ticket.")
    assert all(character.isalnum() or character in "-_." for character in offer)
    (ticket,) = api.watches.tickets.values()
    assert ticket.job_ids == (job_id,)
    assert ticket.principal.user_id == "user-1"
    assert ticket.expires_at == api.clock() + timedelta(seconds=60)


@pytest.mark.parametrize("caller", ["user", "other"])
def test_a_job_that_the_caller_may_not_see_is_named(api, job_id, caller):
    hidden = UNKNOWN_ID if caller == "user" else job_id

    answer = getattr(api, caller).post("/streams", {"job_ids": [hidden]})

    assert answer.status == 404
    assert answer.pointers == ["/job_ids/0"]
    assert api.watches.tickets == {}


@pytest.mark.parametrize("job_ids", [[], [f"{n}" for n in range(51)], [""], [1], "all", None])
def test_between_one_and_fifty_jobs_are_followed(api, job_ids):
    assert api.user.post("/streams", {"job_ids": job_ids}).status == 422


def test_a_stream_needs_a_token(api, job_id):
    assert api.nobody.post("/streams", {"job_ids": [job_id]}).status == 401


def test_without_a_socket_the_answer_says_to_poll(api, job_id):
    import msgspec

    api.system.settings = msgspec.structs.replace(api.system.settings, socket_url=None)

    answer = api.user.post("/streams", {"job_ids": [job_id]})

    assert answer.status == 503
    assert "Poll" in answer.json["detail"]


def test_a_start_may_ask_for_a_webhook(api, job_id):
    assert api.job(job_id).notify_url == HOOK


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://10.0.0.1/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/", "x", ""],
)
def test_a_webhook_that_leads_inside_is_refused_at_the_start(api, case_id, url):
    answer = api.user.post(FORM_7801.format(case_id), {"notify": {"url": url}})

    assert answer.status == 422
    assert answer.pointers == ["/notify/url"]


@pytest.mark.parametrize("notify", [{}, {"url": HOOK, "secret": "x"}, HOOK, None])
def test_a_webhook_is_a_url_and_nothing_else(api, case_id, notify):
    assert api.user.post(FORM_7801.format(case_id), {"notify": notify}).status == 422


def test_on_a_developers_machine_a_webhook_may_go_to_loopback(api, case_id):
    answer = api.user.post(FORM_7801.format(case_id), {"notify": {"url": "http://127.0.0.1:9000/hook"}})

    assert answer.status == 202


def test_the_deliveries_of_a_job_are_listed(api, job_id):
    first = Delivery(
        webhook_id="msg_1", attempt=1, at=api.clock(), status=500, next_attempt_at=api.clock() + timedelta(seconds=5)
    )
    second = Delivery(webhook_id="msg_1", attempt=2, at=api.clock(), error="no answer in time")
    for delivery in (first, second):
        api.deliveries.finish(api.job(job_id), delivery)

    answer = api.user.get(f"/jobs/{job_id}/deliveries")

    assert answer.json == {
        "deliveries": [
            {
                "webhook_id": "msg_1",
                "attempt": 1,
                "at": "2026-06-10T09:00:00.000000Z",
                "status": 500,
                "error": None,
                "next_attempt_at": "2026-06-10T09:00:05.000000Z",
            },
            {
                "webhook_id": "msg_1",
                "attempt": 2,
                "at": "2026-06-10T09:00:00.000000Z",
                "status": None,
                "error": "no answer in time",
                "next_attempt_at": None,
            },
        ]
    }


def test_another_users_deliveries_do_not_exist(api, job_id):
    assert api.other.get(f"/jobs/{job_id}/deliveries").status == 404
    assert api.other.post(f"/jobs/{job_id}/deliveries/resend").status == 404


def test_a_resend_is_the_next_try_made_now(api, job_id):
    api.complete(job_id)
    api.deliveries.finish(api.job(job_id), Delivery(webhook_id="msg_1", attempt=3, at=api.clock(), status=500))

    answer = api.user.post(f"/jobs/{job_id}/deliveries/resend")

    assert answer.status == 202
    assert api.webhook_queue.messages == [(WebhookMessage(job_id=job_id, attempt=4), 0)]


def test_an_open_job_has_nothing_to_resend(api, job_id):
    answer = api.user.post(f"/jobs/{job_id}/deliveries/resend")

    assert (answer.status, answer.code) == (409, "not_finished")


def test_a_job_without_a_webhook_has_nothing_to_resend(api, case_id):
    job_id = api.user.new_job(case_id)
    api.complete(job_id)

    answer = api.user.post(f"/jobs/{job_id}/deliveries/resend")

    assert answer.status == 404
    assert "notify.url" in answer.json["detail"]
