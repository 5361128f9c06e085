"""What keeps a file from taking too long, too much, or anything along?"""

from __future__ import annotations

import logging
import random

import pytest

from chalicelib.adapters.pdfium.reader import PdfReader
from chalicelib.cases.model import DocumentText
from chalicelib.documents.page import ReadLimits
from tests.unit.adapters.pdfs import hebrew_lines, lines, pdf
from tests.unit.adapters.test_file_readers import A_LINE, a_document, read


def test_a_file_over_its_size_is_not_opened() -> None:
    text = read(b"%PDF-" + bytes(2 * 1024 * 1024), limits=ReadLimits(size_bytes=1024 * 1024))

    assert text.problem == "The file is larger than 1 MB: upload it in parts."


def test_pages_beyond_the_limit_are_cut() -> None:
    content = pdf(*[lines(A_LINE)] * 5)

    assert (len(read(content, limits=ReadLimits(pages=5)).pages), read(content).truncated) == (5, False)
    cut = read(content, limits=ReadLimits(pages=3))
    assert ([page.number for page in cut.pages], cut.truncated) == ([1, 2, 3], True)


@pytest.mark.parametrize("content_type", ["application/pdf", "text/plain"])
def test_characters_beyond_the_limit_are_cut(content_type: str) -> None:
    content = pdf(lines(A_LINE), lines(A_LINE)) if content_type == "application/pdf" else A_LINE.encode() * 2

    text = read(content, content_type=content_type, limits=ReadLimits(characters=60))

    assert sum(len(page.text) for page in text.pages) == 60
    assert text.truncated


def test_a_text_of_exactly_the_limit_is_whole() -> None:
    text = read(A_LINE.encode(), content_type="text/plain", limits=ReadLimits(characters=len(A_LINE)))

    assert (text.pages[0].text, text.truncated) == (A_LINE, False)


FOREVER = b"q " + b"/X1 Do " * 3_000 + b"Q"
"""With `ENDLESS` as the form: 3,000 times 3,000 pieces of text."""
ENDLESS = b"BT /F1 12 Tf 50 750 Td " + b"(a) Tj " * 3_000 + b"ET"


def hurried() -> DocumentText:
    """A sound page, one that takes forever, and another sound one. (A busy machine needs seconds for a sound one.)"""
    content = pdf(lines(A_LINE), FOREVER, lines("the last page"), form=ENDLESS)
    found = PdfReader(seconds_a_page=8.0).text(content, limits=ReadLimits(), check=lambda: None)
    return DocumentText(document=a_document("application/pdf"), pages=found.pages, truncated=found.truncated)


def test_a_page_that_takes_forever_costs_that_page() -> None:
    text = hurried()

    assert [(page.text, page.doubts) for page in text.pages] == [
        (A_LINE, ()),
        ("", ("unread",)),
        ("the last page", ()),
    ]
    assert not text.truncated


def test_when_the_time_is_up_the_pages_so_far_are_what_there_is() -> None:
    dense = lines(*[A_LINE * 2] * 60)  # 500 pages of it take ten seconds and more

    text = read(pdf(*[dense] * 500), limits=ReadLimits(seconds=4.0))

    assert [page.number for page in text.pages] == list(range(1, len(text.pages) + 1))
    assert 1 <= len(text.pages) < 500
    assert text.truncated


def test_a_pdf_of_which_not_even_a_page_was_read_in_time_is_a_problem() -> None:
    text = read(pdf(lines(A_LINE)), limits=ReadLimits(seconds=0.0))

    assert (text.pages, text.problem) == ((), "The PDF takes too long to read: upload it in parts.")


class Cancelled(Exception):
    """What an attempt raises that must not go on."""


def test_a_cancelled_job_stops_the_reading_within_a_page() -> None:
    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        PdfReader().text(pdf(*[lines(A_LINE)] * 3), limits=ReadLimits(), check=check)


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F1 12 Tf " + b"(a)Tj " * 200_000 + b"ET",  # more to parse than any page has
        b"BT /F1 12 Tf (" + b"a" * 40_000_000 + b")Tj ET",  # 40 MB out of 40 KB
    ],
)
def test_a_page_made_to_exhaust_its_reader_costs_no_other_page(content: bytes) -> None:
    text = read(pdf(content, lines(A_LINE)))

    assert [page.number for page in text.pages] == [1, 2]
    assert text.pages[1].text == A_LINE


def test_whatever_the_bytes_are_there_is_an_answer() -> None:
    rng = random.Random(2026)  # the same damage every time
    whole = pdf(lines(A_LINE), hebrew_lines("שלום לכם"), b"/X1 Do /I1 Do", form=lines("form"), image=True)

    for _ in range(40):
        damaged = bytearray(whole)
        for _ in range(rng.choice([1, 5, 50])):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        text = read(bytes(damaged[: rng.choice([len(whole), rng.randrange(len(whole))])]))

        assert (text.problem is None) == bool(text.pages)
        for page in text.pages:
            page.text.encode()  # every text can be stored


def test_nothing_of_a_strange_file_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        read(pdf(lines(A_LINE)).replace(b"/Helvetica", b"/Hel!vet#"))
        read(b"%PDF-1.7\n1 0 obj <</Secret (000000422)>>")

    assert all("000000422" not in record.getMessage() for record in caplog.records)
