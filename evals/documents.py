"""How well documents are read: text compared with the truth, quotes with swapped numbers, boxes compared with pictures.

    python -m evals.documents [FOLDER]

FOLDER has PDFs with their true text (`truth/NAME.txt`, or `NAME.txt` beside `NAME.pdf`); without it, the project's own
files are read: those of the cases, and three texts by three producers each (tests/data/documents). Where the truth is
another program's reading, a file's row says what that is compared by (`evals.foreign_truth`).
"""

from __future__ import annotations

import difflib
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.adapters.pdfium.reader import PdfReader
from chalicelib.documents.matching import Quote, SearchablePage
from chalicelib.documents.normalise import comparable
from chalicelib.documents.page import Box, ReadLimits
from chalicelib.documents.places import places_of
from evals.annotations import annotations_reached, table
from evals.cases import DATA
from evals.foreign_truth import compared

OWN = DATA / "documents"
FORMS = OWN / "forms"
LONGEST_PICTURE = 2_000
DARK = 128
EDGE = 0.6
"""Points: glyphs reach a little over their boxes."""
_NUMBER = re.compile(r"\d[\d.,/:-]*")


class Fidelity(msgspec.Struct, frozen=True, kw_only=True):
    """One file compared with its truth, all shares of one: words covered and in order, and similarity of the text."""

    name: str
    covered: float
    in_order: float
    similarity: float


class Boxes(msgspec.Struct, frozen=True, kw_only=True):
    """How many quotes were looked at, and how many rectangles were on just their words."""

    right: int
    quotes: int


def main(arguments: Sequence[str]) -> int:
    """Print the tables; 1 when a target is missed."""
    files = list(_with_truth(Path(arguments[0]))) if arguments else [*_own(), *_of_cases()]
    rows = []
    for pdf, truth in files:
        row = fidelity(pdf, truth)
        if row is None:
            print(f"{pdf.name} is refused, or shown as pictures: there is no text to compare")
        else:
            rows.append(row)
    print("\n| file | words covered | in order | similarity |\n|---|---:|---:|---:|")
    for row in rows:
        print(f"| {row.name} | {row.covered:.3f} | {row.in_order:.3f} | {row.similarity:.3f} |")
    print(
        f"| lowest of {len(rows)} | {min(r.covered for r in rows):.3f} | {min(r.in_order for r in rows):.3f} | "
        f"{min(r.similarity for r in rows):.3f} |"
    )
    accepted, tried = swapped_numbers([truth.read_text(encoding="utf-8") for _, truth in files])
    print(f"\nquotes with two numbers swapped: {accepted} of {tried} accepted")
    boxes = [box_accuracy(pdf) for pdf, _ in files]
    right, looked_at = sum(one.right for one in boxes), sum(one.quotes for one in boxes)
    print(f"quotes marked on just their words: {right} of {looked_at} ({right / looked_at:.4f})")
    reached = [
        annotations_reached(pdf) for pdf in (_pdfs(Path(arguments[0])) if arguments else sorted(FORMS.glob("*.pdf")))
    ]
    print(f"\n{table(reached)}")
    lost = [f"{one.name}: {value}" for one in reached for value in one.lost]
    print(*(f"lost: {one}" for one in lost), sep="\n")
    return int(
        bool(lost)
        or accepted > 0
        or right < 0.99 * looked_at
        or any(row.covered < 0.97 or row.in_order < 0.97 for row in rows)
    )


def fidelity(pdf: Path, truth: Path) -> Fidelity | None:
    """How much of the truth was read, and in its order; None when the file has no text to go by."""
    read = PdfReader().text(pdf.read_bytes(), limits=ReadLimits(), check=lambda: None)
    text, true = "\n".join(page.text for page in read.pages), truth.read_text(encoding="utf-8")
    if not text.strip() or any(note.code == "document_is_xfa" for note in read.notes):
        return None
    pages = [page.text for page in read.pages]
    both = compared(true, pages, turned=_turned_pages(pdf, count=len(pages)))
    covered = sum((Counter(both.found) & Counter(both.wanted)).values())
    matcher = difflib.SequenceMatcher(None, both.wanted, both.found, autojunk=False)
    in_order = sum(block.size for block in matcher.get_matching_blocks())
    similarity = difflib.SequenceMatcher(None, comparable(true), comparable(text), autojunk=False).ratio()
    return Fidelity(
        name=pdf.name + "".join(f" ({remark})" for remark in both.remarks),
        covered=covered / len(both.wanted),
        in_order=in_order / len(both.wanted),
        similarity=similarity,
    )


