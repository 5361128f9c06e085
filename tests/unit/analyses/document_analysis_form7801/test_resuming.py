"""Checkpoints and batches: what was answered is not asked again, and a long case is asked about in parts."""

from __future__ import annotations

from typing import Any

from chalicelib.analyses.document_analysis_form7801.answer_schema import Advice, Extraction
from chalicelib.cases.model import DocumentText
from tests.fakes.analysis_services import a_document, a_text
from tests.fakes.attempt_context import FakeContext
from tests.fakes.models import Question
from tests.unit.analyses.document_analysis_form7801.as_facts import as_facts
from tests.unit.analyses.document_analysis_form7801.forms import a_form
from tests.unit.analyses.document_analysis_form7801.running import GOOD, LETTER, an_answer, analysed


def test_a_repeated_attempt_does_not_ask_again() -> None:
    first = FakeContext()
    analysed(ctx=first)
    second = FakeContext(checkpoints=first.checkpoints)

    done, _, model = analysed(ctx=second)

    assert model.asked == []
    assert second.steps_reused == ["extract"]
    assert done.result["analysis"]["form_7801"]["personal_info"]["city"] == "חיפה"


def test_a_changed_document_is_asked_about_again() -> None:
    first = FakeContext()
    analysed(ctx=first)
    second = FakeContext(checkpoints=first.checkpoints)

    _, _, model = analysed(ctx=second, texts=(a_text(a_document("d1"), LETTER + "\nתוספת"),))

    assert len(model.asked) == 1


def long_case() -> tuple[DocumentText, ...]:
    filler = "\n".join(["שורת מילוי של מסמך ארוך"] * 9_000)  # 24 characters a line: one batch each
    return (a_text(a_document("d1"), f"{LETTER}\n{filler}"), a_text(a_document("d2"), f"גרה בחיפה\n{filler}"))


def by_question(question: Question) -> dict[str, Any]:
    if question.output is Advice:
        return {name: an_answer()[name] for name in Advice.model_fields}
    answer = as_facts(GOOD if "000000422" in question.text else an_answer(a_form()))
    return {name: answer[name] for name in Extraction.model_fields}


def test_a_long_case_is_asked_about_in_batches_and_advised_on_at_the_end() -> None:
    done, ctx, model = analysed(by_question, texts=long_case())

    outputs = [question.output for question in model.asked]
    assert outputs[-1] is Advice
    assert set(outputs[:-1]) == {Extraction}
    assert ctx.steps_run == [*(f"extract-{n}-of-{len(outputs) - 1}" for n in range(1, len(outputs))), "advise"]
    assert '<tool name="form_7801">' in model.asked[-1].text
    assert done.result["analysis"]["form_7801"]["personal_info"]["id_number"] == "000000422"
    assert done.result["analysis"]["summary"] == "סיכום"
    assert done.result["documents_analyzed"] == 2


def test_after_a_crash_only_the_missing_batches_are_asked_about() -> None:
    first = FakeContext()
    _, _, whole = analysed(by_question, texts=long_case(), ctx=first)
    kept = list(first.checkpoints)[:2]
    second = FakeContext(checkpoints={name: first.checkpoints[name] for name in kept})

    _, _, model = analysed(by_question, texts=long_case(), ctx=second)

    assert second.steps_reused == kept
    assert len(model.asked) == len(whole.asked) - 2
