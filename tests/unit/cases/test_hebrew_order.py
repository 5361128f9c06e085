"""Is this Hebrew the right way round, and how is it turned?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.cases.hebrew_order import Evidence, evidence_in, in_reading_order, lines_turned, runs_turned
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


def test_reversed_pages_are_turned_and_others_left() -> None:
    assert in_reading_order([REVERSED, LOGICAL], turn=lines_turned) == [LOGICAL, LOGICAL]


def test_a_page_that_says_nothing_goes_with_its_document() -> None:
    assert in_reading_order([REVERSED, "הלוח"], turn=lines_turned) == [LOGICAL, "חולה"]
    assert in_reading_order([LOGICAL, "חולה"], turn=lines_turned) == [LOGICAL, "חולה"]
    assert in_reading_order(["חולה"], turn=lines_turned) == ["חולה"]


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


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("םולש", "שלום"),
        (" :רוקיבה ךיראת28/05/2026", "תאריך הביקור: 28/05/2026"),
        (" :הנחבאLumbar disc L4-L5 (MRI) עצוב", "אבחנה: Lumbar disc L4-L5 (MRI) בוצע"),
        (" ליג41 (םינש )תחאו םיעברא", "גיל 41 (ארבעים ואחת) שנים"),
        ("L4-L5 .עצוב", "L4-L5 בוצע."),
        (".םולש", "שלום."),
        ("- םולש", "- שלום"),  # a bullet stays in front
        ("Only Latin: 12 (x).", "Only Latin: 12 (x)."),
        ("... : ...", "... : ..."),
    ],
)
def test_reversed_runs_are_turned_where_they_stand(seen: str, read: str) -> None:
    assert runs_turned(seen) == read


def test_lines_stay_where_they_are() -> None:
    assert lines_turned("ןיא\n\nok\nשי") == "אין\n\nok\nיש"
    assert runs_turned("ןיא\n\nok\nשי") == "אין\n\nok\nיש"


@pytest.mark.parametrize("turn", [lines_turned, runs_turned])
@pytest.mark.parametrize("piece", ["1", ".", "(", "a1", "ם "])
def test_turning_takes_time_in_proportion_to_the_text(turn: Callable[[str], str], piece: str) -> None:
    # A search that began again at each character would take hours for 300,000 of them.
    assert_time_in_proportion(lambda n: turn(piece * (n // len(piece)) + "ם"), size=75_000)
