"""The part of form 7801 that sources can fill, as the analysis holds it: the JSON of `schema.ExtractedForm`, typed.

Unknown is empty: "", 0, false, []. Paths into it (`fields`) are for evidence and issues, which name their field so.
"""

from __future__ import annotations

from typing import TypedDict

from chalicelib.analyses.document_analysis_form7801.fields import (
    AccountType,
    ClinicType,
    EmploymentType,
    Gender,
    MaritalStatus,
)


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
