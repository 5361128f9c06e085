"""What does the page show? One case's life, from its creation to its deletion, through every endpoint."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from chalicelib.analyses import catalogue
from chalicelib.outbox.webhooks import signature
from clients.demo.sample import DIRECTORY
from docs.builder.api.recorder import Exchange, Recorder
from infra.local.environment import OPENAI_WEBHOOK_SECRET, VAPI_WEBHOOK_SECRET
from infra.problem import Problem

LETTER = DIRECTORY / "doc2_discharge_letter.he.txt"
STARTS = {job_type: f"POST {analysis.route}" for job_type, analysis in catalogue().items()}
FORM_7801, AGENT = STARTS["document_analysis_form7801"], STARTS["document_analysis_agent"]
READ = "GET /jobs/{job_id}"
WAIT_SECONDS = 120
LOOK_EVERY_SECONDS = 0.1


def converse(nobody: Recorder, user: Recorder, admin: Recorder) -> None:
    """Ask everything, in the order in which a client would; `nobody` has no token.

    Raises: Problem when a job makes no progress.
    """
    nobody.ask("GET /health")
    admin.ask("GET /health", query="?deep=1", about="With `deep=1`, for admins.")
    case_id = _prepare(user)
    job_id = _analyse(user, case_id)
    _change(user, case_id, job_id)
    user.ask("GET /jobs", query="?status=completed&limit=1")
    user.ask("GET /cases", query="?limit=1")
    user.ask("GET /cases/{case_id}", case_id=case_id)
    _check_form(user, case_id)
    _report(nobody, user)
    user.ask("DELETE /jobs/{job_id}", job_id=job_id)
    user.ask("DELETE /cases/{case_id}", case_id=case_id)
    nobody.ask("GET /openapi.json")
    nobody.ask("GET /docs")


def _prepare(user: Recorder) -> str:
    case = user.ask("POST /cases", {"title": "תביעת נכות כללית", "metadata": {"source": "dashboard"}})
    case_id: str = case.answer["id"]
    user.ask("PUT /cases/{case_id}/call", _call(), case_id=case_id)
    text = LETTER.read_text(encoding="utf-8")
    letter = {"file_name": "מכתב שחרור.txt", "text": text, "document_type": "medical_report"}
    stored = user.ask("POST /cases/{case_id}/documents", letter, case_id=case_id).answer["document"]["id"]
    user.ask("GET /cases/{case_id}/documents/{document_id}/content", case_id=case_id, document_id=stored)
    user.ask("GET /cases/{case_id}/documents/{document_id}/pages/{n}", case_id=case_id, document_id=stored, n="1")
    scan = {"file_name": "MRI.pdf", "content_type": "application/pdf", "size": 1_048_576}
    coming = user.ask(
        "POST /cases/{case_id}/documents", scan, about="A large file goes straight to storage.", case_id=case_id
    )
    user.ask("GET /cases/{case_id}/documents", case_id=case_id)
    document_id = coming.answer["document"]["id"]
    user.ask("DELETE /cases/{case_id}/documents/{document_id}", case_id=case_id, document_id=document_id)
    return case_id


def _analyse(user: Recorder, case_id: str) -> str:
    key = {"Idempotency-Key": "click-1"}
    body = {"labels": {"screen": "dashboard"}}
    started = user.ask(FORM_7801, body, sent=key, case_id=case_id)
    user.ask(FORM_7801, body, sent=key, about="The same request with the same key gets the same job.", case_id=case_id)
    user.ask(FORM_7801, {"deadline_seconds": 5}, about="The response names what is wrong.", case_id=case_id)
    job_id: str = started.answer["job_id"]
    running = _until(user, job_id, lambda job: job["progress"] > 0)
    user.exchanges.append(running)
    done = _until(user, job_id, lambda job: job["done"])
    unchanged = {"If-None-Match": done.headers["ETag"]}
    user.ask(READ, sent=unchanged, about="With the last `ETag`: no body if nothing has changed.", job_id=job_id)
    user.ask(READ, about="When it is done: the result, and no Retry-After.", job_id=job_id)
    user.ask(READ, query="?result=link", about="With `result=link`: a link to the result.", job_id=job_id)
    user.ask("GET /jobs/{job_id}/events", query="?after=1", job_id=job_id)
    user.ask("POST /streams", {"job_ids": [job_id]}, about="A ticket for live updates.")
    user.ask("POST /jobs/{job_id}/deliveries/resend", about="Only of a job with a webhook.", job_id=job_id)
    user.ask("GET /jobs/{job_id}/deliveries", job_id=job_id)
    return job_id


def _change(user: Recorder, case_id: str, job_id: str) -> None:
    agent_id = user.ask(AGENT, case_id=case_id).answer["job_id"]
    user.ask("POST /jobs/{job_id}/cancel", job_id=agent_id)
    user.ask("POST /jobs/{job_id}/cancel", about="A completed job cannot be cancelled.", job_id=job_id)
    _until(user, agent_id, lambda job: job["done"])
    again = user.ask("POST /jobs/{job_id}/retry", {"max_cost_usd": 0.5}, job_id=agent_id).answer["job_id"]
    others = [user.ask(route, case_id=case_id) for route in STARTS.values() if route not in (FORM_7801, AGENT)]
    for open_job in (again, *(start.answer["job_id"] for start in others)):
        _until(user, open_job, lambda job: job["done"])


def _check_form(user: Recorder, case_id: str) -> None:
    form = user.ask("GET /cases/{case_id}/form", case_id=case_id)
    changes = {"changes": [{"field": "personal_info.phone", "value": "050-0000422"}], "confirm": ["bank_details"]}
    read = {"If-Match": form.headers["ETag"]}
    user.ask("PATCH /cases/{case_id}/form", changes, sent=read, case_id=case_id)
    user.ask("PATCH /cases/{case_id}/form", changes, sent=read, about="The ETag is an older one's.", case_id=case_id)
    user.ask("GET /cases/{case_id}/form/history", case_id=case_id)


def _report(nobody: Recorder, user: Recorder) -> None:
    case_id = user.look("POST /cases", {"title": "A reported call"}).answer["id"]
    report = {
        "message": {
            "type": "end-of-call-report",
            "call": {"id": "call-1", "metadata": {"case_id": case_id}},
            "artifact": {"transcript": "AI: שלום, במה אפשר לעזור?\nUser: אני רוצה להגיש תביעת נכות.\n"},
        }
    }
    secret = {"X-Vapi-Secret": VAPI_WEBHOOK_SECRET}
    nobody.ask("POST /vapi/webhook", report, sent=secret)
    event = {"type": "batch.completed", "data": {"id": "batch_1"}}
    nobody.ask("POST /openai/webhook", event, sent=_signed(event), about="A message about anything else.")


def _signed(event: Mapping[str, Any]) -> dict[str, str]:
    """The headers of OpenAI's webhooks, as the client sends the event."""
    sent_at, body = str(int(time.time())), json.dumps(event, ensure_ascii=False).encode()
    given = signature(body, webhook_id="wh_1", timestamp=sent_at, secret=OPENAI_WEBHOOK_SECRET)
    return {"webhook-id": "wh_1", "webhook-timestamp": sent_at, "webhook-signature": given}


def _call() -> dict[str, Any]:
    call: dict[str, Any] = json.loads((DIRECTORY / "vapi_call.json").read_text(encoding="utf-8"))
    return call


def _until(user: Recorder, job_id: str, is_so: Any) -> Exchange:
    """The first look at the job that shows what is waited for."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        seen = user.look(READ, job_id=job_id, about="While it runs.")
        if is_so(seen.answer):
            return seen
        time.sleep(LOOK_EVERY_SECONDS)
    raise Problem(f"Job {job_id} made no progress within {WAIT_SECONDS} s.")
