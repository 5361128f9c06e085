"""Reader of PDF files, decoded in a child process: a page that kills it or lasts too long is skipped."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from chalicelib import telemetry
from chalicelib.adapters.decoder_process import CHILD_MEMORY_BYTES, ChildLimits, ChildStopped, lines_of_child
from chalicelib.documents.direction import has_rtl
from chalicelib.documents.page import (
    Doubt,
    FileText,
    Line,
    Note,
    Page,
    Picture,
    ReadLimits,
    attachments_note,
)
from chalicelib.documents.plain_text import without_controls

CHILD = "chalicelib.adapters.pdfium.child"
SIGNATURE = b"%PDF-"
SIGNATURE_BYTES = 1024

LOCKED = "The PDF is protected by a password: upload a copy without one."
DAMAGED = "The PDF is damaged and cannot be opened: export it again, or upload photos of its pages."
NO_PAGES = "The PDF has no pages: export it again."
TOO_SLOW = "The PDF takes too long to read: upload it in parts."
BLANK = "The document is blank: none of its pages has words or a picture. Scan or export it again."
NO_PDF = "The file is not a PDF: save it as a PDF and upload it again."
XFA_WITHOUT_VALUES = (
    "The PDF is a form that only Adobe Reader shows (XFA): open it there, print it to a PDF, and upload that."
)
XFA_READ = (
    "The PDF is a form that only Adobe Reader shows (XFA): what was filled in was read, its printed questions were "
    "not. Open it there, print it to a PDF, and upload that too."
)

SECONDS_A_PAGE = 16.0
MOST_RESTARTS = 5
MOST_PROPERTIES_CHARACTERS = 20_000
_SIGNS = re.compile("[<>≤≥]")
_XMP_BEGINS, _XMP_ENDS = b"<x:xmpmeta", b"</x:xmpmeta>"
_MOST_XMP = 5
_XML_TAG = re.compile(r"<[^<>]*>")


class _DocumentReport(msgspec.Struct, kw_only=True):
    """What the child reports of the document."""

    count: int = 0
    files: tuple[str, ...] = ()
    xfa: bool = False
    xfa_values: tuple[tuple[str, str], ...] | None = None
    properties: tuple[str, ...] = ()


class PdfReader:
    """The FileReader of PDFs; `clock` counts seconds."""

    def __init__(
        self,
        *,
        memory_bytes: int = CHILD_MEMORY_BYTES,
        clock: Callable[[], float] = time.monotonic,
        seconds_a_page: float = SECONDS_A_PAGE,
    ) -> None:
        self._memory_bytes = memory_bytes
        self._clock = clock
        self._seconds_a_page = seconds_a_page

    def text(self, content: bytes, *, limits: ReadLimits, check: Callable[[], None]) -> FileText:
        """See FileReader.text."""
        if SIGNATURE not in content[:SIGNATURE_BYTES]:
            return FileText(problem=NO_PDF)
        child = self._child_limits(limits.seconds)
        reading = _Reading(content, limits=limits, child=child, check=check)
        problem = reading.run()
        if problem is not None:
            return FileText(problem=problem)
        return _file_text(reading, content)

    def lines(self, content: bytes, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """See FileReader.lines."""
        return {
            report["page"]: msgspec.convert(report["lines"], tuple[Line, ...])
            for report in self._reports("lines", sorted(set(pages)), content)
            if "lines" in report
        }

    def pictures(self, content: bytes, pages: Iterable[int], *, longest: int) -> Mapping[int, Picture]:
        """See FileReader.pictures."""
        found: dict[int, Picture] = {}
        for report in self._reports("picture", sorted(set(pages)), content, longest=longest):
            if "jpeg" in report:
                jpeg = base64.b64decode(report["jpeg"])
                found[report["page"]] = Picture(
                    content=jpeg, width=report["width"], height=report["height"], points=tuple(report["points"])
                )
        return found

    def _reports(self, task: str, pages: list[int], content: bytes, **arguments: Any) -> Iterator[dict[str, Any]]:
        """What the child says of each page; one at which it dies or takes too long is skipped."""
        left = pages
        while left:
            limits = self._child_limits(self._seconds_a_page * len(left))
            try:
                for report in lines_of_child(CHILD, {"task": task, "pages": left, **arguments}, content, limits=limits):
                    left = [number for number in left if number != report.get("page")]
                    yield report
            except ChildStopped as stopped:
                telemetry.info("pdf_page_not_shown", task=task, slow=stopped.slow, page=left[0])
                left = left[1:]
            else:
                return

    def _child_limits(self, seconds: float) -> ChildLimits:
        return ChildLimits(
            seconds_a_line=self._seconds_a_page,
            ends_at=self._clock() + seconds,
            clock=self._clock,
            memory_bytes=self._memory_bytes,
        )


class _Reading:
    """One reading of a file: a new child goes on after the page at which the last one died or was too slow."""

    def __init__(self, content: bytes, *, limits: ReadLimits, child: ChildLimits, check: Callable[[], None]) -> None:
        self._content, self._limits, self._child, self._check = content, limits, child, check
        self.report: _DocumentReport | None = None
        self.pages: list[Page] = []
        self.is_cut = False
        self._characters = 0

    def run(self) -> str | None:
        """Read all pages; the problem when there is nothing of the file."""
        for _ in range(MOST_RESTARTS + 1):
            try:
                problem = self._once(first=len(self.pages) + 1)
            except ChildStopped as stopped:
                if self.report is None:
                    return TOO_SLOW if stopped.slow else DAMAGED
                if self._is_over():
                    break
                telemetry.info("pdf_page_not_read", page=len(self.pages) + 1, slow=stopped.slow)
                self.pages.append(_unread(len(self.pages) + 1))
                continue
            if problem is not None:
                return problem
            break
        return self._problem()

    def _once(self, *, first: int) -> str | None:
        arguments = {"task": "text", "first": first, "last": self._limits.pages}
        for report in lines_of_child(CHILD, arguments, self._content, limits=self._child, check=self._check):
            if "problem" in report:
                return LOCKED if report["problem"] == "password" else DAMAGED
            if "count" in report:
                self.report = msgspec.convert(report, _DocumentReport)
                continue
            self.pages.append(_page(report))
            self._characters += len(self.pages[-1].text)
            if self._characters > self._limits.characters:
                break
            self._check()
        return None

    def _is_over(self) -> bool:
        return self._child.clock() >= self._child.ends_at

    def _problem(self) -> str | None:
        count = self.report.count if self.report else 0
        if not count:
            return NO_PAGES
        self.is_cut = len(self.pages) < count
        return TOO_SLOW if not self.pages else None


def _file_text(reading: _Reading, content: bytes) -> FileText:
    report, pages = reading.report or _DocumentReport(), tuple(reading.pages)
    notes = [_attachments(report.files)] if report.files else []
    if report.xfa:
        if not report.xfa_values:
            return FileText(problem=XFA_WITHOUT_VALUES)
        values = "\n".join(f"{field}  {value}" for field, value in report.xfa_values)
        pages = (Page(number=1, text=without_controls(values)),)
        notes.append(Note("document_is_xfa", XFA_READ))
    if not reading.is_cut and not any(page.needs_image or page.text.strip() for page in pages):
        return FileText(problem=BLANK, notes=tuple(notes))
    return FileText(
        pages=pages, truncated=reading.is_cut, properties=_properties(report.properties, content), notes=tuple(notes)
    )


def _attachments(names: Iterable[str]) -> Note:
    listed = ", ".join(without_controls(name)[:100] or "a file without a name" for name in names)
    return attachments_note(listed)


def _page(report: Mapping[str, Any]) -> Page:
    if "unread" in report:
        return _unread(report["page"])
    text = "" if report["nonsense"] else without_controls(report["text"])
    doubts: list[Doubt] = [doubt for doubt in _DOUBTS if report[doubt]]
    if any(_SIGNS.search(line) and has_rtl(line) for line in text.split("\n")):
        doubts.append("signs")
    return Page(number=report["page"], text=text, needs_image=bool(doubts), doubts=tuple(doubts))


_DOUBTS: tuple[Doubt, ...] = ("scan", "nonsense", "unmapped", "drawn")


def _unread(number: int) -> Page:
    """A page that could not be read as text; a model may still see it."""
    return Page(number=number, text="", needs_image=True, doubts=("unread",))


def _properties(values: Iterable[str], content: bytes) -> str:
    """What the PDF says of itself, a line each: its information, and XMP metadata that is not compressed."""
    packets = [_XML_TAG.sub("\n", packet.decode("utf-8", "ignore")) for packet in _xmp_packets(content)]
    lines = [line.strip() for text in (*values, *packets) for line in text.splitlines()]
    return without_controls("\n".join(dict.fromkeys(line for line in lines if line)))[:MOST_PROPERTIES_CHARACTERS]


def _xmp_packets(content: bytes) -> Iterator[bytes]:
    end = 0
    for _ in range(_MOST_XMP):
        start = content.find(_XMP_BEGINS, end)
        end = content.find(_XMP_ENDS, start)
        if start < 0 or end < 0:
            return
        yield content[start : min(end, start + 10 * MOST_PROPERTIES_CHARACTERS)]
