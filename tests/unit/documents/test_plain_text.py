"""Which characters do these bytes stand for?"""

from __future__ import annotations

import random

import pytest

from chalicelib.documents.plain_text import decoded_text, without_controls

HEBREW = "מכתב שחרור\nת.ז. 000000422"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "windows-1255", "iso-8859-8"])
def test_hebrew_is_read_in_every_encoding_that_programs_wrote(encoding: str) -> None:
    assert decoded_text(HEBREW.encode(encoding)) == HEBREW


@pytest.mark.parametrize(("mark", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
def test_a_byte_order_mark_says_which_unicode(mark: bytes, encoding: str) -> None:
    assert decoded_text(mark + HEBREW.encode(encoding)) == HEBREW


def test_points_and_the_shekel_sign_of_windows_are_read() -> None:
    assert decoded_text("שָׁלוֹם 9,400 ₪".encode("windows-1255")) == "שָׁלוֹם 9,400 ₪"


def test_what_windows_does_not_know_is_read_as_iso() -> None:
    # DB is no character in windows-1255; FD is the left-to-right mark in ISO 8859-8.
    assert decoded_text("דוח".encode("iso-8859-8") + b"\xfd\xdf") == "דוח\u200e\u2017"


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",  # an image
        b"a\x00b",
        random.Random(7).randbytes(5000),  # any bytes will do
        b"\xff\xfe\x00",  # half a character behind the mark
        b"\x01\x02\x03\x04 text",
    ],
)
def test_bytes_that_are_no_text_are_none(content: bytes) -> None:
    assert decoded_text(content) is None


def test_a_stray_control_character_in_a_long_text_is_dropped() -> None:
    assert decoded_text(b"x" * 200 + b"\x07\x0c") == "x" * 200


def test_lines_end_one_way() -> None:
    assert without_controls("a\r\nb\rc\nd\te") == "a\nb\nc\nd\te"


def test_half_a_surrogate_pair_is_replaced_and_a_whole_one_joined() -> None:
    assert without_controls("a\ud800b") == "a\ufffdb"
    assert without_controls("\ud83d\ude00") == "😀"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("שם: תמר\0\0 שכר: 9,400\n".encode() * 20, "שם: תמר שכר: 9,400\n" * 20),  # fields padded with NUL bytes
        ("מרפאת דוגמה".encode() + b"\0" * 500, "מרפאת דוגמה"),  # a record padded to its length
        ("אבחנות: פיזיו".encode()[:-1], "אבחנות: פיזי\ufffd"),  # cut inside of a letter
        ("שלום".encode("utf-16") + b"\xd7", "שלום\ufffd"),
    ],
)
def test_padding_is_dropped_and_a_cut_letter_is_replaced(content: bytes, text: str) -> None:
    assert decoded_text(content) == text


@pytest.mark.parametrize("content", [b"\0\1\2\3" * 50, b"MZ" + bytes(range(256)) * 4, b"a\0\0b\0" * 100])
def test_what_is_mostly_no_text_is_none(content: bytes) -> None:
    assert decoded_text(content) is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp862"])
@pytest.mark.parametrize("text", ["שלום עולם\nנכות 40% מיום 28/05/2026", "ת"])
def test_encodings_of_older_programs_are_known_by_their_letters(encoding: str, text: str) -> None:
    assert decoded_text(text.encode(encoding)) == text


def test_russian_and_plain_letters_of_two_bytes_are_read() -> None:
    assert decoded_text("Справка: инвалидность 40%".encode("windows-1251")) == "Справка: инвалидность 40%"
    assert decoded_text("hello 40%".encode("utf-16-le")) == "hello 40%"


def test_what_a_file_says_of_itself_counts_only_where_its_bytes_say_nothing() -> None:
    assert decoded_text("שלום".encode(), declared="windows-1255") == "שלום"
    assert decoded_text("Ünal".encode("windows-1254"), declared="windows-1254") == "Ünal"
    assert decoded_text("שלום".encode("windows-1255"), declared="base64") == "שלום"
    assert decoded_text(bytes(range(256)) * 4, declared="windows-1252") is None


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("stray", [b"\x92", b"\xa0", b"\xff", "ש".encode()[:1]])
def test_a_wrong_byte_does_not_make_unicode_something_else(before: bytes, stray: bytes) -> None:
    assert decoded_text(before + HEBREW.encode() + stray + b" " + HEBREW.encode()) == f"{HEBREW}\ufffd {HEBREW}"


def test_half_a_character_of_two_bytes_is_replaced() -> None:
    content = b"\xff\xfe" + HEBREW.encode("utf-16-le") + b"\x00\xd8" + HEBREW.encode("utf-16-le")

    assert decoded_text(content) == f"{HEBREW}\ufffd{HEBREW}"


def test_a_few_letters_that_could_be_unicode_do_not_make_a_text_unicode() -> None:
    assert decoded_text(f"{HEBREW} ”".encode("windows-1255")) == f"{HEBREW} ”"
    assert decoded_text("“a” café".encode("windows-1252"), declared="windows-1252") == "“a” café"


@pytest.mark.parametrize(
    "text",
    [
        "Diabète sévère, opéré du cœur à l’hôpital, né le 3 février",
        "José Muñoz, Straße 5, Ärztin: Müller",
        "Patient’s café “visit”",
    ],
)
def test_latin_words_with_accents_are_no_hebrew(text: str) -> None:
    assert decoded_text(text.encode("windows-1252")) == text


@pytest.mark.parametrize(
    "text", ["בדיקת MRI תקינה, בMRI קודם – בלט", "נטל Omepradex במינון 20", 'ה-CT של ד"ר Levy תקין', "שָׁלוֹם"]
)
def test_hebrew_among_latin_words_is_hebrew(text: str) -> None:
    assert decoded_text(text.encode("windows-1255")) == text


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "us-ascii", None])
@pytest.mark.parametrize("text", ["שלום עולם 40%", "Dear Sir, the letter of the hospital follows. מכתב שחרור"])
def test_hebrew_that_is_said_to_be_western_is_hebrew(text: str, declared: str | None) -> None:
    assert decoded_text(text.encode("windows-1255"), declared=declared) == text


def test_western_text_that_says_so_is_western() -> None:
    assert decoded_text("Opéré à Évry, où".encode("windows-1252"), declared="iso-8859-1") == "Opéré à Évry, où"


def test_hebrew_that_another_program_took_for_latin_is_restored() -> None:
    assert decoded_text("ùìåí òåìí 40% MRI".encode()) == "שלום עולם 40% MRI"
    assert decoded_text("déjà opéré à Évry".encode()) == "déjà opéré à Évry"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x0b", "\x0c", "\n\x0c"])
def test_words_around_any_end_of_a_line_or_page_stay_apart(end: str) -> None:
    assert decoded_text(f"מאז 2019{end}8,500 לחודש".encode()).split() == ["מאז", "2019", "8,500", "לחודש"]  # type: ignore[union-attr]
