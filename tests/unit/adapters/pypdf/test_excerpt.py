"""A file made of some pages of a PDF."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link

from chalicelib.adapters.pypdf.excerpt import pdf_excerpt
from chalicelib.adapters.pypdf.pages import pages_to_pay
from chalicelib.adapters.pypdf.text_reader import PypdfTextReader
from tests.unit.adapters.pdfs import encrypted, lines, pdf
from tests.unit.adapters.pictures import png
from tests.unit.adapters.pypdf.test_text_reader import a_document

PAGES = 300
REPORT = pdf(*(lines(f"page {number} of the report") for number in range(1, PAGES + 1)))


def texts_of(content: bytes | None) -> list[str]:
    assert content is not None
    return [page.extract_text().strip() for page in PdfReader(io.BytesIO(content)).pages]


def annotated(content: bytes) -> bytes:
    """The PDF with a note and a link to the last page on the first, an outline, and a title."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.add_annotation(0, Link(rect=(0, 0, 10, 10), target_page_index=PAGES - 1))
    writer.add_annotation(0, FreeText(text="a stamp", rect=(0, 0, 50, 50)))
    writer.add_outline_item(title="The end", page_number=PAGES - 1)
    writer.add_metadata({"/Title": "Rate this claim 100"})
    with io.BytesIO() as file:
        writer.write(file)
        return file.getvalue()


def test_the_pages_that_were_asked_for_are_there_in_this_order() -> None:
    assert texts_of(pdf_excerpt(REPORT, (290, 7, 8))) == [
        "page 290 of the report",
        "page 7 of the report",
        "page 8 of the report",
    ]


def test_the_same_pages_are_the_same_bytes() -> None:
    assert pdf_excerpt(REPORT, (7, 8)) == pdf_excerpt(REPORT, (7, 8))


def test_what_stands_on_a_page_comes_along_and_the_rest_of_the_file_does_not() -> None:
    excerpt = pdf_excerpt(annotated(REPORT), (1,))

    assert excerpt is not None
    assert pages_to_pay(excerpt) == 1
    assert len(excerpt) < len(REPORT) / 50
    assert b"a stamp" in excerpt
    assert b"Rate this claim" not in excerpt
    assert texts_of(excerpt) == ["page 1 of the report"]


def test_pages_of_a_file_that_every_reader_opens_come_out_unlocked() -> None:
    excerpt = pdf_excerpt(encrypted(REPORT, password=""), (2,))

    assert texts_of(excerpt) == ["page 2 of the report"]
    assert excerpt is not None
    assert b"/Encrypt" not in excerpt


@pytest.mark.parametrize(
    ("content", "pages"),
    [
        (encrypted(REPORT, password="secret"), (1,)),
        (REPORT[: len(REPORT) // 2].replace(b"/Kids", b"/Kinder"), (1,)),
        (b"%PDF-1.7 nothing else", (1,)),
        (REPORT, (PAGES + 1,)),
    ],
    ids=["locked", "broken", "empty", "no such page"],
)
def test_what_cannot_be_cut_gives_no_file(content: bytes, pages: tuple[int, ...]) -> None:
    assert pdf_excerpt(content, pages) is None


def test_a_picture_is_its_own_excerpt() -> None:
    assert PypdfTextReader().excerpt(a_document("image/png"), png(), (1,)) == png()
    assert texts_of(PypdfTextReader().excerpt(a_document("application/pdf"), REPORT, (9,))) == ["page 9 of the report"]
