"""Letters one below the other are a word; a column of marks is none."""

from __future__ import annotations

import pytest

from chalicelib.documents.layout import Glyph, lay_out


def stacked(letters: str, *, x: float = 100, pitch: float = 13) -> list[Glyph]:
    """Letters of height 12, from y = 700 down."""
    tops = [700 - pitch * number for number in range(len(letters))]
    return [
        Glyph(letter, x, top, x + 8, top + 12, top + 2.5)
        for letter, top in zip(letters, tops, strict=True)
        if letter != " "
    ]


def shown(*groups: list[Glyph]) -> list[str]:
    return [line.text for line in lay_out([glyph for group in groups for glyph in group])]


@pytest.mark.parametrize("word", ["REPORT", "סודי", "דוח"])
def test_a_stack_of_letters_is_a_word(word: str) -> None:
    assert shown(stacked(word)) == [word]


def test_stacks_side_by_side_are_words_of_their_own() -> None:
    assert sorted(shown(stacked("FORM"), stacked("SIDE", x=140))) == ["FORM", "SIDE"]


@pytest.mark.parametrize("column", ["xxxx", "mfmf", "אבגד", "abc"])
def test_marks_and_lists_below_each_other_stay_apart(column: str) -> None:
    assert shown(stacked(column)) == list(column)


def test_a_column_of_answers_in_a_table_stays_in_its_rows() -> None:
    questions = [
        Glyph("question", 200, 700 - 20 * number, 260, 712 - 20 * number, 702.5 - 20 * number) for number in range(4)
    ]

    assert shown(stacked("cadb", pitch=20), questions) == [f"{answer}  question" for answer in "cadb"]


def test_a_large_grid_of_letters_stays_one_and_takes_no_longer_than_its_size() -> None:
    grid = [glyph for column in range(60) for glyph in stacked("abcdefghij" * 12, x=20.0 * column, pitch=18)]

    rows = shown(grid)

    assert len(rows) == 120
    assert rows[0] == "  ".join("a" * 60)
