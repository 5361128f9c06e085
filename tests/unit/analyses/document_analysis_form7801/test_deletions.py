"""A document that goes away while the analysis runs is skipped and named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chalicelib.analyses.document_analysis_form7801 import run
from chalicelib.analyses.document_analysis_form7801.answer_schema import Repairs
from chalicelib.cases.model import Document, DocumentText
from chalicelib.errors import InputInvalid
from chalicelib.jobs.outcomes import Completed
from tests.fakes.analysis_services import FakeCaseReader, FakeServices, a_document, a_file, a_text
from tests.fakes.attempt_context import FakeContext
from tests.fakes.models import FakeStructuredModel, Question
from tests.unit.analyses.document_analysis_form7801.as_facts import as_facts
from tests.unit.analyses.document_analysis_form7801.forms import a_form
from tests.unit.analyses.document_analysis_form7801.running import CALL, LETTER, an_answer

CITY = "personal_info.city"
KEPT = a_text(a_document("d1"), LETTER)
DELETED = a_text(a_document("d2", file_name="gone.txt"), "גרה בעכו, ת.ז. 000000521")
SCAN = a_text(a_document("d3", file_name="scan.pdf", content_type="application/pdf"), "")


class _GoneOnceRead(FakeCaseReader):
    """The bytes of scans go as soon as their text was read."""

    def text(self, document: Document, **how: Any) -> DocumentText | None:
        if document.id == SCAN.document.id:
            self.bytes_gone.add(document.id)
        return super().text(document, **how)


def analysed_while(left: tuple[DocumentText, ...] | None, *texts: DocumentText, bytes_gone: bool = False) -> Completed:
    """The case with these texts analysed; while the model answers, only `left` stay, None: the case goes."""
    cases = (_GoneOnceRead if bytes_gone else FakeCaseReader)(a_file(call_details=CALL), texts=texts)
    answer = an_answer(a_form(personal_info__city="עכו"), (CITY, "d2", "גרה בעכו"))

    def deleting(question: Question) -> dict[str, Any]:
        if question.output is Repairs:
            return {"repairs": []}
        documents = tuple(text.document for text in left or ())
        now = cases.file_now
        cases.file_now = msgspec.structs.replace(now, documents=documents) if now and left is not None else None
        return as_facts(answer)

    return run(FakeContext(), FakeServices(cases, openai=FakeStructuredModel(deleting)))


def issues_of(done: Completed) -> list[tuple[str, str]]:
    return [(issue["field"], issue["code"]) for issue in done.result["analysis"]["issues"]]


def test_what_stays_is_analysed_as_ever() -> None:
    done = analysed_while((KEPT, DELETED), KEPT, DELETED)

    assert done.result["documents_analyzed"] == 2
    assert ("documents/d2", "document_missing") not in issues_of(done)


def test_a_document_deleted_while_the_model_answers_is_named_not_counted_and_proves_nothing() -> None:
    done = analysed_while((KEPT,), KEPT, DELETED)

    assert done.result["documents_analyzed"] == 1
    assert issues_of(done) == [("documents/d2", "document_missing"), (CITY, "evidence_missing")]
    assert done.result["analysis"]["evidence"] == []


def test_a_file_that_is_gone_when_it_is_to_be_shown_is_named_and_not_counted() -> None:
    done = analysed_while((KEPT, SCAN), KEPT, SCAN, bytes_gone=True)

    assert done.result["documents_analyzed"] == 1
    assert ("documents/d3", "document_missing") in issues_of(done)


def test_a_deleted_scan_is_named_once() -> None:
    assert issues_of(analysed_while((KEPT,), KEPT, SCAN)).count(("documents/d3", "document_missing")) == 1


def test_without_its_case_the_job_fails() -> None:
    with pytest.raises(InputInvalid):
        analysed_while(None, KEPT)
