"""Which pages does a PDF have, and what stands on them? pypdf, kept within bounds, whatever the file does.

Importing this module does not load pypdf; reading does.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib import telemetry
from chalicelib.cases.model import Page
from chalicelib.cases.plain_text import without_controls

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

PDF_SIGNATURE = b"%PDF-"
SIGNATURE_BYTES = 1024

ENCRYPTED = "The PDF is protected by a password: upload a copy without one."
DAMAGED = "The PDF is damaged and cannot be opened: export it again, or upload photos of its pages."
NO_PAGES = "The PDF has no pages: export it again."
TOO_SLOW = "The PDF takes too long to read: upload it in parts."

MAX_TOKENS_OF_A_STREAM = 300_000
"""About half a second of parsing; a dense page of text has 5,000."""
MAX_BYTES_OF_A_STREAM = 32 * 1024 * 1024

MAX_PROPERTIES_CHARACTERS = 20_000
"""Of a title, an author, keywords and an XMP packet together; honest ones have some hundreds."""

FEW_CHARACTERS = 20
"""A page with a picture and fewer letters and digits than this is a scan with a stamp or a page number on it."""
MOST_UNREADABLE = 0.3

_PAINTS_SOMETHING = re.compile(rb"(?<![A-Za-z0-9])(?:Do|BI|sh|Tj|TJ|[fFBbSs]\*?|['\"])(?![A-Za-z0-9])")
_PAINTS_A_PICTURE = re.compile(rb"(?<![A-Za-z0-9])(?:Do|BI)(?![A-Za-z0-9])")
_XML_TAG = re.compile(r"<[^<>]*>")
_UNREADABLE = frozenset({"Cc", "Cn", "Co", "Cs"})
_REPLACEMENT = "\ufffd"


class PdfLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How far to read: so many pages and characters, and until `clock()` passes `ends_at` (seconds)."""

    pages: int
    characters: int
    ends_at: float
    clock: Callable[[], float]


class PdfPages(msgspec.Struct, frozen=True, kw_only=True):
    """The pages as extracted, or the problem; `truncated` when a limit cut them.

    `properties` are the texts of the document's information and XMP metadata, a line each.
    """

    pages: tuple[Page, ...] = ()
    problem: str | None = None
    truncated: bool = False
    properties: str = ""


def is_pdf(content: bytes) -> bool:
    """True when the file says that it is a PDF; some begin with a few other bytes."""
    return PDF_SIGNATURE in content[:SIGNATURE_BYTES]


def read_pdf(content: bytes, *, limits: PdfLimits) -> PdfPages:
    """The pages of a PDF, in the order of the file; characters come out as pypdf puts them."""
    with pypdf_within_bounds():
        try:
            reader = opened_pdf(content)
            if reader is None:
                return PdfPages(problem=ENCRYPTED)
            count = len(reader.pages)
        except Exception as exc:  # noqa: BLE001  # pypdf raises anything on a broken file: KeyError, RecursionError, zlib.error
            telemetry.info("pdf_not_opened", error=type(exc).__name__)
            return PdfPages(problem=ENCRYPTED if b"/Encrypt" in content else DAMAGED)
        if count == 0:
            return PdfPages(problem=NO_PAGES)
        return msgspec.structs.replace(_pages(reader, count, limits=limits), properties=_properties(reader))


def pages_to_pay(content: bytes) -> int:
    """How many pages of this file a provider will count: those of a PDF, else 1."""
    if not is_pdf(content):
        return 1
    with pypdf_within_bounds():
        try:
            reader = opened_pdf(content)
            return 1 if reader is None else len(reader.pages)
        except Exception:  # noqa: BLE001  # as above; such a file was never read, nor is it sent
            return 1


class _TimeIsUp(BaseException):
    """Not an Exception, because pypdf passes over every Exception that is raised while it reads a form."""


@contextmanager
def pypdf_within_bounds() -> Iterator[None]:
    """Run pypdf with limits on what one stream may take, and without its log lines."""
    from pypdf import apply_configuration

    # What pypdf finds strange it logs, with pieces of the file.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with apply_configuration(
        stream_parsing_work_maximum_count=MAX_TOKENS_OF_A_STREAM,
        zlib_maximum_output_length=MAX_BYTES_OF_A_STREAM,
        lzw_maximum_output_length=MAX_BYTES_OF_A_STREAM,
        run_length_maximum_output_length=MAX_BYTES_OF_A_STREAM,
        array_based_stream_maximum_output_length=MAX_BYTES_OF_A_STREAM,
        jbig2dec_binary=None,
    ):
        yield


