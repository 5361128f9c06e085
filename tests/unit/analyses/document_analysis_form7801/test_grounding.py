"""A field is grounded by words that stand in the source; what is not is kept, marked and lowers the confidence."""

from __future__ import annotations

from typing import Any

from chalicelib.analyses.document_analysis_form7801.answer import Evidence
from chalicelib.analyses.document_analysis_form7801.grounding import Grounding, ground
from chalicelib.analyses.kit.issues import Quote
from chalicelib.analyses.kit.quotes import Sources
from tests.unit.analyses.document_analysis_form7801.forms import TODAY, a_form, a_record, a_stay, evidence, sources

CITY = "personal_info.city"
RECORD = "employment_history.employment_records[0]"
LETTER = "אישור העסקה\nהועסקה מיום 01/09/2018 ועד ליום 30/04/2026\nגרה בחיפה"


def grounding(
    *entries: Evidence,
    at: Sources | None = None,
    shown: frozenset[tuple[str, int]] = frozenset(),
    **leaves: Any,
) -> Grounding:
    return ground(a_form(**leaves), entries, sources=at or sources(LETTER), shown=shown, today=TODAY)


def codes(found: Grounding) -> list[tuple[str, str]]:
    return [(issue.field, issue.code) for issue in found.issues]


def test_a_field_whose_quote_stands_is_grounded() -> None:
    found = grounding(evidence(CITY, "גרה  בחיפה"), personal_info__city="חיפה")

    assert found.grounded == {CITY}
    assert found.issues == ()
    assert [entry.verified for entry in found.evidence] == [True]


def test_a_field_without_evidence_is_marked() -> None:
    found = grounding(personal_info__city="חיפה")

    assert found.grounded == frozenset()
    assert codes(found) == [(CITY, "evidence_missing")]


def test_a_quote_that_does_not_stand_is_marked_and_kept() -> None:
    invented = evidence(CITY, "מתגוררת בחיפה מלידה")

    found = grounding(invented, personal_info__city="חיפה")

    assert codes(found) == [(CITY, "evidence_not_found")]
    assert found.issues[0].quotes == (Quote(document_id="d1", page=1, quote="מתגוררת בחיפה מלידה"),)
    assert [(entry.quote, entry.verified) for entry in found.evidence] == [(invented.quote, False)]


def test_a_quote_of_another_document_than_named_is_put_right() -> None:
    found = grounding(evidence(CITY, "גרה בחיפה", document_id="d9"), personal_info__city="חיפה")

    assert codes(found) == []
    assert [(entry.document_id, entry.verified) for entry in found.evidence] == [("d1", True)]


def test_a_quote_that_is_nowhere_grounds_nothing() -> None:
    found = grounding(evidence(CITY, "גרה בעיר אחרת", document_id="d9"), personal_info__city="חיפה")

    assert codes(found) == [(CITY, "evidence_not_found")]


def test_a_quote_that_says_something_else_grounds_nothing() -> None:
    found = grounding(evidence(CITY, "גרה בחיפה"), personal_info__city="עכו")

    assert codes(found) == [(CITY, "evidence_mismatch")]


def test_one_good_quote_is_enough() -> None:
    entries = (evidence(CITY, "לא נאמר"), evidence(CITY, "גרה בחיפה"))

    found = grounding(*entries, personal_info__city="חיפה")

    assert found.grounded == {CITY}
    assert [entry.verified for entry in found.evidence] == [False, True]


def test_a_quote_for_a_list_item_grounds_the_fields_it_holds() -> None:
    record = a_record(start_date="2018-09-01", end_date="2026-05-30")

    found = grounding(evidence(RECORD, "הועסקה מיום 01/09/2018 ועד ליום 30/04/2026"), records=[record])

    assert found.grounded == {f"{RECORD}.start_date"}
    assert codes(found) == [(f"{RECORD}.end_date", "evidence_missing")]


def test_the_page_is_put_right() -> None:
    found = grounding(evidence(CITY, "גרה בחיפה", page=7), personal_info__city="חיפה")

    assert [entry.page for entry in found.evidence] == [1]


def test_a_quote_of_a_page_without_text_asks_for_a_look() -> None:
    scanned = evidence(CITY, "גרה בחיפה", document_id="scan")

    found = grounding(scanned, shown=frozenset({("scan", 1)}), personal_info__city="חיפה")

    assert codes(found) == [(CITY, "evidence_in_image")]
    assert found.grounded == frozenset()


def test_a_computed_field_needs_no_evidence_but_a_false_quote_is_marked() -> None:
    path = "disability_info.hospitalizations[0].length_of_stay_days"
    stays = [a_stay(length_of_stay_days=4)]

    assert codes(grounding(stays=stays)) == []
    assert codes(grounding(evidence(path, "ימי אשפוז: 4"), stays=stays)) == [(path, "evidence_not_found")]
    assert grounding(evidence(path, "גרה בחיפה"), stays=stays).grounded == frozenset()
