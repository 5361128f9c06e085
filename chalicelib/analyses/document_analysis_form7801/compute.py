"""What does code compute for the form? Months, days, shares, order and everything fixed; never the model."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.checks import day_of, first_possible_day
from chalicelib.analyses.document_analysis_form7801.fields import (
    COMPUTED_PATTERNS,
    EMPLOYMENT,
    HOSPITALIZATIONS,
    PHYSICIANS,
    is_filled,
    leaves,
)
from chalicelib.analyses.document_analysis_form7801.form import CompleteForm, Form, checked, lists_of
from chalicelib.analyses.kit.issues import Issue

SORTED_BY = {EMPLOYMENT: "start_date", PHYSICIANS: "last_visit_date", HOSPITALIZATIONS: "admission_date"}
_MONTHS = "employment_history.total_employment_months"
WORK_CODES = frozenset({"employment_end_unclear", "employment_end_missing"})
"""The codes of `employment_issues`."""

_MONTHS_A_YEAR = 12
_HEBREW = re.compile("[א-ת]+")
_LATIN = re.compile("[A-Za-z]+")
_GOES_ON = re.compile(
    r"(?:עד )?(?:ה?יום|כיום|עכשיו|עדיין|היום)|(?:to |until )?(?:today|now|present|current)", re.IGNORECASE
)


class Sorted(msgspec.Struct, frozen=True, kw_only=True):
    """A form with its lists in order. `moved` maps the path of each list item to where it is now."""

    form: Form
    moved: Mapping[str, str]

    def path(self, before: str) -> str:
        """Where a path of the unsorted form points in the sorted one."""
        for old, new in self.moved.items():
            if before == old or before.startswith(old + "."):
                return new + before.removeprefix(old)
        return before


def sorted_form(form: Form) -> Sorted:
    """Employment by start, physicians by last visit, hospital stays by admission: newest first, undated ones last."""
    new = copy.deepcopy(form)
    moved: dict[str, str] = {}
    for path, key in SORTED_BY.items():
        items = lists_of(new)[path]
        order = sorted(
            range(len(items)), key=lambda index: first_possible_day(items[index][key]) or date.min, reverse=True
        )
        moved.update({f"{path}[{old}]": f"{path}[{place}]" for place, old in enumerate(order)})
        items[:] = [items[index] for index in order]
    return Sorted(form=new, moved=moved)


def employment_months(records: Iterable[Mapping[str, Any]], *, today: date) -> int:
    """Distinct calendar months touched by any record, up to today.

    A record without an end goes on until today, one whose end cannot be read until the first day that it could mean, at
    least through the month of its start; one without a start, or that ends before it starts, touches none.
    """
    months: set[int] = set()
    for record in records:
        start, end = day_of(record["start_date"]), _end_of(record, today)
        if start and end is None:
            end = start
        if start and end and start <= end:
            months.update(range(_month_number(start), _month_number(min(end, today)) + 1))
    return len(months)


def employment_issues(form: Form, *, today: date) -> list[Issue]:
    """An issue for each record whose dates do not say exactly which months it touches.

    A missing end is one only where a disability began after the start: the claimant may have stopped since.
    """
    issues = []
    onset = day_of(form["disability_info"]["disability_start_date"])
    for index, record in enumerate(form["employment_history"]["employment_records"]):
        end, start = str(record["end_date"]).strip(), day_of(record["start_date"])
        if start is None:
            continue
        if end and day_of(end) is None and not _GOES_ON.fullmatch(end):
            message = f"Record {index + 1} ends on {end}, no full date: only the months that are certain are counted."
            issues.append(
                Issue(
                    field=_MONTHS,
                    code="employment_end_unclear",
                    message=message,
                    params={"record": index + 1, "end": end},
                )
            )
        elif not end and onset and start < onset:
            message = f"Record {index + 1} has no end: its months are counted until {today.isoformat()}."
            issues.append(
                Issue(field=_MONTHS, code="employment_end_missing", message=message, params={"record": index + 1})
            )
    return issues


def _end_of(record: Mapping[str, Any], today: date) -> date | None:
    end = str(record["end_date"]).strip()
    return today if not end or _GOES_ON.fullmatch(end) else first_possible_day(end)


def stay_days(stay: Mapping[str, Any]) -> int | None:
    """Days from admission to discharge; None when either is unknown or they are out of order."""
    admission, discharge = day_of(stay["admission_date"]), day_of(stay["discharge_date"])
    return (discharge - admission).days if admission and discharge and admission <= discharge else None


def with_stays_computed(form: Form) -> tuple[Form, list[Issue]]:
    """The form with every length of stay as it follows from its dates, 0 where it does not follow, and an issue where
    another one was stated."""
    new = copy.deepcopy(form)
    issues = []
    for index, stay in enumerate(new["disability_info"]["hospitalizations"]):
        stated, computed = stay["length_of_stay_days"], stay_days(stay)
        path = f"{HOSPITALIZATIONS}[{index}].length_of_stay_days"
        if stated and computed is None:
            message = f"{stated} days are stated, but the dates do not give a length; it was left open."
            issues.append(Issue(field=path, code="length_not_computable", message=message, params={"stated": stated}))
        elif stated and stated != computed:
            message = f"{stated} days are stated; from admission to discharge it is {computed}."
            issues.append(
                Issue(
                    field=path,
                    code="computed_differently",
                    message=message,
                    params={"stated": stated, "computed": computed or 0},
                )
            )
        stay["length_of_stay_days"] = computed or 0
    return new, issues


def completion_percentage(form: Form) -> int:
    """Filled ÷ all, in whole percent: 11 personal and 7 bank fields, onset, description, and whether there is an
    employment record and a physician."""
    disability = form["disability_info"]
    counted: list[object] = [*form["personal_info"].values(), *form["bank_details"].values()]
    counted += [disability["disability_start_date"], disability["primary_disability_description"]]
    counted += [form["employment_history"]["employment_records"], disability["treating_physicians"]]
    return round(100 * sum(is_filled(value) for value in counted) / len(counted))


def fields_to_ground(form: Form) -> list[str]:
    """Paths of the filled fields that a source must stand behind: all but those that code computes."""
    return [leaf.path for leaf in leaves(form) if leaf.is_filled and leaf.pattern not in COMPUTED_PATTERNS]


def confidence(form: Form, grounded: Iterable[str]) -> float:
    """0.00 to 1.00: the share of the filled fields among the `grounded` paths; 0 when nothing is filled."""
    filled = fields_to_ground(form)
    return round(len(set(filled) & set(grounded)) / len(filled), 2) if filled else 0.0


def complete_form(
    form: Form,
    *,
    grounded: Iterable[str],
    today: date,
    language: str,
    case_id: str,
    user_id: str,
    created_at: str,
    updated_at: str,
) -> CompleteForm:
    """The complete form 7801 as JSON: what was extracted, with all that code computes and fixes around it.

    `user_id` is the case's owner; times are UTC strings.
    Raises: ValueError when `form` has another shape: a defect.
    """
    months = employment_months(form["employment_history"]["employment_records"], today=today)
    open_section = {"section_confirmed": False}
    return checked(
        {
            **form,
            "form_version": "1.0",
            "submission_date": "",
            "form_status": "draft",
            "personal_info": {**form["personal_info"], **open_section},
            "employment_history": {
                **form["employment_history"],
                "total_employment_months": months,
                **open_section,
            },
            "disability_info": {**form["disability_info"], **open_section},
            "bank_details": {**form["bank_details"], **open_section},
            "medical_waiver": {**form["medical_waiver"], "waiver_version": "1.0", **open_section},
            "metadata": {
                "all_sections_confirmed": False,
                "completion_percentage": completion_percentage(form),
                "created_at": created_at,
                "updated_at": updated_at,
                "submitted_at": "",
                "case_id": case_id,
                "user_id": user_id,
                "language": language,
                "document_extraction_confidence": confidence(form, grounded),
            },
        }
    )


def language_of(text: str) -> str:
    """ "hebrew" or "english": whichever has more letters in the sources; "hebrew" when there are none."""
    hebrew, latin = (sum(map(len, letters.findall(text))) for letters in (_HEBREW, _LATIN))
    return "english" if latin > hebrew else "hebrew"


def _month_number(day: date) -> int:
    return day.year * _MONTHS_A_YEAR + day.month
