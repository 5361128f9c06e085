"""What other programs put into Word documents, RTF, HTML and e-mail: nothing of it is lost without a word."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest

from chalicelib.adapters.office_files import (
    PICTURES_IN_RTF,
    Kind,
    OfficeReader,
)
from chalicelib.adapters.office_problems import LOCKED, NO_WORD_FILE, UNREADABLE
from chalicelib.documents.content_types import type_of_bytes
from chalicelib.documents.page import FileText, ReadLimits
from tests.unit.adapters.test_office_files import DOCX, W, docx, paragraph, run

STRICT = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def read(reader: OfficeReader, content: bytes) -> FileText:
    return reader.text(content, limits=ReadLimits(), check=lambda: None)


def text_of(reader: OfficeReader, content: bytes) -> str:
    [page] = read(reader, content).pages
    return page.text


def named(name: str, xml: str, **others: str) -> bytes:
    """A Word document whose body is stored under this name."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as opened:
            opened.writestr(name, xml)
            for other, content in others.items():
                opened.writestr(other, content)
        return file.getvalue()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        # a table inside a cell is said once
        (
            f"<w:tbl><w:tr><w:tc>{paragraph(run('a'))}</w:tc><w:tc><w:tbl><w:tr><w:tc>{paragraph(run('b'))}</w:tc>"
            f"<w:tc>{paragraph(run('c'))}</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>",
            "a  b  c",
        ),
        # a cell, or a row, in a content control
        (
            f"<w:tbl><w:tr><w:tc>{paragraph(run('a'))}</w:tc><w:sdt><w:sdtContent><w:tc>{paragraph(run('b'))}</w:tc>"
            "</w:sdtContent></w:sdt></w:tr></w:tbl>",
            "a  b",
        ),
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>seen</w:t></w:r></w:p>", "seen"),
        ('<w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>seen</w:t></w:r></w:p>', "seen"),
        ("<w:p><w:r><w:t>a</w:t><w:ptab/><w:t>b</w:t></w:r></w:p>", "a\tb"),
        # boxes and lists of forms of older programs
        (
            "<w:p><w:r><w:fldChar><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r>"
            '<w:r><w:fldChar><w:ffData><w:checkBox><w:default w:val="0"/></w:checkBox></w:ffData></w:fldChar></w:r>'
            '<w:r><w:fldChar><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="רווק"/>'
            '<w:listEntry w:val="נשוי"/></w:ddList></w:ffData></w:fldChar></w:r></w:p>',
            "☒☐נשוי",
        ),
    ],
)
def test_what_is_seen_of_a_word_document_is_read_once(body: str, text: str) -> None:
    assert text_of(OfficeReader("word"), docx(body)) == text


def test_comments_of_a_word_document_are_read_and_files_in_it_are_named() -> None:
    content = named(
        "word/document.xml",
        f"<w:document {W}><w:body>{paragraph(run('body'))}</w:body></w:document>",
        **{
            "word/comments.xml": f"<w:comments {W}><w:comment>{paragraph(run('נכות 40%'))}</w:comment></w:comments>",
            "word/embeddings/oleObject1.bin": "x",
        },
    )

    found = read(OfficeReader("word"), content)

    assert found.pages[0].text == "body\nנכות 40%"
    assert [note.code for note in found.notes] == ["document_has_attachments"]
    assert "oleObject1.bin" in found.notes[0].message


@pytest.mark.parametrize(("name", "spelt"), [("word/document.xml", STRICT), ("word/document2.xml", W)])
def test_other_spellings_of_a_word_document_are_the_same_text(name: str, spelt: str) -> None:
    content = named(name, f"<w:document {spelt}><w:body>{paragraph(run('מסמך'))}</w:body></w:document>")

    assert text_of(OfficeReader("word"), content) == "מסמך"
    assert type_of_bytes(content) == DOCX


def test_a_word_document_with_a_password_says_so() -> None:
    locked = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(500)

    assert read(OfficeReader("word"), locked).problem == LOCKED
    assert read(OfficeReader("word"), OLE + "WordDocument".encode("utf-16-le")).problem == NO_WORD_FILE


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1252\uc1 \u1513?\u1500?\u1493?\u1501? 40%}", "שלום 40%"),
        (b"{\\rtf1\\ansi\\ansicpg1255 " + "שלום".encode("windows-1255") + b"}", "שלום"),  # letters as they are
        (rb"{\rtf1\ansi\ansicpg1255\uc1 \u-1235?}", "\ufb2d"),
        (rb"{\rtf1\ansi \trowd\cellx1\cellx2 gross\cell 9,400 | net\cell\row}", "gross\t9,400 | net"),
    ],
)
def test_rtf_of_other_programs_is_read(rtf: bytes, text: str) -> None:
    assert text_of(OfficeReader("rtf"), rtf) == text


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("rtf", rb"{\rtf1\ansi{\fonttbl{\f0 David;}}\f0 \'f9\'ec\'e5\'ed 40% MRI}"),  # no code page is named
        ("html", "<html><meta charset=iso-8859-1><p>שלום 40% MRI".encode("windows-1255")),
        ("html", b"<html><p>&ugrave;&igrave;&aring;&iacute; 40% MRI"),
        ("mail", b"Subject: x\nContent-Type: text/plain; charset=iso-8859-1\n\n" + "שלום 40% MRI".encode("cp1255")),
    ],
)
def test_hebrew_letters_that_pass_for_latin_ones_are_hebrew(kind: Kind, content: bytes) -> None:
    assert text_of(OfficeReader(kind), content).split("\n")[-1] == "שלום 40% MRI"


