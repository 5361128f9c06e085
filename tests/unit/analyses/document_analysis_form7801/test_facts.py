"""The model looks before it answers, and its facts become one value a field with its words."""

from __future__ import annotations

from typing import Any

import pytest
from openai import pydantic_function_tool

from chalicelib.analyses.document_analysis_form7801.answer_schema import Advice, Extraction, ExtractionWithAdvice
from chalicelib.analyses.document_analysis_form7801.facts import flat_answer
from chalicelib.analyses.document_analysis_form7801.fields import DISABILITY_TYPES, FIELDS, LISTS
from chalicelib.analyses.document_analysis_form7801.source_names import source_id
from tests.unit.analyses.document_analysis_form7801.as_facts import as_facts
from tests.unit.analyses.document_analysis_form7801.forms import a_form
from tests.unit.analyses.document_analysis_form7801.running import an_answer

NAMES = {"D1": "id-1", "D2": "id-2"}
CITY = "personal_info.city"


def schema() -> dict[str, Any]:
    return dict(pydantic_function_tool(ExtractionWithAdvice)["function"]["parameters"])


def test_facts_come_before_advice() -> None:
    assert list(schema()["properties"])[:2] == ["form_7801", "instructions_to_ai"]
    assert set(list(schema()["properties"])[2:]) == set(Advice.model_fields)


def test_a_quote_comes_before_its_value() -> None:
    facts = [shape for shape in schema()["$defs"].values() if "quote" in shape["properties"]]

    assert len(facts) >= 9
    for shape in facts:
        *before, last = shape["properties"]
        assert before == ["quote", "source", "page"]
        assert last in ("value", "status")


def test_the_schema_asks_for_every_field_that_sources_can_fill() -> None:
    answer = flat_answer(Extraction.model_validate(_without_advice()).model_dump(), names={})

    assert answer["form_7801"] == a_form()


def _without_advice() -> dict[str, Any]:
    facts = as_facts(an_answer())
    return {name: facts[name] for name in ("form_7801", "instructions_to_ai")}


def _answer(**facts: Any) -> dict[str, Any]:
    answer = as_facts(an_answer())
    for path, value in facts.items():
        *parents, last = path.split("__")
        place: Any = answer["form_7801"]
        for parent in parents:
            place = place[parent]
        place[last] = value
    return flat_answer(answer, names=NAMES)


def _fact(value: Any, source: str, quote: str = "words") -> dict[str, Any]:
    return {"quote": quote, "source": source, "page": 1, "value": value}


def test_facts_that_agree_are_evidence_and_others_contradictions() -> None:
    facts = [_fact("חיפה", "D1", "a"), _fact("לוד", "D2", "b"), _fact(" חיפה ", "call", "c")]

    answer = _answer(personal_info__city=facts)

    assert answer["form_7801"]["personal_info"]["city"] == "חיפה"
    assert [(one["document_id"], one["quote"]) for one in answer["evidence"]] == [("id-1", "a"), ("call", "c")]
    assert [(one["document_id"], one["value"]) for one in answer["contradictions"]] == [("id-2", "לוד")]


def test_of_the_call_the_last_word_counts_and_a_document_before_it() -> None:
    said = [_fact("חיפה", "call", "first"), _fact("לוד", "call", "last")]

    assert _answer(personal_info__city=said)["form_7801"]["personal_info"]["city"] == "לוד"
    assert _answer(personal_info__city=said)["contradictions"] == []
    both = _answer(personal_info__city=[*said, _fact("עכו", "D1")])
    assert both["form_7801"]["personal_info"]["city"] == "עכו"


@pytest.mark.parametrize(
    ("status", "value"),
    [("diagnosed", True), ("suspected", False), ("denied", False), ("family", False), ("not_mentioned", False)],
)
def test_a_condition_is_true_when_it_is_diagnosed_and_only_then(status: str, value: bool) -> None:
    condition = {"quote": "סוכרת", "source": "D1", "page": 1, "status": status}

    answer = _answer(disability_info__disability_types__diabetes=condition)

    assert answer["form_7801"]["disability_info"]["disability_types"]["diabetes"] is value
    assert answer["conditions"]["diabetes"] == status
    assert [one["field"] for one in answer["evidence"]] == ([f"{DISABILITY_TYPES}.diabetes"] if value else [])


@pytest.mark.parametrize(
    ("written", "named"),
    [
        *((written, "id-2") for written in ("D2", "d2", "[D2]", "document D2", "D-2", "id-2")),
        *((written, "call") for written in ("call", '"call"', "The transcript")),
        *((written, written) for written in ("D9", "elsewhere")),
    ],
)
def test_a_source_is_understood_however_it_is_written(written: str, named: str) -> None:
    assert source_id(written, NAMES) == named


def test_every_field_of_the_form_has_its_facts() -> None:
    definitions = schema()["$defs"]
    asked = {name for shape in definitions.values() for name in shape["properties"]}

    assert {path.rpartition(".")[2] for path in (*FIELDS, *LISTS)} <= asked
