"""Texts that say the same are the same, however they are written."""

from __future__ import annotations

import pytest

from chalicelib.documents.normalise import comparable, few_marks, same_text, words
from tests.fakes.growth import assert_time_in_proportion

ONE_WAY = [
    # written, comparable: why
    ("שָׁלוֹם", "שלום"),  # niqqud goes
    ("בע״מ", 'בע"מ'),  # gershayim
    ("בע''מ", 'בע"מ'),  # two apostrophes typed for gershayim
    ("ד”ר", 'ד"ר'),  # curly quotation mark
    ("צ׳ק", "צ'ק"),  # geresh
    ("תל־אביב", "תל-אביב"),  # maqaf, which lies inside the range of niqqud
    ("2018–2026", "2018-2026"),  # en dash
    ("\u200fחיפה\u200e 12\u2066!\u2069", "חיפה 12!"),  # bidi marks
    ("a\u00a0 b\n\tc", "a b c"),  # white space
    ("e\u0301", "é"),  # NFC
    ("٠٥٢ ۱۲ ３４", "052 12 34"),  # Arabic, Persian and wide digits
    ("\ufb4b", "ו"),  # a presentation form decomposes, its point goes
]


@pytest.mark.parametrize(("written", "expected"), ONE_WAY)
def test_there_is_one_way_of_writing(written: str, expected: str) -> None:
    assert comparable(written) == expected


def test_letters_digits_case_and_order_stay() -> None:
    assert comparable("L4-L5, רמה 3/5") == "L4-L5, רמה 3/5"


def test_words_drop_punctuation_and_end_where_scripts_change() -> None:
    assert words('ד"ר אורן, תחושה בL5: 28/05/2026 (9,400 ₪).') == (
        'ד"ר',
        "אורן",
        "תחושה",
        "ב",
        "l5",
        "28/05/2026",
        "9,400",
    )


def test_words_end_at_hyphens() -> None:
    assert words("L4-L5 תל-אביב") == ("l4", "l5", "תל", "אביב")


def test_same_text_compares_words_in_their_order() -> None:
    assert same_text('לוגיסטיקה דוגמה בע"מ', "לוגיסטיקה  דוגמה בע״מ.")
    assert not same_text("סניף 600 ולא 999", "סניף 999 ולא 600")


def test_thirty_marks_in_a_row_are_left_and_more_are_cut() -> None:
    letters, marks = "a" + "\u0301\u0323" * 15, "\u0301\u0323" * 15

    assert few_marks(f"{letters} - {'!' * 40}") == f"{letters} - {'!' * 40}"
    assert few_marks(letters + marks + "b" + marks) == letters + "b" + marks


def test_marks_over_and_over_are_put_in_order_in_time_that_grows_with_their_number() -> None:
    # It took 0.6 s for 16,000 pairs, and four times that for twice as many.
    assert_time_in_proportion(lambda pairs: comparable("a" + "\u0301\u0323" * pairs), size=25_000)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ﬠל שׁם דּוד", "על שם דוד"),  # the other ayin, letters with points in one character
        ("ﬡﬢﬣﬤﬥﬦﬧﬨ", "אדהכלםרת"),  # wide letters
        ("ﭏי", "אלי"),  # a ligature
        ("ײן, װאס, ױ", "יין, וואס, וי"),  # digraphs of Yiddish
        ("בְּ", "ב"),  # points in one order
        ("ב\u05bc\u05b0", "ב"),  # and in the other
        ("א\u034fב", "אב"),  # a joiner that nobody sees
        ("ד״ר", 'ד"ר'),
        ("ד׳׳ר", 'ד"ר'),
    ],
)
def test_hebrew_is_the_same_however_its_letters_are_encoded(written: str, plain: str) -> None:
    assert comparable(written) == comparable(plain)
