"""No text keeps the detector busy: its time grows with the length of a text, whatever is repeated in it."""

from __future__ import annotations

import time

import pytest

from chalicelib.analyses.kit.injection.detector import suspect_passage

CHARACTERS = 15_000
REPEATED = [
    *("a", "א", "1", "\n", " ", "<", "-", '"', "@", "a1", "a-", "א-", "x.", "\n# "),
    *("the ", "send ", "ignore ", "you ", "act as ", "set a ", "skip ", "role: ", "of this a ", "no matter what "),
    *("שלח ", "כתוב א ", "הוראות א ", "הוראה שניתנה לך ", "אל תכלול "),
]


@pytest.mark.parametrize("piece", REPEATED)
def test_a_text_of_one_thing_over_and_over_is_scanned_in_little_time(piece: str) -> None:
    text = piece * (CHARACTERS // len(piece))
    started = time.process_time()

    suspect_passage(text)

    # Some 40 ms; a pattern that backtracks takes minutes.
    assert time.process_time() - started < 3


@pytest.mark.parametrize("piece", ["игнорируй", "забудь"])
def test_a_long_word_of_one_sign_over_and_over_is_scanned_in_little_time(piece: str) -> None:
    text = piece * (4 * CHARACTERS // len(piece))
    started = time.process_time()

    suspect_passage(text)

    # Some 200 ms; it was 3 s, and four times that for twice the text.
    assert time.process_time() - started < 1.5


@pytest.mark.parametrize("opening", ["", "<", "< /", "# system", "role", "ignore all", "התעלם"])
@pytest.mark.parametrize("gap", [" ", "\n", "\t", "1_", "a1_", "\u0301\u0323"])
def test_a_sign_that_never_goes_on_is_scanned_in_little_time(opening: str, gap: str) -> None:
    text = opening + gap * (4 * CHARACTERS // len(gap)) + "x"
    started = time.process_time()

    suspect_passage(text)

    # Some 200 ms; it was 13 s for `1_`, and 50 s for `<` and line ends.
    assert time.process_time() - started < 2
