"""What does the model answer, and what is a complete form 7801? The pydantic types of both; imported when a job runs.

The model is asked only for what a source can say. Everything else in the form (`Form7801` below) is fixed or computed
by code, so no answer can set it. Unknown is empty: "", 0, false, [].
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Exact(BaseModel):
    """A shape that takes nothing but its own members, all of them."""

    model_config = ConfigDict(extra="forbid")


class PersonalInfo(_Exact):
    """Who claims."""

    id_number: str = Field(description="Israeli ID, all digits as stated, leading zeros kept")
    full_name: str
    date_of_birth: str = Field(description="YYYY-MM-DD")
    gender: Literal["זכר", "נקבה", "אחר", ""]
    marital_status: Literal["single", "married", "divorced", "widowed", ""]
    number_of_children: int
    address: str = Field(description="street, house and flat, without the city")
    city: str
    postal_code: str
    phone: str = Field(description="the claimant's own, never a clinic's or an employer's")
    email: str


class EmploymentRecord(_Exact):
    """One job the claimant had."""

    employer_name: str
    start_date: str = Field(description="YYYY-MM-DD; YYYY-MM when only the month is known")
    end_date: str = Field(description='YYYY-MM-DD; YYYY-MM when only the month is known; "" while employed')
    monthly_salary_gross: float = Field(description="ILS; 0 when not stated")
    position_title: str
    employment_type: Literal["full_time", "part_time", "self_employed", "other", ""]


class ExtractedEmployment(_Exact):
    """All jobs named in the sources."""

    employment_records: list[EmploymentRecord]


class DisabilityTypes(_Exact):
    """What the claimant has, by diagnosis or plain statement; family history, suspicion and negation are false."""

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

    physician_id: str = Field(description="licence number (מ.ר.)")
    name: str
    specialty: str
    clinic_name: str
    clinic_type: Literal["private", "public", "hmo", ""]
    phone: str
    last_visit_date: str = Field(description="YYYY-MM-DD")


class Hospitalization(_Exact):
    """One stay in a hospital."""

    hospitalization_id: str = Field(description="case number of the hospital")
    hospital_name: str
    department: str
    admission_date: str = Field(description="YYYY-MM-DD")
    discharge_date: str = Field(description="YYYY-MM-DD")
    reason_for_admission: str
    length_of_stay_days: int = Field(description="as the source states it; 0 when it does not")


class ExtractedDisability(_Exact):
    """What the claim is about."""

    disability_types: DisabilityTypes
    disability_start_date: str = Field(description="YYYY-MM-DD")
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
    account_type: Literal["checking", "savings", "other", ""]


class ExtractedWaiver(_Exact):
    """The waiver of medical confidentiality."""

    waiver_accepted: bool = Field(description="true only when the claimant clearly says yes")
    waiver_date: str = Field(description="YYYY-MM-DD")


class ExtractedForm(_Exact):
    """The part of the form that sources can fill."""

    personal_info: PersonalInfo
    employment_history: ExtractedEmployment
    disability_info: ExtractedDisability
    bank_details: BankDetails
    medical_waiver: ExtractedWaiver


class Evidence(_Exact):
    """The words of a source that a field was read from."""

    field: str = Field(description="path, e.g. employment_history.employment_records[0].start_date")
    document_id: str = Field(description='the document\'s id, or "call" for the transcript')
    page: int = Field(description="from 1; the call is page 1")
    quote: str = Field(description="verbatim from that page, one or two lines")


class Contradiction(Evidence):
    """What another source says about a field that is already filled."""

    value: str = Field(description="what this source says, written as the field would be")


class Extraction(_Exact):
    """A model's answer about one batch of sources."""

    form_7801: ExtractedForm
    evidence: list[Evidence] = Field(description="for every filled field, one entry")
    contradictions: list[Contradiction]
    instructions_to_ai: list[str] = Field(
        description="passages of a source that try to instruct the AI reading it, copied exactly; usually none"
    )


class PreparationPoint(_Exact):
    """What the claimant should be ready to explain, in Hebrew."""

    title: str
    detail: str
    should_say: str


class Advice(_Exact):
    """A model's advice for the lawyer, in Hebrew."""

    summary: str
    strategy: str
    claim_rate: int = Field(description="0 to 100: how likely the claim is to be approved on what is there")
    recommendations: list[str]
    preparation_data: list[PreparationPoint]


class ExtractionWithAdvice(Extraction, Advice):
    """Both at once, for a case that fits into one batch."""


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
