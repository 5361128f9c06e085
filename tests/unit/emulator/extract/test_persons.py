"""Rules: who the claimant is, from labels in documents and from answers in a call. Each row has its source sentence."""

from typing import Any

import pytest

from emulator.extract.contacts import contact_readings
from emulator.extract.found import settled
from emulator.extract.persons import personal_readings
from emulator.extract.sources import Source, read_sources
from tests.unit.emulator.extract.prompts import a_call, a_document, call_sources, document_sources


def _value(sources: tuple[Source, ...], field: str) -> Any:
    readings = {**personal_readings(sources, year=2026), **contact_readings(sources)}
    found = settled(readings[field])
    return found.value if found else None


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("full_name", "שם המטופלת: תמר דוגמא-לדוגמה        ת.ז.: 000000422", "תמר דוגמא-לדוגמה"),
        ("full_name", "שם: תמר דוגמא-לדוגמה   ת.ז. 000000422   ילידת 14.07.1984", "תמר דוגמא-לדוגמה"),
        ("full_name", "הרינו לאשר כי מר יוסי כהן, ת.ז. 123456782, הועסק", "יוסי כהן"),
        ("full_name", "Patient name: Dana Levi    ID: 123456782", "Dana Levi"),
        ("full_name", "000000422 :.שם המטופלת: תמר דוגמא-לדוגמה        ת.ז", "תמר דוגמא-לדוגמה"),
        ("full_name", "חתימה: בית החולים", None),
        ("id_number", "שם: תמר   ת.ז. 000000422   ילידת 14.07.1984", "000000422"),
        ("id_number", "ת״ז: 12345678-2", "123456782"),
        ("id_number", "000000422 :.שם המטופלת: תמר דוגמא        ת.ז", "000000422"),
        ("id_number", "Identity no. 123456782", "123456782"),
        ("id_number", "מספר תיק: 555555555", None),
        ("date_of_birth", "תאריך לידה: 14/07/1984 (גיל 41)", "1984-07-14"),
        ("date_of_birth", ")      מין: נקבה41  (גיל14/07/1984 :תאריך לידה", "1984-07-14"),
        ("date_of_birth", "DOB: 3 March 1970   Date of visit: 01/05/2026", "1970-03-03"),
        ("date_of_birth", "תאריך הביקור: 28/05/2026", None),
        ("gender", "תאריך לידה: 14/07/1984      מין: נקבה", "נקבה"),
        ("gender", "Sex: M", "זכר"),
        ("gender", "הרינו לאשר כי הגב' תמר כהן עבדה אצלנו", "נקבה"),
        ("gender", "סיכום ביקור", None),
        ("marital_status", "מצב משפחתי: גרוש + 3", "divorced"),
        ("number_of_children", "מצב משפחתי: נשואה + 3", 3),
        ("number_of_children", "Children: 2", 2),
        ("address", "כתובת: האלה הבדיוני 12/5, חיפה 3500001     טלפון: 050-0000422", "האלה הבדיוני 12/5"),
        ("city", "כתובת: האלה הבדיוני 12/5, חיפה 3500001     טלפון: 050-0000422", "חיפה"),
        ("postal_code", "כתובת: האלה הבדיוני 12/5, חיפה 3500001     טלפון: 050-0000422", "3500001"),
        ("postal_code", "מיקוד: 6100001", "6100001"),
        ("city", "050-0000422 :     טלפון3500001 , חיפה12/5 כתובת: האלה הבדיוני", "חיפה"),
        ("city", "Address: 4 Invented St., Haifa 3500001", "Haifa"),
        ("phone", "כתובת: האלה 12, חיפה     טלפון: 050-0000422", "050-0000422"),
        ("phone", "טלפון המרפאה: 04-8000042", None),
        ("phone", "טלפון המחלקה: 050-1111111", None),
        ("phone", "Mobile: +972-50-000-0422", "+972-50-000-0422"),
        ("email", 'דוא"ל: tamar@example.com', "tamar@example.com"),
        ("email", "info@clinic.example", None),
    ],
)
def test_a_document_says_who_the_claimant_is(field: str, text: str, value: Any) -> None:
    assert _value(document_sources(text), field) == value


