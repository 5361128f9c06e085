"""Rules: conditions with negation, suspicion and relatives; onset, physicians and hospital stays, row by row."""

from typing import Any

import pytest

from emulator.extract.conditions import condition_readings, diagnoses
from emulator.extract.hospital import stays
from emulator.extract.onset import onset_readings, work_accident
from emulator.extract.physicians import physicians
from emulator.extract.sources import read_sources
from tests.unit.emulator.extract.prompts import a_call, a_document, call_sources, document_sources

LETTER = """בית החולים כרמלון (בדיוני) – המחלקה לאורתופדיה א'
מכתב שחרור / Discharge Summary
Case no.: 2026-000422
תאריך קבלה: 10.02.2026   תאריך שחרור: 14.02.2026   ימי אשפוז: 4
מחלקה: אורתופדיה א'
סיבת הקבלה: כאב גב תחתון חריף עם הקרנה לרגל שמאל, חוסר יכולת לעמוד.
רופאה משחררת: ד"ר שירה המצאה, מ.ר. 00-54321"""


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("אבחנה: סוכרת סוג 2, אסתמה", {"diabetes", "respiratory_disease"}),
        ("ללא ממצאים המעידים על פיברומיאלגיה.", set()),
        ("לא ידועה סוכרת, מחלת לב, כליה או ריאה.", set()),
        ("ראייה ושמיעה תקינות.", set()),
        ("ירידה בשמיעה דו צדדית", {"hearing_impairment"}),
        ("חשד לפריצת דיסק L4-L5", set()),
        ("אביו סובל ממחלת לב", set()),
        ("Family history: mother with diabetes", set()),
        ("רקע: בריאה בדרך כלל. ללא אלרגיות.", set()),
        ("Denies depression or anxiety.", set()),
        ("Patient denies smoking but suffers from asthma", {"respiratory_disease"}),
        ("אין עדות לסוכרת, אובחן בסרטן המעי", {"cancer"}),
        ("MRI: בלט דיסק L4-L5 עם פריצה", {"back_problems"}),
        ("EMG: רדיקולופתיה L5 שמאל, כרונית", {"neurological_disorder"}),
        ("הליכה בצליעה קלה", {"limited_mobility"}),
        ("Chronic low back pain", {"chronic_pain", "back_problems"}),
        ("אוסטאוארתריטיס בברך ימין", {"joint_problems"}),
        ("אבחנה: דיכאון מג'ורי. חתימה: פסיכיאטר", {"depression", "mental_disorder"}),
        ("אבחנה: דיכאון קל. רופא משפחה", {"depression"}),
        ("אבחנה: תסמונת שאין לה שם", {"other"}),
    ],
)
def test_a_condition_holds_where_it_is_stated_and_not_where_it_is_denied(text: str, conditions: set[str]) -> None:
    assert set(condition_readings(document_sources(text))) == conditions


@pytest.mark.parametrize(
    ("question", "answer", "conditions"),
    [
        ("יש קשיים נוספים, למשל מצב רוח, חרדה או שינה?", "אני בוכה הרבה, אבל לא הייתי אצל פסיכיאטר.", set()),
        ("מה הבעיה?", "אמרו לי פריצת דיסק L4-L5.", {"back_problems"}),
        ("מה הבעיה?", "אני סובלת מסוכרת", {"diabetes"}),
        ("Any illness?", "I was diagnosed with asthma.", {"respiratory_disease"}),
        ("יש לך סוכרת?", "לא", set()),
    ],
)
def test_in_a_call_only_a_reported_diagnosis_counts(question: str, answer: str, conditions: set[str]) -> None:
    assert set(condition_readings(call_sources(question, answer))) == conditions


def test_a_diagnosis_is_read_without_its_numbering_in_both_orders() -> None:
    written = "אבחנות: 1. Lumbar disc herniation L4-L5   2. Chronic low back pain"
    visual = "Lumbar disc herniation L4-L5   2. Chronic low back pain .1 :אבחנות"

    found = [diagnoses(document_sources(text))[0].value for text in (written, visual)]

    assert found == ["Lumbar disc herniation L4-L5; Chronic low back pain"] * 2


