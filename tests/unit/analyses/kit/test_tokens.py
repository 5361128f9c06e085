"""No prompt is more tokens than it was taken to be."""

from __future__ import annotations

import pytest

from chalicelib.analyses.kit.tokens import most_tokens_of_file, most_tokens_of_text


def test_a_text_has_at_most_a_token_a_character() -> None:
    assert most_tokens_of_text("שלום!") == 5


@pytest.mark.parametrize(
    ("size_bytes", "pages", "tokens"),
    [
        (100, 1, 3_000),  # a page, however few bytes draw it
        (23_000, 100, 300_000),  # 100 pages of a few lines each
        (1_000_000, 1, 50_000),  # 1,000,000 / 20: pages that nobody counted
        (1_000_000, 0, 50_000),
        (0, 0, 3_000),
    ],
)
def test_a_file_has_at_most_3000_tokens_a_page_and_one_for_20_bytes(size_bytes: int, pages: int, tokens: int) -> None:
    assert most_tokens_of_file(size_bytes, pages=pages) == tokens
