"""How large may an answer be?"""

from __future__ import annotations

import json

import msgspec
import pytest

from chalicelib.api.http import (
    ALWAYS_FITTING_BYTES,
    LARGEST_RESPONSE_BYTES,
    RESERVED_BYTES,
    first_that_fit,
    fits,
    is_too_large,
    sent_bytes,
)

ROOM_BYTES = LARGEST_RESPONSE_BYTES - RESERVED_BYTES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", 5),  # 3 + its quotation marks
        ("א", 8),  # \u05d0
        ("😀", 14),  # two halves of \ud83d\ude00
        ('"', 4),  # \"
        ("\\", 4),  # \\
        ("\n", 4),  # \n
        ("\x7f", 8),  # \u007f
    ],
)
def test_a_text_has_the_size_that_python_3_11_writes(text, expected):
    assert sent_bytes(text) == expected == len(json.dumps(text))


@pytest.mark.parametrize(
    ("character", "bytes_each"),
    [
        ("x", 1),
        ("א", 6),
        ("😀", 12),
        ('"', 4),  # \" in the body, \\\" around it
    ],
)
def test_content_fits_up_to_the_last_byte_of_the_room(character, bytes_each):
    frame = len('"\\"\\""')  # the string that is the body, in the string that Lambda sends
    count, rest = divmod(ROOM_BYTES - frame, bytes_each)

    assert fits(character * count + "x" * rest)
    assert not fits(character * count + "x" * (rest + 1))


@pytest.mark.parametrize("worst", ["\x7f", "א", "😀", "€", '"'])
def test_what_surely_fits_does_so_whatever_is_in_it(worst):
    frame = len('""')
    characters = (ALWAYS_FITTING_BYTES - frame) // len(msgspec.json.encode(worst)[1:-1])

    assert fits(msgspec.Raw(msgspec.json.encode(worst * characters)))


@pytest.mark.parametrize("body", ["x", "א", "😀"])
def test_an_answer_is_too_large_from_the_first_byte_above_the_limit(body):
    empty = {"statusCode": 200, "headers": {"X-Own": "שלום"}, "multiValueHeaders": {}, "body": ""}
    left = LARGEST_RESPONSE_BYTES - len(json.dumps(empty))
    count, rest = divmod(left, sent_bytes(body) - 2)
    longest = {**empty, "body": body * count + "y" * rest}

    assert len(json.dumps(longest)) == LARGEST_RESPONSE_BYTES
    assert not is_too_large(longest)
    assert is_too_large({**longest, "body": longest["body"] + "y"})


def test_a_page_ends_before_the_row_that_has_no_room_any_more():
    row = "א" * 100_000  # 600,000 bytes as sent: ten are 6.0 million, eleven would be 6.6

    assert first_that_fit((row,) * 12) == (row,) * 10
    assert first_that_fit((row,) * 10) == (row,) * 10
    assert fits([row] * 10)


def test_a_page_has_one_row_even_when_that_is_too_large():
    assert first_that_fit(("א" * 2_000_000, "x")) == ("א" * 2_000_000,)


def test_an_empty_page_stays_empty():
    assert first_that_fit(()) == ()
