"""Quotes that are in no source are asked about once, and only words that are there are taken."""

from __future__ import annotations

from typing import Any

from tests.fakes.analysis_services import a_document, a_text
from tests.unit.analyses.document_analysis_form7801.as_facts import as_facts
from tests.unit.analyses.document_analysis_form7801.forms import a_form
from tests.unit.analyses.document_analysis_form7801.running import an_answer, analysed

CITY = "personal_info.city"
TEXTS = (a_text(a_document("d1"), "כתובת: הנביאים 5, חיפה"),)
WRONG = as_facts(an_answer(a_form(personal_info__city="חיפה"), (CITY, "d1", "מתגוררת בעיר חיפה")))


def repairs(quote: str, number: int = 1) -> dict[str, Any]:
    return {"repairs": [{"number": number, "quote": quote, "source": "D1", "page": 1}]}


def codes(done: Any) -> list[tuple[str, str]]:
    return [(issue["field"], issue["code"]) for issue in done.result["analysis"]["issues"]]


def test_a_quote_that_was_not_found_is_asked_about_with_its_page() -> None:
    done, ctx, model = analysed(WRONG, repairs("כתובת: הנביאים 5, חיפה"), texts=TEXTS, call_details=None)

    assert ctx.steps_run[-1] == "repair"
    assert "1. personal_info.city = חיפה | D1, page 1 | מתגוררת בעיר חיפה" in model.asked[-1].text
    assert "כתובת: הנביאים 5, חיפה" in model.asked[-1].text
    assert (CITY, "evidence_not_found") not in codes(done)
    [entry] = done.result["analysis"]["evidence"]
    assert (entry["quote"], entry["verified"]) == ("כתובת: הנביאים 5, חיפה", True)


def test_words_that_are_not_there_either_are_not_taken() -> None:
    for answer in (repairs("עדיין לא כאן"), repairs(""), repairs("כתובת: הנביאים 5, חיפה", number=7), {"repairs": []}):
        done, _, _ = analysed(WRONG, answer, texts=TEXTS, call_details=None)

        assert (CITY, "evidence_not_found") in codes(done)


def test_without_lost_quotes_nothing_is_asked() -> None:
    good = as_facts(an_answer(a_form(personal_info__city="חיפה"), (CITY, "d1", "כתובת: הנביאים 5, חיפה")))

    _, ctx, model = analysed(good, texts=TEXTS, call_details=None)

    assert "repair" not in ctx.steps_run
    assert len(model.asked) == 1
