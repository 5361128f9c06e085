"""A quote's rectangles cover its words and nothing else."""

from __future__ import annotations

from chalicelib.documents.page import Box, Line
from chalicelib.documents.places import places_of


def a_line(text: str, *, top: float = 0.1, from_the_right: bool = False) -> Line:
    """Characters of one hundredth of the page's width each."""
    spans = [(0.01 * at, 0.01 * (at + 1)) for at in range(len(text))]
    if from_the_right:
        spans = [(1 - right, 1 - left) for left, right in spans]
    return Line(text, tuple((left, top, right, top + 0.02) for left, right in spans))


def rounded(boxes: list[Box]) -> list[tuple[float, ...]]:
    return [tuple(round(edge, 3) for edge in box) for box in boxes]


def test_a_quote_on_one_line_is_one_rectangle() -> None:
    assert rounded(places_of("herniation", [a_line("disc herniation L4")])) == [(0.05, 0.1, 0.15, 0.12)]


def test_a_quote_over_two_lines_is_one_rectangle_a_line() -> None:
    lines = [a_line("כאב גב", from_the_right=True), a_line("תחתון חריף", top=0.2, from_the_right=True)]

    assert rounded(places_of("גב תחתון", lines)) == [(0.94, 0.1, 0.96, 0.12), (0.95, 0.2, 1.0, 0.22)]


def test_punctuation_and_niqqud_do_not_count() -> None:
    assert places_of("disc - herniation", [a_line("disc: herniation")]) != []
    assert places_of("שלום", [a_line("שָׁלוֹם")]) != []


def test_a_sign_that_ends_the_quote_is_marked_with_it() -> None:
    assert rounded(places_of("loss 75%", [a_line("loss 75%, total")])) == [(0.0, 0.1, 0.08, 0.12)]


def test_a_number_is_not_found_in_a_longer_one() -> None:
    lines = [a_line("case 1234 of 12")]

    assert rounded(places_of("12", lines)) == [(0.13, 0.1, 0.15, 0.12)]


def test_words_that_changed_places_or_were_misread_are_found() -> None:
    lines = [a_line("נטל Omepradex 45 בבוקר לפני האוכל")]

    assert places_of("45 Omepradex", lines) == places_of("Omepradex 45", lines) != []
    assert places_of("בבוקר לפני האוכך", lines) == places_of("בבוקר לפני האוכל", lines) != []


def test_what_is_apart_on_a_line_is_apart_in_its_rectangles() -> None:
    text = "one two"
    boxes = tuple(
        (0.01 * at + (0.5 if at > 3 else 0), 0.1, 0.01 * at + 0.01 + (0.5 if at > 3 else 0), 0.12) for at in range(7)
    )

    assert len(places_of("one two", [Line(text, boxes)])) == 2


def test_a_number_that_is_shown_between_the_words_is_not_marked() -> None:
    # read: "נטל Etopan 400"; shown from the left: "Etopan 400 נטל"
    text = "נטל Etopan 400"
    lefts = [0.13, 0.12, 0.11, 0.10, *(0.01 * at for at in range(10))]
    line = Line(text, tuple((left, 0.1, left + 0.01, 0.12) for left in lefts))

    assert rounded(places_of("נטל Etopan", [line])) == [(0.0, 0.1, 0.06, 0.12), (0.11, 0.1, 0.14, 0.12)]


def test_what_is_not_there_has_no_place() -> None:
    assert places_of("nothing", [a_line("disc herniation")]) == []
    assert places_of("", [a_line("disc")]) == []
