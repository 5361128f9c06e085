"""No text keeps the detector busy: its time grows with the length of a text, whatever is repeated in it."""

from __future__ import annotations

import pytest

from chalicelib.analyses.kit.injection.detector import suspect_passage
from tests.fakes.growth import assert_time_in_proportion

CHARACTERS = 15_000
REPEATED = [
    *("a", "א", "1", "\n", " ", "<", "-", '"', "@", "a1", "a-", "א-", "x.", "\n# "),
    *("the ", "send ", "ignore ", "you ", "act as ", "set a ", "skip ", "role: ", "of this a ", "no matter what "),
    *("שלח ", "כתוב א ", "הוראות א ", "הוראה שניתנה לך ", "אל תכלול "),
]


@pytest.mark.parametrize("piece", REPEATED)
def test_a_text_of_one_thing_over_and_over_is_scanned_in_time_that_grows_with_it(piece: str) -> None:
    # A pattern that backtracks takes minutes.
    assert_time_in_proportion(lambda n: suspect_passage(piece * (n // len(piece))), size=CHARACTERS // 4)


@pytest.mark.parametrize("piece", ["игнорируй", "забудь"])
def test_a_long_word_of_one_sign_over_and_over_is_scanned_in_time_that_grows_with_it(piece: str) -> None:
    # It was 3 s for 60,000 characters, and four times that for twice the text.
    assert_time_in_proportion(lambda n: suspect_passage(piece * (n // len(piece))), size=CHARACTERS)


@pytest.mark.parametrize("opening", ["", "<", "< /", "# system", "role", "ignore all", "התעלם"])
@pytest.mark.parametrize("gap", [" ", "\n", "\t", "1_", "a1_", "\u0301\u0323"])
def test_a_sign_that_never_goes_on_is_scanned_in_time_that_grows_with_it(opening: str, gap: str) -> None:
    # It was 13 s for 60,000 characters of `1_`, and 50 s for `<` and line ends.
    assert_time_in_proportion(lambda n: suspect_passage(opening + gap * (n // len(gap)) + "x"), size=CHARACTERS)
