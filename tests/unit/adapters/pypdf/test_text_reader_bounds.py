"""What keeps a file from taking too long, too much, or anything along?"""

from __future__ import annotations

import io
import logging
import random
import time
from collections.abc import Callable

import pytest
from pypdf import PdfReader, PdfWriter

from chalicelib.adapters.pypdf.text_reader import PypdfTextReader, TextLimits
from tests.unit.adapters.pdfs import hebrew_lines, lines, pdf
from tests.unit.adapters.pypdf.test_text_reader import A_LINE, SAMPLE, a_document, needing_images, read


def test_a_file_over_its_size_is_not_opened() -> None:
    text = read(b"%PDF-" + bytes(2 * 1024 * 1024), limits=TextLimits(size_bytes=1024 * 1024))

    assert text.problem == "The file is larger than 1 MB: upload it in parts."


def test_pages_beyond_the_limit_are_cut() -> None:
    content = pdf(*[lines(A_LINE)] * 5)

    assert (len(read(content, limits=TextLimits(pages=5)).pages), read(content).truncated) == (5, False)
    cut = read(content, limits=TextLimits(pages=3))
    assert ([page.number for page in cut.pages], cut.truncated) == ([1, 2, 3], True)


@pytest.mark.parametrize("content_type", ["application/pdf", "text/plain"])
def test_characters_beyond_the_limit_are_cut(content_type: str) -> None:
    content = pdf(lines(A_LINE), lines(A_LINE)) if content_type == "application/pdf" else A_LINE.encode() * 2

    text = read(content, content_type=content_type, limits=TextLimits(characters=60))

    assert sum(len(page.text) for page in text.pages) == 60
    assert text.truncated


def test_a_text_of_exactly_the_limit_is_whole() -> None:
    text = read(A_LINE.encode(), content_type="text/plain", limits=TextLimits(characters=len(A_LINE)))

    assert (text.pages[0].text, text.truncated) == (A_LINE, False)


def ticking(seconds_a_look: float) -> Callable[[], float]:
    """A clock that goes on by so many seconds each time somebody looks at it."""
    looks = iter(range(1_000_000))
    return lambda: next(looks) * seconds_a_look


def test_when_the_time_is_up_the_pages_so_far_are_what_there_is() -> None:
    reader = PypdfTextReader(limits=TextLimits(seconds=3.5), clock=ticking(1))

    text = reader.read(a_document("application/pdf"), pdf(*[lines(A_LINE)] * 10))

    # Looked at once at the start, then once a page: the fourth look of a page is the one that comes too late.
    assert [page.number for page in text.pages] == [1, 2, 3]
    assert (text.truncated, text.problem) == (True, None)


def test_a_pdf_of_which_not_even_a_page_was_read_in_time_is_a_problem() -> None:
    reader = PypdfTextReader(limits=TextLimits(seconds=0.5), clock=ticking(1))

    text = reader.read(a_document("application/pdf"), pdf(lines(A_LINE)))

    assert (text.pages, text.problem) == ((), "The PDF takes too long to read: upload it in parts.")


def test_time_ends_in_the_middle_of_a_page_that_draws_a_form_over_and_over() -> None:
    content = pdf(lines("the first page has text"), b"/X1 Do " * 4000, form=lines(A_LINE))
    reader = PypdfTextReader(limits=TextLimits(seconds=100), clock=ticking(1))

    text = reader.read(a_document("application/pdf"), content)

    assert [(page.number, page.needs_image) for page in text.pages][-1] == (2, True)
    assert text.truncated


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F1 12 Tf " + b"(a)Tj " * 200_000 + b"ET",  # more to parse than any page has
        b"BT /F1 12 Tf (" + b"a" * 40_000_000 + b")Tj ET",  # 40 MB out of 40 KB
    ],
)
def test_a_page_made_to_exhaust_its_reader_is_cut_and_quickly(content: bytes) -> None:
    started = time.process_time()

    text = read(pdf(content, lines(A_LINE)))

    assert time.process_time() - started < 10
    assert (needing_images(text), text.truncated) == ([True, False], True)
    assert text.pages[1].text.strip() == A_LINE


def test_whatever_the_bytes_are_there_is_an_answer() -> None:
    rng = random.Random(2026)  # the same damage every time
    whole = pdf(lines(A_LINE), hebrew_lines("שלום לכם"), b"/X1 Do /I1 Do", form=lines("form"), image=True)

    for _ in range(300):
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
    assert not [record for record in caplog.records if record.name.startswith("pypdf")]


def test_reading_takes_hardly_longer_than_pypdf_alone() -> None:
    writer = PdfWriter()
    for page in [PdfReader(SAMPLE).pages[0]] * 4:
        writer.add_page(page)
    written = io.BytesIO()
    writer.write(written)
    content = written.getvalue()

    def alone() -> None:
        for page in PdfReader(io.BytesIO(content)).pages:
            page.extract_text()

    quickest = [min(_seconds(run) for _ in range(3)) for run in (alone, lambda: read(content))]

    assert quickest[1] <= 1.2 * quickest[0]


def _seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started
