"""What can be read of a file?"""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.adapters.file_readers import FileReaders
from chalicelib.cases.model import Document, DocumentStatus, DocumentText
from chalicelib.documents.page import ReadLimits
from tests.unit.adapters.pdfs import (
    encrypted,
    hebrew_lines,
    hebrew_lines_in_visual_order,
    lines,
    pdf,
    unusable_lines,
)
from tests.unit.adapters.pictures import jpeg, png

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample_case" / "doc1_orthopaedic_report.he.pdf"
PNG, JPEG = png(), jpeg()
A_LINE = "Lumbar disc herniation L4-L5, left radiculopathy"


def read(content: bytes, *, content_type: str = "application/pdf", limits: ReadLimits | None = None) -> DocumentText:
    return FileReaders(limits=limits).read(a_document(content_type), content)


def a_document(content_type: str) -> Document:
    return Document(
        id="d1",
        case_id="c1",
        file_name="f",
        content_type=content_type,
        size=1,
        status=DocumentStatus.READY,
        uploaded_by="u1",
        uploaded_at=datetime(2026, 6, 10, tzinfo=UTC),
    )


def needing_images(text: DocumentText) -> list[bool]:
    return [page.needs_image for page in text.pages]


def test_a_pdf_is_read_page_by_page() -> None:
    text = read(pdf(lines(A_LINE, "second line"), lines("another page of the same report")))

    assert [(page.number, page.text.split("\n")[0]) for page in text.pages] == [
        (1, A_LINE),
        (2, "another page of the same report"),
    ]
    assert needing_images(text) == [False, False]
    assert (text.problem, text.truncated) == (None, False)


def test_the_sample_report_is_read_with_its_facts() -> None:
    text = read(SAMPLE.read_bytes())

    assert needing_images(text) == [False]
    for fact in ("28/05/2026", "000000422", "סיכום ביקור אורתופדי", "L4-L5", "050-0000422", "פיברומיאלגיה"):
        assert fact in text.pages[0].text


def test_the_document_comes_back_with_its_text() -> None:
    assert read(pdf(lines(A_LINE))).document == a_document("application/pdf")


def test_hebrew_drawn_from_left_to_right_is_read_as_it_is_meant() -> None:
    text = read(pdf(hebrew_lines("שלום לכם, אנשים טובים", "אין ממצאים")))

    assert text.pages[0].text.split("\n")[:2] == ["שלום לכם, אנשים טובים", "אין ממצאים"]


def test_reversed_hebrew_is_turned_around() -> None:
    drawn = ["שלום לכם, אנשים טובים", "תאריך הביקור: 28/05/2026", "אבחנה: Lumbar disc L4-L5 (MRI) בוצע"]

    text = read(pdf(hebrew_lines_in_visual_order(*drawn)))

    assert text.pages[0].text.split("\n")[:3] == drawn


def test_reversed_hebrew_in_a_text_file_is_turned_around() -> None:
    content = "םיבוט םישנא\n28/05/2026 :רוקיבה ךיראת".encode("iso-8859-8")

    text = read(content, content_type="text/plain")

    assert text.pages[0].text == "אנשים טובים\nתאריך הביקור: 28/05/2026"


@pytest.mark.parametrize(
    ("content", "needs_image"),
    [
        (b"q 600 0 0 800 0 0 cm /I1 Do Q", True),  # a scan
        (b"q 600 0 0 800 0 0 cm /I1 Do Q " + lines("page 3"), True),  # a scan with a page number on it
        (b"q 600 0 0 800 0 0 cm /I1 Do Q " + lines("Scanned with CamScanner 12/02/2026"), True),  # and an app's name
        (b"q 600 0 0 800 0 0 cm /I1 Do Q " + lines(*[A_LINE] * 9), True),  # a scan with a layer of text
        (b"q 200 0 0 90 0 700 cm /I1 Do Q " + lines(A_LINE), True),  # hardly any text beside a picture
        (b"q 200 0 0 90 0 700 cm /I1 Do Q " + lines(*[A_LINE] * 9), False),  # a letterhead above real text
        (b"10 10 m 20 20 l 30 10 l f", True),  # text drawn as outlines
        (lines("3"), False),  # a short page is a short page
        (b"", False),  # an empty one is empty
        (b"q 1 0 0 1 0 0 cm Q", False),  # and so is one that draws nothing
        (unusable_lines(A_LINE), True),  # a font whose characters mean nothing
    ],
)
def test_a_page_without_a_usable_text_layer_needs_its_image(content: bytes, needs_image: bool) -> None:
    text = read(pdf(content, lines(A_LINE), image=True))

    assert needing_images(text) == [needs_image, False]
    assert text.problem is None


