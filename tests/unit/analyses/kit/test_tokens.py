"""No prompt is more tokens than it was taken to be."""

from __future__ import annotations

import pytest

from chalicelib.analyses.kit.tokens import MOST_PICTURE_TOKENS, most_tokens_of_picture, most_tokens_of_text


def test_a_text_has_at_most_a_token_a_character() -> None:
    assert most_tokens_of_text("שלום!") == 5


@pytest.mark.parametrize(
    ("pixels", "tokens"),
    [
        (1_240 * 1_754, 3_625),  # a page of A4: 2,174,960 / 600
        (1, 1),
        (2_000 * 2_000, 6_667),  # the largest that is sent: 4,000,000 / 600
        (0, MOST_PICTURE_TOKENS),  # not known
    ],
)
def test_a_picture_counts_by_its_pixels(pixels: int, tokens: int) -> None:
    assert most_tokens_of_picture(pixels) == tokens
