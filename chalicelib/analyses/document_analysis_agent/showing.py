"""Which scanned pages does the agent see? Those it reads: their files stay in the messages until newer ones need room.

A page that was left out can be read again. What was shown in a turn stays at least until the model has seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from chalicelib.analyses.document_analysis_agent.notebook import Notebook, Shown
from chalicelib.analyses.document_analysis_agent.tools import ToolRefused
from chalicelib.analyses.kit.llm import FilePart
from chalicelib.analyses.kit.scans import Excerpt, is_shown_whole, page_ranges, scanned_pages, shown_pages
from chalicelib.cases.model import DocumentText

MOST_IMAGE_BYTES = 3_750_000
"""Five million characters in base64, the provider's limit for an image."""
MOST_SHOWN_BYTES = 20_000_000
"""All files in the messages together: every turn sends them again, and the provider takes 32 MB."""
MOST_SHOWN_PAGES = 25
"""All files in the messages together: a scanned page is some 1,500 to 3,000 tokens, paid again in every turn."""
MOST_SHOWN_PICTURES = 20
"""With more the provider refuses every picture of more than 2,000 pixels a side."""

_ENOUGH = "This turn has shown you enough scanned pages. Record what they prove, then read on in your next turn."

FileOf = Callable[[Excerpt], FilePart | None]
"""The file of an excerpt; None when the document is gone, or its pages cannot be taken out of it."""


def with_shown(notebook: Notebook, text: DocumentText, numbers: Sequence[int], *, file_of: FileOf) -> Notebook:
    """The notebook after the scanned ones of these pages were shown, or noted as not to be shown.

    At most 25 of them; a passage has no more. Raises: ToolRefused when this turn has shown too much for them to fit.
    """
    document_id = text.document.id
    refused = notebook.not_shown.get(document_id, ())
    wanted = tuple(number for number in scanned_pages(text) if number in numbers and number not in refused)
    # All of them or none: a file that some of them stand in may be the one that makes room.
    if _visible(notebook, text).issuperset(wanted):
        return notebook
    whole = is_shown_whole(text)
    excerpt = Excerpt(document_id=document_id, pages=() if whole else wanted)
    file = file_of(excerpt)
    if file is None or not _is_taken(file):
        all_refused = tuple(sorted({*refused, *shown_pages(excerpt, text)}))
        return msgspec.structs.replace(notebook, not_shown={**notebook.not_shown, document_id: all_refused})
    pages = len(text.pages) if whole else len(wanted)
    is_picture = file.content_type.startswith("image/")
    shown = Shown(excerpt=excerpt, pages=pages, size=len(file.content), is_picture=is_picture)
    return _with_file(notebook, shown, text)


def note_of(notebook: Notebook, text: DocumentText, numbers: Sequence[int]) -> str:
    """What to tell the model of the scanned ones among these pages: where it sees them, or that it cannot."""
    scanned = [number for number in scanned_pages(text) if number in numbers]
    if any(number in notebook.not_shown.get(text.document.id, ()) for number in scanned):
        return "Scanned pages of it could not be shown to you: name that under gaps."
    if not scanned:
        return ""
    if is_shown_whole(text):
        return "The file itself is shown to you: look there for the pages without text."
    return f"The scanned pages {page_ranges(scanned)} are shown to you, each file with only such pages, in this order."


def _visible(notebook: Notebook, text: DocumentText) -> set[int]:
    """The scanned pages of a document that stand in the messages now."""
    return {
        number
        for shown in notebook.window
        if shown.excerpt.document_id == text.document.id
        for number in shown_pages(shown.excerpt, text)
    }


def _is_taken(file: FilePart) -> bool:
    is_image = file.content_type.startswith("image/")
    return len(file.content) <= (MOST_IMAGE_BYTES if is_image else MOST_SHOWN_BYTES)


def _with_file(notebook: Notebook, new: Shown, text: DocumentText) -> Notebook:
    window = (*notebook.window, new)
    while not _fits(window):
        window = window[1:]
    fresh = notebook.fresh + 1
    if fresh > len(window):
        raise ToolRefused(_ENOUGH)
    seen = {*notebook.shown.get(text.document.id, ()), *shown_pages(new.excerpt, text)}
    return msgspec.structs.replace(
        notebook, window=window, fresh=fresh, shown={**notebook.shown, text.document.id: tuple(sorted(seen))}
    )


def _fits(window: Sequence[Shown]) -> bool:
    pages, size = sum(one.pages for one in window), sum(one.size for one in window)
    pictures = sum(one.is_picture for one in window)
    return pages <= MOST_SHOWN_PAGES and size <= MOST_SHOWN_BYTES and pictures <= MOST_SHOWN_PICTURES
