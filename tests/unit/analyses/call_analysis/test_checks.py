from __future__ import annotations

from typing import Any

import pytest

from chalicelib.analyses.call_analysis.checks import GENERAL_DISABILITY, analysis_of, products_with_the_claim


def an_answer(**changes: Any) -> dict[str, Any]:
    answer = {
        "call_summary": "סיכום השיחה",
        "case_summary": "עובדות התיק",
        "documents_requested_list": [],
        "key_legal_points": ["נקודה"],
        "risk_assessment": "medium - חסר MRI",
        "estimated_claim_amount": 100_000.0,
        "monthly_allowance": 4_291.5,
        "degree_funding": "",
        "income_tax_exemption": "",
        "living_expenses": "",
        "products": [{"name": "נכות כללית", "reason": "אובדן כושר"}],
        "chance_of_approval": 60,
        "issues": [],
        "instructions_to_ai": [],
    }
    return {**answer, **changes}


def _analysis(**changes: Any) -> dict[str, Any]:
    return analysis_of(an_answer(**changes), requested=[], found=(), metadata={"model": "m", "prompt_version": "p"})


def test_an_answer_in_range_is_passed_on_as_it_is() -> None:
    analysis = _analysis()

    said = {name: value for name, value in an_answer().items() if name != "instructions_to_ai"}
    assert analysis == {**said, "metadata": {"model": "m", "prompt_version": "p"}}


@pytest.mark.parametrize(("said", "kept"), [(-1, 0), (101, 100), (0, 0), (100, 100)])
def test_a_chance_is_kept_between_0_and_100(said: int, kept: int) -> None:
    analysis = _analysis(chance_of_approval=said)

    assert analysis["chance_of_approval"] == kept
    assert [issue["code"] for issue in analysis["issues"]] == ([] if said == kept else ["out_of_range"])


@pytest.mark.parametrize("amount", [-1.0, float("inf"), float("nan")])
@pytest.mark.parametrize("field", ["estimated_claim_amount", "monthly_allowance"])
def test_an_amount_that_cannot_be_is_0_and_an_issue(field: str, amount: float) -> None:
    analysis = _analysis(**{field: amount})

    assert analysis[field] == 0
    assert [(issue["field"], issue["code"]) for issue in analysis["issues"]] == [(field, "out_of_range")]


@pytest.mark.parametrize(
    ("risk", "codes"), [("High - בגלל", []), ("", ["risk_level_missing"]), ("גבוה", ["risk_level_missing"])]
)
def test_a_risk_begins_with_its_level(risk: str, codes: list[str]) -> None:
    assert [issue["code"] for issue in _analysis(risk_assessment=risk)["issues"]] == codes


def test_the_general_disability_claim_is_always_among_the_products() -> None:
    products = products_with_the_claim([{"name": "קצבת ניידות", "reason": "הליכה"}])

    assert products == [GENERAL_DISABILITY, {"name": "קצבת ניידות", "reason": "הליכה"}]


@pytest.mark.parametrize("name", ["תביעת נכות כללית", "טופס 7801", "General Disability pension", "נכות  כללית"])
def test_the_general_disability_claim_is_not_named_twice(name: str) -> None:
    assert products_with_the_claim([{"name": name, "reason": "r"}]) == [{"name": name, "reason": "r"}]


def test_products_and_points_stand_once_each() -> None:
    analysis = _analysis(
        products=[
            {"name": "נכות כללית", "reason": "1"},
            {"name": "נכות כללית", "reason": "2"},
            {"name": " ", "reason": ""},
        ],
        key_legal_points=["נקודה", " נקודה ", ""],
    )

    assert analysis["products"] == [{"name": "נכות כללית", "reason": "1"}]
    assert analysis["key_legal_points"] == ["נקודה"]


def test_what_the_model_remarks_becomes_an_issue_of_the_call() -> None:
    analysis = _analysis(issues=[{"message": "מספר הסניף תוקן"}, {"message": " "}])

    [issue] = analysis["issues"]
    assert (issue["field"], issue["code"], issue["message"]) == ("call", "noted_in_call", "מספר הסניף תוקן")
    assert issue["weight"] == "info"
