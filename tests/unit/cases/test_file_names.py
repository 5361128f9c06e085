"""What may a document be called?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.cases.checks import cleaned_file_name
from chalicelib.errors import InvalidRequest
from tests.fakes.growth import assert_time_in_proportion


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("סיכום אורתופדי 28.5.2026.pdf", "סיכום אורתופדי 28.5.2026.pdf"),  # an ordinary name stays
        ("../../etc/passwd", "passwd"),  # directories go
        ("C:\\fakepath\\MRI.pdf", "MRI.pdf"),  # those of Windows as well
        ("/absolute/דוח.pdf", "דוח.pdf"),
        ("a\x00b\r\nc\t.pdf", "abc.pdf"),  # control characters go
        ("a\u2028b\u2029.pdf", "ab.pdf"),  # so do line and paragraph separators
        ("exe\u202efdp.txt", "exefdp.txt"),  # an override would show exetxt.pdf
        ("\u200fדוח.pdf", "\u200fדוח.pdf"),  # a plain right-to-left mark is part of Hebrew typing
        ("  spaced .pdf  ", "spaced .pdf"),
        ("cafe\u0301.pdf", "café.pdf"),  # NFC
        (".env", ".env"),
        ("d/" + "x" * 255, "x" * 255),  # 255 counts after the directories are gone
        ("\u03b1\u0313\u0300\u0345" * 255, "\u1f82" * 255),  # and after NFC, which makes at most four into one
    ],
)
def test_a_name_is_shown_without_directories_and_hidden_characters(given: str, shown: str) -> None:
    assert cleaned_file_name(given) == shown


@pytest.mark.parametrize("given", ["", "   ", "..", ".", "dir/", "\x07\x00", "a/..", ". .", "a/\n", "x" * 256])
def test_a_name_of_which_nothing_or_too_much_is_left_is_refused_at_its_member(given: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        cleaned_file_name(given)

    assert [problem.pointer for problem in refused.value.problems] == ["/file_name"]


@pytest.mark.parametrize(
    "given",
    [
        lambda n: "a" * n + "/",  # each character might begin the name: 1.8 billion steps when all are tried
        lambda n: "x" * n,
        lambda n: "a" + "\u0316\u0301" * (n // 2),  # marks that NFC sorts, one by one
        lambda n: "." * n + "/" * n,
    ],
    ids=["a directory", "letters", "marks", "dots"],
)
def test_a_long_name_is_refused_in_time_that_grows_with_its_length(given: Callable[[int], str]) -> None:
    def refused(length: int) -> None:
        with pytest.raises(InvalidRequest):
            cleaned_file_name(given(length))

    assert_time_in_proportion(refused, size=15_000)