def test_pictures_in_rtf_are_named() -> None:
    found = read(OfficeReader("rtf"), rb"{\rtf1\ansi seen {\pict\pngblip 89504e47}}")

    assert [note.message for note in found.notes] == [PICTURES_IN_RTF]
    assert read(OfficeReader("rtf"), rb"{\rtf1\ansi {\pict\pngblip 89504e47}}").problem == UNREADABLE


PAGE = '<html><head><meta charset="{}"><title>t</title></head><body><p>שלום</p></body></html>'


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (PAGE.format("windows-1255").encode(), "שלום"),  # it says windows-1255 and is UTF-8
        (PAGE.format("utf-8").encode("windows-1255"), "שלום"),  # and the other way round
        (PAGE.replace("שלום", "Привет, ёж").format("windows-1251").encode("windows-1251"), "Привет, ёж"),
        (PAGE.format("iso-8859-8-i").encode("iso-8859-8"), "שלום"),
        (PAGE.replace("שלום", "םיבוט םימי").format("iso-8859-8").encode("iso-8859-8"), "ימים טובים"),  # as on a screen
        (PAGE.format("no-such-thing").encode("utf-16"), "שלום"),
        (b"<html><p style='display: none'>ignore<p>seen</html>", "seen"),
        (b"<html><div hidden>a<div>b</div>c</div><span>seen</span></html>", "seen"),
        (b"<html><body><head><title>t<body>seen</html>", "seen"),
        (
            '<html><input value="דנה"><input type=hidden value=x><input type=checkbox checked>כן</html>'.encode(),
            "דנה   ☒ כן",
        ),
        (b"<html><select><option>a<option selected>b<option>c</select> end</html>", "b end"),
        (b"<html><textarea>words</textarea><script>if (a<b) {}</script></html>", "words"),
    ],
)
def test_what_a_browser_shows_of_a_page_is_read(content: bytes, text: str) -> None:
    assert " ".join(text_of(OfficeReader("html"), content).split()) == " ".join(text.split())
    assert type_of_bytes(content) == "text/html"


@pytest.mark.parametrize("before", [b'<?xml version="1.0"?>\n', b"<!-- saved -->\n", b"\xef\xbb\xbf \n"])
def test_a_page_may_begin_with_other_things(before: bytes) -> None:
    assert type_of_bytes(before + b"<!DOCTYPE html><html><p>x</html>") == "text/html"


def head(*lines: str) -> bytes:
    return "\r\n".join(["From: a@b.c", "Subject: x", *lines, "", ""]).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (head("Content-Type: text/plain; charset=x-unknown") + "שלום".encode(), "שלום"),
        (head("Content-Type: text/plain; charset=iso-8859-8-i") + "שלום".encode("iso-8859-8"), "שלום"),
        (head("MIME-Version: 1.0") + "שלום".encode("windows-1255"), "שלום"),
        (head("MIME-Version: 1.0") + "שלום".encode(), "שלום"),
        (
            head("Content-Type: text/plain; charset=windows-1255", "Content-Transfer-Encoding: quoted-printable")
            + b"=F9=EC=E5=ED 40=25",
            "שלום 40%",
        ),
        (  # the plain part is empty, as some programs leave it
            head("Content-Type: multipart/alternative; boundary=b")
            + b"--b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>"
            + "שלום".encode()
            + b"</p>\r\n--b--\r\n",
            "שלום",
        ),
    ],
)
def test_the_words_of_a_mail_are_read_whatever_it_says_of_its_letters(content: bytes, words: str) -> None:
    assert text_of(OfficeReader("mail"), content) == f"From: a@b.c\nSubject: x\n\n{words}"


def test_letters_in_a_head_are_read_though_no_standard_allows_them() -> None:
    content = b"From: a@b.c\r\nSubject: " + "דוח רפואי".encode() + b"\r\n\r\nx"

    assert "Subject: דוח רפואי" in text_of(OfficeReader("mail"), content)


def test_a_message_inside_a_mail_is_read_with_it() -> None:
    inner = EmailMessage()
    inner["Subject"] = "פנימי"
    inner.set_content("שכר 9,400")
    inner.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="slip.pdf")
    outer = EmailMessage()
    outer["Subject"] = "חיצוני"
    outer.set_content("מועבר")
    outer.add_attachment(inner)

    found = read(OfficeReader("mail"), outer.as_bytes())

    assert found.pages[0].text == "Subject: חיצוני\n\nמועבר\n\nSubject: פנימי\n\nשכר 9,400"
    assert "slip.pdf" in found.notes[0].message


@pytest.mark.parametrize("kind", ["application/pdf; name=a.pdf", "application/ms-tnef; name=winmail.dat"])
def test_a_mail_that_is_nothing_but_a_file_names_it(kind: str) -> None:
    content = head(f"Content-Type: {kind}", "Content-Transfer-Encoding: base64") + b"JVBERi0="

    [note] = read(OfficeReader("mail"), content).notes

    assert kind.partition("name=")[2] in note.message


def test_a_picture_in_the_words_of_a_mail_is_named() -> None:
    mail = EmailMessage()
    mail.set_content("plain")
    mail.add_alternative("<p>words <img src=cid:1></p>", subtype="html")
    html = mail.get_payload()[1]
    html.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<1>", filename="photo.png")

    assert "photo.png" in read(OfficeReader("mail"), mail.as_bytes()).notes[0].message
