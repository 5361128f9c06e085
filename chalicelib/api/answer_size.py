"""How large may an answer be? As large as Lambda sends it.

Lambda hands an answer to API Gateway as one JSON text. Its runtime for Python 3.11 writes that in ASCII, and the body
is a string in it: a quotation mark of the body is two bytes there, a Hebrew letter six (`\\u05d0`), an emoji twelve.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec

Row = TypeVar("Row")

LARGEST_ANSWER_BYTES = 6_291_556
"""What Lambda takes from a function (6 MB and 100 bytes); above it the client gets API Gateway's 502."""
RESERVED_BYTES = 64 * 1024
"""For the headers, and for what stands around a result or the rows of a list."""
SURELY_FITTING_BYTES = (LARGEST_ANSWER_BYTES - RESERVED_BYTES) // 6
"""So much JSON fits whatever is in it: no byte of UTF-8 becomes more than six (DEL becomes `\\u007f`)."""
LONGEST_CHARACTER_BYTES = 12


def sent_bytes(text: str) -> int:
    """How many bytes the text has as a string of the answer that Lambda sends, its quotation marks included."""
    return len(json.dumps(text))


def fits(content: Any) -> bool:
    """True when this value, alone or as JSON bytes (`msgspec.Raw`), can be the content of an answer."""
    text = msgspec.json.encode(content).decode()
    room = LARGEST_ANSWER_BYTES - RESERVED_BYTES
    return len(text) * LONGEST_CHARACTER_BYTES <= room or sent_bytes(text) <= room


def is_too_large(answer: Any) -> bool:
    """True when API Gateway would not get this answer, given as it is handed to Lambda."""
    if len(answer["body"]) * LONGEST_CHARACTER_BYTES <= LARGEST_ANSWER_BYTES - RESERVED_BYTES:
        return False  # nearly always: this is quick, and what follows is not
    return len(json.dumps(answer)) > LARGEST_ANSWER_BYTES


def first_that_fit(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows that one answer has room for, from the first; at least one, or no page would lead on."""
    left = LARGEST_ANSWER_BYTES - RESERVED_BYTES
    for count, row in enumerate(rows):
        left -= sent_bytes(msgspec.json.encode(row).decode())
        if left < 0:
            return rows[: max(count, 1)]
    return rows
