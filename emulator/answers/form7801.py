"""What stands in the Form 7801 of this case? The form's tree of values, and the evidence of every filled field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.answers.addressed import addressed_to_ai
from emulator.answers.case_facts import CaseFacts
from emulator.answers.case_view import view_of_facts
from emulator.answers.counsel import advice
from emulator.extract.found import Entry, Found, alike

_PERSON = (
    "id_number full_name date_of_birth gender marital_status number_of_children address city postal_code phone email"
)
_BANK = "bank_name bank_code iban branch_number account_number account_holder_name account_type"
SECTIONS = {"personal_info": _PERSON.split(), "bank_details": _BANK.split()}
_WORDED_DIFFERENTLY = ("full_name", "address", "gender", "bank_name", "account_holder_name")
_TYPES = "disability_info.disability_types"


def form_answer(facts: CaseFacts) -> dict[str, Any]:
    """The whole answer: the form, what is advised, the evidence and what contradicts it."""
    contradictions = list(_contradictions(facts))
    return {
        "form_7801": _form(facts),
        **advice(view_of_facts(facts)),
        "evidence": list(_evidence(facts)),
        "contradictions": contradictions,
        "instructions_to_ai": addressed_to_ai(facts),
        "issues": [
            {
                "field": found["field"],
                "code": "sources_disagree",
                "message": f"Another source says {found['value']}.",
                "quotes": [found["quote"]],
            }
            for found in contradictions
        ],
    }


def names_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Every part of the answer by its own name, for schemas that nest the form differently."""
    known: dict[str, Any] = dict(answer)
    for section, content in answer["form_7801"].items():
        known[section] = content
        if isinstance(content, Mapping):
            known.update(content)
    return known


def _form(facts: CaseFacts) -> dict[str, Any]:
    return {
        "form_version": "1.0",
        "form_status": "draft",
        "submission_date": "",
        **{section: {name: facts.value(name) for name in names} for section, names in SECTIONS.items()},
        "employment_history": {"employment_records": _values(facts.jobs)},
        "disability_info": {
            "disability_types": dict.fromkeys(facts.conditions, True),
            "disability_start_date": facts.value("disability_start_date"),
            "primary_disability_description": facts.diagnoses[0].value if facts.diagnoses else "",
            "treating_physicians": _values(facts.physicians),
            "hospitalizations": _values(facts.stays),
        },
        "medical_waiver": {"waiver_accepted": facts.waiver_accepted, "waiver_version": "1.0"},
        "metadata": {"language": "hebrew" if facts.is_hebrew else "english"},
    }


def _values(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [{name: found.value for name, found in entry.items()} for entry in entries]


def _lists(facts: CaseFacts) -> Iterator[tuple[str, Entry]]:
    """Every job, physician and stay with its path."""
    for path, entries in (
        ("employment_history.employment_records", facts.jobs),
        ("disability_info.treating_physicians", facts.physicians),
        ("disability_info.hospitalizations", facts.stays),
    ):
        for index, entry in enumerate(entries):
            yield f"{path}[{index}]", entry


def _scalar_paths() -> Iterator[tuple[str, str]]:
    for section, names in SECTIONS.items():
        yield from ((name, f"{section}.{name}") for name in names)
    yield "disability_start_date", "disability_info.disability_start_date"


def _evidence(facts: CaseFacts) -> Iterator[dict[str, Any]]:
    scalars = facts.scalars
    for name, path in _scalar_paths():
        if name in scalars:
            yield scalars[name].evidence(path)
    for path, entry in _lists(facts):
        for name, found in entry.items():
            yield found.evidence(f"{path}.{name}")
    for name, found in facts.conditions.items():
        yield found.evidence(f"{_TYPES}.{name}")
    if facts.diagnoses:
        yield facts.diagnoses[0].evidence("disability_info.primary_disability_description")
    if facts.waiver and facts.waiver_accepted:
        yield Found(True, facts.waiver.line).evidence("medical_waiver.waiver_accepted")


def _contradictions(facts: CaseFacts) -> Iterator[dict[str, Any]]:
    """What sources say differently from the value that counts, each other value once."""
    scalars = facts.scalars
    for name, path in _scalar_paths():
        told = [] if name in _WORDED_DIFFERENTLY or name not in scalars else facts.readings[name]
        seen = [scalars[name].value] if name in scalars else []
        for found in told:
            if not any(alike(found.value, value) for value in seen):
                seen.append(found.value)
                yield {**found.evidence(path), "value": str(found.value)}
    for path, entry in _lists(facts):
        for name, found in entry.others:
            yield {**found.evidence(f"{path}.{name}"), "value": str(found.value)}
