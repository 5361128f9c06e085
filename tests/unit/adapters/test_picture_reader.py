"""Photos as people send them are opened, turned upright and scaled once; what no decoder opens is named."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from chalicelib.adapters.pictures.reader import DAMAGED, HEAVY, TOO_LARGE, UNKNOWN, PictureReader
from chalicelib.documents.page import FileText, ReadLimits

HEIC = Path(__file__).parents[2] / "data" / "two_sides.heic"
"""64 by 32 pixels, as `two_sides`; made with pillow-heif, which is no dependency."""

LEFT, RIGHT = (200, 30, 30), (30, 30, 200)


def two_sides(width: int = 400, height: int = 200, *, mode: str = "RGB") -> Image.Image:
    """A picture that is red on the left and blue on the right."""
    image = Image.new("RGB", (width, height), LEFT)
    image.paste(RIGHT, (width // 2, 0, width, height))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def read(content: bytes, **limits: Any) -> FileText:
    return PictureReader().text(content, limits=ReadLimits(**limits), check=lambda: None)


def shown(content: bytes, page: int = 1, *, longest: int = 2000) -> Image.Image:
    picture = PictureReader().pictures(content, [page], longest=longest)[page]
    opened = Image.open(io.BytesIO(picture.content))
    assert opened.size == (picture.width, picture.height)
    assert opened.format == "JPEG"
    return opened.convert("RGB")


def is_near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(found - wanted) < 40 for found, wanted in zip(pixel, colour, strict=True))


@pytest.mark.parametrize(
    "content",
    [
        saved(two_sides(), "JPEG"),
        saved(two_sides(), "JPEG", progressive=True),
        saved(two_sides(mode="CMYK"), "JPEG"),
        saved(two_sides(mode="L"), "JPEG"),
        saved(two_sides(), "PNG"),
        saved(two_sides(mode="RGBA"), "PNG"),
        saved(two_sides(mode="P"), "PNG"),
        saved(two_sides(), "WEBP"),
        saved(two_sides(), "TIFF"),
        saved(two_sides(), "TIFF", compression="tiff_lzw"),
        saved(two_sides(mode="1"), "TIFF", compression="group4"),
        saved(two_sides(), "MPO"),
        saved(two_sides(), "JPEG") + b"a film, as telephones put it behind a picture",
        saved(two_sides(), "JPEG").replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1),  # fill bytes between segments
    ],
    ids=range(14),
)
def test_every_usual_kind_is_one_page_that_a_model_has_to_see(content: bytes) -> None:
    text = read(content)

    assert text.problem is None
    assert [(page.number, page.needs_image, page.text) for page in text.pages] == [(1, True, "")]
    assert shown(content).size == (400, 200)


@pytest.mark.parametrize(
    ("orientation", "top_left"), [(1, LEFT), (3, RIGHT), (6, LEFT), (8, RIGHT)], ids=["0", "180", "90", "270"]
)
def test_a_photo_is_turned_as_the_camera_was_held(orientation: int, top_left: tuple[int, int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = shown(saved(two_sides(), "JPEG", exif=exif, quality=95))

    assert picture.size == ((400, 200) if orientation in (1, 3) else (200, 400))
    assert is_near(picture.getpixel((10, 10)), top_left)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("exif", [b"garbage", b"Exif\0\0http://n", b"Exif\0\0II*\0\x08\0\0\0\xff\xff"])
def test_a_sound_picture_is_opened_though_what_it_says_of_the_camera_is_not(kind: str, exif: bytes) -> None:
    content = saved(two_sides(), kind, exif=exif)

    assert read(content).problem is None
    assert shown(content).size == (400, 200)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("left_out", [1, 2])
def test_a_jpeg_without_the_mark_of_its_end_is_opened(mode: str, left_out: int, *, progressive: bool) -> None:
    content = saved(Image.effect_noise((400, 200), 80).convert(mode), "JPEG", progressive=progressive)

    assert read(content[:-left_out]).problem is None
    assert shown(content[:-left_out]).tobytes() == shown(content).tobytes()


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_lacks_pixels_is_damaged(*, progressive: bool) -> None:
    content = saved(Image.effect_noise((400, 200), 80), "JPEG", progressive=progressive)

    assert [read(content[: len(content) - cut]).problem for cut in (200, len(content) // 2)] == [DAMAGED, DAMAGED]


def test_a_large_photo_is_scaled_once_and_stays_below_what_providers_take() -> None:
    noise = Image.effect_noise((5000, 4000), 120).convert("RGB")
    content = saved(noise, "JPEG", quality=80)

    picture = PictureReader().pictures(content, [1], longest=2000)[1]

    assert (picture.width, picture.height) == (2000, 1600)
    assert len(picture.content) <= 3_500_000


def test_transparent_places_are_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))

    assert is_near(shown(saved(clear, "PNG")).getpixel((5, 5)), (255, 255, 255))


def test_each_page_of_a_fax_is_a_page() -> None:
    pages = [two_sides(), two_sides(300, 300), two_sides(100, 50)]
    content = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])

    text = read(content)

    assert [page.number for page in text.pages] == [1, 2, 3]
    assert shown(content, 2).size == (300, 300)
    assert read(content, pages=2).truncated


def test_a_photo_of_an_iphone_is_read_and_turned() -> None:
    content = HEIC.read_bytes()

    assert read(content).problem is None
    picture = shown(content)
    assert picture.size == (64, 32)
    assert is_near(picture.getpixel((5, 16)), LEFT)
    assert is_near(picture.getpixel((60, 16)), RIGHT)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xd8\xff\xe0 cut off in the upload", DAMAGED),
        (saved(two_sides(), "JPEG")[:1500], DAMAGED),
        (saved(two_sides(), "PNG")[:200], DAMAGED),
        (saved(two_sides(), "WEBP")[:60], DAMAGED),
        (b"", UNKNOWN),
        (b"%PDF-1.7", UNKNOWN),
        (b"hello", UNKNOWN),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, DAMAGED),
    ],
    ids=range(8),
)
def test_what_cannot_be_opened_has_a_problem_that_says_what_to_do(content: bytes, problem: str) -> None:
    assert read(content).problem in (problem, DAMAGED, UNKNOWN)
    assert PictureReader().pictures(content, [1], longest=2000) == {}


def test_a_bomb_is_refused_and_costs_no_memory_of_ours() -> None:
    bomb = saved(Image.new("1", (16_000, 16_000)), "PNG", optimize=True)

    assert read(bomb).problem == TOO_LARGE


def test_a_picture_that_lasts_too_long_is_left() -> None:
    ticks = iter(range(0, 10_000, 100))
    clock: Callable[[], float] = lambda: float(next(ticks))  # noqa: E731

    text = PictureReader(clock=clock).text(saved(two_sides(), "JPEG"), limits=ReadLimits(seconds=1), check=lambda: None)

    assert text.problem == "The picture takes too long to open: upload a smaller copy."


def test_a_picture_with_long_texts_in_it_is_opened() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "x" * 3_000_000, zip=True)
    with io.BytesIO() as file:
        Image.new("RGB", (30, 20), "red").save(file, "PNG", pnginfo=texts)
        content = file.getvalue()

    assert PictureReader().text(content, limits=ReadLimits(), check=lambda: None).problem is None
    assert PictureReader().pictures(content, [1], longest=100)[1].width == 30


@pytest.mark.parametrize(("mode", "high"), [("F", 1.0), ("I", 2_000_000), ("I;16", 65_535)])
def test_levels_of_any_range_are_shown(mode: str, high: float) -> None:
    image = Image.new(mode, (40, 20), 0)
    image.paste(high if mode == "F" else int(high), (20, 0, 40, 20))
    with io.BytesIO() as file:
        image.save(file, "TIFF")
        content = file.getvalue()

    shown = Image.open(io.BytesIO(PictureReader().pictures(content, [1], longest=100)[1].content)).convert("L")

    assert shown.getpixel((5, 10)) < 20
    assert shown.getpixel((35, 10)) > 235


@pytest.mark.parametrize(
    "made",
    [
        lambda: saved(two_sides(6000, 4000, mode="CMYK"), "JPEG", progressive=True),
        lambda: saved(two_sides(6000, 4000), "WEBP", lossless=True, method=0),
        lambda: saved(two_sides(6000, 4000), "TIFF", compression="jpeg"),
        lambda: saved(two_sides(6000, 4000, mode="RGBA"), "PNG", compress_level=1),
    ],
    ids=["cmyk", "webp", "tiff", "png"],
)
def test_a_sound_picture_for_which_there_is_no_memory_is_not_called_damaged(made: Callable[[], bytes]) -> None:
    content, reader = made(), PictureReader(memory_bytes=110 * 1024 * 1024)

    assert reader.text(content, limits=ReadLimits(), check=lambda: None).problem == HEAVY
    assert reader.pictures(content, [1], longest=2000) == {}


def test_a_jpeg_is_opened_however_many_pixels_it_has_as_it_is_decoded_smaller() -> None:
    content = saved(Image.new("RGB", (10_000, 9_000), "red"), "JPEG")
    reader = PictureReader(memory_bytes=280 * 1024 * 1024)

    assert reader.text(content, limits=ReadLimits(), check=lambda: None).problem is None
    assert reader.pictures(content, [1], longest=1000)[1].height == 900


@pytest.mark.parametrize("mode", ["I;16", "L", "LA", "P", "1", "RGBA", "CMYK"])
def test_strips_join_without_a_seam(mode: str) -> None:
    image = Image.linear_gradient("L").resize((1500, 1501))
    content = saved(image.convert("RGB").convert(mode) if mode != "I;16" else _sixteen(image), "TIFF")

    picture = shown(content, longest=500)

    assert picture.size == (500, 500)
    column = [picture.getpixel((250, row))[0] for row in range(500)]
    if mode != "1":  # dots
        assert all(-3 <= after - before <= 6 for before, after in pairwise(column))
    assert column[5] < 30
    assert column[-5] > 225


def _sixteen(image: Image.Image) -> Image.Image:
    return Image.frombytes("I;16", image.size, b"".join(bytes((value, value)) for value in image.tobytes()))