def test_meaningless_characters_are_not_passed_on_as_text() -> None:
    assert [(page.text, page.doubts) for page in read(pdf(unusable_lines(A_LINE))).pages] == [("", ("nonsense",))]


def test_a_document_of_blank_pages_is_a_problem() -> None:
    problem = read(pdf(b"", b"q 1 0 0 1 0 0 cm Q")).problem

    assert problem == "The document is blank: none of its pages has words or a picture. Scan or export it again."


def test_text_in_forms_is_read() -> None:
    text = read(pdf(b"/X1 Do", form=lines(A_LINE)))

    assert text.pages[0].text.strip() == A_LINE


def test_a_damaged_page_does_not_take_the_others_along() -> None:
    broken = pdf(lines(A_LINE), lines("the second page of it"), lines("the third page of it"))
    contents = broken.index(b"stream", broken.index(b"/Contents"))  # the second page's content follows the first page
    broken = broken[: contents + 9] + b"\xff" * 20 + broken[contents + 29 :]

    text = read(broken)

    assert [page.number for page in text.pages] == [1, 2, 3]
    assert text.pages[0].text.strip() == A_LINE
    assert "second page" not in text.pages[1].text
    assert text.pages[2].text.strip() == "the third page of it"


@pytest.mark.parametrize(
    ("content", "content_type", "words"),
    [
        (b"", "application/pdf", "is empty"),
        (b"", "text/plain", "is empty"),
        (b" \n\t ", "text/plain", "is empty"),
        (b"", "image/png", "is empty"),
        (encrypted(pdf(lines(A_LINE)), password="secret"), "application/pdf", "protected by a password"),
        (b"%PDF-1.7\nnothing that a reader knows", "application/pdf", "is damaged"),
        (pdf(lines(A_LINE))[:300], "application/pdf", "is damaged"),
        (b"%PDF-1.7\n" + random.Random(7).randbytes(50_000), "application/pdf", "is damaged"),  # any bytes
        (pdf(), "application/pdf", "is damaged"),  # it has no pages
        (b"<html>a page</html>", "application/pdf", "is not a PDF"),
        (PNG, "application/pdf", "is not a PDF"),
        (pdf(lines(A_LINE)), "text/plain", "is a PDF"),
        (PNG, "text/plain", "is not a text"),
        (PNG[:40], "image/png", "is damaged"),
        (b"\xff\xd8\xff\xe0 cut off", "image/jpeg", "is damaged"),
        (b"GIF", "image/png", "is not a picture"),
        (b"GIF89a", "image/gif", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem_that_names_what_to_do(
    content: bytes, content_type: str, words: str
) -> None:
    text = read(content, content_type=content_type)

    assert text.pages == ()
    assert text.problem is not None
    assert words in text.problem
    assert ": " in text.problem  # what is wrong: what to do
    assert text.problem.endswith(".")


def test_a_pdf_that_only_forbids_printing_is_read() -> None:
    text = read(encrypted(pdf(lines(A_LINE)), password=""))

    assert text.pages[0].text.strip() == A_LINE


@pytest.mark.parametrize(("content", "content_type"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
def test_an_image_is_one_page_for_a_model_to_look_at(content: bytes, content_type: str) -> None:
    text = read(content, content_type=content_type)

    assert [(page.number, page.text, page.needs_image) for page in text.pages] == [(1, "", True)]


def test_a_text_is_one_page() -> None:
    text = read("\ufeffשורה\r\nשורה שנייה".encode(), content_type="text/plain")

    assert [(page.number, page.text, page.needs_image) for page in text.pages] == [(1, "שורה\nשורה שנייה", False)]


def test_the_process_that_asks_loads_no_decoder() -> None:
    program = "import sys, chalicelib.adapters.file_readers, chalicelib.adapters.pdfium.reader; "
    program += "sys.exit(bool({'pypdfium2', 'PIL'} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
