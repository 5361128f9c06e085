"""Which scanned pages does the agent see? Those it reads: their files stay in the messages until newer ones need room.

A page that was left out can be read again. What was shown in a turn stays at least until the model has seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from chalicelib.analyses.document_analysis_agent.notebook import Notebook, Shown
from chalicelib.analyses.document_analysis_agent.tools import ToolRefused
from chalicelib.analyses.kit.llm import FilePart
from chalicelib.analyses.kit.scans import Excerpt, page_ranges, scanned_pages
from chalicelib.cases.model import DocumentText

MOST_IMAGE_BYTES = 3_750_000
"""Five million characters in base64, the provider's limit for an image."""
MOST_SHOWN_BYTES = 20_000_000
"""All files in the messages together: every turn sends them again, and the provider takes 32 MB."""
MOST_SHOWN_PAGES = 20
"""All pictures in the messages together: each is some 1,500 to 3,000 tokens, paid again in every turn. With more than
20 the provider refuses those of more than 2,000 pixels a side."""

_ENOUGH = "This turn has shown you enough scanned pages. Record what they prove, then read on in your next turn."

FilesOf = Callable[[Sequence[Excerpt]], Mapping[Excerpt, FilePart]]
"""The files of excerpts; without those whose document is gone, and pages that cannot be taken out of it."""


def with_shown(notebook: Notebook, text: DocumentText, numbers: Sequence[int], *, files_of: FilesOf) -> Notebook:
    """The notebook after the scanned ones of these pages were shown, or noted as not to be shown.

    At most 20 of them; a passage has no more. Raises: ToolRefused when this turn has shown too much for them to fit.
    """
    document_id = text.document.id
    refused = notebook.not_shown.get(document_id, ())
    wanted = tuple(number for number in scanned_pages(text) if number in numbers and number not in refused)
    # All of them or none: a file that some of them stand in may be the one that makes room.
    if _visible(notebook, text).issuperset(wanted):
        return notebook
    pages = [Excerpt(document_id=document_id, page=number) for number in wanted]
    files = {excerpt: file for excerpt, file in files_of(pages).items() if _is_taken(file)}
    failed = {excerpt.page for excerpt in pages if excerpt not in files}
    if failed:
        all_refused = tuple(sorted({*refused, *failed}))
        notebook = msgspec.structs.replace(notebook, not_shown={**notebook.not_shown, document_id: all_refused})
    return _with_files(notebook, [Shown(excerpt=one, pages=1, size=len(file.content)) for one, file in files.items()])


def note_of(notebook: Notebook, text: DocumentText, numbers: Sequence[int]) -> str:
    """What to tell the model of the scanned ones among these pages: where it sees them, or that it cannot."""
    scanned = [number for number in scanned_pages(text) if number in numbers]
    if any(number in notebook.not_shown.get(text.document.id, ()) for number in scanned):
        return "Scanned pages of it could not be shown to you: name that under gaps."
    if not scanned:
        return ""
    return f"The scanned pages {page_ranges(scanned)} are shown to you as pictures, in this order."


def _visible(notebook: Notebook, text: DocumentText) -> set[int]:
    """The scanned pages of a document that stand in the messages now."""
    return {shown.excerpt.page for shown in notebook.window if shown.excerpt.document_id == text.document.id}


def _is_taken(file: FilePart) -> bool:
    is_image = file.content_type.startswith("image/")
    return len(file.content) <= (MOST_IMAGE_BYTES if is_image else MOST_SHOWN_BYTES)


def _with_files(notebook: Notebook, new: Sequence[Shown]) -> Notebook:
    """The notebook with these pages shown last; older ones make room, those of this turn do not."""
    again = {shown.excerpt for shown in new}
    since = len(notebook.window) - notebook.fresh
    older = [shown for shown in notebook.window[:since] if shown.excerpt not in again]
    fresh = [*(shown for shown in notebook.window[since:] if shown.excerpt not in again), *new]
    while older and not _fits([*older, *fresh]):
        older.pop(0)
    if not _fits(fresh):
        raise ToolRefused(_ENOUGH)
    seen: dict[str, set[int]] = {name: set(numbers) for name, numbers in notebook.shown.items()}
    for excerpt in again:
        seen.setdefault(excerpt.document_id, set()).add(excerpt.page)
    return msgspec.structs.replace(
        notebook,
        window=(*older, *fresh),
        fresh=len(fresh),
        shown={name: tuple(sorted(numbers)) for name, numbers in seen.items()},
    )


def _fits(window: Sequence[Shown]) -> bool:
    pages, size = sum(one.pages for one in window), sum(one.size for one in window)
    return pages <= MOST_SHOWN_PAGES and size <= MOST_SHOWN_BYTES
