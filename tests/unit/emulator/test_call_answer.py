"""The call analysis through the real SDK and the real schema: from the transcript, and from parts combined."""

from __future__ import annotations

import json
from typing import Any

import openai

from chalicelib.analyses.call_analysis.schema import CallAnswer
from tests.unit.emulator.extract.prompts import a_call
from tests.unit.emulator.test_sample_case import CALL, EXPECTED

FENCED = f'<call id="call">\n{CALL}\n</call>'


def _answer(client: openai.OpenAI, prompt: str) -> dict[str, Any]:
    parsed = client.responses.parse(model="gpt-6-luna", input=prompt, text_format=CallAnswer).output_parsed
    assert parsed
    return parsed.model_dump()


def test_the_documents_that_were_asked_for_are_named(openai_client: openai.OpenAI) -> None:
    names = [entry["name"] for entry in _answer(openai_client, FENCED)["documents_requested_list"]]

    assert names == ["דוח אורתופדי", "מכתב שחרור מהאשפוז", "תלושי שכר או אישור מהמעסיק", "פענוח MRI"]


def test_what_must_be_mentioned_is_mentioned(openai_client: openai.OpenAI) -> None:
    answer = _answer(openai_client, FENCED)
    text = json.dumps(answer, ensure_ascii=False)

    for words in EXPECTED["call_analysis_expect"]["must_mention"]:
        assert any(word in text for word in words.split("|")), words
    assert set(EXPECTED["call_analysis_expect"]["keys"]) <= set(answer)


def test_a_work_accident_points_to_the_other_route(openai_client: openai.OpenAI) -> None:
    answer = _answer(openai_client, FENCED)

    assert any("נפגעי עבודה" in point and "03/02/2026" in point for point in answer["key_legal_points"])
    assert [product["name"] for product in answer["products"]] == ["תביעת נכות כללית (בל/7801)", "תביעה לנפגעי עבודה"]


def test_amounts_that_nobody_named_are_zero(openai_client: openai.OpenAI) -> None:
    answer = _answer(openai_client, FENCED)

    assert (answer["estimated_claim_amount"], answer["monthly_allowance"]) == (0, 0)
    assert 0 <= answer["chance_of_approval"] <= 100
    assert answer["risk_assessment"].split(" - ")[0] in ("low", "medium", "high")


def test_what_a_speaker_took_back_is_remarked(openai_client: openai.OpenAI) -> None:
    remarks = " ".join(remark["message"] for remark in _answer(openai_client, FENCED)["issues"])

    assert "התבלבלתי" in remarks
    assert "999" in remarks


def test_a_document_asked_for_before_keeps_its_name(openai_client: openai.OpenAI) -> None:
    before = '<tool name="documents asked for before">\nדוח אורתופדי עדכני\n</tool>\n'

    names = [entry["name"] for entry in _answer(openai_client, before + FENCED)["documents_requested_list"]]

    assert names[0] == "דוח אורתופדי עדכני"


def test_parts_are_combined_without_repeats_and_nothing_is_lost(openai_client: openai.OpenAI) -> None:
    lines = CALL.splitlines()
    parts = [
        _answer(openai_client, '<call id="call">\n' + "\n".join(half) + "\n</call>")
        for half in (lines[:24], lines[20:])
    ]
    fenced = [f'<tool name="part">\n{json.dumps(part, ensure_ascii=False)}\n</tool>' for part in parts]

    whole = _answer(openai_client, "Combine these.\n" + "\n".join(fenced))

    assert len(whole["documents_requested_list"]) == 4
    assert all(part["call_summary"] in whole["call_summary"] for part in parts)
    assert len(whole["products"]) == 2


def test_an_english_call_is_analysed_in_english(openai_client: openai.OpenAI) -> None:
    call = a_call(
        "What is your full name?",
        "My name is Dana Levi.",
        "When did it begin?",
        "On 3 February 2026 I fell from a ladder.",
        "Did it happen at work?",
        "Yes, on my shift.",
        "Please send us the discharge letter, payslips and the MRI report.",
        "I will.",
    )

    answer = _answer(openai_client, call)

    assert answer["case_summary"] == "The claim of Dana Levi. Onset at work: 2026-02-03."
    assert [entry["name"] for entry in answer["documents_requested_list"]] == [
        "discharge letter",
        "payslips",
        "MRI report",
    ]
