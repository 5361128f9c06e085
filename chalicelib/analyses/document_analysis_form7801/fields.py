"""Which fields can sources fill, and what is each? The form's leaves as paths, and how to read and replace them.

A form is a `form.Form`. A path names one leaf, such as
`employment_history.employment_records[0].end_date`; its pattern has no numbers, `….employment_records[].end_date`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Literal, TypeVar, get_args

import msgspec

JsonForm = dict[str, Any]
"""A form as it is in a result or an answer, with more members than `form.Form` has."""
AnyForm = TypeVar("AnyForm", bound=Mapping[str, object])

Gender = Literal["זכר", "נקבה", "אחר", ""]
MaritalStatus = Literal["single", "married", "divorced", "widowed", ""]
EmploymentType = Literal["full_time", "part_time", "self_employed", "other", ""]
ClinicType = Literal["private", "public", "hmo", ""]
AccountType = Literal["checking", "savings", "other", ""]

EMPLOYMENT: Final = "employment_history.employment_records"
PHYSICIANS: Final = "disability_info.treating_physicians"
HOSPITALIZATIONS: Final = "disability_info.hospitalizations"
LISTS: Final = (EMPLOYMENT, PHYSICIANS, HOSPITALIZATIONS)
DISABILITY_TYPES: Final = "disability_info.disability_types"


class Kind(StrEnum):
    """What a field holds, and so how it is normalised, checked and compared with its quote."""

    TEXT = "text"
    NAME = "name"
    DATE = "date"
    ID = "id"
    PHONE = "phone"
    POSTAL_CODE = "postal_code"
    EMAIL = "email"
    BANK_NUMBER = "bank_number"
    ACCOUNT = "account"
    IBAN = "iban"
    REFERENCE = "reference"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"


_RECORD = f"{EMPLOYMENT}[]."
_PHYSICIAN = f"{PHYSICIANS}[]."
_STAY = f"{HOSPITALIZATIONS}[]."
DISABILITY_NAMES = (
    *("chronic_pain", "limited_mobility", "fibromyalgia", "anxiety", "depression", "back_problems", "joint_problems"),
    *("neurological_disorder", "mental_disorder", "hearing_impairment", "vision_impairment", "heart_disease"),
    *("respiratory_disease", "kidney_disease", "diabetes", "cancer", "other"),
)

FIELDS: Mapping[str, Kind] = MappingProxyType(
    {
        "personal_info.id_number": Kind.ID,
        "personal_info.full_name": Kind.NAME,
        "personal_info.date_of_birth": Kind.DATE,
        "personal_info.gender": Kind.CHOICE,
        "personal_info.marital_status": Kind.CHOICE,
        "personal_info.number_of_children": Kind.NUMBER,
        "personal_info.address": Kind.NAME,
        "personal_info.city": Kind.NAME,
        "personal_info.postal_code": Kind.POSTAL_CODE,
        "personal_info.phone": Kind.PHONE,
        "personal_info.email": Kind.EMAIL,
        f"{_RECORD}employer_name": Kind.NAME,
        f"{_RECORD}start_date": Kind.DATE,
        f"{_RECORD}end_date": Kind.DATE,
        f"{_RECORD}monthly_salary_gross": Kind.NUMBER,
        f"{_RECORD}position_title": Kind.NAME,
        f"{_RECORD}employment_type": Kind.CHOICE,
        **{f"{DISABILITY_TYPES}.{name}": Kind.FLAG for name in DISABILITY_NAMES},
        "disability_info.disability_start_date": Kind.DATE,
        "disability_info.primary_disability_description": Kind.TEXT,
        f"{_PHYSICIAN}physician_id": Kind.REFERENCE,
        f"{_PHYSICIAN}name": Kind.NAME,
        f"{_PHYSICIAN}specialty": Kind.TEXT,
        f"{_PHYSICIAN}clinic_name": Kind.TEXT,
        f"{_PHYSICIAN}clinic_type": Kind.CHOICE,
        f"{_PHYSICIAN}phone": Kind.PHONE,
        f"{_PHYSICIAN}last_visit_date": Kind.DATE,
        f"{_STAY}hospitalization_id": Kind.REFERENCE,
        f"{_STAY}hospital_name": Kind.NAME,
        f"{_STAY}department": Kind.TEXT,
        f"{_STAY}admission_date": Kind.DATE,
        f"{_STAY}discharge_date": Kind.DATE,
        f"{_STAY}reason_for_admission": Kind.TEXT,
        f"{_STAY}length_of_stay_days": Kind.NUMBER,
        "bank_details.bank_name": Kind.NAME,
        "bank_details.bank_code": Kind.BANK_NUMBER,
        "bank_details.iban": Kind.IBAN,
        "bank_details.branch_number": Kind.BANK_NUMBER,
        "bank_details.account_number": Kind.ACCOUNT,
        "bank_details.account_holder_name": Kind.NAME,
        "bank_details.account_type": Kind.CHOICE,
        "medical_waiver.waiver_accepted": Kind.FLAG,
        "medical_waiver.waiver_date": Kind.DATE,
    }
)

RECORDS: Mapping[str, Mapping[str, Kind]] = MappingProxyType(
    {
        record: {
            name: kind for path, kind in FIELDS.items() for owner, _, name in [path.rpartition(".")] if owner == record
        }
        for record in dict.fromkeys(path.rpartition(".")[0] for path in FIELDS)
    }
)
"""The same by record: a section's path, or a list's with "[]"; then by name."""

COMPUTED_PATTERNS: Final = frozenset({f"{_STAY}length_of_stay_days"})
"""Leaves that a model may read but that code sets: they need no evidence."""

WHOLE_NUMBERS: Final = frozenset({"personal_info.number_of_children", *COMPUTED_PATTERNS})
"""Numbers without decimals."""

_CHOICES: Mapping[str, Any] = MappingProxyType(
    {
        "personal_info.gender": Gender,
        "personal_info.marital_status": MaritalStatus,
        f"{_RECORD}employment_type": EmploymentType,
        f"{_PHYSICIAN}clinic_type": ClinicType,
        "bank_details.account_type": AccountType,
    }
)

_STEP = re.compile(r"([a-z_0-9]+)|\[(\d+)\]")
_INDEX = re.compile(r"\[\d+\]")
_LEGAL = re.compile(r"[a-z][a-z_0-9]*(\[\d+\])?(\.[a-z][a-z_0-9]*(\[\d+\])?)*")


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one form."""

    path: str
    kind: Kind
    value: Any

    @property
    def pattern(self) -> str:
        """The path without numbers."""
        return pattern_of(self.path)

    @property
    def is_filled(self) -> bool:
        """False for what stands for unknown: "", 0 and false."""
        return is_filled(self.value)


