"""What is wrong with the form's values? Every check that code can make; a value that fails stays and gets an issue."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from chalicelib.analyses.document_analysis_form7801 import israeli
from chalicelib.analyses.document_analysis_form7801.fields import (
    EMPLOYMENT,
    HOSPITALIZATIONS,
    Kind,
    Leaf,
    leaves,
)
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.kit.issues import Issue

ADULT_YEARS = 18

_PART_OF_DATE = re.compile(r"((?:19|20)[0-9]{2})(?:-([0-9]{2}))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_NEVER_FUTURE = re.compile(
    r"personal_info\.date_of_birth|disability_info\.disability_start_date|medical_waiver\.waiver_date"
    r"|employment_history\..*\.(?:start|end)_date"
    r"|disability_info\..*\.(?:last_visit_date|admission_date|discharge_date)"
)
_CODES = {
    Kind.ID: ("id_number_invalid", "is no valid Israeli identity number: its check digit is wrong"),
    Kind.PHONE: ("phone_invalid", "is no Israeli mobile or landline number"),
    Kind.POSTAL_CODE: ("postal_code_invalid", "is no postal code of 7 digits"),
    Kind.EMAIL: ("email_invalid", "is no e-mail address"),
    Kind.BANK_NUMBER: ("bank_number_invalid", "is no number of at most 3 digits"),
    Kind.IBAN: ("iban_invalid", "is no valid IBAN: its check digits or its length are wrong"),
    Kind.DATE: ("date_invalid", "is no full date"),
    Kind.NUMBER: ("number_invalid", "is negative, or more than it can be"),
}

CHECK_CODES = frozenset(
    {
        *(code for code, _ in _CODES.values()),
        *("date_incomplete", "date_in_future", "claimant_not_adult", "date_before_birth"),
        *("dates_out_of_order", "iban_differs"),
    }
)
"""The codes of `check_form`."""

_MOST: Mapping[str, float] = {"personal_info.number_of_children": 30, f"{EMPLOYMENT}[].monthly_salary_gross": 1_000_000}
"""More is another number of the page, or one misread."""

_VERDICTS: dict[Kind, Callable[[Any], bool]] = {
    Kind.ID: lambda value: len(value) == israeli.ID_DIGITS and israeli.is_id_number(value),
    Kind.PHONE: lambda value: israeli.local_phone(value) is not None,
    Kind.POSTAL_CODE: israeli.is_postal_code,
    Kind.EMAIL: lambda value: _EMAIL.fullmatch(value) is not None,
    Kind.BANK_NUMBER: israeli.is_bank_number,
    Kind.IBAN: israeli.is_iban,
    Kind.DATE: lambda value: day_of(value) is not None,
    Kind.NUMBER: lambda value: bool(value >= 0),
}


def check_form(form: Form, *, today: date) -> list[Issue]:
    """An issue for every check that fails, in the form's order. `form` is normalised; `today` the job's day."""
    return [
        *_well_formed(form),
        *_days_in_future(form, today),
        *_life_in_order(form, today),
        *_work_in_order(form),
        *_stays_in_order(form),
        *_bank_in_agreement(form),
    ]


def day_of(value: Any) -> date | None:
    """The day that a date written YYYY-MM-DD names, or None for anything else."""
    try:
        # Python also reads 19840714 and 2018-W36-6, which the form does not know.
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except (TypeError, ValueError):
        return None


def first_possible_day(value: Any) -> date | None:
    """The day that a date names, or the first one of the month (2026-05) or the year (2020) that it names."""
    match = _PART_OF_DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return day_of(value)
    month = int(match[2] or 1)
    return date(int(match[1]), month, 1) if 1 <= month <= 12 else None


def age_on(birth: date, day: date) -> int:
    """Full years from birth to a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _well_formed(form: Form) -> Iterator[Issue]:
    for leaf in leaves(form):
        if leaf.is_filled and leaf.kind in _CODES and not _is_possible(leaf):
            if leaf.kind is Kind.DATE and "-" in leaf.value and first_possible_day(leaf.value):
                message = f"{leaf.value} is no full date; the day was not found."
                yield Issue(field=leaf.path, code="date_incomplete", message=message, params={"value": leaf.value})
                continue
            code, what = _CODES[leaf.kind]
            yield Issue(field=leaf.path, code=code, message=f"{leaf.value} {what}.", params={"value": leaf.value})


def _is_possible(leaf: Leaf) -> bool:
    return _VERDICTS[leaf.kind](leaf.value) and not (leaf.pattern in _MOST and leaf.value > _MOST[leaf.pattern])


def _days_in_future(form: Form, today: date) -> Iterator[Issue]:
    for leaf in leaves(form):
        day = day_of(leaf.value) if leaf.kind is Kind.DATE else None
        if day and day > today and _NEVER_FUTURE.fullmatch(leaf.path):
            message = f"{leaf.value} lies after the day of the analysis, {today.isoformat()}."
            yield Issue(field=leaf.path, code="date_in_future", message=message, params={"value": leaf.value})


def _life_in_order(form: Form, today: date) -> Iterator[Issue]:
    birth = day_of(form["personal_info"]["date_of_birth"])
    if birth is None:
        return
    if birth <= today and age_on(birth, today) < ADULT_YEARS:
        message = f"Born on {birth.isoformat()}, the claimant is not yet {ADULT_YEARS} on {today.isoformat()}."
        yield Issue(field="personal_info.date_of_birth", code="claimant_not_adult", message=message)
    for leaf in leaves(form):
        day = day_of(leaf.value) if leaf.kind is Kind.DATE else None
        if day is None or leaf.path == "personal_info.date_of_birth":
            continue
        # A disability may begin with birth; all else comes after it.
        if day < birth or (day == birth and leaf.path != "disability_info.disability_start_date"):
            message = f"{leaf.value} is not after the date of birth, {birth.isoformat()}."
            yield Issue(field=leaf.path, code="date_before_birth", message=message, params={"value": leaf.value})


def _work_in_order(form: Form) -> Iterator[Issue]:
    for index, record in enumerate(form["employment_history"]["employment_records"]):
        yield from _ordered(record, "start_date", "end_date", path=f"{EMPLOYMENT}[{index}]", what="The work")


def _stays_in_order(form: Form) -> Iterator[Issue]:
    for index, stay in enumerate(form["disability_info"]["hospitalizations"]):
        path = f"{HOSPITALIZATIONS}[{index}]"
        yield from _ordered(stay, "admission_date", "discharge_date", path=path, what="The stay in hospital")


def _ordered(item: Mapping[str, Any], first: str, last: str, *, path: str, what: str) -> Iterator[Issue]:
    start, end = day_of(item[first]), day_of(item[last])
    if start and end and end < start:
        message = f"{what} ends on {end.isoformat()}, before it begins on {start.isoformat()}."
        yield Issue(field=f"{path}.{last}", code="dates_out_of_order", message=message)


def _bank_in_agreement(form: Form) -> Iterator[Issue]:
    bank = form["bank_details"]
    parts = israeli.iban_account(bank["iban"]) if israeli.is_iban(bank["iban"]) else None
    if parts is None:
        return
    stated = {
        "bank_code": bank["bank_code"],
        "branch_number": bank["branch_number"],
        "account_number": bank["account_number"],
    }
    for (name, value), in_iban in zip(stated.items(), parts, strict=True):
        elsewhere = re.sub(r"\D", "", value).lstrip("0")
        if elsewhere and elsewhere != in_iban:
            message = f"The IBAN holds {in_iban}, the form {value}."
            yield Issue(field=f"bank_details.{name}", code="iban_differs", message=message)
