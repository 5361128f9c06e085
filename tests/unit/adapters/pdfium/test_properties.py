"""What a PDF says of itself is read, within bounds, and a part of it that is broken costs the pages nothing."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from chalicelib.adapters.pdfium.reader import MOST_PROPERTIES_CHARACTERS
from tests.unit.adapters.pdfs import encrypted, lines, pdf
from tests.unit.adapters.test_file_readers import A_LINE, read


def a_pdf_that_says(*, xmp: bytes | None = None, **information: str) -> bytes:
    """A PDF of one line with this information, and XMP metadata."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(lines(A_LINE)))))
    writer.add_metadata({f"/{name}": value for name, value in information.items()})
    if xmp is not None:
        packet = DecodedStreamObject()
        packet.set_data(xmp)
        writer.root_object[NameObject("/Metadata")] = writer._add_object(packet)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_title_author_and_keywords_are_what_a_file_says_of_itself() -> None:
    text = read(a_pdf_that_says(Title="סיכום ביקור", Author="Dr. Nobody", Keywords="disc, MRI"))

    assert {"סיכום ביקור", "Dr. Nobody", "disc, MRI"} <= set(text.properties.splitlines())
    assert text.pages[0].text.strip() == A_LINE


def test_what_stands_in_xmp_is_read_without_its_tags() -> None:
    xmp = "<x:xmpmeta><dc:title><rdf:li>כותרת</rdf:li></dc:title></x:xmpmeta>".encode()

    assert "כותרת" in read(a_pdf_that_says(xmp=xmp)).properties.splitlines()


def test_a_pdf_that_says_nothing_has_no_properties() -> None:
    assert read(pdf(lines(A_LINE))).properties == ""


@pytest.mark.parametrize("xmp", [b"\xff\xfe\x00broken", b"<" * 200_000])
def test_broken_metadata_costs_the_pages_nothing(xmp: bytes) -> None:
    text = read(a_pdf_that_says(xmp=xmp))

    assert (text.pages[0].text.strip(), text.problem) == (A_LINE, None)


def test_an_information_dictionary_that_is_none_costs_the_pages_nothing() -> None:
    content = pdf(lines(A_LINE)).replace(b"/Root 1 0 R", b"/Root 1 0 R/Info 9999 0 R")

    text = read(content)

    assert (text.pages[0].text.strip(), text.properties) == (A_LINE, "")


def test_a_very_long_title_is_cut() -> None:
    text = read(a_pdf_that_says(Title="a" * 5 * MOST_PROPERTIES_CHARACTERS))

    assert len(text.properties) == MOST_PROPERTIES_CHARACTERS


def test_a_file_that_every_reader_may_open_is_read_through_its_encryption() -> None:
    assert "Secret title" in read(encrypted(a_pdf_that_says(Title="Secret title"), password="")).properties
