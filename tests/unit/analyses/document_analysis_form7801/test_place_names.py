from __future__ import annotations

from datetime import date

import pytest

from chalicelib.analyses.document_analysis_form7801.contradiction import contradicts
from chalicelib.analyses.document_analysis_form7801.difference import differ
from chalicelib.analyses.document_analysis_form7801.fields import Kind, Leaf
from chalicelib.analyses.document_analysis_form7801.place_names import name_words, towns_in_full

TODAY = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ('ת"א', "תל אביב"),
        ("ת״א", "תל אביב"),
        ("תל-אביב-יפו", "תל אביב"),
        ('פ"ת', "פתח תקווה"),
        ("פתח תקוה", "פתח תקווה"),
        ('ב"ש', "באר שבע"),
        ('ראשל"צ', "ראשון לציון"),
        ('ק"ש', "קריית שמונה"),
        ("קרית שמונה", "קריית שמונה"),
        ('ר"ג', "רמת גן"),
        ('כ"ס', "כפר סבא"),
        ("י-ם", "ירושלים"),
        ("Tel Aviv-Yafo", "Tel Aviv"),
        ("Petach Tikva", "Petah Tikva"),
    ],
)
def test_a_town_and_its_abbreviation_are_one(short: str, full: str) -> None:
    assert name_words(short) == name_words(full)
    assert not differ(Kind.NAME, short, full)
    assert not differ(Kind.NAME, f"רח' הרצל 5, {short}", f"רחוב הרצל 5 {full}")
    leaf = Leaf(path="personal_info.city", kind=Kind.NAME, value=full)
    assert not contradicts(leaf, f"כתובת: רחוב הרצל 5, {short}", today=TODAY)


@pytest.mark.parametrize(
    ("one", "other"), [('ת"א', "פתח תקווה"), ('ב"ש', "בית שמש"), ('ק"ג', "קריית שמונה"), ("לוד", 'ר"ג')]
)
def test_two_towns_stay_two(one: str, other: str) -> None:
    assert differ(Kind.NAME, one, other)
    leaf = Leaf(path="personal_info.city", kind=Kind.NAME, value=other)
    assert contradicts(leaf, f"גר ב {one}", today=TODAY)


def test_a_glued_letter_is_kept_and_what_is_no_town_is_left_alone() -> None:
    assert towns_in_full('גר בת"א, עבד בפ"ת') == "גר בתל אביב, עבד בפתח תקווה"
    assert towns_in_full('הולך 2 ק"מ ביום, ת"ז 1') == 'הולך 2 ק"מ ביום, ת"ז 1'