def opened_pdf(content: bytes) -> PdfReader | None:
    """The reader; None when a password is needed. Many PDFs are encrypted with an empty one."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    return None if reader.is_encrypted and not reader.decrypt("") else reader


def _properties(reader: PdfReader) -> str:
    """What the PDF says of itself; a part that cannot be read is left out."""
    found: list[str] = []
    for read in (_information, _xmp):
        try:
            found += read(reader)
        except Exception as exc:  # noqa: BLE001  # as above; the pages may be whole
            telemetry.info("pdf_properties_not_read", error=type(exc).__name__)
    return without_controls("\n".join(found))[:MAX_PROPERTIES_CHARACTERS]


def _information(reader: PdfReader) -> list[str]:
    information = reader.metadata
    values = [] if information is None else [information.get(name) for name in information]
    return [value for value in values if isinstance(value, str) and value.strip()]


def _xmp(reader: PdfReader) -> list[str]:
    packet = reader.root_object.get("/Metadata")
    if packet is None:
        return []
    text = _XML_TAG.sub("\n", packet.get_object().get_data().decode("utf-8", "ignore"))
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pages(reader: PdfReader, count: int, *, limits: PdfLimits) -> PdfPages:
    pages: list[Page] = []
    characters, truncated = 0, count > limits.pages
    for number in range(1, min(count, limits.pages) + 1):
        if characters > limits.characters or limits.clock() > limits.ends_at:
            return PdfPages(pages=tuple(pages), truncated=True) if pages else PdfPages(problem=TOO_SLOW)
        try:
            page = _page(reader.pages[number - 1], number, limits=limits)
        except _TimeIsUp:
            return PdfPages(pages=(*pages, _unread(number)), truncated=True)
        except Exception as exc:  # noqa: BLE001  # as above; the other pages may be whole
            telemetry.info("pdf_page_not_read", page=number, error=type(exc).__name__)
            page = _unread(number)
            truncated = truncated or _is_limit(exc)
        pages.append(page)
        characters += len(page.text)
    return PdfPages(pages=tuple(pages), truncated=truncated)


def _page(page: PageObject, number: int, *, limits: PdfLimits) -> Page:
    raw = _extracted(page, limits=limits)
    if _is_mostly_unreadable(raw):
        return _unread(number)
    text = without_controls(raw)
    if sum(map(str.isalnum, text)) >= FEW_CHARACTERS:
        return Page(number=number, text=text)
    painted = _PAINTS_A_PICTURE if text.strip() else _PAINTS_SOMETHING
    return Page(number=number, text=text, needs_image=painted.search(_drawing(page)) is not None)


def _extracted(page: PageObject, *, limits: PdfLimits) -> str:
    def stop_in_time(*_: Any) -> None:
        if limits.clock() > limits.ends_at:
            raise _TimeIsUp

    # A page's own stream is bounded; forms can be drawn thousands of times. Listening costs pypdf its shortcut for
    # pages without text, so only pages with forms are listened to.
    if "/XObject" in page.get("/Resources", {}).get_object():
        return page.extract_text(visitor_operand_before=stop_in_time)
    return page.extract_text()


def _drawing(page: PageObject) -> bytes:
    content = page.get_contents()
    return content.get_data() if content is not None else b""


def _is_mostly_unreadable(raw: str) -> bool:
    """True for what fonts without a usable map to Unicode come out as."""
    visible = [c for c in raw if not c.isspace()]
    unreadable = sum(c == _REPLACEMENT or unicodedata.category(c) in _UNREADABLE for c in visible)
    return unreadable > len(visible) * MOST_UNREADABLE


def _unread(number: int) -> Page:
    """A page that could not be read as text; a model may still see it."""
    return Page(number=number, text="", needs_image=True)


def _is_limit(error: Exception) -> bool:
    from pypdf.errors import LimitReachedError

    return isinstance(error, LimitReachedError)
