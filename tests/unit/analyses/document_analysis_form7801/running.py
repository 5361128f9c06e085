"""Runs the analysis of a made-up case with a scripted model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.analyses.document_analysis_form7801 import run
from chalicelib.analyses.document_analysis_form7801.answer_schema import Advice, Extraction
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.cases.model import DocumentText
from chalicelib.jobs.outcomes import Completed
from tests.fakes.analysis_services import FakeCaseReader, FakeServices, a_document, a_file, a_text
from tests.fakes.attempt_context import FakeContext
from tests.fakes.models import FakeStructuredModel, Question
from tests.unit.analyses.document_analysis_form7801.as_facts import as_facts
from tests.unit.analyses.document_analysis_form7801.forms import a_form, a_record

LETTER = "הגב' תמר דוגמא, ת.ז. 000000422\nהועסקה מיום 01/09/2018 ועד ליום 30/04/2026"
CALL = {"transcript": "AI: איפה את גרה?\nUser: בחיפה"}
RECORD = "employment_history.employment_records[0]"


def an_answer(form: Form | None = None, *evidence: tuple[str, str, str], **changes: Any) -> dict[str, Any]:
    """A model's whole answer; evidence as (field, document, quote)."""
    return {
        "form_7801": form or a_form(),
        "evidence": [
            {"field": field, "document_id": document_id, "page": 1, "quote": quote}
            for field, document_id, quote in evidence
        ],
        "contradictions": [],
        "instructions_to_ai": [],
        "summary": "סיכום",
        "strategy": "אסטרטגיה",
        "claim_rate": 70,
        "recommendations": ["להשיג MRI"],
        "preparation_data": [{"title": "כאב", "detail": "מתי", "should_say": "את האמת"}],
        **changes,
    }


GOOD = an_answer(
    a_form(
        personal_info__id_number="422",
        personal_info__city="חיפה",
        records=[a_record(start_date="1.9.2018", end_date="30/04/2026")],
    ),
    ("personal_info.id_number", "d1", "ת.ז. 000000422"),
    ("personal_info.city", "call", "User: בחיפה"),
    (RECORD, "d1", "הועסקה מיום 01/09/2018 ועד ליום 30/04/2026"),
)


def by_question(question: Question) -> dict[str, Any]:
    """What the model answers to a part of a long case, and to the question for advice."""
    if question.output is Advice:
        return {name: an_answer()[name] for name in Advice.model_fields}
    answer = as_facts(GOOD if "000000422" in question.text else an_answer(a_form()))
    return {name: answer[name] for name in Extraction.model_fields}


def analysed(
    *answers: Any,
    texts: tuple[DocumentText, ...] | None = None,
    ctx: FakeContext | None = None,
    contents: Mapping[str, bytes] | None = None,
    confirmed: Mapping[str, Any] | None = None,
    **file: Any,
) -> tuple[Completed, FakeContext, FakeStructuredModel]:
    model = FakeStructuredModel(*(_as_answered(answer) for answer in answers or (GOOD,)))
    texts = (a_text(a_document("d1"), LETTER),) if texts is None else texts
    cases = FakeCaseReader(a_file(**{"call_details": CALL, **file}), texts=texts, contents=contents)
    cases.confirmed_now = confirmed or {}
    ctx = ctx or FakeContext()
    return run(ctx, FakeServices(cases, openai=model)), ctx, model


def _as_answered(answer: Any) -> Any:
    return as_facts(answer) if isinstance(answer, Mapping) and "evidence" in answer else answer