def choices(pattern: str) -> frozenset[str]:
    """What a field of Kind.CHOICE may hold, "" included."""
    return frozenset(get_args(_CHOICES[pattern]))


def is_filled(value: Any) -> bool:
    """False for what stands for unknown: "", blanks, 0, false, [] and None."""
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def displayed(value: Any) -> str:
    """A field's value in a message: 9400.0 is written as 9,400."""
    if isinstance(value, float) and value.is_integer():
        return f"{int(value):,}"
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def leaves(form: Mapping[str, object]) -> Iterator[Leaf]:
    """Every field of the form, filled or not, in the form's order."""
    for pattern, kind in FIELDS.items():
        list_path, separator, name = pattern.partition("[].")
        if not separator:
            yield Leaf(path=pattern, kind=kind, value=value_at(form, pattern))
            continue
        for index, item in enumerate(value_at(form, list_path)):
            yield Leaf(path=f"{list_path}[{index}].{name}", kind=kind, value=item[name])


def mapped(form: AnyForm, change: Callable[[Leaf], Any]) -> AnyForm:
    """A new form in which every field's value is what `change` makes of it."""
    new = copy.deepcopy(form)
    for leaf in leaves(form):
        _put(new, leaf.path, change(leaf))
    return new


def with_value(form: AnyForm, path: str, value: Any) -> AnyForm:
    """A new form with one field replaced."""
    new = copy.deepcopy(form)
    _put(new, path, value)
    return new


def value_at(form: Mapping[str, object], path: str) -> Any:
    """What is at the path, leaf or not. Raises: LookupError when the form has no such place."""
    place: Any = form
    for step in _steps(path):
        place = place[step]
    return place


def pattern_of(path: str) -> str:
    """The path with its numbers taken out: `…employment_records[].start_date`."""
    return _INDEX.sub("[]", path)


def canonical_path(text: str) -> str | None:
    """A path as a model may write it (`form_7801.personal_info.city`, `…records.0.end_date`); None: it is none."""
    path = re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", text.strip().removeprefix("$.").removeprefix("form_7801."))
    return path if _LEGAL.fullmatch(path) else None


def _put(form: Mapping[str, object], path: str, value: Any) -> None:
    *parents, last = _steps(path)
    place: Any = form
    for step in parents:
        place = place[step]
    place[last] = value


def _steps(path: str) -> list[str | int]:
    return [name or int(index) for name, index in _STEP.findall(path)]
