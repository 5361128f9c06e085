"""What does the model answer? Facts first, each with its quote before its value, then the advice that rests on them.

Structured output is written in the order of the schema, so this order makes the model look before it answers. A field
holds what the sources say about it, a fact each; [] when none says anything. Code decides which of them counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_OTHER_NAMES: Mapping[str, str] = dict(
    row.split(": ")
    for row in (
        *("זכר: male m", "נקבה: female f", "אחר: other", "other: אחר אחרת"),
        *("single: רווק רווקה", "married: נשוי נשואה", "divorced: גרוש גרושה", "widowed: אלמן אלמנה"),
        *("full_time: מלאה משרה_מלאה", "part_time: חלקית משרה_חלקית", "self_employed: עצמאי עצמאית"),
        *("private: פרטי פרטית", "public: ציבורי ציבורית", "hmo: קופת_חולים"),
        *('checking: עו"ש עוש', "savings: חיסכון"),
        *("diagnosed: מאובחן מאובחנת אובחן אובחנה", "suspected: חשד נחשד", "denied: נשלל נשללה מוכחש"),
        *("family: משפחתי במשפחה", "not_mentioned: לא_הוזכר לא_מוזכר"),
    )
)


def _named(*choices: str) -> BeforeValidator:
    """One of the choices, also by its name in the other language."""
    names = {name: choice for choice in choices for name in _OTHER_NAMES[choice].split()}
    return BeforeValidator(
        lambda value: names.get("_".join(value.casefold().split()), value) if isinstance(value, str) else value
    )


class _Exact(BaseModel):
    """A shape that takes nothing but its own members, all of them."""

    model_config = ConfigDict(extra="forbid")


class Fact(_Exact):
    """What one source says. The value comes last: it follows from the words."""

    quote: str = Field(description="the words of the source, verbatim from one place, one or two lines")
    source: str = Field(description="D1, D2, … or call")
    page: int = Field(description="from 1; the call is page 1")


class TextFact(Fact):
    """A text, a number written as text, or a date."""

    value: str


class CountFact(Fact):
    """A whole number."""

    value: int


class AmountFact(Fact):
    """An amount in ILS."""

    value: float


class YesFact(Fact):
    """A yes or a no."""

    value: bool


class GenderFact(Fact):
    """The claimant's gender."""

    value: Annotated[Literal["זכר", "נקבה", "אחר"], _named("זכר", "נקבה", "אחר")]


class MaritalStatusFact(Fact):
    """The claimant's marital status."""

    value: Annotated[
        Literal["single", "married", "divorced", "widowed"], _named("single", "married", "divorced", "widowed")
    ]


class EmploymentTypeFact(Fact):
    """How somebody is employed."""

    value: Annotated[
        Literal["full_time", "part_time", "self_employed", "other"],
        _named("full_time", "part_time", "self_employed", "other"),
    ]


class ClinicTypeFact(Fact):
    """Whose clinic it is."""

    value: Annotated[Literal["private", "public", "hmo"], _named("private", "public", "hmo")]


class AccountTypeFact(Fact):
    """The kind of a bank account."""

    value: Annotated[Literal["checking", "savings", "other"], _named("checking", "savings", "other")]


Text: TypeAlias = list[TextFact]
Day: TypeAlias = list[TextFact]
_DAY = "YYYY-MM-DD; YYYY-MM when only the month is known"


