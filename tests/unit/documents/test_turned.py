"""Is this Hebrew the right way round, and how is it turned?"""

from __future__ import annotations

import pytest

from chalicelib.documents.turned import Evidence, evidence_in, in_reading_order, lines_turned
from tests.fakes.growth import assert_time_in_proportion

LOGICAL = "שלום לכם, אנשים טובים. אין ממצאים."
REVERSED = ".םיאצממ ןיא .םיבוט םישנא ,םכל םולש"


def test_final_letters_at_word_starts_betray_reversed_hebrew() -> None:
    # לכם אנשים טובים אין ממצאים שלום: six words end with a final letter.
    assert evidence_in(LOGICAL) == Evidence(begin=0, end=6)
    assert evidence_in(REVERSED) == Evidence(begin=6, end=0)


@pytest.mark.parametrize("text", ["", "Lumbar disc L4-L5", 'ד"ר מ. ס.', "ם ן ף", "28/05/2026"])
def test_text_without_telling_words_says_nothing(text: str) -> None:
    assert evidence_in(text) == Evidence(begin=0, end=0)


def test_a_reversed_text_is_turned_and_others_are_left() -> None:
    assert in_reading_order(REVERSED) == LOGICAL
    assert in_reading_order(LOGICAL) == LOGICAL
    assert in_reading_order("חולה") == "חולה"


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("28/05/2026 :רוקיבה ךיראת", "תאריך הביקור: 28/05/2026"),
        ("000000422 .ז.ת", "ת.ז. 000000422"),
        ("050-0000422 :ןופלט", "טלפון: 050-0000422"),
        ("(41 ליג) םינש", "שנים (גיל 41)"),  # brackets change sides
        ("12,000.50 :רכש", "שכר: 12,000.50"),
        ("10-14/02/2026 הזפשוא", "אושפזה 10-14/02/2026"),
        ("תילאמש L4-L5 ץירפ", "פריץ L4-L5 שמאלית"),
        ("עצוב Lumbar disc L4-L5 (MRI) :הנחבא", "אבחנה: Lumbar disc L4-L5 (MRI) בוצע"),
        ("20 ,10 ימי", "ימי 10, 20"),  # two numbers are two runs
        ("Discharge Summary / רורחש בתכמ", "מכתב שחרור / Discharge Summary"),
        ("Only Latin (12)", "Only Latin (12)"),
        ("", ""),
    ],
)
def test_a_reversed_line_is_read_from_its_other_side(seen: str, read: str) -> None:
    assert lines_turned(seen) == read


def test_lines_stay_where_they_are() -> None:
    assert lines_turned("ןיא\n\nok\nשי") == "אין\n\nok\nיש"


@pytest.mark.parametrize("piece", ["1", ".", "(", "a1", "ם "])
def test_turning_takes_time_in_proportion_to_the_text(piece: str) -> None:
    # A search that began again at each character would take hours for 300,000 of them.
    assert_time_in_proportion(lambda n: lines_turned(piece * (n // len(piece)) + "ם"), size=75_000)
