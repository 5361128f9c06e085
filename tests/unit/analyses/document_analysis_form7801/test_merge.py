"""Answers about several batches become one, field by field, by the rules written in `merge`."""

from __future__ import annotations

import copy

import pytest

from chalicelib.analyses.document_analysis_form7801.fields import EMPLOYMENT, HOSPITALIZATIONS, PHYSICIANS, value_at
from chalicelib.analyses.document_analysis_form7801.merge import merged
from chalicelib.analyses.document_analysis_form7801.same_item import Item, is_same_item
from tests.unit.analyses.document_analysis_form7801.forms import (
    a_form,
    a_physician,
    a_record,
    a_stay,
    an_answer,
    contradiction,
    evidence,
    sources,
)

CITY = "personal_info.city"
IN_HAIFA, IN_ACRE = a_form(personal_info__city="חיפה"), a_form(personal_info__city="עכו")


def test_one_answer_stays_as_it_is() -> None:
    answer = an_answer(IN_HAIFA, evidence(CITY, "גרה בחיפה"))

    assert merged([answer], sources=sources("גרה בחיפה")) == answer


def test_filled_outranks_empty() -> None:
    one = merged([an_answer(a_form()), an_answer(IN_HAIFA, evidence(CITY, "גרה בחיפה"))], sources=sources("x"))

    assert one.form == IN_HAIFA
    assert [entry.field for entry in one.evidence] == [CITY]


def test_true_outranks_false() -> None:
    ill = a_form(disability_info__disability_types__diabetes=True)

    one = merged([an_answer(ill), an_answer(a_form())], sources=sources("x"))

    assert one.form["disability_info"]["disability_types"]["diabetes"] is True
    assert one.contradictions == ()


def test_a_quote_that_stands_outranks_one_that_does_not() -> None:
    invented = an_answer(IN_HAIFA, evidence(CITY, "גרה בחיפה"))
    real = an_answer(IN_ACRE, evidence(CITY, "גרה בעכו", document_id="call"))

    one = merged([invented, real], sources=sources("x", call="User: אני גרה בעכו"))

    assert value_at(one.form, CITY) == "עכו"


def test_a_document_outranks_the_call_and_the_loser_is_kept_as_a_contradiction() -> None:
    said = an_answer(IN_ACRE, evidence(CITY, "גרה בעכו", document_id="call"))
    written = an_answer(IN_HAIFA, evidence(CITY, "גרה בחיפה"))

    one = merged([said, written], sources=sources("גרה בחיפה", call="User: אני גרה בעכו"))

    assert value_at(one.form, CITY) == "חיפה"
    assert one.evidence == (evidence(CITY, "גרה בחיפה"),)
    assert one.contradictions == (contradiction(CITY, "עכו", "גרה בעכו", document_id="call"),)


def test_among_documents_the_first_batch_wins_within_the_call_the_last() -> None:
    d1, d2 = evidence(CITY, "גרה בעכו"), evidence(CITY, "גרה בחיפה", document_id="d2")
    early, late = (
        evidence(CITY, "גרה בעכו", document_id="call"),
        evidence(CITY, "גרה בחיפה", document_id="call"),
    )
    both = sources("גרה בעכו", "גרה בחיפה", call="גרה בעכו\nגרה בחיפה")

    documents = merged([an_answer(IN_ACRE, d1), an_answer(IN_HAIFA, d2)], sources=both)
    call = merged([an_answer(IN_ACRE, early), an_answer(IN_HAIFA, late)], sources=both)

    assert value_at(documents.form, CITY) == "עכו"
    assert value_at(call.form, CITY) == "חיפה"


def test_agreeing_batches_bring_all_their_evidence() -> None:
    d1, d2 = evidence(CITY, "גרה בחיפה"), evidence(CITY, "העיר חיפה", document_id="d2")

    one = merged([an_answer(IN_HAIFA, d1), an_answer(IN_HAIFA, d2)], sources=sources("גרה בחיפה", "העיר חיפה"))

    assert one.evidence == (d1, d2)


def test_descriptions_of_two_batches_do_not_contradict() -> None:
    field = "disability_info.primary_disability_description"
    first = an_answer(
        a_form(disability_info__primary_disability_description="פריצת דיסק"), evidence(field, "פריצת דיסק")
    )
    second = an_answer(
        a_form(disability_info__primary_disability_description="כאב גב"), evidence(field, "כאב גב", document_id="d2")
    )

    one = merged([first, second], sources=sources("פריצת דיסק", "כאב גב"))

    assert value_at(one.form, field) == "פריצת דיסק"
    assert one.evidence == (evidence(field, "פריצת דיסק"),)
    assert one.contradictions == ()


