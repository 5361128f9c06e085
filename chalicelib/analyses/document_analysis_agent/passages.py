"""How much of a document is read at once? As many whole pages as fit, or a piece of a page that does not."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from chalicelib.documents.page import Page

PIECE_CHARACTERS = 30_000
"""Some 15,000 tokens of Hebrew a call: all later turns carry it along."""
SCANNED_PAGES = 20
"""As many as can be shown at once."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Pages to read now. `cut_page` is one of which only a part is among them; `note` says how to go on."""

    pages: tuple[Page, ...]
    cut_page: int | None
    note: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """The pages' numbers."""
        return tuple(page.number for page in self.pages)


def passage_of(pages: Sequence[Page], *, first: int, last: int, from_character: int) -> Passage | None:
    """The pages `first` to `last` as far as they fit, the first from this character on; None when it has no such.

    `first` is a page of the document.
    """
    asked = [page for page in pages if first <= page.number <= last]
    piece, end = text_from(asked[0].text, from_character)
    if from_character and not piece:
        return None
    opening = Page(number=asked[0].number, text=piece, needs_image=asked[0].needs_image)
    if end < len(asked[0].text):
        note = f"Page {opening.number} goes on: first_page={opening.number}, from_character={end}."
        return Passage(pages=(opening,), cut_page=opening.number, note=note)
    taken, size = [opening], len(piece)
    scanned = int(opening.needs_image)
    for page in asked[1:]:
        size += len(page.text)
        scanned += page.needs_image
        if size > PIECE_CHARACTERS or scanned > SCANNED_PAGES:
            break
        taken.append(page)
    left = pages[-1].number - taken[-1].number
    note = f"{left} more pages: go on with first_page={taken[-1].number + 1}." if left else "This is its end."
    return Passage(pages=tuple(taken), cut_page=None, note=note)


def text_from(text: str, start: int) -> tuple[str, int]:
    """The piece of a text that begins at this character, and where it ends."""
    end = min(start + PIECE_CHARACTERS, len(text))
    return text[start:end], end
