"""What other models send for the same answer: nulls, numbers as text, one object for a list, choices in Hebrew."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.adapters.openai.fitting import read_answer
from chalicelib.analyses.call_analysis.schema import CallAnswer, RequestedDocument
from chalicelib.analyses.document_analysis_form7801.answer_schema import Extraction, ExtractionWithAdvice
from tests.unit.analyses.document_analysis_form7801.as_facts import as_facts
from tests.unit.analyses.document_analysis_form7801.forms import a_form, a_record

Answer = dict[str, Any]
WORDS = {"quote": "שכר 9,400", "source": "D1", "page": 1}


def an_answer() -> Answer:
    form = a_form(records=[a_record(employer_name="אלון", employment_type="full_time")])
    return as_facts({"form_7801": form, "evidence": [], "contradictions": [], "instructions_to_ai": []})


def record(answer: Answer) -> Answer:
    found: Answer = answer["form_7801"]["employment_history"]["employment_records"][0]
    return found


def read(answer: Answer) -> Answer:
    fitted = read_answer(json.dumps(answer), Extraction)
    return Extraction.model_validate_json(json.dumps(fitted)).model_dump()


def personal(answer: Answer) -> Answer:
    found: Answer = answer["form_7801"]["personal_info"]
    return found


def values(facts: list[Answer]) -> list[Any]:
    return [fact["value"] for fact in facts]


OTHER_WAYS: list[tuple[str, Callable[[Answer], Any], Callable[[Answer], Any], Any]] = [
    ("null for a list", lambda a: personal(a).update(city=None), lambda a: personal(a)["city"], []),
    ("a list left out", lambda a: personal(a).pop("city"), lambda a: personal(a)["city"], []),
    (
        "a member nobody asked for",
        lambda a: personal(a).update(nickname="x"),
        lambda a: "nickname" in personal(a),
        False,
    ),
    (
        "one fact for a list of one",
        lambda a: personal(a).update(city={**WORDS, "value": "חיפה"}),
        lambda a: values(personal(a)["city"]),
        ["חיפה"],
    ),
    (
        "null among facts",
        lambda a: personal(a).update(city=[None, {**WORDS, "value": "חיפה"}]),
        lambda a: values(personal(a)["city"]),
        ["חיפה"],
    ),
    *(
        (
            f"a fact whose value is {nothing!r}",
            lambda a, nothing=nothing: personal(a).update(
                number_of_children=[{**WORDS, "value": nothing}], gender=[{**WORDS, "value": nothing}]
            ),
            lambda a: personal(a)["number_of_children"] + personal(a)["gender"],
            [],
        )
        for nothing in (None, "")
    ),
    (
        "a page that is not known",
        lambda a: personal(a).update(city=[{**WORDS, "page": None, "value": "חיפה"}]),
        lambda a: (values(personal(a)["city"]), personal(a)["city"][0]["page"]),
        (["חיפה"], 0),
    ),
    (
        "an amount as a form has it",
        lambda a: record(a).update(monthly_salary_gross=[{**WORDS, "value": '9,400 ש"ח'}]),
        lambda a: values(record(a)["monthly_salary_gross"]),
        [9400.0],
    ),
    (
        "a count as text, a page as text",
        lambda a: personal(a).update(number_of_children=[{**WORDS, "page": "2", "value": "3"}]),
        lambda a: (values(personal(a)["number_of_children"]), personal(a)["number_of_children"][0]["page"]),
        ([3], 2),
    ),
    (
        "an identity number as a number",
        lambda a: personal(a).update(id_number=[{**WORDS, "value": 422}]),
        lambda a: values(personal(a)["id_number"]),
        ["422"],
    ),
    (
        "a choice in Hebrew",
        lambda a: personal(a).update(
            marital_status=[{**WORDS, "value": "נשואה"}], gender=[{**WORDS, "value": "female"}]
        ),
        lambda a: values(personal(a)["marital_status"] + personal(a)["gender"]),
        ["married", "נקבה"],
    ),
    (
        "a choice in other letters",
        lambda a: record(a).update(employment_type=[{**WORDS, "value": "Full Time"}]),
        lambda a: values(record(a)["employment_type"]),
        ["full_time"],
    ),
    (
        "a yes in Hebrew",
        lambda a: a["form_7801"]["medical_waiver"].update(waiver_accepted=[{**WORDS, "value": "כן"}]),
        lambda a: values(a["form_7801"]["medical_waiver"]["waiver_accepted"]),
        [True],
    ),
    (
        "a status in Hebrew, and none",
        lambda a: a["form_7801"]["disability_info"]["disability_types"].update(
            diabetes={**WORDS, "status": "אובחנה"}, cancer=None
        ),
        lambda a: [a["form_7801"]["disability_info"]["disability_types"][n]["status"] for n in ("diabetes", "cancer")],
        ["diagnosed", "not_mentioned"],
    ),
]


@pytest.mark.parametrize(("what", "change", "look", "meant"), OTHER_WAYS, ids=[row[0] for row in OTHER_WAYS])
def test_another_way_of_writing_is_read(
    what: str, change: Callable[[Answer], Any], look: Callable[[Answer], Any], meant: Any
) -> None:
    answer = an_answer()
    change(answer)

    assert look(read(answer)) == meant


def test_an_answer_in_the_right_shape_is_left_as_it_is() -> None:
    answer = an_answer()

    assert read_answer(json.dumps(answer), Extraction) == answer
    assert read_answer(f"```json\n{json.dumps(answer)}\n```", Extraction) == answer


UNREADABLE: list[Callable[[Answer], Any]] = [
    lambda a: a.pop("form_7801"),
    lambda a: a.update(form_7801=None),
    lambda a: a["form_7801"].pop("bank_details"),
    lambda a: personal(a).update(city=["חיפה"]),
    lambda a: personal(a).update(number_of_children=[{**WORDS, "value": "many"}]),
    lambda a: personal(a).update(marital_status=[{**WORDS, "value": "it is complicated"}]),
    lambda a: personal(a).update(city=[{"quote": "x", "source": "D1"}]),
    lambda a: a["form_7801"]["disability_info"]["disability_types"].update(diabetes={**WORDS, "status": "perhaps"}),
]


@pytest.mark.parametrize("change", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_is_missing_or_means_nothing_is_no_answer(change: Callable[[Answer], Any]) -> None:
    answer = copy.deepcopy(an_answer())
    change(answer)

    with pytest.raises(ValidationError):
        read(answer)


@pytest.mark.parametrize("text", ["{}", "[]", "null", '"text"', '{"summary": "x"}'])
def test_an_empty_answer_is_no_answer(text: str) -> None:
    with pytest.raises(ValidationError):
        ExtractionWithAdvice.model_validate_json(json.dumps(read_answer(text, ExtractionWithAdvice)))


def a_call(**members: Any) -> Answer:
    texts = ("call_summary", "case_summary", "degree_funding", "income_tax_exemption", "living_expenses")
    lists = ("documents_requested_list", "key_legal_points", "products", "issues", "instructions_to_ai")
    numbers = {"estimated_claim_amount": 0, "monthly_allowance": 0, "chance_of_approval": 50}
    return {**dict.fromkeys(texts, ""), **{name: [] for name in lists}, "risk_assessment": "low", **numbers, **members}


def test_nulls_of_a_calls_answer_are_nothing() -> None:
    asked = {"name": "תלושי שכר", "reason": None, "source": None, "required": None}
    answer = a_call(monthly_allowance=None, documents_requested_list=[asked, None], products=None, degree_funding=None)

    read = CallAnswer.model_validate_json(json.dumps(read_answer(json.dumps(answer), CallAnswer)))

    assert (read.monthly_allowance, read.products, read.degree_funding) == (0, [], "")
    assert read.documents_requested_list == [RequestedDocument(name="תלושי שכר", reason="", source="", required=False)]


def test_an_estimate_that_nobody_made_is_no_answer() -> None:
    with pytest.raises(ValidationError):
        CallAnswer.model_validate_json(json.dumps(read_answer(json.dumps(a_call(chance_of_approval=None)), CallAnswer)))