@pytest.mark.parametrize(
    ("text", "onset"),
    [
        ("מחלה נוכחית: ביום 03/02/2026 הרימה ארגז בעבודתה במחסן וחשה כאב חד.", "2026-02-03"),
        ("תאריך התאונה: 03.02.2026", "2026-02-03"),
        ("Date of injury: 2026-02-03", "2026-02-03"),
        ("תאריך הביקור: 28/05/2026", None),
    ],
)
def test_a_document_says_when_it_began(text: str, onset: str | None) -> None:
    readings = onset_readings(document_sources(text), year=2026)

    assert [found.value for found in readings][:1] == ([onset] if onset else [])


def test_an_onset_named_by_its_month_stays_a_month() -> None:
    assert [found.value for found in onset_readings(call_sources("מתי זה התחיל?", "בספטמבר 2024."), year=2026)] == [
        "2024-09"
    ]


def test_the_speaker_says_which_day_it_really_was() -> None:
    said = "כאבים קטנים היו לי שנים, אבל היום שזה קרה באמת היה שלושה בפברואר השנה, 2026. הרמתי ארגז."

    assert [found.value for found in onset_readings(call_sources("מתי זה התחיל?", said), year=2026)] == ["2026-02-03"]


@pytest.mark.parametrize(
    ("sources", "at_work"),
    [
        (document_sources("ביום 03/02/2026 הרימה ארגז בעבודתה במחסן"), True),
        (document_sources("לא תאונת עבודה"), False),
        (document_sources("נפל בביתו"), False),
        (call_sources("זה קרה בזמן העבודה?", "כן, במשמרת. המנהל ראה."), True),
        (call_sources("זה קרה בזמן העבודה?", "לא, בבית."), False),
        (call_sources("Did it happen at work?", "Yes, on my shift."), True),
    ],
)
def test_an_accident_at_work_is_seen(sources: Any, at_work: bool) -> None:
    assert (work_accident(sources) is not None) == at_work


def test_a_treating_physician_is_read_with_licence_clinic_and_last_visit() -> None:
    text = """מרפאת עמוד שדרה – קופת חולים לאומית, מחוז חיפה והצפון
תאריך הביקור: 28/05/2026
רופא מטפל: ד"ר אורן בדיוני, מומחה לכירורגיה אורתופדית, מ.ר. 00-12345
טלפון המרפאה: 04-8000042"""

    (physician,) = physicians(document_sources(text), year=2026)

    assert {field: found.value for field, found in physician.items()} == {
        "name": 'ד"ר אורן בדיוני',
        "physician_id": "00-12345",
        "specialty": "כירורגיה אורתופדית",
        "clinic_name": "מרפאת עמוד שדרה – קופת חולים לאומית",
        "clinic_type": "hmo",
        "phone": "04-8000042",
        "last_visit_date": "2026-05-28",
    }


def test_a_physician_in_english_is_read_too() -> None:
    text = """Invented Pain Clinic
Date of visit: 01/05/2026
Treating physician: Dr. Dana Levi, neurologist, license no. 12-34567"""

    (physician,) = physicians(document_sources(text), year=2026)

    assert physician["name"].value == "Dr. Dana Levi"
    assert physician["physician_id"].value == "12-34567"
    assert physician["specialty"].value == "neurologist"
    assert physician["last_visit_date"].value == "2026-05-01"


def test_the_physician_who_only_discharges_does_not_treat() -> None:
    assert physicians(document_sources(LETTER), year=2026) == []


def test_the_call_names_the_physician_and_the_last_visit() -> None:
    said = 'ד"ר אורן בדיוני, אורתופד, מרפאת עמוד שדרה בקופה. הייתי אצלו לאחרונה ב-28 במאי.'

    (physician,) = physicians(call_sources("מי הרופא שמטפל בך היום?", said), year=2026)

    assert {field: found.value for field, found in physician.items()} == {
        "name": 'ד"ר אורן בדיוני',
        "specialty": "אורתופד",
        "clinic_type": "hmo",
        "last_visit_date": "2026-05-28",
    }


