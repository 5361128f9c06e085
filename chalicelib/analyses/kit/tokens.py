"""How many tokens can a prompt be? Upper bounds without a tokenizer, for worst-case prices and for batches."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.analyses.kit.llm import FilePart, Part

_BYTES_PER_FILE_TOKEN = 20
_FEWEST_FILE_TOKENS = 2_000


def most_tokens_of_text(text: str) -> int:
    """At most this many tokens: one a character.

    Current tokenizers need about a quarter of that for English and half of it for Hebrew. Only text of rare symbols
    takes more than one token a character.
    """
    return len(text)


def most_tokens_of_file(size_bytes: int) -> int:
    """At most this many tokens for a PDF or an image that the model looks at.

    A scanned page (50 KB and more) costs a provider some 1,500 tokens, so 20 bytes a token is ample; 2,000 at least.
    """
    return max(_FEWEST_FILE_TOKENS, size_bytes // _BYTES_PER_FILE_TOKEN)


def most_tokens(parts: Iterable[Part]) -> int:
    """At most this many tokens for all parts of a prompt."""
    return sum(
        most_tokens_of_file(len(part.content)) if isinstance(part, FilePart) else most_tokens_of_text(part.text)
        for part in parts
    )
