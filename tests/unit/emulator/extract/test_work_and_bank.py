"""Rules: jobs from letters, payslips and the call; the account from deposit lines and the call. Rows hold sentences."""

from typing import Any

import pytest

from emulator.extract.bank import bank_readings
from emulator.extract.found import settled
from emulator.extract.sources import Source, read_sources
from emulator.extract.work_told import employment_records
from tests.unit.emulator.extract.prompts import a_call, a_document, call_sources, document_sources

LETTER = """לוגיסטיקה דוגמה בע"מ   (חברה בדיונית, ללא מספר רישום)
אישור העסקה והפסקת עבודה
תאריך: 10/05/2026
הרינו לאשר כי הגב' תמר כהן, ת.ז. 000000422, הועסקה בחברתנו מיום 01/09/2018 ועד ליום 30/04/2026
בתפקיד אחראית משמרת במחסן, במשרה מלאה (100%, 182 שעות חודשיות).
שכרה החודשי ברוטו האחרון: 9,400 ₪.
ימי מחלה ששולמו: 05/02/2026–30/04/2026."""
TOLD = (
    'אחראית משמרת במחסן של לוגיסטיקה דוגמה בע"מ. מספטמבר 2018. '
    "לפני זה הייתי קופאית בסופר-דמיון, ממרץ 2012 עד אוגוסט 2018."
)


def _jobs(sources: tuple[Source, ...]) -> list[dict[str, Any]]:
    return [{field: found.value for field, found in job.items()} for job in employment_records(sources, year=2026)]


def test_an_employers_letter_is_a_record() -> None:
    assert _jobs(document_sources(LETTER)) == [
        {
            "employer_name": 'לוגיסטיקה דוגמה בע"מ',
            "position_title": "אחראית משמרת במחסן",
            "start_date": "2018-09-01",
            "end_date": "2026-04-30",
            "employment_type": "full_time",
            "monthly_salary_gross": 9400,
        }
    ]


def test_an_english_letter_is_a_record() -> None:
    text = """Invented Foods Ltd.
To whom it may concern
This is to confirm that Dana Levi has been employed as a machine operator since 01/03/2015 until 31/12/2025, part-time.
Gross monthly salary: NIS 6,250.50"""

    assert _jobs(document_sources(text)) == [
        {
            "employer_name": "Invented Foods Ltd.",
            "position_title": "machine operator",
            "start_date": "2015-03-01",
            "end_date": "2025-12-31",
            "employment_type": "part_time",
            "monthly_salary_gross": 6250.5,
        }
    ]


def test_a_job_that_goes_on_has_no_end() -> None:
    text = 'דמיון בע"מ\nהרינו לאשר כי מר יוסי כהן מועסק בחברתנו מיום 01/02/2020 ועד היום.'

    assert _jobs(document_sources(text)) == [{"employer_name": 'דמיון בע"מ', "start_date": "2020-02-01"}]


def test_a_payslip_alone_names_employer_start_and_gross() -> None:
    text = 'שם המעסיק: דמיון בע"מ\nתלוש שכר – ינואר 2026\nתחילת עבודה: 01/02/2020\nסה"כ ברוטו 8,100.00 | נטו 6,900.00'

    assert _jobs(document_sources(text)) == [
        {"employer_name": 'דמיון בע"מ', "start_date": "2020-02-01", "monthly_salary_gross": 8100}
    ]


def test_a_medical_report_is_no_employment() -> None:
    assert _jobs(document_sources('אושפזה 10-14/02/2026. עובדת במחסן של דמיון בע"מ')) == []


def test_the_call_tells_of_two_jobs_newest_first_and_invents_no_salary() -> None:
    assert _jobs(call_sources("במה עבדת לפני זה?", TOLD)) == [
        {
            "position_title": "אחראית משמרת במחסן",
            "employer_name": 'לוגיסטיקה דוגמה בע"מ',
            "start_date": "2018-09",
        },
        {
            "position_title": "קופאית",
            "employer_name": "סופר-דמיון",
            "start_date": "2012-03",
            "end_date": "2018-08",
        },
    ]


def test_the_last_day_and_salary_belong_to_the_newest_job() -> None:
    today = "לא. הפסיקו לי את העבודה, היום האחרון היה 30 באפריל. הרווחתי תשעת אלפים ארבע מאות ברוטו בערך."

    newest, older = _jobs(call_sources("במה עבדת לפני זה?", TOLD, "ואת עובדת היום?", today))

    assert (newest["end_date"], newest["monthly_salary_gross"]) == ("2026-04-30", 9400)
    assert "monthly_salary_gross" not in older


def test_an_english_speaker_tells_of_a_job() -> None:
    said = "I worked as a driver at Invented Transport from March 2019 until June 2025."

    assert _jobs(call_sources("Where did you work?", said)) == [
        {
            "position_title": "driver",
            "employer_name": "Invented Transport",
            "start_date": "2019-03",
            "end_date": "2025-06",
        }
    ]


def test_a_speaker_who_was_self_employed_has_no_employer() -> None:
    assert _jobs(call_sources("במה עבדת?", "הייתי עצמאי, צלם אירועים.")) == [
        {"position_title": "צלם אירועים", "employment_type": "self_employed"}
    ]


def test_papers_outrank_speech_and_the_difference_is_kept_beside() -> None:
    said = TOLD.replace("מספטמבר 2018", "מאוקטובר 2018")

    jobs = employment_records(read_sources(a_document(LETTER) + a_call("במה עבדת לפני זה?", said)), year=2026)

    assert len(jobs) == 2
    assert jobs[0]["start_date"].value == "2018-09-01"
    assert [(field, found.value) for field, found in jobs[0].others] == [("start_date", "2018-10")]


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("bank_name", "הופקד: בנק הפועלים (12) סניף 600 חשבון 123456 על שם תמר כהן", "בנק הפועלים"),
        ("bank_code", "הופקד: בנק הפועלים (12) סניף 600 חשבון 123456 על שם תמר כהן", "12"),
        ("branch_number", "הופקד: בנק הפועלים (12) סניף 600 חשבון 123456 על שם תמר כהן", "600"),
        ("account_number", "הופקד: בנק הפועלים (12) סניף 600 חשבון 123456 על שם תמר כהן", "123456"),
        ("account_holder_name", "הופקד: בנק הפועלים (12) סניף 600 חשבון 123456 על שם תמר כהן", "תמר כהן"),
        ("account_type", "חשבון עו״ש 123456, בנק לאומי", "checking"),
        ("iban", "IBAN: IL39 0126 0000 0000 0123 456, Bank Hapoalim", "IL390126000000000123456"),
        ("branch_number", "Bank Leumi, branch no. 801, account number 77-1234", "801"),
        ("account_number", "Bank Leumi, branch no. 801, account number 77-1234", "77-1234"),
        ("bank_code", "בנק הפועלים סניף 600", None),
    ],
)
def test_a_document_names_the_account(field: str, text: str, value: str | None) -> None:
    found = settled(bank_readings(document_sources(text))[field])

    assert (found.value if found else None) == value


@pytest.mark.parametrize(
    ("field", "value"), [("bank_name", "בנק הפועלים"), ("branch_number", "600"), ("account_number", "123456")]
)
def test_the_speakers_last_correction_of_the_account_wins(field: str, value: str) -> None:
    said = "בנק הפועלים, סניף 999... רגע, אני מסתכלת. סניף 600. חשבון 123456. על השם שלי."

    found = settled(bank_readings(call_sources("לאיזה חשבון בנק לשלם?", said))[field])

    assert found
    assert found.value == value
