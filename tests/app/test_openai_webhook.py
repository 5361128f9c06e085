"""OpenAI's webhook: only what it signed, only once, and only the message that wakes the job."""

import base64
import hashlib
import hmac
import subprocess
import sys

import msgspec
import pytest

from chalicelib.jobs import lifecycle
from chalicelib.jobs.calls import Call, Parked
from chalicelib.outbox.webhooks import signature
from tests.app.client import OPENAI_SECRETS, WEBHOOK_SECRET

CALL_ID = "resp_1"


def body_of(call_id=CALL_ID, event_type="response.completed"):
    event = {"object": "event", "id": "evt_1", "type": event_type, "created_at": 1, "data": {"id": call_id}}
    return msgspec.json.encode(event)


def send(api, body=None, *, webhook_id="wh_1", secrets=OPENAI_SECRETS[:1], age=0, **headers):
    body = body_of() if body is None else body
    sent_at = str(int(api.clock().timestamp()) - age)
    signatures = [signature(body, webhook_id=webhook_id, timestamp=sent_at, secret=secret) for secret in secrets]
    given = {
        "webhook-id": webhook_id,
        "webhook-timestamp": sent_at,
        "webhook-signature": " ".join(signatures),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return api.nobody.send("POST", "/openai/webhook", body, headers=given)


def parked(api, *call_ids, priority="normal"):
    """A job that waits for these calls; what was sent for it so far is forgotten."""
    job_id = api.user.new_job()
    job = api.claim(job_id)
    calls = tuple(Call(id=one, question="q" * 24, began_at=api.clock()) for one in call_ids or (CALL_ID,))
    for number, call in enumerate(calls, start=1):
        job = api.jobs.save(job, msgspec.structs.replace(job, calls=calls[:number]), call=call)
    waiting = Parked(since=api.clock(), expected_seconds=60.0, progress=20, until=80)
    api.jobs.save(job, lifecycle.parked(job, waiting, look_at=api.clock(), at=api.clock()))
    api.queue.sent.clear()
    return job_id


def woken(api):
    return [(sent.message.job_id, sent.delay_seconds) for sent in api.queue.sent]


def test_a_message_wakes_the_job_that_waits(api):
    job_id = parked(api)

    answer = send(api)

    assert (answer.status, answer.json) == (200, {"status": "woken"})
    assert woken(api) == [(job_id, 0)]


@pytest.mark.parametrize("event_type", ["failed", "cancelled", "incomplete"])
def test_whatever_its_end_was_the_job_is_woken(api, event_type):
    job_id = parked(api)

    assert send(api, body_of(event_type=f"response.{event_type}")).status == 200
    assert woken(api) == [(job_id, 0)]


def test_the_same_message_again_is_taken_and_does_nothing(api):
    job_id = parked(api)
    send(api)

    again, other = send(api), send(api, webhook_id="wh_2")

    assert (again.json, other.json) == ({"status": "duplicate"}, {"status": "woken"})
    assert woken(api) == [(job_id, 0)] * 2


def test_a_message_that_could_not_be_acted_upon_is_no_duplicate_when_it_comes_again(api):
    job_id = parked(api)
    api.queue.fail(times=1)

    assert send(api).status == 503
    assert send(api).json == {"status": "woken"}
    assert woken(api) == [(job_id, 0)]


def test_a_job_whose_worker_is_about_to_park_it_is_looked_at_a_moment_later(api):
    job_id = parked(api)
    api.claim(job_id)

    assert send(api).status == 200
    assert woken(api) == [(job_id, 3)]


def test_of_several_calls_the_last_one_wakes(api):
    job_id = parked(api, "resp_1", "resp_2", "resp_3")

    answers = [send(api, body_of(f"resp_{n}"), webhook_id=f"wh_{n}").json["status"] for n in (3, 1, 2)]

    assert answers == ["waiting_for_others", "waiting_for_others", "woken"]
    assert woken(api) == [(job_id, 0)]


def test_a_job_that_has_ended_needs_no_worker(api):
    job_id = parked(api)
    api.claim(job_id)
    api.complete(job_id)
    api.queue.sent.clear()

    assert send(api).json == {"status": "not_needed"}
    assert woken(api) == []


def test_an_unknown_response_is_to_be_sent_again_and_a_worker_finds_out_whose_it_is(api):
    first, second = send(api), send(api)

    assert (first.status, first.code, second.status) == (404, "not_found", 404)
    [asked] = api.queue.sent
    assert (asked.message.call_id, asked.message.job_id) == (CALL_ID, "")


@pytest.mark.parametrize(
    "body",
    [
        body_of(event_type="batch.completed"),
        b'{"type": "response.completed", "data": {}}',
        b'{"type": "response.completed", "data": {"id": 5}}',
        b'{"type": "response.completed", "data": {"id": "' + 3000 * b"x" + b'"}}',  # longer than a key of DynamoDB
        b'{"type": "response.completed"}',
        b"{}",
    ],
)
def test_a_message_about_anything_else_is_taken_and_ignored(api, body):
    parked(api)

    assert send(api, body).json == {"status": "ignored"}
    assert woken(api) == []


@pytest.mark.parametrize("secrets", [OPENAI_SECRETS[:1], OPENAI_SECRETS[1:], ("whsec_b3RoZXI=", OPENAI_SECRETS[1])])
def test_either_secret_is_good_while_it_is_rotated_among_several_signatures(api, secrets):
    parked(api)

    assert send(api, secrets=secrets).status == 200


@pytest.mark.parametrize("age", [-299, 299])
def test_a_message_is_good_for_five_minutes(api, age):
    parked(api)

    assert send(api, age=age).status == 200


@pytest.mark.parametrize(
    "forged",
    [
        {"secrets": ("whsec_b3RoZXI=",)},
        {"secrets": ()},
        {"age": 301},
        {"age": -301},
        {"webhook_id": "wh_1", "webhook_signature": "v1,AAAA"},
        {"webhook_signature": "v1,é"},
        {"webhook_timestamp": "soon"},
        {"webhook_timestamp": "١٢"},
        {"webhook_timestamp": "9" * 400},
    ],
)
def test_a_forged_or_old_message_is_a_401_and_does_nothing(api, forged):
    parked(api)

    assert (send(api, **forged).status, woken(api)) == (401, [])


def test_what_was_signed_is_the_very_body(api):
    parked(api)
    body = body_of()
    sent_at = str(int(api.clock().timestamp()))
    given = signature(body, webhook_id="wh_1", timestamp=sent_at, secret=OPENAI_SECRETS[0])

    answer = send(api, body_of("resp_2"), webhook_signature=given)

    assert answer.status == 401


def test_without_a_secret_everything_is_refused(api):
    settings = api.system.settings
    api.system.settings = msgspec.structs.replace(settings, openai_webhook_secret=None)

    assert send(api).status == 401


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not-base64!", "PUT-THE-SECRET-HERE", "סוד"])
def test_a_stored_secret_that_is_none_opens_nothing_and_the_log_says_so(api, caplog, secret):
    settings = api.system.settings
    api.system.settings = msgspec.structs.replace(settings, openai_webhook_secret=secret)
    caplog.set_level("WARNING", logger="casework")
    forged = "v1," + base64.b64encode(hmac.new(b"", b"", hashlib.sha256).digest()).decode()

    assert send(api, secrets=(), webhook_signature=forged).status == 401
    (logged,) = {str(vars(one)) for one in caplog.records if one.getMessage() == "openai_webhook_secret_malformed"}
    assert secret not in logged.replace("must be whsec_ and", "")


def test_beside_a_secret_that_is_none_the_other_one_is_good(api):
    settings = api.system.settings
    api.system.settings = msgspec.structs.replace(settings, openai_webhook_secret=f"whsec_oops {OPENAI_SECRETS[0]}")
    parked(api)

    assert send(api).status == 200


def test_a_vapi_secret_opens_nothing_here(api):
    assert api.nobody.post("/openai/webhook", {}, X_Vapi_Secret=WEBHOOK_SECRET).status == 401


def test_no_sdk_is_loaded_for_it():
    code = (
        "import app, sys, chalicelib.api.openai_webhook; sys.exit('openai' in sys.modules or 'pydantic' in sys.modules)"
    )
    environment = {"STAGE": "prod", "PATH": "/usr/bin"}

    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 422), (b'{"type": "' + b"x" * 65_536 + b'"}', 413)],
)
def test_a_signed_message_that_is_none_is_refused(api, body, status):
    assert send(api, body).status == status


def test_a_message_in_another_format_is_a_415(api):
    assert send(api, content_type="text/plain").status == 415