def test_items_that_are_one_thing_are_merged_and_their_paths_follow() -> None:
    letter = a_record(employer_name='לוגיסטיקה דוגמה בע"מ', start_date="2018-09-01", end_date="2026-04-30")
    earlier = a_record(employer_name="סופר-דמיון", start_date="2012-03-01", end_date="2018-08-31")
    said = a_record(employer_name="לוגיסטיקה דוגמה", start_date="2018-09-01", monthly_salary_gross=9400.0)
    first = an_answer(a_form(records=[letter]), evidence(f"{EMPLOYMENT}[0].end_date", "30/04/2026"))
    second = an_answer(
        a_form(records=[earlier, said]),
        evidence(f"{EMPLOYMENT}[0]", "סופר-דמיון", document_id="call"),
        evidence(f"{EMPLOYMENT}[1].monthly_salary_gross", "תשעת אלפים", document_id="call"),
    )

    one = merged([first, second], sources=sources("30/04/2026", call="סופר-דמיון תשעת אלפים"))

    assert value_at(one.form, EMPLOYMENT) == [{**letter, "monthly_salary_gross": 9400.0}, earlier]
    assert {entry.field for entry in one.evidence} == {
        f"{EMPLOYMENT}[0].end_date",
        f"{EMPLOYMENT}[1]",
        f"{EMPLOYMENT}[0].monthly_salary_gross",
    }


def test_two_items_of_one_answer_stay_two() -> None:
    first = a_physician(name='ד"ר כהן', specialty="אורתופדיה")
    second = a_physician(name='ד"ר דנה כהן', specialty="פסיכיאטריה")
    third = a_physician(name="כהן", phone="048000042")

    alone = merged([an_answer(a_form(physicians=[first, second]))], sources=sources("x"))
    after_another = merged(
        [an_answer(a_form(physicians=[third])), an_answer(a_form(physicians=[first, second]))], sources=sources("x")
    )

    assert value_at(alone.form, PHYSICIANS) == [first, second]
    assert value_at(after_another.form, PHYSICIANS) == [{**third, "specialty": "אורתופדיה"}, second]


def test_an_item_joins_only_what_it_agrees_with_as_a_whole() -> None:
    physicians = [
        a_physician(name="כהן"),
        a_physician(name="כהן", specialty="אורתופדיה"),
        a_physician(name="כהן", specialty="פסיכיאטריה"),
    ]

    one = merged([an_answer(a_form(physicians=[physician])) for physician in physicians], sources=sources("x"))

    assert value_at(one.form, PHYSICIANS) == [physicians[1], physicians[2]]


def test_what_differs_between_fused_items_is_always_reported() -> None:
    stays = [
        a_stay(hospital_name='רמב"ם', admission_date="2026-02-10", discharge_date=discharge)
        for discharge in ("2026-02-10", "2026-02-20")
    ]
    answers = [
        an_answer(a_form(stays=[stays[0]]), evidence(f"{HOSPITALIZATIONS}[0]", 'רמב"ם')),
        an_answer(a_form(stays=[stays[1]]), evidence(f"{HOSPITALIZATIONS}[0].discharge_date", "stands nowhere")),
    ]

    one = merged(answers, sources=sources('רמב"ם'))

    assert value_at(one.form, HOSPITALIZATIONS) == [stays[0]]
    assert [(issue.field, issue.code) for issue in one.issues] == [
        (f"{HOSPITALIZATIONS}[0].discharge_date", "sources_differ")
    ]


def test_what_a_speaker_corrects_is_no_difference() -> None:
    answers = [
        an_answer(form, evidence(CITY, quote, document_id="call"))
        for form, quote in ((IN_ACRE, "גרה בעכו"), (IN_HAIFA, "גרה בחיפה"))
    ]

    assert merged(answers, sources=sources("x", call="גרה בעכו\nגרה בחיפה")).issues == ()


def test_contradictions_that_the_model_named_follow_their_item() -> None:
    first = an_answer(a_form(records=[a_record(employer_name="א")]))
    second = an_answer(
        a_form(records=[a_record(employer_name="ב")]),
        contradictions=(contradiction(f"{EMPLOYMENT}[0].end_date", "2020-01-01", "עד 01/01/2020"),),
    )

    one = merged([first, second], sources=sources("x"))

    assert [entry.field for entry in one.contradictions] == [f"{EMPLOYMENT}[1].end_date"]


