"""Prompts as an analysis writes them, for tests of the rules: one document, or one call, in its fence."""

from __future__ import annotations

from emulator.extract.sources import Source, read_sources


def a_document(text: str, *, document_id: str = "d1", page: int = 1) -> str:
    """A fenced document of one page."""
    return (
        f'<document id="{document_id}" name="{document_id}.txt">\n<page number="{page}">\n{text}\n</page>\n</document>'
    )


def a_call(*turns: str) -> str:
    """A fenced call; the turns alternate, the interviewer begins."""
    said = (f"{'User' if index % 2 else 'AI'}: {turn}" for index, turn in enumerate(turns))
    return '<call id="call">\n' + "\n".join(said) + "\n</call>"


def document_sources(text: str) -> tuple[Source, ...]:
    """The sources of a prompt that holds this document only."""
    return read_sources(a_document(text))


def call_sources(*turns: str) -> tuple[Source, ...]:
    """The sources of a prompt that holds this call only."""
    return read_sources(a_call(*turns))
