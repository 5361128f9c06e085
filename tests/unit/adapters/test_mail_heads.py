"""Heads of mails as programs write them: each is read, and none costs the words of the mail."""

from __future__ import annotations

import base64

import pytest

from chalicelib.adapters.mail_text import mail_text

SUBJECT = "דוח רפואי: סוכרת"
ADDRESSES = ['"', "<", "a@", '"x" <', "=?utf-8?q??=", "(c):", "(x): a@b.com;", "clinic <a@[", "a@b.c,", "משה <a@b.c"]


def coded(charset: str, content: bytes) -> str:
    return f"=?{charset}?B?{base64.b64encode(content).decode()}?="


def text_of(*lines: str) -> str:
    text, files = mail_text("\r\n".join([*lines, "", "the words", ""]).encode())
    assert not files
    return text


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", ["From", "To", "Cc"])
def test_an_address_that_no_parser_takes_is_read_as_it_is_written(name: str, address: str) -> None:
    text = text_of(f"{name}: {address}", "Subject: x")

    assert text.endswith("Subject: x\n\nthe words")
    assert address.startswith("=?") or f"{name}: {address}" in text


@pytest.mark.parametrize("parameter", ["name*", "name*0*", "charset=", "x=1; name*"])
def test_a_parameter_without_a_value_costs_no_words(parameter: str) -> None:
    assert text_of("Subject: x", f"Content-Type: text/plain; {parameter}") == "Subject: x\n\nthe words"


@pytest.mark.parametrize(
    "subject",
    [
        *(coded(name, SUBJECT.encode("iso-8859-8")) for name in ("iso-8859-8-i", "ISO-8859-8-E", "logical")),
        coded("windows-1255", SUBJECT.encode("windows-1255")),
        coded("x-mac-hebrew", SUBJECT.encode("windows-1255")),
        f"{coded('utf-8', SUBJECT.encode()[:9])}\r\n {coded('UTF-8', SUBJECT.encode()[9:])}",  # cut inside a letter
        coded("utf-8", SUBJECT.encode()).replace("==", ""),
    ],
)
def test_coded_words_are_read_whatever_charset_they_name(subject: str) -> None:
    assert text_of(f"Subject: {subject}") == f"Subject: {SUBJECT}\n\nthe words"


def test_coded_words_are_read_among_others_and_in_names() -> None:
    name = coded("iso-8859-8-i", 'ד"ר כהן'.encode("iso-8859-8"))
    lines = text_of(f'From: "{name}" <a@b.c>', f"Subject: Re:{name}, =?utf-8?Q?page_1_of=202?=").split("\n")

    assert lines[:2] == ['From: "ד"ר כהן" <a@b.c>', 'Subject: Re:ד"ר כהן, page 1 of 2']
