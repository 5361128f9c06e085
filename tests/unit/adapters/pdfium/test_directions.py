"""Text is read the way it runs: turned, mirrored, askew, stretched, inside forms, and however its size is written."""

from __future__ import annotations

import math

import pytest

from chalicelib.adapters.pdfium.reader import PdfReader
from chalicelib.documents.page import ReadLimits
from chalicelib.documents.places import places_of
from tests.unit.adapters.pdfs import pdf

LETTER = ("Lumbar disc L4-L5, seen on 28/05/2026", "כאב גב עם הקרנה לרגל ימין", "נכות רפואית 40% לפי Omepradex 20 mg")


def lines_of(content: bytes) -> list[str]:
    [page] = PdfReader().text(content, limits=ReadLimits(), check=lambda: None).pages
    return page.text.split("\n")


def drawn(
    *texts: str, matrix: tuple[float, ...] = (1, 0, 0, 1), at: tuple[float, float] = (300, 400), more: str = ""
) -> bytes:
    """Lines one below the other, the first at the place, as seen by their own matrix. Hebrew is drawn from the left."""
    parts = [b"BT %s" % more.encode()]
    a, b, c, d = matrix
    for number, text in enumerate(texts):
        x, y = at[0] - 16 * number * c, at[1] - 16 * number * d
        parts.append(b"%f %f %f %f %f %f Tm" % (a, b, c, d, x, y))
        for font, run in runs(text):
            parts.append(b"%s 12 Tf (%s) Tj" % (font, run.replace(b"(", b"\\(").replace(b")", b"\\)")))
    return b" ".join([*parts, b"ET"])


def runs(text: str) -> list[tuple[bytes, bytes]]:
    """The line from the left, as a screen shows it; these have Hebrew at their beginning only, or all through."""
    if text.isascii():
        return [(b"/F1", text.encode())]
    hebrew = text.rstrip("%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")
    latin = text[len(hebrew) :].strip()
    if not latin:
        return [(b"/F2", text[::-1].encode("iso-8859-8"))]
    first, _, rest = hebrew.partition("40%")
    shown = f"{latin} {rest.strip()[::-1]} 40% {first.strip()[::-1]}" if rest else f"{latin} {hebrew.strip()[::-1]}"
    return [(b"/F2", shown.encode("iso-8859-8"))]


def turned(degrees: float, *, mirrored: bool = False) -> tuple[float, float, float, float]:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (cos, sin, sin, -cos) if mirrored else (cos, sin, -sin, cos)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 1, -3, 7, 30, 45, 60, 88, 135, 182])
def test_text_at_any_angle_is_read_along_its_own_lines(degrees: float, mirrored: bool) -> None:
    assert lines_of(pdf(drawn(*LETTER, matrix=turned(degrees, mirrored=mirrored)))) == list(LETTER)


def test_eight_directions_on_one_page_are_read_one_after_the_other() -> None:
    texts = {
        (90.0 * quarter, mirrored): (f"Direction {quarter} {mirrored} one", f"Direction {quarter} {mirrored} two")
        for quarter in range(4)
        for mirrored in (False, True)
    }
    streams = [
        drawn(*lines, matrix=turned(degrees, mirrored=mirrored), at=(300 + 20 * number, 400 + 20 * number))
        for number, ((degrees, mirrored), lines) in enumerate(texts.items())
    ]

    read = lines_of(pdf(b"\n".join(streams)))

    assert sorted(read) == sorted(line for lines in texts.values() for line in lines)
    assert all(read.index(second) == read.index(first) + 1 for first, second in texts.values())


@pytest.mark.parametrize("askew", [0.3, 2.0, -4.0])
def test_a_full_page_that_is_askew_keeps_its_lines_apart(askew: float) -> None:
    lines = [f"{number} " + "the patient complains of pain in the lower back " * 2 for number in range(10, 30)]

    read = lines_of(pdf(drawn(*lines, matrix=turned(askew), at=(20, 600), more="60 Tz")))

    assert read == [line.strip() for line in lines]


