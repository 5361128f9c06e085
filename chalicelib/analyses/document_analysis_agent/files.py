"""Which files are at hand? Each turn sends all that is shown again, so files are kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from chalicelib.analyses.document_analysis_agent.showing import MOST_SHOWN_BYTES, FilesOf
from chalicelib.analyses.kit.llm import FilePart
from chalicelib.analyses.kit.scans import Excerpt

KEPT_BYTES = 2 * MOST_SHOWN_BYTES


class FilesAtHand:
    """A FilesOf that loads a file once and forgets those that were not asked for the longest, past `KEPT_BYTES`."""

    def __init__(self, load: FilesOf) -> None:
        self._load = load
        self._kept: OrderedDict[Excerpt, FilePart | None] = OrderedDict()
        self._bytes = 0

    def __call__(self, excerpts: Sequence[Excerpt]) -> Mapping[Excerpt, FilePart]:
        """The files of these excerpts, where there are any; those that are not at hand are loaded together."""
        unknown = [excerpt for excerpt in excerpts if excerpt not in self._kept]
        loaded = self._load(unknown) if unknown else {}
        for excerpt in unknown:
            self._kept[excerpt] = file = loaded.get(excerpt)
            self._bytes += _size(file)
        for excerpt in excerpts:
            self._kept.move_to_end(excerpt)
        found = {excerpt: file for excerpt in excerpts if (file := self._kept[excerpt]) is not None}
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _size(oldest)
        return found


def _size(file: FilePart | None) -> int:
    return 0 if file is None else len(file.content)