def test_a_discharge_letter_is_a_stay() -> None:
    (stay,) = stays(document_sources(LETTER), year=2026)

    assert {field: found.value for field, found in stay.items()} == {
        "admission_date": "2026-02-10",
        "discharge_date": "2026-02-14",
        "hospital_name": "בית החולים כרמלון",
        "department": "אורתופדיה א'",
        "reason_for_admission": "כאב גב תחתון חריף עם הקרנה לרגל שמאל",
        "hospitalization_id": "2026-000422",
        "length_of_stay_days": 4,
    }


def test_an_english_discharge_letter_is_a_stay() -> None:
    text = """Invented General Hospital
Discharge summary   Admission no.: AB-1234
Admission date: 2025-11-03   Discharge date: 2025-11-09
Department: Cardiology
Reason for admission: acute chest pain."""

    (stay,) = stays(document_sources(text), year=2026)

    assert stay["hospital_name"].value == "Invented General Hospital"
    assert (stay["admission_date"].value, stay["discharge_date"].value) == ("2025-11-03", "2025-11-09")
    assert stay["department"].value == "Cardiology"
    assert stay["reason_for_admission"].value == "acute chest pain"
    assert stay["hospitalization_id"].value == "AB-1234"


def test_the_speaker_corrects_the_hospital() -> None:
    said = 'כן, ברמב"ם... לא, סליחה, התבלבלתי. בבית החולים כרמלון. נכנסתי ב-10 בפברואר ויצאתי ב-14.'

    (stay,) = stays(call_sources("היית מאושפזת?", said), year=2026)

    assert stay["hospital_name"].value == "בית החולים כרמלון"
    assert (stay["admission_date"].value, stay["discharge_date"].value) == ("2026-02-10", "2026-02-14")


@pytest.mark.parametrize(
    ("text", "hospital", "days"),
    [
        ("אושפז בבית החולים דמיון מ-01.10.2024 עד 20.10.2024.", "בית החולים דמיון", ("2024-10-01", "2024-10-20")),
        ("אושפזה 10-14/02/2026. טופלה", None, ("2026-02-10", "2026-02-14")),
        ("hospitalised from 3 May 2025 to 9 May 2025", None, ("2025-05-03", "2025-05-09")),
    ],
)
def test_a_report_mentions_a_stay(text: str, hospital: str | None, days: tuple[str, str]) -> None:
    (stay,) = stays(document_sources(text), year=2026)

    assert (stay["admission_date"].value, stay["discharge_date"].value) == days
    assert (stay["hospital_name"].value if "hospital_name" in stay else None) == hospital


def test_a_stay_over_new_year_began_in_the_year_before() -> None:
    said = "Yes, at Fiction Medical Center, from December 19 to January 2."

    (stay,) = stays(call_sources("Were you hospitalised?", said), year=2026)

    assert (stay["admission_date"].value, stay["discharge_date"].value) == ("2025-12-19", "2026-01-02")


def test_sources_that_tell_of_one_stay_make_one_entry_and_differences_are_kept_beside() -> None:
    said = "כן, בבית החולים כרמלון. נכנסתי ב-11 בפברואר ויצאתי ב-14."
    other = a_document("טופלה. אושפזה 10-14/02/2026.", document_id="d2")

    (stay,) = stays(read_sources(a_document(LETTER) + other + a_call("היית מאושפזת?", said)), year=2026)

    assert stay["admission_date"].value == "2026-02-10"
    assert [(field, found.value) for field, found in stay.others] == [("admission_date", "2026-02-11")]


def test_no_stay_is_invented() -> None:
    assert stays(call_sources("היית מאושפזת?", "לא, אף פעם."), year=2026) == []
    assert stays(document_sources("ביקור במרפאה 10/02/2026"), year=2026) == []
