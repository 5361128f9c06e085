"""The cases are what they say: invented persons, arithmetic that is right, files that belong together."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from chalicelib.analyses.document_analysis_form7801.compute import employment_months, stay_days
from chalicelib.analyses.document_analysis_form7801.fields import FIELDS, value_at
from chalicelib.analyses.document_analysis_form7801.form import checked
from chalicelib.analyses.document_analysis_form7801.israeli import is_id_number
from chalicelib.analyses.kit.injection.detector import suspect_passage
from chalicelib.analyses.kit.reading import transcript_of
from evals.case_files import turns_of, write_call
from evals.cases import DATA, EvalCase, case_names, load_case
from evals.in_process_run import read_documents

NAMES = case_names()


@pytest.fixture(params=NAMES)
def case(request: pytest.FixtureRequest) -> EvalCase:
    return load_case(request.param)


def test_there_are_the_sample_and_at_least_five_more() -> None:
    assert NAMES[0] == "sample_case"
    assert len(NAMES) >= 6


def test_the_expected_form_is_a_form(case: EvalCase) -> None:
    form = json.loads(json.dumps(case.expected["form_7801"]))
    form["metadata"] |= {
        "completion_percentage": 0,
        "created_at": "",
        "updated_at": "",
        "case_id": "",
        "user_id": "",
        "document_extraction_confidence": 0,
    }

    assert checked(form)
    assert {path for path in case.expected["_match_rules"]["exact"] if value_at(form, path) is None} == set()


def test_what_follows_by_arithmetic_is_right(case: EvalCase) -> None:
    form, derived = case.expected["form_7801"], case.expected["_derived_checks"]
    today = date.fromisoformat(derived["as_of"])

    months = employment_months(form["employment_history"]["employment_records"], today=today)
    stays = form["disability_info"]["hospitalizations"]

    assert months == derived["months"]["sum"] == form["employment_history"]["total_employment_months"]
    assert [stay_days(stay) for stay in stays] == [stay["length_of_stay_days"] for stay in stays]
    assert is_id_number(form["personal_info"]["id_number"]) is derived["id_checksum_ok"]


def test_the_person_is_invented(case: EvalCase) -> None:
    """Numbers that nobody has: identities below 1,000, telephones with four zeros, mail at example.com."""
    person = case.expected["form_7801"]["personal_info"]

    assert int(person["id_number"]) < 1000
    assert re.fullmatch(r"05\d0000\d{3}|", person["phone"])
    assert person["email"] == "" or person["email"].endswith("@example.com")


def test_every_value_to_compare_stands_in_a_document_the_call_or_a_picture(case: EvalCase) -> None:
    """Identity, account and reference numbers digit by digit; what only a scan shows is in its HTML source."""
    texts = [page.text for text in read_documents(case) for page in text.pages]
    sources = [path.read_text(encoding="utf-8") for path in (DATA / case.name).glob("*.html")]
    digits = re.sub(r"\D", "", "\n".join([*texts, *sources, transcript_of(case.file)]))

    for name in ("personal_info.postal_code", "bank_details.account_number", "bank_details.branch_number"):
        assert value_at(case.expected["form_7801"], name) in digits


def test_the_call_is_made_from_the_transcript(case: EvalCase, tmp_path: Path) -> None:
    [source] = (DATA / case.name).glob("transcript.*.txt")
    transcript = source.read_text(encoding="utf-8").strip()

    assert transcript_of(case.file) == transcript
    if case.name != "sample_case":  # that one was made by hand
        folder = tmp_path / case.name
        folder.mkdir()
        write_call(folder, turns_of(transcript))
        assert (folder / "vapi_call.json").read_bytes() == (DATA / case.name / "vapi_call.json").read_bytes()


def test_nothing_in_a_case_reads_like_an_attack(case: EvalCase) -> None:
    texts = [page.text for text in read_documents(case) for page in text.pages]

    assert [suspect_passage(text) for text in [*texts, transcript_of(case.file)]] == [None] * (len(texts) + 1)


def test_expected_issues_name_fields_and_documents_that_exist(case: EvalCase) -> None:
    ids = {f"documents/{document.id}" for document in case.file.documents}

    for issue in case.expected.get("_expected_issues", []):
        pattern = re.sub(r"\[\d+\]", "[]", issue["field"])
        assert issue["field"] in ids or pattern in FIELDS
