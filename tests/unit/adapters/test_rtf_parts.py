"""What a reader of an RTF's print sees is read, wherever the file keeps it; what nobody sees is not."""

from __future__ import annotations

import pytest

from chalicelib.adapters.rtf_text import rtf_text

HEAD = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset177 David;}}"


def lines_of(body: bytes) -> list[str]:
    text, _ = rtf_text(HEAD + body + b"}")
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (rb"{\header\pard\f1 \'f9\'ec\par}body\par", ["של", "body"]),  # letterheads name the clinic and the patient
        (rb"{\headerl\pard a\par}{\headerr\pard a\par}{\headerf\pard b\par}body\par", ["a", "b", "body"]),
        (rb"{\footer\pard foot\par}body\par", ["body", "foot"]),
        (
            rb"one{\super\chftn}{\footnote\pard{\super\chftn} note} sentence.\par last\par",
            ["one sentence.", "last", "note"],
        ),
        (rb"\f1 \'f9{\*\annotation{\*\atnref 1}\'ec}\par", ["ש", "ל"]),  # in the font that was set around it
        (
            rb"a\par{\shp{\*\shpinst\shpleft1{\sp{\sn x}{\sv 1}}{\shptxt \pard box\par}}{\shprslt{\*\do{\dptxbxtext"
            rb"\pard box\par}}}}b\par",
            ["a", "box", "b"],
        ),
        (rb"a\par{\*\do\dobxpage{\dptxbxtext\pard box\par}\dpx0}b\par", ["a", "box", "b"]),
    ],
)
def test_parts_with_a_place_of_their_own_are_read_once(body: bytes, lines: list[str]) -> None:
    assert lines_of(body) == lines


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (rb"seen{\v hidden\'e9\u1513?{\b more}} too\par", ["seen too"]),
        (rb"seen\v hidden\v0  again\v hidden\plain  end\par", ["seen again end"]),
        (rb"diabetes{\deleted  type 1}{\revised  type 2}\par", ["diabetes type 2"]),
    ],
)
def test_hidden_and_deleted_text_is_left_out(body: bytes, lines: list[str]) -> None:
    assert lines_of(body) == lines


@pytest.mark.parametrize(
    ("form_field", "shown"),
    [
        (rb"\fftype1\ffres1\ffdefres0", "☒"),
        (rb"\fftype1\ffres0\ffdefres1", "☐"),
        (rb"\fftype1\ffres25\fftypetxt0\ffdefres1", "☒"),  # nobody has touched it
        (rb"\fftype1\ffres25", "☐"),
        (rb"\fftype2\ffres1\ffhaslistbox\ffdefres0{\*\ffl \'ec\'e0}{\*\ffl \'eb\'ef}", "כן"),
        (rb"\fftype2\ffres7{\*\ffl a}", ""),
        (rb"\fftype0{\*\ffdeftext default}", ""),  # its text stands in the document
    ],
)
def test_boxes_to_tick_and_lists_of_forms_are_text(form_field: bytes, shown: str) -> None:
    inside = rb"{\*\formfield{" + form_field + rb"{\*\ffname Check1}}}"
    field = rb"{\field{\*\fldinst {\rtlch FORMCHECKBOX }{\ltrch" + inside + rb"}}{\fldrslt }}"

    assert lines_of(rb"\f1 1. " + field + rb" agree {\field{\*\fldinst HYPERLINK x}{\fldrslt here}}\par") == [
        f"1. {shown} agree here"
    ]


def test_bytes_of_a_picture_end_no_group() -> None:
    assert lines_of(b"a{\\pict\\pngblip\\bin8 \xff}\xff}\xff{\\}}b\\par") == ["ab"]


HEBREW, ENGLISH = rb"\'f9\'ec 9,400 \'a4", rb"A letter with many more words in English than in Hebrew: "


@pytest.mark.parametrize(
    ("code_page", "fonts", "body"),
    [
        (b"1255", rb"{\f0\fcharset1 Arial;}", rb"\f0 "),  # the file's code page
        (b"1255", rb"{\f0\fnil{\*\panose 020b}Arial;}{\f1\fcharset0 Arial;}", rb"\f0 "),
        (b"1252", rb"{\f0\fswiss Arial;}{\f1\fcharset177 David;}", rb"\f1 "),
        (b"1252", rb"{\f0\fcharset1 Arial;}{\f1\fnil Arial;}{\f2\fcharset177{\*\falt Miriam}David;}", rb"\f2 "),
        (b"1252", rb"{\f0\fcharset177 David;}", b""),  # the font to begin with is set nowhere
        (b"1252", rb"{\f0\fcharset177 David;}", rb"\pard\plain "),
        (b"1255", rb"\f0\fnil David;", rb"\f0 "),
    ],
)
def test_letters_are_those_of_the_font_or_of_the_file(code_page: bytes, fonts: bytes, body: bytes) -> None:
    head = rb"{\rtf1\ansi\ansicpg" + code_page + rb"\deff0{\fonttbl" + fonts + b"}"

    assert rtf_text(head + body + ENGLISH + HEBREW + b"}")[0] == ENGLISH.decode() + "של 9,400 ₪"


@pytest.mark.parametrize("body", [rb"seen{\header cut", rb"seen{\shp{\*\shpinst{\shptxt box}", rb"seen\'", b"seen\\"])
def test_a_file_that_ends_early_is_read_as_far_as_it_goes(body: bytes) -> None:
    text, _ = rtf_text(HEAD + body)

    assert "seen" in text
