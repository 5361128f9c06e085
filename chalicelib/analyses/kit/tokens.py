"""How many tokens can a prompt be? Upper bounds without a tokenizer, for worst-case prices and for batches."""

from __future__ import annotations

_BYTES_PER_FILE_TOKEN = 20
_TOKENS_PER_PAGE = 3_000


def most_tokens_of_text(text: str) -> int:
    """At most this many tokens: one a character.

    Current tokenizers need about a quarter of that for English and half of it for Hebrew. Only text of rare symbols
    takes more than one token a character.
    """
    return len(text)


def most_tokens_of_file(size_bytes: int, *, pages: int) -> int:
    """At most this many tokens for a PDF or an image (one page) that the model looks at.

    A page costs a provider 1,500 to 3,000 tokens, however few bytes draw it. Where the number of pages is not known
    (1), a scanned page has 50 KB and more, so 20 bytes a token is ample.
    """
    return max(_TOKENS_PER_PAGE * max(1, pages), size_bytes // _BYTES_PER_FILE_TOKEN)
