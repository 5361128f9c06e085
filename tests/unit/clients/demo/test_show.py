"""What the demo shows: the essential of each result, why a job failed."""

from __future__ import annotations

import io
import json
from typing import Any

from rich.console import Console

from clients.demo.sample import DIRECTORY
from clients.demo.show import show_costs, show_result

FORM = json.loads((DIRECTORY / "expected.json").read_text(encoding="utf-8"))["form_7801"]


def plain_console() -> Console:
    return Console(file=io.StringIO(), width=160)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def job(**changes: Any) -> Any:
    return {
        "job_id": "j1",
        "job_type": "document_analysis_form7801",
        "status": "completed",
        "progress": 100,
        "progress_message": "Completed",
        "done": True,
        "error": None,
        "created_at": "2026-01-01T00:00:00.000000Z",
        "completed_at": "2026-01-01T00:00:12.340000Z",
        "result": {"analysis": {"form_7801": FORM, "claim_rate": 70, "issues": []}},
        "usage": {
            "input_tokens": 10,
            "output_tokens": 20,
            "cost_usd": None,
            "calls": [{"model": "a"}, {"model": "b"}],
        },
        **changes,
    }


def test_a_form_is_compared_with_what_is_expected():
    console = plain_console()

    show_result(console, job())

    assert "18 of the 18 values given exactly in expected.json are right" in text(console)
    assert "000000422" in text(console)


def test_a_wrong_field_shows_what_was_expected():
    console = plain_console()
    wrong = {**FORM, "personal_info": {**FORM["personal_info"], "phone": "0509999999"}}

    show_result(console, job(result={"analysis": {"form_7801": wrong, "claim_rate": 70, "issues": []}}))

    line = next(line for line in text(console).splitlines() if "personal_info.phone" in line)
    assert "0509999999" in line
    assert "0500000422" in line


def test_findings_are_shown_with_their_quotes():
    console = plain_console()
    finding = {"text": "A hernia [L4-L5]", "quote": "פריצת דיסק", "page": 1, "document_id": "d1"}

    show_result(
        console,
        job(
            job_type="document_analysis_agent",
            result={"analysis": {"findings": [finding] * 8, "claim_rate": 65, "issues": []}},
        ),
    )

    assert "A hernia [L4-L5]" in text(console)
    assert "פריצת דיסק" in text(console)
    assert "and 2 more" in text(console)


def test_requested_documents_are_shown_with_their_reasons():
    console = plain_console()
    analysis = {
        "call_summary": "She called.",
        "documents_requested_list": [{"name": "MRI", "reason": "proof"}],
        "issues": [{"field": "call", "code": "prompt_injection_suspected", "message": "odd"}],
    }

    show_result(console, job(job_type="call_analysis", result={"analysis": analysis}))

    assert "MRI: proof" in text(console)
    assert "prompt_injection_suspected" in text(console)


def test_a_failed_job_says_why():
    console = plain_console()

    show_result(console, job(status="failed", error="The AI provider [x] refused.", result=None))

    assert "failed: The AI provider [x] refused." in text(console)


def test_an_unknown_price_is_not_shown_as_nothing():
    console = plain_console()

    show_costs(console, [job()])

    assert "unknown" in text(console)
    assert "12.3" in text(console)
    assert "a, b" in text(console)


def test_a_result_of_any_other_analysis_is_shown_as_it_is():
    console = plain_console()

    show_result(console, job(job_type="letters", result={"total": 5}))

    assert "letters" in text(console)
    assert '{"total": 5}' in text(console)
