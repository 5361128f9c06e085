"""Form 7801, typed: the part that sources can fill, as the analysis holds it, and the complete form of a result.

Unknown is empty: "", 0, false, []. Paths into it (`fields`) are for evidence and issues, which name their field so.
What the complete form has more is fixed or computed by code: no answer of a model can set it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict, cast

import msgspec

from chalicelib.analyses.document_analysis_form7801.fields import (
    DISABILITY_NAMES,
    DISABILITY_TYPES,
    LISTS,
    RECORDS,
    AccountType,
    ClinicType,
    EmploymentType,
    Gender,
    MaritalStatus,
)

Record = dict[str, Any]
"""A section or a list item, its fields by name (`fields.RECORDS`)."""


class PersonalInfo(TypedDict):
    """Who claims."""

    id_number: str
    full_name: str
    date_of_birth: str
    gender: Gender
    marital_status: MaritalStatus
    number_of_children: int
    address: str
    city: str
    postal_code: str
    phone: str
    email: str


class EmploymentRecord(TypedDict):
    """One job the claimant had."""

    employer_name: str
    start_date: str
    end_date: str
    monthly_salary_gross: float
    position_title: str
    employment_type: EmploymentType


class EmploymentHistory(TypedDict):
    """All jobs named in the sources."""

    employment_records: list[EmploymentRecord]


class Physician(TypedDict):
    """One physician who treats the claimant."""

    physician_id: str
    name: str
    specialty: str
    clinic_name: str
    clinic_type: ClinicType
    phone: str
    last_visit_date: str


class Hospitalization(TypedDict):
    """One stay in a hospital."""

    hospitalization_id: str
    hospital_name: str
    department: str
    admission_date: str
    discharge_date: str
    reason_for_admission: str
    length_of_stay_days: int


class DisabilityInfo(TypedDict):
    """What the claim is about; the conditions by name."""

    disability_types: dict[str, bool]
    disability_start_date: str
    primary_disability_description: str
    treating_physicians: list[Physician]
    hospitalizations: list[Hospitalization]


class BankDetails(TypedDict):
    """Where a pension would be paid to."""

    bank_name: str
    bank_code: str
    iban: str
    branch_number: str
    account_number: str
    account_holder_name: str
    account_type: AccountType


class MedicalWaiver(TypedDict):
    """The waiver of medical confidentiality."""

    waiver_accepted: bool
    waiver_date: str


class Form(TypedDict):
    """The form."""

    personal_info: PersonalInfo
    employment_history: EmploymentHistory
    disability_info: DisabilityInfo
    bank_details: BankDetails
    medical_waiver: MedicalWaiver


class CompletePersonalInfo(PersonalInfo):
    """Who claims."""

    section_confirmed: bool


class CompleteEmploymentHistory(EmploymentHistory):
    """All jobs named in the sources."""

    total_employment_months: int
    section_confirmed: bool


class CompleteDisabilityInfo(DisabilityInfo):
    """What the claim is about."""

    section_confirmed: bool


class CompleteBankDetails(BankDetails):
    """Where a pension would be paid to."""

    section_confirmed: bool


class CompleteMedicalWaiver(MedicalWaiver):
    """The waiver of medical confidentiality."""

    waiver_version: Literal["1.0"]
    section_confirmed: bool


class FormMetadata(TypedDict):
    """What code says about the form. Times are UTC, `2026-06-10T09:30:00.000000Z`; the confidence is 0.00 to 1.00."""

    all_sections_confirmed: bool
    completion_percentage: int
    created_at: str
    updated_at: str
    submitted_at: Literal[""]
    case_id: str
    user_id: str
    language: Literal["hebrew", "english"]
    document_extraction_confidence: float


class CompleteForm(TypedDict):
    """The form as it is in the result."""

    form_version: Literal["1.0"]
    submission_date: Literal[""]
    form_status: Literal["draft"]
    personal_info: CompletePersonalInfo
    employment_history: CompleteEmploymentHistory
    disability_info: CompleteDisabilityInfo
    bank_details: CompleteBankDetails
    medical_waiver: CompleteMedicalWaiver
    metadata: FormMetadata


def checked(complete: Mapping[str, Any]) -> CompleteForm:
    """The complete form with its types. Raises: ValueError (msgspec's ValidationError is one) for another shape."""
    form = msgspec.convert(complete, CompleteForm, strict=False)  # 2.0 children are 2
    if form != complete or form["disability_info"]["disability_types"].keys() != set(DISABILITY_NAMES):
        raise ValueError("a form has other members than form 7801")
    return form


def lists_of(form: Form) -> Mapping[str, list[Record]]:
    """The form's own lists, by their paths."""
    work, info = form["employment_history"], form["disability_info"]
    lists = (work["employment_records"], info["treating_physicians"], info["hospitalizations"])
    return dict(zip(LISTS, cast(Iterable[list[Record]], lists), strict=True))


def sections_of(form: Form) -> Mapping[str, Record]:
    """The form's own records that are in no list, by their paths."""
    single = {name: section for name, section in form.items() if name in RECORDS}
    return cast(Mapping[str, Record], {**single, DISABILITY_TYPES: form["disability_info"]["disability_types"]})
