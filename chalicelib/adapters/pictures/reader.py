"""Reader of photos and scans: pages without text, which a model has to see; what no decoder opens is named."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Mapping

from chalicelib import telemetry
from chalicelib.adapters.decoder_process import CHILD_MEMORY_BYTES, ChildLimits, ChildStopped, lines_of_child
from chalicelib.documents.content_types import type_of_bytes
from chalicelib.documents.page import FileText, Line, Page, Picture, ReadLimits

CHILD = "chalicelib.adapters.pictures.child"
SECONDS_A_PAGE = 24.0

DAMAGED = "The picture is damaged and cannot be opened: take it again, or export it again."
TOO_LARGE = "The picture has more than 120 million pixels: upload a smaller copy."
UNKNOWN = "The file is not a picture that can be opened: export it as a JPEG and upload that."
TOO_SLOW = "The picture takes too long to open: upload a smaller copy."
HEAVY = "The picture takes too much memory to open, or is damaged: upload a smaller copy, or one as a JPEG."
_PROBLEMS = {"large": TOO_LARGE, "damaged": DAMAGED, "unknown": UNKNOWN, "heavy": HEAVY}


class PictureReader:
    """The FileReader of pictures; `clock` counts seconds."""

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
        child = self._limits(limits.seconds)
        pages: list[Page] = []
        count, is_heavy = 0, False
        try:
            for report in lines_of_child(
                CHILD, {"task": "check", "last": limits.pages}, content, limits=child, check=check
            ):
                count, is_heavy = report.get("count", count), report.get("heavy", is_heavy)
                if "problem" in report and not pages:
                    return FileText(problem=_problem(report["problem"], content))
                if "page" in report:
                    pages.append(Page(number=report["page"], text="", needs_image=True, doubts=("scan",)))
                    check()
        except ChildStopped as stopped:
            telemetry.info("picture_not_opened", slow=stopped.slow, page=len(pages) + 1)
            if not pages:
                return FileText(problem=TOO_SLOW if stopped.slow else HEAVY if is_heavy else DAMAGED)
        return FileText(pages=tuple(pages), truncated=len(pages) < count)

    def lines(self, content: bytes, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """See FileReader.lines: a picture has no text to place."""
        return {}

    def pictures(self, content: bytes, pages: Iterable[int], *, longest: int) -> Mapping[int, Picture]:
        """See FileReader.pictures: upright, scaled once."""
        wanted = sorted(set(pages))
        found: dict[int, Picture] = {}
        if not wanted:
            return found
        arguments = {"task": "picture", "pages": wanted, "longest": longest}
        try:
            for report in lines_of_child(
                CHILD, arguments, content, limits=self._limits(len(wanted) * self._seconds_a_page)
            ):
                if "jpeg" in report:
                    jpeg = base64.b64decode(report["jpeg"])
                    found[report["page"]] = Picture(content=jpeg, width=report["width"], height=report["height"])
        except ChildStopped as stopped:
            telemetry.info("picture_not_shown", slow=stopped.slow)
        return found

    def _limits(self, seconds: float) -> ChildLimits:
        return ChildLimits(
            seconds_a_line=self._seconds_a_page,
            ends_at=self._clock() + seconds,
            clock=self._clock,
            memory_bytes=self._memory_bytes,
        )


def _problem(code: str, content: bytes) -> str:
    """What to show; what begins like a picture and cannot be identified is a damaged one."""
    begins_like_one = (type_of_bytes(content) or "").startswith("image/")
    return DAMAGED if code == "unknown" and begins_like_one else _PROBLEMS[code]
