"""Rules: a line that pypdf put out in visual order is put back; a line in order is left alone."""

import pytest

from emulator.extract.bidi import is_visual, logical


@pytest.mark.parametrize(
    ("visual", "as_written"),
    [
        # one run each: the number stands left of its label
        ("28/05/2026 :תאריך הביקור", "תאריך הביקור: 28/05/2026"),
        # the label's own full stop before its colon: ת.ז.:
        (
            "000000422 :.שם המטופלת: תמר דוגמא-לדוגמה        ת.ז",
            "שם המטופלת: תמר דוגמא-לדוגמה        ת.ז.: 000000422",
        ),
        # brackets around a number that is its own run
        (")      מין: נקבה41  (גיל14/07/1984 :תאריך לידה", "תאריך לידה: 14/07/1984 (גיל 41)      מין: נקבה"),
        # two numbers, a comma between runs, a column gap
        (
            "050-0000422 :     טלפון3500001 , חיפה12/5 כתובת: האלה הבדיוני",
            "כתובת: האלה הבדיוני 12/5, חיפה 3500001       טלפון: 050-0000422",
        ),
        # a full stop that ends an abbreviation: מ.ר.
        (
            '00-12345 .רופא מטפל: ד"ר אורן בדיוני, מומחה לכירורגיה אורתופדית, מ.ר',
            'רופא מטפל: ד"ר אורן בדיוני, מומחה לכירורגיה אורתופדית, מ.ר. 00-12345',
        ),
        # a Latin run of several words
        ("Chronic low back pain :אבחנה", "אבחנה: Chronic low back pain"),
        # a number glued to the full stop of the line
        (" חודשים.3 ביקורת בעוד", "ביקורת בעוד 3 חודשים."),
    ],
)
def test_a_line_in_visual_order_is_put_back_as_it_was_written(visual: str, as_written: str) -> None:
    assert is_visual(visual)
    assert logical(visual) == as_written


@pytest.mark.parametrize(
    "line",
    [
        "תאריך לידה: 14/07/1984 (גיל 41)      מין: נקבה",
        'ד"ר אורן בדיוני, מ.ר. 00-12345',
        "בחולשה ב-35°, ימין שלילי.",
        "מה תאריך הלידה? 14.7.1984.",
        "Lumbar disc herniation L4-L5, left",
        "ללא מספרים וללא לטינית.",
    ],
)
def test_a_line_in_logical_order_is_left_as_it_is(line: str) -> None:
    assert not is_visual(line)
    assert logical(line) == line


def test_marks_niqqud_and_quotation_marks_are_unified() -> None:
    assert logical("ד״ר\u200f שָׁלוֹם כ׳") == "ד\"ר שלום כ'"
