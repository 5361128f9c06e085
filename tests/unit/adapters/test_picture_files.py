"""A picture that no decoder opens is found out before it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.adapters.picture_files import DAMAGED, MOST_PIXELS_A_SIDE, TOO_LARGE, picture_problem
from tests.unit.adapters.pictures import chunk, jpeg, png, segment

PNG, JPEG = png(), jpeg()
SAMPLE = Path(__file__).parents[2] / "data/scanned_case/scan.png"
KINDS = {".png": "image/png", ".jpg": "image/jpeg"}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (".png", PNG),
        (".png", SAMPLE.read_bytes()),
        (".png", PNG + b"what some programs put behind the end"),
        (".png", PNG.replace(chunk(b"IEND", b""), chunk(b"tEXt", b"a\0b")[:-4] + bytes(4) + chunk(b"IEND", b""))),
        (".png", png(MOST_PIXELS_A_SIDE, MOST_PIXELS_A_SIDE)),
        (".jpg", JPEG),
        (".jpg", jpeg(frame=0xC2)),  # progressive
        (".jpg", JPEG + b"a film, as telephones put behind a picture"),
        (".jpg", JPEG.replace(b"\xff\xc0", b"\xff\xff\xff\xc0")),  # fill bytes
        (".jpg", b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + JPEG) + JPEG[2:]),  # a small picture inside
    ],
)
def test_a_whole_picture_has_no_problem(kind: str, content: bytes) -> None:
    assert picture_problem(content, content_type=KINDS[kind]) is None


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (".png", b"\x89PNG\r\n\x1a\ncut off in the upload"),
        (".png", PNG.replace(chunk(b"IEND", b""), b"")),
        (".png", PNG[:8] + chunk(b"IHDR", PNG[16:29]) + chunk(b"IEND", b"")),  # no pixels
        (".png", PNG[:8] + PNG[33:]),  # no header
        (".png", PNG.replace(b"IDAT\x78", b"IDAT\x79")),  # a bit fell over
        (".png", png(0, 3)),
        (".png", png(2, 0)),
        (".jpg", b"\xff\xd8\xff"),
        (".jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
        (".jpg", JPEG.removesuffix(b"\xff\xd9")),
        (".jpg", jpeg(frame=0xC4)),  # no frame
        (".jpg", jpeg(0, 3)),
        (".jpg", b"\xff\xd8\xff\xd9"),
        (".jpg", b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + JPEG) + b"\xff\xd9"),  # only the small picture inside
        (".jpg", b"\xff\xd8" + b"\xff" * 20_000),
        (".jpg", b"\xff\xd8\xff\xe0\x00\x00" + JPEG[2:]),  # a segment that is shorter than its own length
    ],
)
def test_a_damaged_picture_is_found_out(kind: str, content: bytes) -> None:
    assert picture_problem(content, content_type=KINDS[kind]) == DAMAGED


@pytest.mark.parametrize(("kind", "whole"), [(".png", PNG), (".jpg", JPEG)])
def test_a_picture_cut_anywhere_is_found_out(kind: str, whole: bytes) -> None:
    problems = {picture_problem(whole[:length], content_type=KINDS[kind]) for length in range(8, len(whole))}

    assert problems == {DAMAGED}


@pytest.mark.parametrize(("kind", "make"), [(".png", png), (".jpg", jpeg)])
def test_a_picture_with_too_many_pixels_is_to_be_made_smaller(kind: str, make: object) -> None:
    content = make(2, MOST_PIXELS_A_SIDE + 1)  # type: ignore[operator]

    assert picture_problem(content, content_type=KINDS[kind]) == TOO_LARGE
