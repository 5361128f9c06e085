"""Prepared cases: found by their texts, never known beforehand, said in whatever shape the request asks for."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

from chalicelib.analyses.call_analysis.schema import CallAnswer
from chalicelib.analyses.document_analysis_form7801.answer_schema import ExtractionWithAdvice
from chalicelib.analyses.document_analysis_form7801.facts import flat_answer
from emulator.answers.prepared import FACTS, prepared_cases
from tests.unit.emulator.prompts import DATA, PICTURE, a_call, a_case, a_document, expected_of, transcript_of

CASES = sorted(path.stem for path in FACTS.glob("*.json"))
CALL = f'<call id="call">\n{transcript_of("sample_case")}\n</call>'


def _answer(client: openai.OpenAI, prompt: str, shape: Any = ExtractionWithAdvice) -> dict[str, Any]:
    parsed = client.responses.parse(model="gpt-6-luna", input=prompt, text_format=shape).output_parsed
    assert parsed
    answer = parsed.model_dump()
    return flat_answer(answer, names={}) if "form_7801" in answer else answer


def test_every_case_of_the_data_is_prepared_and_says_that_it_is() -> None:
    assert sorted(path.parent.name for path in DATA.glob("*/expected.json")) == CASES
    assert all("Prepared by hand" in case.prepared for case in prepared_cases())


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_found_by_its_texts_and_every_quote_is_in_them(openai_client: openai.OpenAI, case: str) -> None:
    prompt = a_case(case)

    answer = _answer(openai_client, prompt)

    assert (
        answer["form_7801"]["personal_info"]["id_number"]
        == expected_of(case)["form_7801"]["personal_info"]["id_number"]
    )
    assert len(answer["evidence"]) > 15
    assert [entry for entry in answer["evidence"] + answer["contradictions"] if entry["quote"] not in prompt] == []


def test_what_no_text_of_the_request_says_is_not_in_the_answer(openai_client: openai.OpenAI) -> None:
    letter = (DATA / "sample_case" / "doc2_discharge_letter.he.txt").read_text(encoding="utf-8")

    form = _answer(openai_client, a_document(letter))["form_7801"]

    assert form["disability_info"]["hospitalizations"][0]["hospital_name"] == "בית החולים כרמלון"
    assert form["bank_details"]["account_number"] == ""
    assert form["employment_history"]["employment_records"] == []


def test_a_changed_number_is_not_quoted_as_before(openai_client: openai.OpenAI) -> None:
    prompt = a_case("sample_case").replace("9,400 ₪", "1,234 ₪")

    records = _answer(openai_client, prompt)["form_7801"]["employment_history"]["employment_records"]

    assert records[0]["monthly_salary_gross"] == 0


def test_a_picture_is_read_only_when_it_is_sent(openai_client: openai.OpenAI) -> None:
    prompt = a_case("scanned_case").replace('id="D4" name="D4.txt"', 'id="D4" name="אישור בנק.png"')
    picture = {"type": "input_image", "image_url": f"data:image/png;base64,{PICTURE}", "detail": "high"}
    told = {"type": "input_text", "text": 'The file that follows is the document with the id "D4".'}
    shown: Any = [{"role": "user", "content": [{"type": "input_text", "text": prompt}, told, picture]}]

    assert _answer(openai_client, prompt)["form_7801"]["bank_details"]["branch_number"] == ""
    assert _answer(openai_client, shown)["form_7801"]["bank_details"]["branch_number"] == "28"


def _fact(**value: Any) -> dict[str, Any]:
    """A field as quote, source and value, in this order."""
    return _object(quote={"type": "string"}, source={"enum": ["", "D1", "D2", "D3", "call"]}, **value)


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def test_a_schema_with_the_quote_inside_each_field_is_filled_too(openai_client: openai.OpenAI) -> None:
    status = {"enum": ["diagnosed", "suspected", "denied", "family", "not_mentioned"]}
    schema = _object(
        form_7801=_object(
            personal_info=_object(
                id_number=_fact(value={"type": "string"}), number_of_children=_fact(value={"type": "integer"})
            ),
            disability_info=_object(
                disability_types=_object(
                    back_problems=_fact(status=status), fibromyalgia=_fact(status=status), cancer=_fact(status=status)
                ),
                hospitalizations={"type": "array", "items": _object(admission_date=_fact(value={"type": "string"}))},
            ),
        ),
        conditions={"type": "array", "items": _object(condition={"type": "string"}, status=status)},
    )
    wanted: Any = {"format": {"type": "json_schema", "name": "form", "strict": True, "schema": schema}}

    response = openai_client.responses.create(model="gpt-6-luna", input=a_case("sample_case"), text=wanted)

    form = json.loads(response.output_text)["form_7801"]
    assert form["personal_info"]["id_number"]["value"] == "000000422"
    assert form["personal_info"]["id_number"]["source"] == "D1"
    assert form["personal_info"]["number_of_children"] == {
        "quote": "User: נשואה, שני ילדים. הגדול בן אחת עשרה והקטנה בת שבע.",
        "source": "call",
        "value": 2,
    }
    conditions = form["disability_info"]["disability_types"]
    assert {name: entry["status"] for name, entry in conditions.items()} == {
        "back_problems": "diagnosed",
        "fibromyalgia": "denied",
        "cancer": "not_mentioned",
    }
    assert form["disability_info"]["hospitalizations"][0]["admission_date"]["source"] == "D2"


def test_the_calls_analysis_says_what_the_case_expects(openai_client: openai.OpenAI) -> None:
    answer = _answer(openai_client, CALL, CallAnswer)

    assert [entry["name"] for entry in answer["documents_requested_list"]] == [
        "דוח אורתופדי",
        "מכתב שחרור מהאשפוז",
        "תלושי שכר או אישור מהמעסיק",
        "פענוח MRI",
    ]
    assert any("נפגעי עבודה" in point and "03/02/2026" in point for point in answer["key_legal_points"])
    assert answer["risk_assessment"].split(" - ")[0] in ("low", "medium", "high")


def test_a_document_asked_for_before_keeps_its_name(openai_client: openai.OpenAI) -> None:
    before = '<tool name="documents asked for before">\nדוח אורתופדי עדכני\n</tool>\n'

    names = [entry["name"] for entry in _answer(openai_client, before + CALL, CallAnswer)["documents_requested_list"]]

    assert names[0] == "דוח אורתופדי עדכני"


def test_parts_are_combined_without_repeats_and_nothing_is_lost(openai_client: openai.OpenAI) -> None:
    lines = transcript_of("sample_case").splitlines()
    halves = ["\n".join(half) for half in (lines[:26], lines[18:])]
    parts = [_answer(openai_client, f'<call id="call">\n{half}\n</call>', CallAnswer) for half in halves]
    fenced = [f'<tool name="part">\n{json.dumps(part, ensure_ascii=False)}\n</tool>' for part in parts]

    whole = _answer(openai_client, "Combine these.\n" + "\n".join(fenced), CallAnswer)

    assert parts[0]["call_summary"] != parts[1]["call_summary"]
    assert len(whole["documents_requested_list"]) == 4
    assert all(part["call_summary"] in whole["call_summary"] for part in parts)
    assert len(whole["products"]) == 2


def test_a_call_of_no_prepared_case_gets_the_general_claim_and_no_estimate(openai_client: openai.OpenAI) -> None:
    answer = _answer(openai_client, a_call("What is your name?", "Dana Levi. My back hurts."), CallAnswer)

    assert len(answer["products"]) == 1
    assert (answer["chance_of_approval"], answer["documents_requested_list"]) == (0, [])
