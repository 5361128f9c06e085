"""Word documents, RTF, HTML and e-mail as people save them are read; hostile ones are refused."""

from __future__ import annotations

import io
import resource
import zipfile
from email.message import EmailMessage
from typing import Any

import pytest
from PIL import Image

from chalicelib.adapters.file_readers import FileReaders
from chalicelib.adapters.office_files import (
    OfficeReader,
)
from chalicelib.adapters.office_problems import EMPTY, NO_WORD_FILE, TOO_LARGE, UNREADABLE
from chalicelib.adapters.text_files import TextFileReader
from chalicelib.documents.content_types import type_of_bytes, type_of_name
from chalicelib.documents.page import FileText, ReadLimits

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def docx(body: str) -> bytes:
    """A Word document with this body."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def read(reader: OfficeReader | TextFileReader, content: bytes) -> FileText:
    return reader.text(content, limits=ReadLimits(), check=lambda: None)


def text_of(reader: OfficeReader | TextFileReader, content: bytes) -> str:
    found = read(reader, content)
    assert found.problem is None
    return found.pages[0].text


def test_a_table_is_read_row_by_row_and_a_text_box_once() -> None:
    cells = "".join(f"<w:tc>{paragraph(run(text))}</w:tc>" for text in ("שכר ברוטו", "9,400", "ש״ח"))
    box = f"<w:r><w:pict><w:txbxContent>{paragraph(run('בתיבה'))}</w:txbxContent></w:pict></w:r>"
    body = paragraph(run("מכתב "), run("שחרור")) + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>" + paragraph(run("לפני"), box)

    assert text_of(OfficeReader("word"), docx(body)).splitlines() == [
        "מכתב שחרור",
        "שכר ברוטו  9,400  ש״ח",
        "לפני",
        "בתיבה",
    ]


def test_what_was_inserted_is_read_and_what_was_deleted_is_not() -> None:
    deleted = "<w:del><w:r><w:delText>ישן</w:delText><w:t>ישן</w:t></w:r></w:del>"
    body = paragraph(run("הגובה "), f"<w:ins>{run('חדש')}</w:ins>", deleted)

    assert text_of(OfficeReader("word"), docx(body)) == "הגובה חדש"


def test_heads_and_feet_stand_around_the_text_once_each() -> None:
    head = f"<w:hdr {W}>{paragraph(run('בית חולים'))}</w:hdr>"
    foot = f"<w:ftr {W}>{paragraph(run('עמוד'))}</w:ftr>"
    content = _with(
        docx(paragraph(run("גוף"))), {"word/header1.xml": head, "word/header2.xml": head, "word/footer1.xml": foot}
    )

    assert text_of(OfficeReader("word"), content).splitlines() == ["בית חולים", "גוף", "עמוד"]


def test_fields_breaks_and_boxes_to_tick_are_text() -> None:
    symbol = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    body = paragraph(run("שורה"), "<w:r><w:br/></w:r>", run("שנייה"), "<w:r><w:tab/></w:r>", symbol)
    control = f"<w:sdt><w:sdtContent>{paragraph(run('000000422'))}</w:sdtContent></w:sdt>"

    assert text_of(OfficeReader("word"), docx(body + control)).splitlines() == ["שורה", "שנייה\t☒", "000000422"]


def test_pictures_inside_are_pages_after_the_text() -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(out, "JPEG")
    content = _with(docx(paragraph(run("סריקה מצורפת"))), {"word/media/image1.jpeg": out.getvalue()})

    found = read(OfficeReader("word"), content)

    assert [(page.number, page.needs_image) for page in found.pages] == [(1, False), (2, True)]
    picture = OfficeReader("word").pictures(content, [1, 2], longest=100)
    assert {number: (made.width, made.height) for number, made in picture.items()} == {2: (100, 67)}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\x03\x04 cut off", NO_WORD_FILE),
        (b"\xd0\xcf\x11\xe0 an old Word file", NO_WORD_FILE),
        (docx("")[:-30], NO_WORD_FILE),
        (docx(paragraph(run("&bomb;"))), UNREADABLE),
        (docx("<w:p>"), UNREADABLE),
        (docx(paragraph(run("   "))), EMPTY),
        (docx(paragraph(run("א" * 30_000_000))), TOO_LARGE),
    ],
    ids=["cut", "old", "no-end", "entity", "open", "blank", "bomb"],
)
def test_a_file_that_is_no_word_document_is_a_problem_with_a_way_out(content: bytes, problem: str) -> None:
    assert read(OfficeReader("word"), content).problem == problem


@pytest.mark.parametrize(
    "body", ["<w:p/>" * 7_000_000, "<w:p>" * 20_000 + "</w:p>" * 20_000], ids=["many paragraphs", "deep"]
)
def test_a_bomb_of_xml_costs_the_worker_nothing(body: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = docx(body)
    del body

    found = OfficeReader("word").text(content, limits=ReadLimits(), check=lambda: None)

    assert found.problem in (TOO_LARGE, NO_WORD_FILE)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # kilobytes: what made it


def test_pictures_inside_are_opened_one_at_a_time_and_a_bomb_costs_its_own_page() -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(out, "JPEG")
    bombs = {f"word/media/image{number}.jpg": bytes(20_000_000) for number in range(10, 30)}
    content = _with(docx(paragraph(run("סריקה"))), {**bombs, "word/media/image99.jpeg": out.getvalue()})

    found = read(OfficeReader("word"), content)

    assert len(found.pages) == 22
    assert set(OfficeReader("word").pictures(content, range(1, 30), longest=100)) == {22}


def test_a_large_web_page_is_read_as_far_as_it_is_read_at_all() -> None:
    content = b"<html><body>" + b"<p>word</p>" * 1_000_000 + b"</body></html>"

    found = OfficeReader("html").text(content, limits=ReadLimits(characters=1000), check=lambda: None)

    assert found.pages[0].text.startswith("word\nword")
    assert len(found.pages[0].text) == 1001  # cut by whoever asked, who sees that there is more


def test_entities_are_refused_before_they_are_expanded() -> None:
    content = _with(docx(""), {"word/document.xml": '<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>'})

    assert read(OfficeReader("word"), content).problem == NO_WORD_FILE


def test_rtf_is_read_in_the_code_page_it_names_also_when_it_poses_as_text() -> None:
    content = b"{\\rtf1\\ansi\\ansicpg1255{\\fonttbl{\\f0 David;}}\\f0 \\'f9\\'ec\\'e5\\'ed 9,400\\par}"

    assert text_of(OfficeReader("rtf"), content) == "שלום 9,400"
    assert text_of(TextFileReader(), content) == "שלום 9,400"


def test_html_is_read_without_scripts_and_with_its_rows() -> None:
    page = "<html><head><title>x</title><style>p{}</style></head><body><p>שלום&nbsp;לך</p><script>alert(1)</script>"
    page += "<table><tr><td>שכר</td><td>9,400</td></tr></table></body></html>"

    assert [" ".join(line.split()) for line in text_of(OfficeReader("html"), page.encode()).splitlines()] == [
        "שלום לך",
        "שכר 9,400",
    ]


def test_a_mail_is_read_with_its_head_and_its_attachments_are_named() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "מרפאה <clinic@example.com>", "סיכום ביקור"
    message.set_content("כאבי גב מאז 2024")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="סיכום.pdf")

    found = read(OfficeReader("mail"), message.as_bytes())

    assert "סיכום ביקור" in found.pages[0].text
    assert "כאבי גב מאז 2024" in found.pages[0].text
    assert [note.code for note in found.notes] == ["document_has_attachments"]
    assert "סיכום.pdf" in found.notes[0].message


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("letter.docx", docx(paragraph(run("x"))), DOCX),
        ("letter.rtf", b"{\\rtf1 x}", "text/rtf"),
        ("page.HTM", b"\xef\xbb\xbf<!DOCTYPE html><p>x", "text/html"),
        ("mail.eml", b"From: a@b.c\r\nSubject: x\r\n\r\nbody", "message/rfc822"),
        ("IMG_1.HEIC", b"\0\0\0\x18ftypheic", "image/heic"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("fax.tif", b"II*\0", "image/tiff"),
        ("note.txt", "שורה: ערך".encode(), "text/plain"),
    ],
)
def test_a_kind_is_known_by_its_name_and_by_its_bytes(name: str, content: bytes, expected: str) -> None:
    assert type_of_name(name) == expected
    assert type_of_bytes(content) == expected


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1", b"PK\x03\x04xl/workbook.xml", b"\0\0\0\x18ftypmp42"])
def test_what_cannot_be_read_has_no_kind(content: bytes) -> None:
    assert type_of_bytes(content) is None


def test_every_type_that_is_taken_has_a_reader() -> None:
    from chalicelib.adapters.file_readers import READERS
    from chalicelib.documents.content_types import CONTENT_TYPES

    assert set(READERS) == set(CONTENT_TYPES)
    assert FileReaders() is not None


def _with(content: bytes, parts: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def test_a_text_of_blanks_and_direction_marks_is_empty() -> None:
    blanks = "\ufeff \r\n\t\u00a0\u200f\r\n".encode()

    assert (read(TextFileReader(), blanks).problem or "").startswith("The file is empty")
