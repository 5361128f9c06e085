"""What is a complete form 7801? The pydantic types of the form in a result; imported when a job runs.

The part that sources can fill is `ExtractedForm`; everything else is fixed or computed by code, so no answer of a model
can set it. Unknown is empty: "", 0, false, [].
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from chalicelib.analyses.document_analysis_form7801.fields import (
    AccountType,
    ClinicType,
    EmploymentType,
    Gender,
    MaritalStatus,
)


class _Exact(BaseModel):
    """A shape that takes nothing but its own members, all of them."""

    model_config = ConfigDict(extra="forbid")


class PersonalInfo(_Exact):
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


class EmploymentRecord(_Exact):
    """One job the claimant had."""

    employer_name: str
    start_date: str
    end_date: str
    monthly_salary_gross: float
    position_title: str
    employment_type: EmploymentType


class ExtractedEmployment(_Exact):
    """All jobs named in the sources."""

    employment_records: list[EmploymentRecord]


class DisabilityTypes(_Exact):
    """What the claimant has; family history, suspicion and negation are false."""

    chronic_pain: bool
    limited_mobility: bool
    fibromyalgia: bool
    anxiety: bool
    depression: bool
    back_problems: bool
    joint_problems: bool
    neurological_disorder: bool
    mental_disorder: bool
    hearing_impairment: bool
    vision_impairment: bool
    heart_disease: bool
    respiratory_disease: bool
    kidney_disease: bool
    diabetes: bool
    cancer: bool
    other: bool


class Physician(_Exact):
    """One physician who treats the claimant."""

    physician_id: str
    name: str
    specialty: str
    clinic_name: str
    clinic_type: ClinicType
    phone: str
    last_visit_date: str


class Hospitalization(_Exact):
    """One stay in a hospital."""

    hospitalization_id: str
    hospital_name: str
    department: str
    admission_date: str
    discharge_date: str
    reason_for_admission: str
    length_of_stay_days: int


class ExtractedDisability(_Exact):
    """What the claim is about."""

    disability_types: DisabilityTypes
    disability_start_date: str
    primary_disability_description: str
    treating_physicians: list[Physician]
    hospitalizations: list[Hospitalization]


class BankDetails(_Exact):
    """Where a pension would be paid to."""

    bank_name: str
    bank_code: str
    iban: str
    branch_number: str
    account_number: str
    account_holder_name: str
    account_type: AccountType


class ExtractedWaiver(_Exact):
    """The waiver of medical confidentiality."""

    waiver_accepted: bool
    waiver_date: str


class ExtractedForm(_Exact):
    """The part of the form that sources can fill."""

    personal_info: PersonalInfo
    employment_history: ExtractedEmployment
    disability_info: ExtractedDisability
    bank_details: BankDetails
    medical_waiver: ExtractedWaiver


class PersonalInfoSection(PersonalInfo):
    """The section as it stands in the form."""

    section_confirmed: Literal[False] = False


class EmploymentSection(ExtractedEmployment):
    """The section as it stands in the form."""

    total_employment_months: int
    section_confirmed: Literal[False] = False


class DisabilitySection(ExtractedDisability):
    """The section as it stands in the form."""

    section_confirmed: Literal[False] = False


class BankSection(BankDetails):
    """The section as it stands in the form."""

    section_confirmed: Literal[False] = False


class WaiverSection(ExtractedWaiver):
    """The section as it stands in the form."""

    waiver_version: Literal["1.0"] = "1.0"
    section_confirmed: Literal[False] = False


class FormMetadata(_Exact):
    """What code says about the form. Times are UTC, `2026-06-10T09:30:00.000000Z`; the confidence is 0.00 to 1.00."""

    all_sections_confirmed: Literal[False] = False
    completion_percentage: int
    created_at: str
    updated_at: str
    submitted_at: Literal[""] = ""
    case_id: str
    user_id: str
    language: Literal["hebrew", "english"]
    document_extraction_confidence: float


class Form7801(_Exact):
    """The complete form, as it stands in the result."""

    form_version: Literal["1.0"] = "1.0"
    submission_date: Literal[""] = ""
    form_status: Literal["draft"] = "draft"
    personal_info: PersonalInfoSection
    employment_history: EmploymentSection
    disability_info: DisabilitySection
    bank_details: BankSection
    medical_waiver: WaiverSection
    metadata: FormMetadata
