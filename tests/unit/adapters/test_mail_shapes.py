"""How the programs of others put a mail together: whatever the shape, its words are read."""

from __future__ import annotations

import base64

import pytest

from chalicelib.adapters.mail_text import mail_text
from chalicelib.documents.content_types import type_of_bytes

HEAD = b"From: a@b.c\r\nSubject: x\r\n"
DIAGNOSIS = "אבחנה: סוכרת סוג 2 מאז 2019"


def part(kind: str, text: str) -> bytes:
    return f"--b\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n{text}\r\n".encode()


def of_parts(kind: str, *parts: bytes) -> bytes:
    return HEAD + f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n".encode() + b"".join(parts) + b"--b--\r\n"


def words_of(content: bytes) -> str:
    return mail_text(content)[0].partition("Subject: x")[2].strip()


def test_a_line_that_a_server_adds_does_not_take_the_place_of_the_letter() -> None:
    content = of_parts("mixed", part("text/html", f"<p>{DIAGNOSIS}</p>"), part("text/plain", "Scanned for viruses."))

    assert words_of(content).split("\n") == [DIAGNOSIS, "Scanned for viruses."]


def test_parts_of_a_letter_around_a_file_are_read_in_order() -> None:
    pdf = b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n"
    content = of_parts("mixed", part("text/plain", "first"), pdf, part("text/html", "<p>second</p>"))

    assert words_of(content).split() == ["first", "second"]
    assert mail_text(content)[1] == ("a.pdf",)


@pytest.mark.parametrize(
    ("plain", "html", "read"),
    [
        ("Use an HTML viewer.", f"<p>{DIAGNOSIS}</p>", DIAGNOSIS),
        (DIAGNOSIS, "<p>Read the plain text.</p>", DIAGNOSIS),
        (DIAGNOSIS, f"<p>{DIAGNOSIS}</p>", DIAGNOSIS),  # said once
    ],
)
def test_of_alternatives_the_one_that_says_more_is_read(plain: str, html: str, read: str) -> None:
    assert words_of(of_parts("alternative", part("text/plain", plain), part("text/html", html))) == read


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\n\n", b"\xef\xbb\xbf\r\n"])
def test_what_stands_before_the_head_does_not_make_it_words(before: bytes) -> None:
    encoded = base64.b64encode(DIAGNOSIS.encode())
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    content = before + HEAD + head + encoded

    assert words_of(content) == DIAGNOSIS
    assert type_of_bytes(content) == "message/rfc822"


def test_a_message_inside_is_read_though_it_is_encoded() -> None:
    inner = b"Subject: inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + DIAGNOSIS.encode()
    head = b"--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"

    read = words_of(of_parts("mixed", part("text/plain", "see"), head + base64.encodebytes(inner) + b"\r\n"))

    assert read.split("\n\n") == ["see", "Subject: inner", DIAGNOSIS]


def test_parts_without_their_boundary_are_read_as_they_are() -> None:
    content = HEAD + b"Content-Type: multipart/mixed\r\n\r\n" + part("text/plain", DIAGNOSIS)

    assert DIAGNOSIS in words_of(content).split("\n")


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1255"])
def test_letters_in_a_head_are_read_in_the_encodings_of_their_time(encoding: str) -> None:
    content = b"From: a@b.c\r\nSubject: " + "דוח\r\n רפואי".encode(encoding) + b"\r\n\r\nx"

    assert "Subject: דוח רפואי" in mail_text(content)[0]
