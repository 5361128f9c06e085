"""Glyphs become rows and words by their places: raised and lowered ones, and letters that are set apart."""

from __future__ import annotations

import pytest

from chalicelib.documents.layout import Glyph, lay_out


def set_apart(letters: str, *, gap: float, word_gap: float) -> list[Glyph]:
    """Letters 6 wide and 12 high, so far apart; a blank is a wider gap."""
    x, glyphs = 0.0, []
    for letter in letters:
        if letter == " ":
            x += word_gap - gap
            continue
        glyphs.append(Glyph(letter, x, 0, x + 6, 12, 2.5))
        x += 6 + gap
    return glyphs


def text_of(glyphs: list[Glyph]) -> list[str]:
    return [line.text for line in lay_out(glyphs)]


def test_words_whose_letters_are_set_apart_stay_words() -> None:
    assert text_of(set_apart("MEDICAL REPORT", gap=3, word_gap=8)) == ["MEDICAL REPORT"]


@pytest.mark.parametrize("line", ["3 5 7 2 9 1 4 8", "1 2 3 4 5 6 7"])
def test_single_digits_in_a_row_are_no_number(line: str) -> None:
    assert text_of(set_apart(line, gap=0, word_gap=3.3)) == [line]


def test_short_words_are_not_taken_for_letters_set_apart() -> None:
    assert text_of(set_apart("H O or a b to x y at", gap=0, word_gap=3.3)) == ["H O or a b to x y at"]


def test_lowered_and_raised_figures_are_in_the_row_of_their_line() -> None:
    large = [Glyph(letter, x, 0, x + 8, 14, 2.7) for letter, x in (("H", 0), ("O", 13), ("x", 30))]
    lowered, raised = Glyph("2", 8, -3, 13, 6, -1.3), Glyph("2", 38, 5, 42, 13, 6.7)

    assert text_of([*large, lowered, raised]) == ["H2O x2"]