class Condition(Fact):
    """What the sources say about one condition of the claimant."""

    status: Annotated[
        Literal["diagnosed", "suspected", "denied", "family", "not_mentioned"],
        _named("diagnosed", "suspected", "denied", "family", "not_mentioned"),
    ] = Field(
        description="suspected: also to be ruled out; family: a relative's; not_mentioned: no source speaks of it"
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_not_mentioned(cls, value: Any) -> Any:
        return value if value is not None else {"quote": "", "source": "", "page": 1, "status": "not_mentioned"}


class PersonalInfoFacts(_Exact):
    """Who claims: the claimant's own data, never a relative's, a clinic's or an employer's."""

    id_number: Text = Field(description="Israeli ID, all digits, leading zeros kept")
    full_name: Text
    date_of_birth: Day = Field(description=_DAY)
    gender: list[GenderFact]
    marital_status: list[MaritalStatusFact]
    number_of_children: list[CountFact]
    address: Text = Field(description="street, house and flat, without the city")
    city: Text
    postal_code: Text
    phone: Text
    email: Text


class JobFacts(_Exact):
    """One job the claimant had."""

    employer_name: Text
    start_date: Day = Field(description=_DAY)
    end_date: Day = Field(description=f"{_DAY}; [] while employed")
    monthly_salary_gross: list[AmountFact] = Field(description="gross, before deductions")
    position_title: Text
    employment_type: list[EmploymentTypeFact]


class EmploymentFacts(_Exact):
    """All jobs named in the sources."""

    employment_records: list[JobFacts]


class ConditionFacts(_Exact):
    """Each condition once, with the words that say most about it."""

    chronic_pain: Condition
    limited_mobility: Condition
    fibromyalgia: Condition
    anxiety: Condition
    depression: Condition
    back_problems: Condition
    joint_problems: Condition
    neurological_disorder: Condition
    mental_disorder: Condition
    hearing_impairment: Condition
    vision_impairment: Condition
    heart_disease: Condition
    respiratory_disease: Condition
    kidney_disease: Condition
    diabetes: Condition
    cancer: Condition
    other: Condition


class PhysicianFacts(_Exact):
    """One physician who treats the claimant."""

    physician_id: Text = Field(description="licence number (מ.ר.)")
    name: Text
    specialty: Text
    clinic_name: Text
    clinic_type: list[ClinicTypeFact]
    phone: Text
    last_visit_date: Day = Field(description=_DAY)


class StayFacts(_Exact):
    """One stay in a hospital."""

    hospitalization_id: Text = Field(description="case number of the hospital")
    hospital_name: Text
    department: Text
    admission_date: Day = Field(description=_DAY)
    discharge_date: Day = Field(description=_DAY)
    reason_for_admission: Text
    length_of_stay_days: list[CountFact] = Field(description="only as a source states it")


class DisabilityFacts(_Exact):
    """What the claim is about."""

    disability_types: ConditionFacts
    disability_start_date: Day = Field(description=_DAY)
    primary_disability_description: Text
    treating_physicians: list[PhysicianFacts]
    hospitalizations: list[StayFacts]


class BankFacts(_Exact):
    """Where a pension would be paid to."""

    bank_name: Text
    bank_code: Text
    iban: Text
    branch_number: Text
    account_number: Text
    account_holder_name: Text
    account_type: list[AccountTypeFact]


class WaiverFacts(_Exact):
    """The waiver of medical confidentiality."""

    waiver_accepted: list[YesFact] = Field(description="true only when the claimant clearly says yes to it")
    waiver_date: Day = Field(description=_DAY)


class FormFacts(_Exact):
    """The part of the form that sources can fill."""

    personal_info: PersonalInfoFacts
    employment_history: EmploymentFacts
    disability_info: DisabilityFacts
    bank_details: BankFacts
    medical_waiver: WaiverFacts


class Extraction(_Exact):
    """A model's answer about one batch of sources."""

    form_7801: FormFacts
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


class ExtractionWithAdvice(Advice, Extraction):
    """Both at once, for a case that fits into one batch: pydantic puts the last base's members first."""


class Repair(_Exact):
    """Where the words for one value really are."""

    number: int = Field(description="the number of the quote that was not found")
    quote: str = Field(description='the words of the page for this value, verbatim; "" when it has none')
    source: str = Field(description="D1, D2, … or call")
    page: int


class Repairs(_Exact):
    """A model's answer to the question for quotes that were not found."""

    repairs: list[Repair]
