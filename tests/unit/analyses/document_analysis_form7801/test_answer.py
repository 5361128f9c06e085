"""A model's answer becomes our own values: the form normalised, evidence only where the form has a place for it."""

from __future__ import annotations

from typing import Any

from chalicelib.analyses.document_analysis_form7801.answer import extracted
from chalicelib.analyses.document_analysis_form7801.fields import choices
from tests.unit.analyses.document_analysis_form7801.forms import TODAY, a_form, a_record, contradiction, evidence

RECORDS = "employment_history.employment_records"


def row(field: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "document_id": "d1", "page": 1, "quote": "מילים", **more}


def test_the_form_is_normalised() -> None:
    answer = {"form_7801": a_form(personal_info__phone="050-0000422"), "evidence": [], "contradictions": []}

    assert extracted(answer, today=TODAY).form["personal_info"]["phone"] == "0500000422"


def test_evidence_keeps_only_places_that_the_form_has() -> None:
    answer = {
        "form_7801": a_form(records=[a_record()]),
        "evidence": [
            row("form_7801.personal_info.city"),
            row(f"{RECORDS}.0.start_date"),
            row(f"{RECORDS}[0]"),
            row(f"{RECORDS}[1].start_date"),  # there is one record
            row("personal_info.shoe_size"),
            row("personal_info.city.name"),  # a city has no members
            row("the city"),
        ],
        "contradictions": [row("personal_info.city", value="עכו"), row("nowhere", value="x")],
    }

    found = extracted(answer, today=TODAY)

    assert found.evidence == (
        evidence("personal_info.city", "מילים"),
        evidence(f"{RECORDS}[0].start_date", "מילים"),
        evidence(f"{RECORDS}[0]", "מילים"),
    )
    assert found.contradictions == (contradiction("personal_info.city", "עכו", "מילים"),)


def test_choices_are_those_of_the_schema() -> None:
    assert choices("personal_info.gender") == {"זכר", "נקבה", "אחר", ""}
    assert choices(f"{RECORDS}[].employment_type") == {"full_time", "part_time", "self_employed", "other", ""}
    assert choices("disability_info.treating_physicians[].clinic_type") == {"private", "public", "hmo", ""}
