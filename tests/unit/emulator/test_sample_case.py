"""The sample case through the real SDK and the real schema: what documents label is found, no trap is stepped in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
import pypdf
import pytest

from chalicelib.analyses.document_analysis_form7801.schema import ExtractionWithAdvice

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample_case"
EXPECTED = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))
CALL = json.loads((SAMPLE / "case_call_details.json").read_text(encoding="utf-8"))["transcript"]
LEAST_SHARE_FOUND = 0.9
# Code's part, not the model's: how values are written. What the model gives is compared as code would normalise it.
_WRITTEN_BY_CODE: dict[str, Callable[[Any], Any]] = {
    "personal_info.phone": lambda value: re.sub(r"\D", "", value),
}


def _pdf_text(name: str) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(SAMPLE / name).pages)


def _prompt(first: str) -> str:
    texts = [first]
    texts += [
        (SAMPLE / name).read_text(encoding="utf-8")
        for name in ("doc2_discharge_letter.he.txt", "doc3_employment_letter_payslip.he.txt")
    ]
    fenced = (
        f'<document id="d{number}" name="{number}.txt">\n<page number="1">\n{text}\n</page>\n</document>'
        for number, text in enumerate(texts, start=1)
    )
    return "\n".join([*fenced, f'<call id="call">\n{CALL}\n</call>'])


def _at(form: Any, path: str) -> Any:
    for step in re.findall(r"\w+", path):
        form = form[int(step)] if step.isdecimal() else form[step]
    return form


@pytest.fixture(params=["text", "pdf"])
def extraction(request: pytest.FixtureRequest, openai_client: openai.OpenAI) -> tuple[str, dict[str, Any]]:
    """The prompt and its answer, once with the report's text and once with what pypdf reads out of its PDF."""
    report = (SAMPLE / "doc1_orthopaedic_report.he.txt").read_text(encoding="utf-8")
    prompt = _prompt(report if request.param == "text" else _pdf_text("doc1_orthopaedic_report.he.pdf"))
    response = openai_client.responses.parse(model="gpt-6-luna", input=prompt, text_format=ExtractionWithAdvice)
    assert response.output_parsed
    return prompt, response.output_parsed.model_dump()


def test_at_least_nine_tenths_of_the_exact_fields_are_found(extraction: tuple[str, dict[str, Any]]) -> None:
    form = extraction[1]["form_7801"]
    paths = EXPECTED["_match_rules"]["exact"]

    wrong = {
        path: _at(form, path)
        for path in paths
        if _WRITTEN_BY_CODE.get(path, lambda value: value)(_at(form, path)) != _at(EXPECTED["form_7801"], path)
    }

    assert 1 - len(wrong) / len(paths) >= LEAST_SHARE_FOUND, wrong


def test_the_other_match_rules_hold(extraction: tuple[str, dict[str, Any]]) -> None:
    form = extraction[1]["form_7801"]
    rules = EXPECTED["_match_rules"]

    assert {path for path, part in rules["contains"].items() if part not in _at(form, path)} == set()
    types = form["disability_info"]["disability_types"]
    assert [name for name in rules["must_be_false"] if types[name]] == []
    assert types["back_problems"]
    assert types["chronic_pain"]
    assert form["disability_info"]["hospitalizations"][0]["hospital_name"] == "בית החולים כרמלון"
    assert form["employment_history"]["employment_records"][1]["monthly_salary_gross"] == 0


def test_every_filled_field_has_a_verbatim_quote(extraction: tuple[str, dict[str, Any]]) -> None:
    prompt, answer = extraction
    evidence = {entry["field"]: entry for entry in answer["evidence"]}

    missing = [path for path in _filled(answer["form_7801"]) if path not in evidence]
    unfounded = [entry for entry in evidence.values() if entry["quote"] not in prompt]

    assert missing == []
    assert unfounded == []


def _filled(form: Any, path: str = "") -> list[str]:
    """The paths of all values that are not empty."""
    if isinstance(form, dict):
        return [inner for name, value in form.items() for inner in _filled(value, f"{path}.{name}" if path else name)]
    if isinstance(form, list):
        return [inner for index, value in enumerate(form) for inner in _filled(value, f"{path}[{index}]")]
    return [path] if form else []


def test_nothing_is_known_of_the_sample_beforehand(openai_client: openai.OpenAI) -> None:
    response = openai_client.responses.parse(
        model="gpt-6-luna", input=_prompt("").split("<document")[0] or "שלום", text_format=ExtractionWithAdvice
    )

    assert response.output_parsed
    assert _filled(response.output_parsed.form_7801.model_dump()) == []
