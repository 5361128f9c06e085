"""Whatever a model answers in the right shape, code makes a complete form of it and never fails."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.analyses.document_analysis_form7801.compute import complete_form
from chalicelib.analyses.document_analysis_form7801.fields import DISABILITY_NAMES, FIELDS, pattern_of
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.reconcile import reconcile
from tests.unit.analyses.document_analysis_form7801.forms import TODAY, sources

WORDS = st.sampled_from(
    [
        *("", " ", "חיפה", "ת.ז. 000000422", "422", "000000423", "050-0000422", "+972", "tamar@example.com", "@"),
        *("14/07/1984", "2026-02-03", "2018-09", "31/02/2020", "0000-00-00", "9999-12-31", "99/99/99", "10-14/02/2026"),
        *(
            "IL390126000000000123456",
            "12",
            "600",
            "9,400 ₪",
            "2.5",
            "true",
            "divorced",
            "ללא סוכרת",
            "'\"״׳",
            "א" * 300,
        ),
    ]
)
TEXTS = WORDS | st.text(max_size=20)
NUMBERS = st.integers(min_value=-(10**6), max_value=10**9)
PATHS = st.sampled_from([*(pattern.replace("[]", "[0]") for pattern in FIELDS), "employment_history"]) | st.text(
    max_size=9
)
PLACES = {
    "field": PATHS,
    "document_id": st.sampled_from(["d1", "call", "d9"]),
    "page": st.integers(min_value=-1, max_value=3),
    "quote": TEXTS,
}

MONTHS = "employment_history.total_employment_months"


def of(shape: type[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any value of a typed form's shape, as JSON."""
    return st.fixed_dictionaries({name: _any(kind) for name, kind in get_type_hints(shape).items()})


def _any(annotation: Any) -> st.SearchStrategy[Any]:
    if annotation is str:
        return TEXTS
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return NUMBERS
    if annotation is float:
        return NUMBERS.map(float)
    if annotation == dict[str, bool]:
        return st.fixed_dictionaries(dict.fromkeys(DISABILITY_NAMES, st.booleans()))
    arguments = get_args(annotation)
    if not arguments:
        return of(annotation)
    if isinstance(arguments[0], str):
        return st.sampled_from(arguments)
    return st.lists(of(arguments[0]), max_size=3)


EXTRACTIONS = st.fixed_dictionaries(
    {
        "form_7801": of(Form),
        "evidence": st.lists(st.fixed_dictionaries(PLACES), max_size=6),
        "contradictions": st.lists(st.fixed_dictionaries({**PLACES, "value": TEXTS}), max_size=4),
    }
)


@given(answers=st.lists(EXTRACTIONS, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_answers_become_one_complete_form(answers: list[dict[str, Any]]) -> None:
    texts = "ת.ז. 000000422\n14/07/1984 סניף 600\nללא סוכרת 12"
    found = reconcile(answers, sources=sources(texts, call="User: 9,400 ₪"), shown=frozenset(), today=TODAY)

    form = complete_form(
        found.form,
        grounded=found.grounded,
        today=TODAY,
        language="hebrew",
        case_id="case-1",
        user_id="owner-1",
        created_at="",
        updated_at="",
    )

    assert 0 <= form["metadata"]["completion_percentage"] <= 100
    assert 0.0 <= form["metadata"]["document_extraction_confidence"] <= 1.0
    assert form["employment_history"]["total_employment_months"] >= 0
    assert {pattern_of(issue.field) for issue in found.issues} <= {*FIELDS, MONTHS}
    assert all(issue.message for issue in found.issues)