def test_merging_leaves_the_answers_alone() -> None:
    answers = [
        an_answer(a_form(records=[a_record(employer_name="א")])),
        an_answer(a_form(records=[a_record(employer_name="א", end_date="2020-01-01")])),
    ]
    before = copy.deepcopy(answers)

    merged(answers, sources=sources("x"))

    assert answers == before


SAME: list[tuple[str, Item, Item, bool]] = [
    # list, two items, same: why
    (EMPLOYMENT, a_record(employer_name="דוגמה בע״מ"), a_record(employer_name="דוגמה"), True),  # legal form
    (EMPLOYMENT, a_record(employer_name="דוגמה"), a_record(employer_name="דמיון"), False),
    (
        EMPLOYMENT,
        a_record(employer_name="דוגמה", start_date="2010-01-01", end_date="2012-01-01"),
        a_record(employer_name="דוגמה", start_date="2015-01-01"),
        False,  # two times at one employer
    ),
    (
        EMPLOYMENT,
        a_record(employer_name="דוגמה", start_date="2010-01-01", end_date="2012-01-01"),
        a_record(employer_name="דוגמה", start_date="2011-01-01"),
        True,  # the times touch
    ),
    (EMPLOYMENT, a_record(position_title="קופאית"), a_record(position_title="קופאית"), True),  # no employer named
    (EMPLOYMENT, a_record(position_title="קופאית"), a_record(employer_name="דוגמה"), False),
    (EMPLOYMENT, a_record(), a_record(), False),  # nothing named is nothing in common
    (PHYSICIANS, a_physician(physician_id="1-2", name="א"), a_physician(physician_id="1-2", name="ב"), True),
    (PHYSICIANS, a_physician(physician_id="1-2", name="א"), a_physician(physician_id="1-3", name="א"), False),
    (PHYSICIANS, a_physician(physician_id="1-2", name="ד״ר אורן"), a_physician(name="אורן בדיוני"), True),
    (PHYSICIANS, a_physician(name="ד״ר"), a_physician(name="ד״ר"), False),  # a title is no name
    (
        PHYSICIANS,
        a_physician(name="כהן", specialty="אורתופד"),
        a_physician(name="דנה כהן", specialty="פסיכיאטרית"),
        False,  # another specialty
    ),
    (
        PHYSICIANS,
        a_physician(name="כהן", specialty="מומחית לפסיכיאטריה"),
        a_physician(name="כהן", specialty="פסיכיאטרית"),
        True,  # one specialty, written twice
    ),
    (PHYSICIANS, a_physician(name="כהן", specialty="רופא"), a_physician(name="כהן", specialty="נוירולוגיה"), True),
    (PHYSICIANS, a_physician(name="כהן", specialty="Neurology"), a_physician(name="כהן", specialty="נוירולוגיה"), True),
    (
        HOSPITALIZATIONS,
        a_stay(hospital_name='רמב"ם', admission_date="2026-02-10"),
        a_stay(hospital_name="שיבא", admission_date="2026-02-10"),
        False,  # moved on the same day
    ),
    (
        HOSPITALIZATIONS,
        a_stay(hospital_name='רמב"ם', admission_date="2026-02-10"),
        a_stay(admission_date="2026-02-10"),
        True,  # one does not name its hospital
    ),
    (HOSPITALIZATIONS, a_stay(hospitalization_id="7"), a_stay(hospitalization_id="7"), True),
    (HOSPITALIZATIONS, a_stay(hospitalization_id="7"), a_stay(hospitalization_id="8"), False),
    (HOSPITALIZATIONS, a_stay(admission_date="2026-02-10"), a_stay(admission_date="2026-02-10"), True),
    (
        HOSPITALIZATIONS,
        a_stay(hospital_name="בית החולים כרמלון", admission_date="2026-02-10", discharge_date="2026-02-14"),
        a_stay(hospital_name="כרמלון", admission_date="2026-03-10"),
        False,  # two stays
    ),
    (
        HOSPITALIZATIONS,
        a_stay(hospital_name="בית החולים כרמלון", admission_date="2026-02-10"),
        a_stay(hospital_name="כרמלון"),
        True,
    ),
]


@pytest.mark.parametrize(("list_path", "first", "second", "same"), SAME)
def test_items_are_one_thing_by_written_rules(list_path: str, first: Item, second: Item, same: bool) -> None:
    assert is_same_item(list_path, first, second) is same
    assert is_same_item(list_path, second, first) is same
