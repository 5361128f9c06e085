"""Which files are at hand? Each turn sends all that is shown again, so files are kept for a while."""

from __future__ import annotations

from collections import OrderedDict

from chalicelib.analyses.document_analysis_agent.showing import MOST_SHOWN_BYTES, FileOf
from chalicelib.analyses.kit.llm import FilePart
from chalicelib.analyses.kit.scans import Excerpt

KEPT_BYTES = 2 * MOST_SHOWN_BYTES


class FilesAtHand:
    """A FileOf that loads a file once and forgets those that were not asked for the longest, past `KEPT_BYTES`."""

    def __init__(self, load: FileOf) -> None:
        self._load = load
        self._kept: OrderedDict[Excerpt, FilePart | None] = OrderedDict()
        self._bytes = 0

    def __call__(self, excerpt: Excerpt) -> FilePart | None:
        """The file of the excerpt; None when there is none."""
        if excerpt not in self._kept:
            self._kept[excerpt] = file = self._load(excerpt)
            self._bytes += _size(file)
        self._kept.move_to_end(excerpt)
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _size(oldest)
        return self._kept[excerpt]


def _size(file: FilePart | None) -> int:
    return 0 if file is None else len(file.content)
