"""What texts say in labels: `name: value`, in Hebrew or English. Sentences are not understood."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from emulator.answers.known import Fact, Known
from emulator.answers.sources import Line, Source

_MONTHS = (
    *("ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר", "דצמבר"),
    *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
)
_DATES = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"),
    re.compile(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})"),
    re.compile(rf"(?P<day>\d{{1,2}})\s+ב?(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?,?\s+(?P<year>\d{{4}})", re.IGNORECASE),
)
_VALUE_ENDS = re.compile(r"\s{2,}|\t|\s*[|;]\s*|,?\s+[א-תA-Za-z.\"']+(?: [א-תA-Za-z.\"']+)?:")
_WORDS: Mapping[str, str] = {
    word: meaning
    for meaning, words in (
        ("נקבה", "נקבה female"),
        ("זכר", "זכר male"),
        ("married", "נשוי נשוא married"),
        ("single", "רווק single"),
        ("divorced", "גרוש divorced"),
        ("widowed", "אלמן widow"),
    )
    for word in words.split()
}
Read = Callable[[str], Any]


def find_date(text: str) -> str:
    """The first full date of a text as YYYY-MM-DD, or ""."""
    hits = [match for pattern in _DATES for match in pattern.finditer(text)]
    for match in sorted(hits, key=lambda hit: hit.start()):
        named = match.groupdict()
        month = int(named.get("month") or _MONTHS.index(named["name"].lower()) % 12 + 1)
        try:
            return date(int(named["year"]), month, int(named["day"])).isoformat()
        except ValueError:
            continue
    return ""


def labelled_values(sources: Sequence[Source]) -> Known:
    """The labelled values of the documents and the call; of a field that several name, the first."""
    form: dict[str, Fact] = {}
    items: Counter[str] = Counter()
    for source in sources:
        found: dict[str, Fact] = {}
        for fact in (fact for line in source.lines for fact in _of_line(line)):
            found.setdefault(fact.field, fact)
        there = {section for section, anchors in _ANCHORS.items() if anchors & set(found)}
        items.update(there)
        for field, fact in found.items():
            section, bracket, leaf = field.partition("[]")
            path = f"{section}[{items[section] - 1}]{leaf}" if bracket else field
            if not bracket or section in there:
                form.setdefault(path, msgspec.structs.replace(fact, field=path))
    facts = tuple(form.values())
    return Known(form=facts, findings=_findings(facts), said=_GENERAL_CLAIM, advice=_advice(form))


def _of_line(line: Line) -> Iterator[Fact]:
    for field, (label, read) in _LABELS.items():
        match = label.search(line.text)
        text = _VALUE_ENDS.split(line.text[match.end() :])[0].strip(" .,") if match else ""
        value = read(text) if text else ""
        if value not in ("", None):
            yield Fact(field=field, value=value, source=line.source_id, page=line.page, quote=line.quote(text))


def _findings(form: Sequence[Fact]) -> tuple[Fact, ...]:
    """What is worth recording of it: each its own line."""
    lines = {fact.quote: fact for fact in form if fact.field.startswith(("disability_info.", "employment_history."))}
    return tuple(
        Fact(field="findings", value=f.quote, source=f.source, page=f.page, quote=f.quote) for f in lines.values()
    )


def _advice(form: Mapping[str, Fact]) -> dict[str, Any]:
    name, what = (
        str(form[field].value) if field in form else ""
        for field in ("personal_info.full_name", "disability_info.primary_disability_description")
    )
    summary = " ".join(filter(None, [f"התביעה של {name}." if name else "", f"אבחנה: {what}." if what else ""]))
    return {
        "summary": summary or "בחומר שהתקבל לא נמצאו פרטים.",
        "call_summary": summary or "השיחה לא נותחה: אין בה ערכים מתויגים.",
        "case_summary": summary,
        "risk_assessment": "high - לא נמסרו פרטים",
        "strategy": "להגיש תביעת נכות כללית (בל/7801).",
        "eligibility_assessment": "לא ניתן להעריך.",
        "claim_strength": "weak - labelled values only",
        "claim_rate": 50 if what else 0,
    }


_GENERAL_CLAIM = (
    Fact(field="products", value={"name": "תביעת נכות כללית (בל/7801)", "reason": "התביעה שלשמה התקיימה השיחה"}),
)


def _digits(least: int, most: int) -> Read:
    def read(text: str) -> str:
        match = re.search(rf"(?<!\d)\d(?:[- ]?\d){{{least - 1},{most - 1}}}(?!\d)", text)
        return match.group().replace(" ", "") if match else ""

    return read


def _number(text: str) -> float | str:
    match = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    value = float(match.group().replace(",", "")) if match else ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _word(text: str) -> str:
    return next((meaning for word, meaning in _WORDS.items() if text.lower().startswith(word)), "")


def _street(text: str) -> str:
    return text.split(",")[0]


def _town(text: str) -> str:
    return re.sub(r"\s*\d+$", "", text.split(",")[1]).strip() if "," in text else ""


def _email(text: str) -> str:
    return text.split()[0] if "@" in text else ""


def _label(words: str, *, colon: str = ":") -> re.Pattern[str]:
    return re.compile(rf"(?<![\w\"'])(?:{words})\s*{colon}\s*", re.IGNORECASE)


_PERSON, _JOB = "personal_info", "employment_history.employment_records[]"
_STAY, _DOCTOR = "disability_info.hospitalizations[]", "disability_info.treating_physicians[]"
_ANCHORS: Mapping[str, set[str]] = {
    _JOB[:-2]: {f"{_JOB}.employer_name", f"{_JOB}.start_date"},
    _STAY[:-2]: {f"{_STAY}.admission_date"},
    _DOCTOR[:-2]: {f"{_DOCTOR}.name"},
}
"""A list item exists where one of these is named."""
_ADDRESS = r"כתובת|(?:home )?address"
_LABELS: Mapping[str, tuple[re.Pattern[str], Read]] = {
    f"{_PERSON}.full_name": (
        _label(r"שם(?: ה?(?:מטופלת?|תובעת?|עובדת?|מבוטחת?)| מלא)?|(?:patient |full |claimant )?name"),
        str,
    ),
    f"{_PERSON}.id_number": (
        _label(r"ת\.?\"?ז\.?|(?:מספר|תעודת) זהות|ID(?: no\.?| number)?", colon=":?"),
        _digits(5, 9),
    ),
    f"{_PERSON}.date_of_birth": (_label(r"תאריך לידה|ילידת?|date of birth", colon=":?"), find_date),
    f"{_PERSON}.gender": (_label(r"מין|sex|gender"), _word),
    f"{_PERSON}.marital_status": (_label(r"מצב משפחתי|marital status"), _word),
    f"{_PERSON}.number_of_children": (_label(r"(?:מספר )?ילדים|(?:number of )?children"), _number),
    f"{_PERSON}.address": (_label(_ADDRESS), _street),
    f"{_PERSON}.city": (_label(_ADDRESS), _town),
    f"{_PERSON}.postal_code": (_label(rf"{_ADDRESS}|מיקוד|postal code|zip"), _digits(7, 7)),
    f"{_PERSON}.phone": (_label(r"טלפון|נייד|(?:mobile )?phone|mobile"), _digits(9, 12)),
    f"{_PERSON}.email": (_label(r"דוא\"ל|מייל|e-?mail"), _email),
    "bank_details.bank_name": (_label(r"שם ה?בנק|בנק|bank(?: name)?"), str),
    "bank_details.bank_code": (_label(r"קוד בנק|bank code"), _digits(1, 3)),
    "bank_details.branch_number": (_label(r"סניף|branch"), _digits(1, 5)),
    "bank_details.account_number": (_label(r"(?:מספר )?חשבון|account(?: number)?"), _digits(4, 12)),
    "bank_details.account_holder_name": (_label(r"שם בעל החשבון|account holder"), str),
    "bank_details.iban": (_label("IBAN"), str),
    f"{_JOB}.employer_name": (_label(r"(?:שם )?ה?מעסיק|employer"), str),
    f"{_JOB}.position_title": (_label(r"תפקיד|position"), str),
    f"{_JOB}.start_date": (_label(r"תאריך תחילת (?:עבודה|העסקה)|(?:employment )?start date"), find_date),
    f"{_JOB}.end_date": (_label(r"תאריך סיום (?:עבודה|העסקה)|(?:employment )?end date"), find_date),
    f"{_JOB}.monthly_salary_gross": (_label(r"שכר(?: חודשי)? ברוטו|gross(?: monthly)? salary"), _number),
    "disability_info.disability_start_date": (_label(r"תחילת ה?נכות|(?:disability )?onset"), find_date),
    "disability_info.primary_disability_description": (_label(r"אבחנ(?:ה|ות)(?: בשחרור)?|diagnosis"), str),
    f"{_DOCTOR}.name": (_label(r"רופאה? מטפלת?|treating physician|physician"), _street),
    f"{_DOCTOR}.last_visit_date": (_label(r"תאריך הביקור|date of (?:visit|examination)"), find_date),
    f"{_STAY}.admission_date": (_label(r"תאריך קבלה|(?:date of )?admission(?: date)?"), find_date),
    f"{_STAY}.discharge_date": (_label(r"תאריך שחרור|(?:date of )?discharge(?: date)?"), find_date),
    f"{_STAY}.hospital_name": (_label(r"בית ה?חולים|hospital"), str),
    f"{_STAY}.department": (_label(r"ה?מחלקה|department"), str),
    f"{_STAY}.reason_for_admission": (_label(r"סיבת ה?קבלה|reason for admission"), _street),
}
