"""What does an adviser see of a case? The few facts that advice rests on, from its texts or from a finished form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from emulator.answers.case_facts import CaseFacts
from emulator.extract.sources import all_text, documents


class SeenStay(msgspec.Struct, frozen=True):
    """A stay in hospital; "" where unknown."""

    hospital: str
    admitted: str
    discharged: str


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of a case; "" and () where unknown. Dates are ISO."""

    is_hebrew: bool
    name: str = ""
    born: str = ""
    id_number: str = ""
    account: str = ""
    onset: str = ""
    diagnosis: str = ""
    conditions: tuple[str, ...] = ()
    stays: tuple[SeenStay, ...] = ()
    physician: str = ""
    employer: str = ""
    job_ended: str = ""
    at_work: bool = False
    waiver: bool = False
    lacks_mri: bool = False

    def say(self, *, hebrew: str, english: str) -> str:
        """The sentence in the language of the case."""
        return hebrew if self.is_hebrew else english

    def day(self, iso: str) -> str:
        """A date as the case's readers write it: dd/mm/yyyy in Hebrew, ISO in English."""
        if not self.is_hebrew or len(iso) != len("2026-01-31"):
            return iso
        return date.fromisoformat(iso).strftime("%d/%m/%Y")


def view_of_facts(facts: CaseFacts) -> CaseView:
    """What the texts tell."""
    papers = all_text(documents(facts.sources))
    newest = facts.jobs[0] if facts.jobs else {}
    return CaseView(
        is_hebrew=facts.is_hebrew,
        name=str(facts.value("full_name")),
        born=str(facts.value("date_of_birth")),
        id_number=str(facts.value("id_number")),
        account=str(facts.value("account_number")),
        onset=str(facts.value("disability_start_date")),
        diagnosis=str(facts.diagnoses[0].value) if facts.diagnoses else "",
        conditions=tuple(facts.conditions),
        stays=_stays([{name: found.value for name, found in stay.items()} for stay in facts.stays]),
        physician=str(facts.physicians[0]["name"].value) if facts.physicians else "",
        employer=str(newest["employer_name"].value) if "employer_name" in newest else "",
        job_ended=str(newest["end_date"].value) if "end_date" in newest else "",
        at_work=facts.work_accident is not None,
        waiver=facts.waiver_accepted,
        lacks_mri="MRI" in all_text(facts.sources) and "פענוח MRI" not in papers and "MRI report" not in papers,
    )


def view_of_form(form: Mapping[str, Any], *, is_hebrew: bool) -> CaseView:
    """What a filled form tells."""
    person, bank, disability = (_part(form, name) for name in ("personal_info", "bank_details", "disability_info"))
    jobs = _entries(_part(form, "employment_history"), "employment_records")
    physicians = _entries(disability, "treating_physicians")
    newest = jobs[0] if jobs else {}
    return CaseView(
        is_hebrew=is_hebrew,
        name=_text(person, "full_name"),
        born=_text(person, "date_of_birth"),
        id_number=_text(person, "id_number"),
        account=_text(bank, "account_number"),
        onset=_text(disability, "disability_start_date"),
        diagnosis=_text(disability, "primary_disability_description"),
        conditions=tuple(name for name, there in _part(disability, "disability_types").items() if there is True),
        stays=_stays(_entries(disability, "hospitalizations")),
        physician=_text(physicians[0], "name") if physicians else "",
        employer=_text(newest, "employer_name"),
        job_ended=_text(newest, "end_date"),
        waiver=_part(form, "medical_waiver").get("waiver_accepted") is True,
    )


def _stays(stays: Sequence[Mapping[str, Any]]) -> tuple[SeenStay, ...]:
    return tuple(
        SeenStay(_text(stay, "hospital_name"), _text(stay, "admission_date"), _text(stay, "discharge_date"))
        for stay in stays
    )


def _part(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = holder.get(name)
    return part if isinstance(part, Mapping) else {}


def _entries(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    entries = holder.get(name)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return "" if value is None else str(value)
