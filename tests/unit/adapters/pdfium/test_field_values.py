"""The picture of a page shows what was filled in: PDFium draws values in Hebrew as empty boxes."""

from __future__ import annotations

import io
import unicodedata

import pytest
from PIL import Image
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

from chalicelib.adapters.pdfium.reader import PdfReader
from chalicelib.documents.direction import as_shown
from tests.unit.adapters.pdfium.test_page_contents import a_field, boxed, with_annotations, written
from tests.unit.adapters.pdfs import lines, pdf

BOX = (200, 746, 400, 762)


def shown(content: bytes) -> Image.Image:
    """The first page at two pixels a point."""
    return Image.open(io.BytesIO(PdfReader().pictures(content, [1], longest=1600)[1].content)).convert("L")


def ink_in(content: bytes, box: tuple[float, float, float, float] = BOX) -> int:
    """How many dark pixels are in the box, given in points from the bottom left of a page of 600 by 800."""
    left, bottom, right, top = box
    cut = shown(content).crop((round(2 * left), round(2 * (800 - top)), round(2 * right), round(2 * (800 - bottom))))
    return sum(cut.histogram()[:128])


@pytest.mark.parametrize("value", ["פריצת דיסק", "Иванов", "أحمد", "Łódź", "שָׁלוֹם"])
@pytest.mark.parametrize("kind", ["/Tx", "/Ch"])
def test_a_value_that_no_font_of_pdfium_has_is_written_into_its_box(value: str, kind: str) -> None:
    flags = {"Ff": NumberObject(1 << 17)} if kind == "/Ch" else {}
    field = a_field(762, kind, "name", V=TextStringObject(value), **flags)

    content = with_annotations(pdf(lines("Family name:")), field, fields=True)

    assert ink_in(content) > 60
    assert ink_in(content, (200, 700, 400, 745)) == 0


def test_a_value_is_written_over_the_latin_part_that_pdfium_drew_alone() -> None:
    field = a_field(762, "/Tx", "diagnosis", V=TextStringObject("דיסק L4-L5"))

    content = with_annotations(pdf(b""), field, fields=True)

    assert ink_in(content, (398 - 70, 746, 400, 762)) > 100
    assert ink_in(content, (200, 746, 398 - 80, 762)) == 0  # from the right edge on, and nothing is left elsewhere


def test_the_text_of_a_note_is_written_too_and_a_tick_without_a_drawing() -> None:
    note = boxed("/FreeText", 762, Contents=TextStringObject("התקבל"))
    tick = a_field(762, "/Btn", "married", V=NameObject("/Yes"), AS=NameObject("/Yes"))

    assert ink_in(with_annotations(pdf(b""), note)) > 100
    assert ink_in(with_annotations(pdf(b""), tick, fields=True)) > 20


def test_a_long_value_is_written_smaller_and_in_lines() -> None:
    long = a_field(762, "/Tx", "remarks", V=TextStringObject("המטופל סובל מכאבי גב " * 6), Ff=NumberObject(1 << 12))
    content = with_annotations(pdf(b""), long, fields=True)

    assert ink_in(content) > 600
    assert ink_in(content, (200, 500, 400, 740)) == 0


@pytest.mark.parametrize("replaced", [False, True])
def test_the_file_s_own_drawing_of_a_value_is_left_as_it_is_where_pdfium_uses_it(replaced: bool) -> None:
    """With /NeedAppearances it does not: it draws the value anew, without its letters."""
    field = a_field(762, "/Tx", "name", V=TextStringObject("דוגמאי"))
    writer = PdfWriter(clone_from=Reader(io.BytesIO(with_annotations(pdf(b""), field, fields=True))))
    drawing = DecodedStreamObject()
    drawing.set_data(b"0 0 200 16 re f")
    drawing[NameObject("/Type")], drawing[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
    drawing[NameObject("/BBox")] = ArrayObject(NumberObject(edge) for edge in (0, 0, 200, 16))
    drawn = DictionaryObject({NameObject("/N"): writer._add_object(drawing)})
    writer.pages[0]["/Annots"][0].get_object()[NameObject("/AP")] = drawn
    writer.root_object["/AcroForm"].get_object()[NameObject("/NeedAppearances")] = BooleanObject(replaced)

    ink = ink_in(written(writer))

    assert 100 < ink < 2_000 if replaced else ink > 0.9 * 400 * 32


def test_nothing_is_written_for_values_that_are_hidden_or_latin() -> None:
    hidden = a_field(762, "/Tx", "name", V=TextStringObject("דוגמאי"))
    hidden[NameObject("/F")] = NumberObject(2)

    assert ink_in(with_annotations(pdf(b""), hidden, fields=True)) == 0
    latin = with_annotations(pdf(b""), a_field(762, "/Tx", "name", V=TextStringObject("Dana")), fields=True)
    assert ink_in(latin) > 50


@pytest.mark.parametrize(
    ("line", "visual"),
    [
        ("Dana", "Dana"),
        ("דוד", "דוד"[::-1]),
        ("פריצת דיסק L4-L5 עם כאב", "באכ םע L4-L5 קסיד תצירפ"),
        ("נכות 40% (זמנית)", "(תינמז) 40% תוכנ"),
        ("ביום 03/06/2026", "03/06/2026 םויב"),
        ("Dr. Cohen, כהן", "Dr. Cohen, ןהכ"),
    ],
)
def test_a_line_is_shown_from_the_left_as_a_screen_shows_it(line: str, visual: str) -> None:
    assert as_shown(line)[0] == visual


def test_points_are_not_written() -> None:
    pointed = with_annotations(pdf(b""), a_field(762, "/Tx", "n", V=TextStringObject("שָׁלוֹם")), fields=True)
    plain = "".join(letter for letter in "שָׁלוֹם" if not unicodedata.combining(letter))

    assert ink_in(pointed) == ink_in(
        with_annotations(pdf(b""), a_field(762, "/Tx", "n", V=TextStringObject(plain)), fields=True)
    )
