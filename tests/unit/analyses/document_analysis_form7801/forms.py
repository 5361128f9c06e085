"""Forms, answers and sources made up on the spot for the tests of form 7801."""

from __future__ import annotations

from datetime import date
from typing import Any

from chalicelib.analyses.document_analysis_form7801.answer import Contradiction, Evidence, Extracted
from chalicelib.analyses.document_analysis_form7801.fields import DISABILITY_NAMES, value_at, with_value
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.kit.quotes import Sources
from tests.fakes.analysis_services import a_document, a_text

TODAY = date(2026, 6, 10)


def a_record(**changes: Any) -> dict[str, Any]:
    """An employment record; all unknown but the changes."""
    empty = {
        "employer_name": "",
        "start_date": "",
        "end_date": "",
        "monthly_salary_gross": 0.0,
        "position_title": "",
        "employment_type": "",
    }
    return {**empty, **changes}


def a_physician(**changes: Any) -> dict[str, Any]:
    """A physician; all unknown but the changes."""
    names = ("physician_id", "name", "specialty", "clinic_name", "clinic_type", "phone", "last_visit_date")
    return {**dict.fromkeys(names, ""), **changes}


def a_stay(**changes: Any) -> dict[str, Any]:
    """A stay in hospital; all unknown but the changes."""
    names = ("hospitalization_id", "hospital_name", "department", "admission_date", "discharge_date")
    return {**dict.fromkeys(names, ""), "reason_for_admission": "", "length_of_stay_days": 0, **changes}


def a_form(**leaves: Any) -> Form:
    """A form in which nothing is known but these: section__field=value, or records=, physicians=, stays=."""
    personal = ("id_number", "full_name", "date_of_birth", "gender", "marital_status", "number_of_children")
    personal += ("address", "city", "postal_code", "phone", "email")
    bank = ("bank_name", "bank_code", "iban", "branch_number", "account_number", "account_holder_name", "account_type")
    form: Form = {
        "personal_info": {**dict.fromkeys(personal, ""), "number_of_children": 0},
        "employment_history": {"employment_records": leaves.pop("records", [])},
        "disability_info": {
            "disability_types": dict.fromkeys(DISABILITY_NAMES, False),
            "disability_start_date": "",
            "primary_disability_description": "",
            "treating_physicians": leaves.pop("physicians", []),
            "hospitalizations": leaves.pop("stays", []),
        },
        "bank_details": dict.fromkeys(bank, ""),
        "medical_waiver": {"waiver_accepted": False, "waiver_date": ""},
    }
    for name, value in leaves.items():
        path = name.replace("__", ".")
        value_at(form, path)
        form = with_value(form, path, value)
    return form


def evidence(field: str, quote: str, *, document_id: str = "d1", page: int = 1) -> Evidence:
    return Evidence(field=field, document_id=document_id, page=page, quote=quote)


def contradiction(field: str, value: str, quote: str, *, document_id: str = "d1") -> Contradiction:
    return Contradiction(field=field, document_id=document_id, page=1, quote=quote, value=value)


def an_answer(form: Form, *entries: Evidence, contradictions: tuple[Contradiction, ...] = ()) -> Extracted:
    return Extracted(form=form, evidence=entries, contradictions=contradictions)


def sources(*documents: str, call: str = "") -> Sources:
    """Documents d1, d2 … with one page each, and a call."""
    texts = [a_text(a_document(f"d{number}"), text) for number, text in enumerate(documents, 1)]
    return Sources(texts, transcript=call)