@pytest.mark.parametrize(
    ("field", "question", "answer", "value"),
    [
        ("full_name", "אפשר לקבל שם מלא?", "תמר דוגמא-לדוגמה. תמר, ושם המשפחה עם מקף.", "תמר דוגמא-לדוגמה"),
        ("full_name", "What is your full name?", "My name is Dana Levi.", "Dana Levi"),
        ("full_name", "איך קוראים לך?", "קוראים לי יוסי כהן", "יוסי כהן"),
        ("id_number", "מה מספר הזהות שלך?", "אפס אפס אפס, אפס אפס אפס, ארבע שתיים שתיים.", "000000422"),
        ("id_number", "מה מספר הזהות?", "123456780... לא, סליחה, 123456782", "123456782"),
        ("date_of_birth", "מה תאריך הלידה?", "ארבעה עשר ביולי שמונים וארבע. 14.7.1984.", "1984-07-14"),
        ("marital_status", "מה המצב המשפחתי?", "נשואה, שני ילדים.", "married"),
        ("marital_status", "Are you married?", "No, I am divorced.", "divorced"),
        ("marital_status", "מה המצב המשפחתי?", "לא נשוי, רווק", "single"),
        ("number_of_children", "יש ילדים?", "נשואה, שני ילדים. הגדול בן אחת עשרה.", 2),
        ("number_of_children", "יש ילדים?", "אין לי ילדים", 0),
        ("number_of_children", "Any children?", "three children", 3),
        ("gender", "מה המצב המשפחתי?", "נשואה, שני ילדים.", "נקבה"),
        ("gender", "מה המצב המשפחתי?", "נשוי פלוס שניים", "זכר"),
        ("address", "באיזו כתובת את גרה?", "רחוב האלה הבדיוני 12 דירה 5, חיפה. המיקוד 3500001.", "האלה הבדיוני 12/5"),
        ("city", "באיזו כתובת את גרה?", "רחוב האלה הבדיוני 12 דירה 5, חיפה. המיקוד 3500001.", "חיפה"),
        ("postal_code", "באיזו כתובת את גרה?", "רחוב האלה הבדיוני 12 דירה 5, חיפה. המיקוד 3500001.", "3500001"),
        ("phone", "וטלפון נייד?", "050-0000422, והמייל tamar@example.com.", "050-0000422"),
        ("phone", "וטלפון נייד?", "אפס חמש אפס, אפס אפס אפס, אפס ארבע שתיים שתיים", "0500000422"),
        ("phone", "מה מספר הטלפון?", "050-1111111, רגע, 050-0000422", "050-0000422"),
        ("email", "וטלפון נייד?", "050-0000422, והמייל tamar@example.com.", "tamar@example.com"),
        ("id_number", "מה מספר הזהות?", "אני לא זוכרת בעל פה", None),
    ],
)
def test_the_call_says_who_the_claimant_is(field: str, question: str, answer: str, value: Any) -> None:
    assert _value(call_sources(question, answer), field) == value


def test_a_document_outranks_speech() -> None:
    sources = read_sources(a_document("ת.ז. 000000422") + a_call("מה מספר הזהות?", "123456782"))

    assert _value(sources, "id_number") == "000000422"


def test_the_last_thing_said_outranks_the_first() -> None:
    sources = call_sources("מה הטלפון?", "050-1111111", "תודה. עוד משהו?", "כן, הטלפון שלי הוא בעצם 050-2222222")

    assert _value(sources, "phone") == "050-2222222"


def test_what_the_interviewer_says_is_nobodys_answer() -> None:
    assert _value(call_sources("רשמתי תעודת זהות 999999998, נכון?", "כן"), "id_number") is None
