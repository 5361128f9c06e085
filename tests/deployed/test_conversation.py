"""What a client does from its first case to the last result, against the package that ships."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from clients.demo.sample import DIRECTORY, DOCUMENTS
from infra.emulated.issuer import forged
from infra.emulated.stack import SECRETS
from infra.emulated.system import Deployed
from tests.deployed.sample import new_case

PDF, LETTER, PAYSLIP = DOCUMENTS


def upload(form: Mapping[str, Any], content: bytes) -> int:
    """Post the file as a browser does: the signed fields first, the file last."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n'
    body = "".join([*parts, head]).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(
        form["url"],
        method=form["method"],
        data=body,
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(answer.status)


def test_a_case_with_an_uploaded_document_goes_through_all_three_analyses(deployed: Deployed) -> None:
    client = deployed.client("claimant")
    case_id = new_case(client)
    client.documents.add_file(
        case_id,
        (DIRECTORY / PAYSLIP.file).read_bytes(),
        file_name=PAYSLIP.file_name,
        content_type=PAYSLIP.content_type,
    )
    content = (DIRECTORY / PDF.file).read_bytes()
    promised = {"file_name": PDF.file_name, "content_type": PDF.content_type, "size": len(content)}
    signed = client.ask("POST", f"/cases/{case_id}/documents", promised).body
    assert upload(signed["upload"], content) in (200, 201, 204)

    job_types = ("document_analysis_form7801", "document_analysis_agent", "call_analysis")
    jobs = [client.start(job_type, case_id)["job_id"] for job_type in job_types]
    seen = [client.until(job, lambda now: bool(now["done"])) for job in jobs]

    assert [states[-1]["status"] for states in seen] == ["completed"] * 3, [states[-1]["error"] for states in seen]
    progress = [state["progress"] for state in seen[0]]
    assert progress == sorted(progress)
    assert any(0 < percent < 100 for percent in progress)
    form = seen[0][-1]["result"]["analysis"]["form_7801"]
    assert form["personal_info"]["id_number"] == "000000422"
    assert seen[0][-1]["result"]["documents_analyzed"] == 3
    assert float(seen[1][-1]["usage"]["cost_usd"]) > 0
    case = client.ask("GET", f"/cases/{case_id}").body
    assert case["analysis_status"] == "completed"
    written = ("final_document_analysis", "form_7801_analysis", "call_summary")
    assert [name for name in written if not case[name]] == []
    assert [document["status"] for document in case["documents"]] == ["ready"] * 3


def test_a_result_can_be_had_by_link_and_a_poll_without_news_is_304(deployed: Deployed) -> None:
    client = deployed.client("linker")
    job_id = client.start("call_analysis", new_case(client))["job_id"]
    client.until_done(job_id)

    whole = client.ask("GET", f"/jobs/{job_id}")
    unchanged = client.ask("GET", f"/jobs/{job_id}", If_None_Match=whole.headers["etag"])
    linked = client.ask("GET", f"/jobs/{job_id}?result=link")

    assert unchanged.status == 304
    assert linked.body["result"] is None
    with urllib.request.urlopen(linked.body["result_url"], timeout=30) as answer:
        assert json.loads(answer.read()) == whole.body["result"]


def test_an_admin_starts_in_the_high_lane_and_sees_everything(deployed: Deployed) -> None:
    owner, admin = deployed.client("owner"), deployed.client("boss", role="admin")
    case_id = new_case(owner)

    job_id = admin.start("document_analysis_agent", case_id, priority="high")["job_id"]
    done = admin.until_done(job_id)

    assert (done["status"], done["priority"]) == ("completed", "high")
    assert job_id in [job["job_id"] for job in owner.ask("GET", f"/jobs?case_id={case_id}").body["jobs"]]
    assert case_id in [case["id"] for case in admin.ask("GET", "/cases").body["cases"]]
    health = admin.ask("GET", "/health?deep=1")
    asked = ("table", "queue", "bucket", "openai_key", "anthropic_key", "webhook_secret")
    assert (health.status, health.body["checks"]) == (200, dict.fromkeys(asked, "ok"))


@pytest.mark.parametrize("token", [None, "not.a.token", forged("claimant")])
def test_only_tokens_of_the_issuer_are_let_in(deployed: Deployed, token: str | None) -> None:
    answer = deployed.anonymous(token).ask("GET", "/jobs")

    assert (answer.status, answer.body["code"]) == (401, "unauthorized")
    assert answer.headers["content-type"] == "application/problem+json"


def test_nobody_sees_another_users_case_or_job(deployed: Deployed) -> None:
    owner, stranger = deployed.client("owner"), deployed.client("stranger")
    case_id = new_case(owner)
    job_id = owner.start("call_analysis", case_id)["job_id"]

    assert stranger.ask("GET", f"/cases/{case_id}").status == 404
    assert stranger.ask("GET", f"/jobs/{job_id}").status == 404
    assert stranger.ask("POST", f"/jobs/{job_id}/cancel").status == 404
    assert owner.until_done(job_id)["status"] == "completed"


def test_what_is_deleted_is_gone(deployed: Deployed) -> None:
    client = deployed.client("tidy")
    case_id = new_case(client)
    job_id = client.start("call_analysis", case_id)["job_id"]
    client.until_done(job_id)

    assert client.ask("DELETE", f"/jobs/{job_id}").status == 204
    assert client.ask("DELETE", f"/cases/{case_id}").status == 204

    assert client.ask("GET", f"/jobs/{job_id}").status == 404
    assert client.ask("GET", f"/cases/{case_id}").status == 404


def test_the_webhook_knows_its_secret_from_the_parameter_store(deployed: Deployed) -> None:
    owner = deployed.client("caller")
    case_id = new_case(owner)
    report = json.loads((DIRECTORY / "vapi_end_of_call_report.json").read_text(encoding="utf-8"))
    report["message"]["call"].setdefault("metadata", {})["case_id"] = case_id
    raw = json.dumps(report, ensure_ascii=False).encode()
    signature = hmac.new(SECRETS["vapi-webhook-secret"].encode(), raw, hashlib.sha256).hexdigest()
    client = deployed.anonymous()

    accepted = client.ask("POST", "/vapi/webhook", report, X_Vapi_Signature=f"sha256={signature}")
    refused = client.ask("POST", "/vapi/webhook", report, X_Vapi_Signature="sha256=" + "0" * 64)

    assert refused.status == 401
    assert accepted.status == 202
    assert owner.until_done(accepted.body["job_id"])["status"] == "completed"