def test_the_words_of_a_scan_are_never_quite_at_the_same_angle() -> None:
    """A text layer by OCR: each word at its own slope, on the line that the paper has at 0.2 degrees."""
    words = ["The", "patient", "was", "seen", "again", "after", "the", "operation", "of", "March"]
    parts = []
    for line in range(6):
        for number, word in enumerate(words):
            x, own = 40 + 50 * number, 0.2 + 0.15 * ((number + line) % 3 - 1)
            y = 700 - 15 * line + x * math.tan(math.radians(0.2))
            parts.append(drawn(word, matrix=turned(own), at=(x, y), more="3 Tr 70 Tz"))

    assert [line.split() for line in lines_of(pdf(b"\n".join(parts)))] == [words] * 6


def test_a_stamp_around_a_circle_is_one_line_with_its_blanks() -> None:
    wide = {"D": 722, "r": 333, " ": 278, "C": 667, "t": 278, "i": 222, "c": 500, "s": 500}  # Helvetica's; others 556
    parts, angle, radius = [], 170.0, 60
    for letter in "Dr Cohen orthopaedics":
        x, y = 300 + radius * math.cos(math.radians(angle)), 400 + radius * math.sin(math.radians(angle))
        if letter != " ":
            parts.append(drawn(letter, matrix=turned(angle - 90), at=(x, y)))
        angle -= math.degrees(wide.get(letter, 556) * 12 / 1000 / radius)

    assert lines_of(pdf(b"\n".join(parts))) == ["Dr Cohen orthopaedics"]


@pytest.mark.parametrize(
    ("matrix", "more"),
    [
        ((1, 0, 0, 1), "50 Tz"),
        ((1, 0, 0, 1), "200 Tz"),
        ((12, 0, 0, 12), ""),
        ((1, 0, 0.2, 1), ""),
        ((1, 0.05, 0, 1), ""),
    ],
)
def test_stretched_and_slanted_text_is_the_same_text(matrix: tuple[float, ...], more: str) -> None:
    content = drawn("Loss of 40% of hearing", "כאב גב עם הקרנה", matrix=matrix, at=(50, 700), more=more)
    if matrix[0] == 12:
        content = content.replace(b" 12 Tf", b" 1 Tf")

    assert lines_of(pdf(content)) == ["Loss of 40% of hearing", "כאב גב עם הקרנה"]


def test_a_size_below_zero_turns_the_text_and_a_matrix_turns_it_back() -> None:
    upside_down = drawn("Seen twice", "in May").replace(b" 12 Tf", b" -12 Tf")
    upright = drawn("Seen twice", "in May", matrix=(-1, 0, 0, -1)).replace(b" 12 Tf", b" -12 Tf")
    # Lines are set 16 points apart downwards as their matrix has it: with a size below 0 that is upwards.
    assert lines_of(pdf(upside_down)) == ["in May", "Seen twice"]
    assert lines_of(pdf(upright)) == ["in May", "Seen twice"]


def test_text_inside_a_form_that_is_turned_over_is_upright() -> None:
    form = drawn("Inside a form", "second line", matrix=(1, 0, 0, -1), at=(100, 300))

    assert lines_of(pdf(b"q 1 0 0 -1 0 800 cm /X1 Do Q", form=form)) == ["Inside a form", "second line"]


@pytest.mark.parametrize("degrees", [0, 5, 45, 90, 180, 270])
def test_boxes_are_where_the_words_are_however_they_run(degrees: float) -> None:
    content = pdf(drawn("Lumbar disc herniation", matrix=turned(degrees)))
    lines = PdfReader().lines(content, [1])[1]

    [box] = places_of("herniation", lines)

    along = 66 * math.cos(math.radians(degrees)), 66 * math.sin(math.radians(degrees))  # where the word begins
    x, y = (300 + along[0]) / 600, 1 - (400 + along[1]) / 800
    assert box[0] - 0.01 <= x <= box[2] + 0.01
    assert box[1] - 0.01 <= y <= box[3] + 0.01
