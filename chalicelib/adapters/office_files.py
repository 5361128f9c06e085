"""Readers of Word documents, RTF, HTML and e-mail: text on one page, pictures inside a Word document as pages after it.

Nothing of these has places. They are opened in a child process: a small file may hold very much.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from chalicelib import telemetry
from chalicelib.adapters.decoder_process import CHILD_MEMORY_BYTES, ChildLimits, ChildStopped, lines_of_child
from chalicelib.adapters.office_problems import EMPTY, PROBLEMS, TOO_LARGE, TOO_SLOW, UNREADABLE
from chalicelib.documents.page import FileText, Line, Note, Page, Picture, ReadLimits, attachments_note

CHILD = "chalicelib.adapters.office_child"
SECONDS_A_PICTURE = 24.0

PICTURES_IN_RTF = "It holds pictures that were not read: save it as PDF and upload that too."

Kind = Literal["word", "rtf", "html", "mail"]


class OfficeReader:
    """The FileReader of one kind of text with a format; `clock` counts seconds."""

    def __init__(
        self, kind: Kind, *, memory_bytes: int = CHILD_MEMORY_BYTES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kind = kind
        self._memory_bytes = memory_bytes
        self._clock = clock

    def text(self, content: bytes, *, limits: ReadLimits, check: Callable[[], None]) -> FileText:
        """See FileReader.text."""
        arguments = {"kind": self._kind, "task": "text", "characters": limits.characters}
        child = self._limits(limits.seconds, seconds_a_line=limits.seconds)
        try:
            (report,) = lines_of_child(CHILD, arguments, content, limits=child, check=check)
        except ChildStopped as stopped:
            telemetry.info("office_file_not_opened", kind=self._kind, slow=stopped.slow)
            return FileText(problem=TOO_SLOW if stopped.slow else TOO_LARGE)
        if "problem" in report:
            return FileText(problem=report["problem"] if report["problem"] in PROBLEMS else UNREADABLE)
        return _file_text(report, limits)

    def lines(self, content: bytes, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """See FileReader.lines."""
        return {}

    def pictures(self, content: bytes, pages: Iterable[int], *, longest: int) -> Mapping[int, Picture]:
        """See FileReader.pictures: page 2 is the first picture inside; one that ends the child is left out."""
        left = sorted(set(pages)) if self._kind == "word" else []
        found: dict[int, Picture] = {}
        while left:
            arguments = {"kind": self._kind, "task": "picture", "pages": left, "longest": longest}
            child = self._limits(SECONDS_A_PICTURE * len(left), seconds_a_line=SECONDS_A_PICTURE)
            try:
                for report in lines_of_child(CHILD, arguments, content, limits=child):
                    left = [page for page in left if page != report.get("page")]
                    if "jpeg" in report:
                        jpeg = base64.b64decode(report["jpeg"])
                        found[report["page"]] = Picture(content=jpeg, width=report["width"], height=report["height"])
            except ChildStopped as stopped:
                telemetry.info("office_picture_not_shown", slow=stopped.slow, page=left[0])
                left = left[1:]
            else:
                break
        return found

    def _limits(self, seconds: float, *, seconds_a_line: float) -> ChildLimits:
        return ChildLimits(
            seconds_a_line=seconds_a_line,
            ends_at=self._clock() + seconds,
            clock=self._clock,
            memory_bytes=self._memory_bytes,
        )


def _file_text(report: Mapping[str, Any], limits: ReadLimits) -> FileText:
    text, pictures = report["text"], report["pictures"]
    notes = _notes(report)
    if not text and not pictures:
        return FileText(problem=EMPTY, notes=notes)
    pages = [Page(number=1, text=text)]
    for number in range(2, min(pictures + 1, limits.pages) + 1):
        pages.append(Page(number=number, text="", needs_image=True, doubts=("scan",)))
    return FileText(pages=tuple(pages), notes=notes, truncated=pictures + 1 > limits.pages)


def _notes(report: Mapping[str, Any]) -> tuple[Note, ...]:
    listed = ", ".join(report["inside"])
    notes = [Note("document_has_attachments", PICTURES_IN_RTF)] if report["unread_pictures"] else []
    notes += [attachments_note(listed)] if listed else []
    return tuple(notes)
