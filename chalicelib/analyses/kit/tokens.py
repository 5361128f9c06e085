"""Upper bounds of tokens, counted without a tokenizer: for worst-case prices and for batches."""

from __future__ import annotations

REQUEST_TOKENS = 250_000
"""What is sent to OpenAI at once: below the 272,000 input tokens above which the model costs twice as much."""
_PIXELS_A_TOKEN = 600
"""Anthropic counts 750 pixels a token; OpenAI patches of 32 pixels a side, weighted by model."""
MOST_PICTURE_TOKENS = 2_000 * 2_000 // _PIXELS_A_TOKEN + 1
"""No picture that we send is larger."""
PAGE_TOKENS = 1_240 * 1_754 // _PIXELS_A_TOKEN + 1
"""A page of A4 as it is drawn for a model, 150 dots an inch."""


def most_tokens_of_text(text: str) -> int:
    """At most this many tokens: one a character.

    Current tokenizers need about a quarter of that for English and half of it for Hebrew. Only text of rare symbols
    takes more than one token a character.
    """
    return len(text)


def most_tokens_of_picture(pixels: int = 0) -> int:
    """At most this many tokens for a picture, whatever its bytes; without a number of pixels, for the largest."""
    return -(-pixels // _PIXELS_A_TOKEN) if pixels else MOST_PICTURE_TOKENS
