"""Everything that is on a page reaches the model: values of fields, notes, stamps, odd fonts, turned pages."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader as Reader
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from chalicelib.adapters.pdfium.reader import XFA_READ, XFA_WITHOUT_VALUES, PdfReader
from chalicelib.documents.page import FileText, ReadLimits
from tests.unit.adapters.pdfs import hebrew_lines, lines, pdf


def read(content: bytes) -> FileText:
    return PdfReader().text(content, limits=ReadLimits(), check=lambda: None)


def boxed(subtype: str, top: int, **members: object) -> DictionaryObject:
    """An annotation on the line whose baseline is 12 points below `top`, right of x = 200."""
    rect = ArrayObject(NumberObject(edge) for edge in (200, top - 16, 400, top))
    made = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject(subtype)})
    made[NameObject("/Rect")] = rect
    made[NameObject("/F")] = NumberObject(4)
    for name, value in members.items():
        made[NameObject(f"/{name}")] = value
    return made


def with_annotations(content: bytes, *annotations: DictionaryObject, fields: bool = False) -> bytes:
    writer = PdfWriter(clone_from=Reader(io.BytesIO(content)))
    for annotation in annotations:
        if drawn := annotation.pop("/AP", None):
            appearance = DictionaryObject({NameObject("/N"): writer._add_object(drawn)})
            annotation[NameObject("/AP")] = appearance
    placed = ArrayObject(writer._add_object(annotation) for annotation in annotations)
    writer.pages[0][NameObject("/Annots")] = placed
    if fields:
        form = DictionaryObject({NameObject("/Fields"): placed, NameObject("/NeedAppearances"): BooleanObject(True)})
        writer.root_object[NameObject("/AcroForm")] = writer._add_object(form)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    with io.BytesIO() as file:
        writer.write(file)
        return file.getvalue()


def a_field(top: int, kind: str, name: str, **members: object) -> DictionaryObject:
    return boxed("/Widget", top, FT=NameObject(kind), T=TextStringObject(name), **members)


def test_values_of_form_fields_are_read_beside_their_labels() -> None:
    content = with_annotations(
        pdf(lines("Family name:", "Married:", "Bank:", "Empty:")),
        a_field(762, "/Tx", "name", V=TextStringObject("דוגמאי לדוגמה")),  # no appearance: no program has drawn it
        a_field(748, "/Btn", "married", V=NameObject("/Yes"), AS=NameObject("/Yes")),
        a_field(734, "/Ch", "bank", V=TextStringObject("Bank 12"), Ff=NumberObject(1 << 17)),
        a_field(720, "/Tx", "empty"),
        fields=True,
    )

    [page] = read(content).pages

    assert page.text.split("\n") == ["Family name:  דוגמאי לדוגמה", "Married:  [x]", "Bank:  Bank 12", "Empty:"]


def options(*texts: str | tuple[str, str]) -> ArrayObject:
    """Of a list: what is shown, or the code that is sent and what is shown."""
    return ArrayObject(
        TextStringObject(text) if isinstance(text, str) else ArrayObject(map(TextStringObject, text)) for text in texts
    )


STATUS = options(("0", ""), ("1", "רווקה"), ("2", "נשואה"))
MANY, COMBO = NumberObject(1 << 21), NumberObject(1 << 17)


@pytest.mark.parametrize(
    ("members", "shown"),
    [
        ({"V": TextStringObject("2"), "Opt": STATUS, "Ff": COMBO}, "Status:  נשואה"),  # its code is 2
        ({"V": TextStringObject("0"), "Opt": STATUS, "Ff": COMBO}, "Status:"),  # the empty choice
        ({"V": TextStringObject("אחר"), "Opt": STATUS, "Ff": COMBO}, "Status:  אחר"),  # written into it
        ({"V": options("1", "2"), "Opt": options(("1", "a"), ("2", "b")), "Ff": MANY}, "Status:  a, b"),
        ({"I": ArrayObject([NumberObject(1)]), "Opt": options("a", "b")}, "Status:  b"),
    ],
)
def test_a_list_says_what_it_shows_as_chosen(members: dict[str, object], shown: str) -> None:
    content = with_annotations(pdf(lines("Status:")), a_field(762, "/Ch", "status", **members), fields=True)

    assert [page.text for page in read(content).pages] == [shown]


def test_the_text_of_notes_on_the_page_is_read_and_stamps_are_shown() -> None:
    note = boxed("/FreeText", 762, Contents=TextStringObject("שולם 30/04"))
    sticky = boxed("/Text", 748, Contents=TextStringObject("for myself"))

    [page] = read(with_annotations(pdf(lines("Receipt:")), note, sticky)).pages
    [stamped] = read(with_annotations(pdf(lines("Receipt:")), boxed("/Stamp", 762))).pages

    assert page.text == "Receipt:  שולם 30/04"
    assert (page.needs_image, stamped.needs_image, stamped.doubts) == (False, True, ("drawn",))


def an_appearance(drawn: bytes) -> DecodedStreamObject:
    stream = DecodedStreamObject()
    stream.set_data(drawn)
    stream[NameObject("/BBox")] = ArrayObject(map(NumberObject, (0, 0, 200, 16)))
    return stream


@pytest.mark.parametrize("kind", ["/Sig", "/FreeText"])
@pytest.mark.parametrize(("drawn", "doubts"), [(b"BT /Helv 9 Tf (Dr. Cohen) Tj ET", ("drawn",)), (b"", ())])
def test_words_that_are_only_drawn_are_looked_at(kind: str, drawn: bytes, doubts: tuple[str, ...]) -> None:
    appearance = an_appearance(drawn)
    signed = a_field(762, "/Sig", "doctor", AP=appearance) if kind == "/Sig" else boxed(kind, 762, AP=appearance)

    [page] = read(with_annotations(pdf(lines("Signature:")), signed, fields=True)).pages

    assert (page.text, page.needs_image, page.doubts) == ("Signature:", bool(doubts), doubts)


def test_a_page_with_nothing_but_a_stamp_is_looked_at() -> None:
    [page] = read(with_annotations(pdf(b""), boxed("/Stamp", 700))).pages

    assert (page.text, page.doubts) == ("", ("drawn",))


def test_files_inside_are_named() -> None:
    writer = PdfWriter(clone_from=Reader(io.BytesIO(pdf(lines("See the attached reports")))))
    writer.add_attachment("mri.pdf", b"%PDF-")
    writer.add_attachment("דוח.pdf", b"%PDF-")

    text = read(written(writer))

    assert text.pages[0].text == "See the attached reports"
    assert [note.code for note in text.notes] == ["document_has_attachments"]
    assert "mri.pdf" in text.notes[0].message
    assert "Upload each of them." in text.notes[0].message


def an_xfa_form(data: bytes) -> bytes:
    """A form whose page only says to wait; `data` is what was filled in."""
    writer = PdfWriter(clone_from=Reader(io.BytesIO(pdf(lines("Please wait... your reader cannot show this form.")))))
    packets = ArrayObject()
    template = b'<template xmlns="http://www.xfa.org/schema/xfa-template/3.0/"/>'
    datasets = b'<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/">%s</xfa:datasets>' % data
    for name, content in (("template", template), ("datasets", datasets)):
        stream = DecodedStreamObject()
        stream.set_data(content)
        packets += [TextStringObject(name), writer._add_object(stream)]
    form = DictionaryObject({NameObject("/Fields"): ArrayObject(), NameObject("/XFA"): packets})
    writer.root_object[NameObject("/AcroForm")] = writer._add_object(form)
    writer.root_object[NameObject("/NeedsRendering")] = BooleanObject(True)
    return written(writer)


def test_what_was_filled_into_an_xfa_form_is_read_and_its_waiting_page_is_not() -> None:
    text = read(
        an_xfa_form("<xfa:data><f><City>חיפה & סביבתה</City><Born>14/07/1984</Born><No/></f></xfa:data>".encode())
    )

    assert text.pages[0].text == "City  חיפה & סביבתה\nBorn  14/07/1984"
    assert [note.message for note in text.notes] == [XFA_READ]


@pytest.mark.parametrize("data", [b"", b"<xfa:data/>", b"<broken", b"<!DOCTYPE x [<!ENTITY e 'e'>]><xfa:data/>"])
def test_an_xfa_form_without_values_says_what_to_do(data: bytes) -> None:
    assert read(an_xfa_form(data)).problem == XFA_WITHOUT_VALUES


@pytest.mark.parametrize("line", ["תפקוד כליות eGFR <60", "ערך >126 בצום", "גיל ≥ 18"])
def test_a_comparison_on_a_line_of_hebrew_is_looked_at(line: str) -> None:
    drawn = line.replace("≥", ">")

    assert read(pdf(hebrew_lines(drawn))).pages[0].doubts == ("signs",)
    assert read(pdf(lines("eGFR <60"))).pages[0].doubts == ()


def test_hebrew_of_a_font_that_calls_itself_latin_is_hebrew() -> None:
    """`äðçáà`: the bytes of windows-1255 in a font that says WinAnsi, drawn from the left."""
    words = "אבחנה: פריצת דיסק מותנית עם הקרנה"
    drawn = b"BT /F1 12 Tf 50 750 Td (" + words[::-1].encode("windows-1255") + b") Tj ET"
    content = pdf(drawn).replace(b"/BaseFont/Helvetica", b"/BaseFont/Helvetica/Encoding/WinAnsiEncoding")

    assert read(content).pages[0].text == words


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_page_says_the_same(angle: int) -> None:
    shown = ["תאריך הביקור 28/05/2026", "Lumbar disc L4-L5"]
    writer = PdfWriter(clone_from=Reader(io.BytesIO(pdf(hebrew_lines(*shown)))))
    writer.pages[0].rotate(angle)

    assert read(written(writer)).pages[0].text.split("\n") == read(pdf(hebrew_lines(*shown))).pages[0].text.split("\n")


def test_a_page_is_drawn_with_its_stamps_and_fields_at_the_size_asked_for() -> None:
    pictures = PdfReader().pictures(pdf(lines("one"), lines("two")), [2, 1, 9], longest=400)

    assert sorted(pictures) == [1, 2]
    assert (pictures[1].width, pictures[1].height) == (300, 400)  # 600 by 800 points
    assert pictures[1].content.startswith(b"\xff\xd8\xff")


def test_the_lines_of_a_page_come_with_a_box_for_each_character() -> None:
    [line] = PdfReader().lines(pdf(lines("one"), lines("two words")), [2])[2]

    assert line.text == "two words"
    assert len(line.boxes) == len(line.text)
    left, top, right, bottom = line.boxes[0]
    # drawn at 50, 750 of 600 by 800 points in 12 points
    assert (left, round(bottom, 2)) == (pytest.approx(50 / 600, abs=0.001), pytest.approx(50 / 800, abs=0.01))
    assert top < bottom < 0.1
    assert left < right < line.boxes[-1][0]


DATA = Path(__file__).parents[3] / "data" / "documents"


@pytest.mark.parametrize("name", ["pointed", "columns", "turned"])
def test_the_lines_of_a_document_by_chromium_are_those_of_its_truth(name: str) -> None:
    [page] = read((DATA / f"{name}.chromium.pdf").read_bytes()).pages

    truth = (DATA / f"{name}.he.txt").read_text(encoding="utf-8").translate(MARKS)
    assert composed(page.text).split("\n") == composed(truth).split("\n")[:-1]


def composed(text: str) -> str:
    """The points of a letter in the order of the standard."""
    return unicodedata.normalize("NFC", text)


MARKS = dict.fromkeys(map(ord, "\u200e\u200f"))
"""Marks of direction are not on paper."""


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_values_are_beside_their_labels_on_a_turned_page(angle: int) -> None:
    writer = PdfWriter(clone_from=Reader(io.BytesIO(pdf(b""))))
    page = writer.pages[0]
    page.rotate(angle)
    place = {
        0: (1, 0, 0, 1, 50, 400),
        90: (0, 1, -1, 0, 300, 50),
        180: (-1, 0, 0, -1, 550, 400),
        270: (0, -1, 1, 0, 300, 750),
    }
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F1 12 Tf %d %d %d %d %d %d Tm (Family name:) Tj ET" % place[angle])
    page[NameObject("/Contents")] = writer._add_object(stream)
    boxes = {0: (200, 395, 400, 411), 90: (289, 200, 305, 400), 180: (200, 389, 400, 405), 270: (295, 400, 311, 600)}
    field = a_field(762, "/Tx", "name", V=TextStringObject("דוגמאי"))
    field[NameObject("/Rect")] = ArrayObject(NumberObject(edge) for edge in boxes[angle])
    content = with_annotations(written(writer), field, fields=True)

    assert read(content).pages[0].text == "Family name:  דוגמאי"


def test_a_page_that_is_white_for_a_picture_that_cannot_be_decoded_is_not_shown_as_empty() -> None:
    drawn = pdf(b"q 600 0 0 800 0 0 cm /I1 Do Q", image=True)
    white = pdf(b"1 g 0 0 600 800 re f")

    assert [page.doubts for page in read(white).pages] == [("scan",)]
    assert sorted(PdfReader().pictures(white, [1], longest=400)) == [1]
    assert sorted(PdfReader().pictures(drawn, [1], longest=400)) == [1]
    assert PdfReader().pictures(_with_unknown_filter(drawn), [1], longest=400) == {}


def _with_unknown_filter(content: bytes) -> bytes:
    writer = PdfWriter(clone_from=Reader(io.BytesIO(content)))
    image = writer.pages[0]["/Resources"]["/XObject"]["/I1"].get_object()
    image[NameObject("/Filter")] = NameObject("/BrotliDecode")
    return written(writer)
