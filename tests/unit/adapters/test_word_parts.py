"""Signs of symbol fonts and documents pasted into a Word document are read as Word shows them."""

from __future__ import annotations

import io
import zipfile

import pytest

from chalicelib.adapters.word_text import opened, picture_bytes, pictures_inside, word_text
from chalicelib.documents.content_types import type_of_bytes
from tests.unit.adapters.test_office_files import W, docx, paragraph, run


def text_of(content: bytes) -> str:
    with opened(content) as file:
        return word_text(file)[0]


def pasting(name: str, content: bytes, *, body: str = "") -> bytes:
    """A Word document with another document in it."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as made:
            made.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
            made.writestr(name, content)
        return file.getvalue()


@pytest.mark.parametrize(
    ("font", "code", "shown"),
    [
        ("Wingdings", "F0FC", "☒"),  # the tick that most people insert
        ("Wingdings", "F0FE", "☒"),
        ("Wingdings", "F0A8", "☐"),
        ("Wingdings", "F0E0", "→"),  # what Word makes of -->
        ("Wingdings 2", "F052", "☒"),
        ("Wingdings 2", "F0A3", "☐"),
        ("Wingdings", "F028", "•"),  # a telephone before a number is no box
        ("Symbol", "F0A3", "≤"),
        ("Symbol", "F0B3", "≥"),
        ("Symbol", "F0B0", "°"),
        ("Symbol", "F06D", "μ"),
        ("Symbol", "F0B1", "±"),
        ("Symbol", "no number", "•"),
    ],
)
def test_a_sign_of_a_symbol_font_is_what_it_shows(font: str, code: str, shown: str) -> None:
    inserted = f'<w:r><w:sym w:font="{font}" w:char="{code}"/><w:t>7</w:t></w:r>'

    assert text_of(docx(paragraph(inserted))) == f"{shown}7"


@pytest.mark.parametrize(("font", "text", "shown"), [("Wingdings", "\uf0fc", "☒"), ("David", "\uf0fc", "\uf0fc")])
def test_text_that_is_set_in_a_symbol_font_is_what_it_shows(font: str, text: str, shown: str) -> None:
    set_in_it = f'<w:r><w:rPr><w:rFonts w:ascii="{font}"/></w:rPr><w:t>{text}</w:t></w:r>'

    assert text_of(docx(paragraph(set_in_it, run(" כן")))) == f"{shown} כן"


PAGE = "<html><body><p>אבחנה: סוכרת</p></body></html>"
MHT = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    f"Content-Type: text/html; charset=utf-8\r\n\r\n{PAGE}\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/afchunk.mht", MHT.encode()),
        ("word/afchunk1.html", PAGE.encode()),
        ("afchunk.htm", PAGE.encode("utf-16")),
        ("word/part.txt", "אבחנה: סוכרת".encode()),
        ("word/part.rtf", rb"{\rtf1\ansi\ansicpg1255 " + "אבחנה: סוכרת".encode("windows-1255") + b"}"),
        ("word/part.docx", docx(paragraph(run("אבחנה: סוכרת")))),
    ],
)
def test_a_document_pasted_into_another_is_read_with_it(name: str, content: bytes) -> None:
    assert text_of(pasting(name, content)).strip() == "אבחנה: סוכרת"
    assert text_of(pasting(name, content, body=paragraph(run("מכתב")))).split("\n")[0] == "מכתב"


def test_documents_in_documents_have_an_end_and_what_is_not_read_is_named() -> None:
    content = docx(paragraph(run("deep")))
    for _ in range(5):
        content = pasting("word/part.docx", content)

    with opened(content) as file:
        assert word_text(file) == ("", ("part.docx",))


@pytest.mark.parametrize(
    ("main", "picture"), [("word\\document.xml", "word\\media\\i.png"), ("/word/document.xml", "/word/media/i.png")]
)
def test_parts_are_found_however_their_places_are_written(main: str, picture: str) -> None:
    usual = pasting("word/media/i.png", b"picture", body=paragraph(run("אבחנה: סוכרת")))
    names = {"word/document.xml": main, "word/media/i.png": picture}
    with io.BytesIO() as copied:
        with zipfile.ZipFile(io.BytesIO(usual)) as made, zipfile.ZipFile(copied, "w") as other:
            for name in made.namelist():
                other.writestr(names[name], made.read(name))
        content = copied.getvalue()

    assert text_of(content) == "אבחנה: סוכרת"
    assert (type_of_bytes(content) or "").endswith("wordprocessingml.document")
    with opened(content) as file:
        assert [picture_bytes(file, info) for info in pictures_inside(file)] == [b"picture"]