def _turned_pages(pdf: Path, *, count: int) -> list[bool]:
    """Which pages have letters that are not upright in the file, by PDFium's matrix of every tenth."""
    import ctypes

    import pypdfium2
    import pypdfium2.raw as c

    try:
        document = pypdfium2.PdfDocument(pdf.read_bytes())
    except pypdfium2.PdfiumError:
        return [False] * count
    found = []
    for page in list(document)[:count]:
        textpage, matrix = page.get_textpage(), c.FS_MATRIX()
        sampled = range(0, c.FPDFText_CountChars(textpage.raw), 10)
        upright = 0
        for index in sampled:
            c.FPDFText_GetMatrix(textpage.raw, index, ctypes.byref(matrix))
            upright += matrix.a > 0 and matrix.d > 0
        found.append(upright < len(sampled) / 2)
    return found + [False] * (count - len(found))


def swapped_numbers(texts: Sequence[str]) -> tuple[int, int]:
    """How many lines with two of their numbers swapped are found in their text, and how many there are."""
    accepted = tried = 0
    for text in texts:
        page = SearchablePage(text)
        for line in text.splitlines():
            for first, second in combinations(list(_NUMBER.finditer(line)), 2):
                if first[0] == second[0]:
                    continue
                swapped = line[: first.start()] + second[0] + line[first.end() : second.start()] + first[0]
                quote = Quote(swapped + line[second.end() :])
                tried += 1
                accepted += page.is_exact(quote) or page.has_words(quote) or page.is_near(quote)
    return accepted, tried


def box_accuracy(pdf: Path) -> Boxes:
    """Quotes of one to four words from each line of the first page, their rectangles compared with the page.

    Right is a quote whose rectangles hold the glyphs of its letters and no others (PDFium's, asked by rectangle; it has
    none of form values and annotations) and ink on the picture of the page, next to each of their ends.
    """
    import pypdfium2
    from PIL import Image

    content = pdf.read_bytes()
    lines = PdfReader().lines(content, [1]).get(1, ())
    picture = PdfReader().pictures(content, [1], longest=LONGEST_PICTURE)[1]
    image = Image.open(io.BytesIO(picture.content)).convert("L")
    page = pypdfium2.PdfDocument(content)[0]
    textpage = page.get_textpage()
    page_left, page_bottom, page_right, page_top = page.get_bbox()
    width, height = page_right - page_left, page_top - page_bottom
    right = quotes = 0
    for line in lines:
        for quote in _quotes_of(line.text):
            boxes = places_of(quote, [line])
            held = "".join(
                textpage.get_text_bounded(
                    page_left + left * width + EDGE,
                    page_top - bottom * height,
                    page_left + right_edge * width - EDGE,
                    page_top - top * height,
                )
                for left, top, right_edge, bottom in boxes
            )
            quotes += 1
            on_letters = _letters(held) in ([], _letters(quote))
            right += bool(boxes) and on_letters and all(_is_on_ink(image, box) for box in boxes)
    return Boxes(right=right, quotes=quotes)


def _quotes_of(text: str) -> Iterator[str]:
    """Runs of one to four words that are on the line once."""
    parts = text.split()
    for size in (1, 2, 4):
        for at in range(0, len(parts) - size + 1, size):
            quote = " ".join(parts[at : at + size])
            if len(_letters(quote)) > 1 and text.count(quote) == 1:
                yield quote


def _letters(text: str) -> list[str]:
    return sorted(character for character in text if character.isalnum())


def _is_on_ink(image: Any, box: Box) -> bool:
    """True when there is ink in the rectangle, at most a letter's width from both of its ends."""
    left, top, right, bottom = (
        round(edge * side) for edge, side in zip(box, (image.width, image.height) * 2, strict=True)
    )
    reach = max(2, bottom - top)
    ends = ((left, min(left + reach, right)), (max(right - reach, left), right))
    return all(min(image.crop((start, top, end + 1, bottom)).tobytes(), default=255) < DARK for start, end in ends)


def _own() -> Iterator[tuple[Path, Path]]:
    for pdf in sorted(OWN.glob("*.pdf")):
        yield pdf, OWN / f"{pdf.name.split('.')[0]}.he.txt"


def _of_cases() -> Iterator[tuple[Path, Path]]:
    for pdf in sorted(DATA.glob("*_case/*.he.pdf")):
        truth = pdf.with_suffix(".txt")
        if truth.exists():
            yield pdf, truth


def _pdfs(folder: Path) -> Iterator[Path]:
    """Those that can be opened."""
    for pdf in sorted(folder.rglob("*.pdf")):
        if PdfReader().text(pdf.read_bytes(), limits=ReadLimits(), check=lambda: None).problem is None:
            yield pdf


def _with_truth(folder: Path) -> Iterator[tuple[Path, Path]]:
    for pdf in sorted(folder.rglob("*.pdf")):
        for truth in (pdf.with_suffix(".txt"), pdf.parent / "truth" / f"{pdf.stem}.txt"):
            if truth.exists() and truth.read_text(encoding="utf-8").strip():
                yield pdf, truth
                break


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
