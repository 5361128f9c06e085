"""What has the agent done so far? A value that every turn replaces and every checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from chalicelib.analyses.kit.scans import Excerpt
from chalicelib.documents.matching import Match


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A statement with the words that prove it; pages count from 1.

    `verified` is False only where the words stand on a scanned page, whose text code cannot read.
    """

    text: str
    document_id: str
    quote: str
    page: int
    verified: bool = True
    match: Match | Literal["image"] = "exact"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A picture in the messages: of which page, and its bytes."""

    excerpt: Excerpt
    pages: int
    size: int


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent concludes. `key_findings` are texts of recorded findings, `instructions_to_ai` passages; without a
    `claim_rate` nobody has estimated one."""

    eligibility_assessment: str = ""
    claim_strength: str = ""
    key_findings: tuple[str, ...] = ()
    summary: str = ""
    strategy: str = ""
    claim_rate: int | None = None
    recommendations: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    instructions_to_ai: tuple[str, ...] = ()


class Notebook(msgspec.Struct, frozen=True, kw_only=True):
    """The agent's state.

    `pages_read` maps document ids to the pages it has read (the call is not among them); `cut_pages` to those of which
    it has read only a part; `shown` are the scanned pages that it was ever given to look at, `not_shown` those that
    could not be given. `window` are the files that stand in the messages now, oldest first, the last `fresh` of them
    since this turn. `submissions` counts tries, the refused ones too; `refused` is what is fit of a refused one: it
    stands when the work is stopped before another.
    """

    findings: tuple[Finding, ...] = ()
    pages_read: Mapping[str, tuple[int, ...]] = msgspec.field(default_factory=dict)
    cut_pages: Mapping[str, tuple[int, ...]] = msgspec.field(default_factory=dict)
    shown: Mapping[str, tuple[int, ...]] = msgspec.field(default_factory=dict)
    not_shown: Mapping[str, tuple[int, ...]] = msgspec.field(default_factory=dict)
    window: tuple[Shown, ...] = ()
    fresh: int = 0
    submissions: int = 0
    refused: Submission | None = None
    submission: Submission | None = None

    def without_file(self, shown: Shown, *, pages: tuple[int, ...]) -> Notebook:
        """After the provider could not open this file, in which these pages of its document would have been seen."""
        document_id = shown.excerpt.document_id
        seen = tuple(page for page in self.shown.get(document_id, ()) if page not in pages)
        read = tuple(page for page in self.pages_read.get(document_id, ()) if page not in pages)
        others = {name: numbers for name, numbers in self.pages_read.items() if name != document_id}
        return msgspec.structs.replace(
            self,
            window=tuple(one for one in self.window if one != shown),
            shown={**self.shown, document_id: seen},
            not_shown={
                **self.not_shown,
                document_id: tuple(sorted({*self.not_shown.get(document_id, ()), *pages})),
            },
            pages_read={**others, document_id: read} if read else others,
        )

    def with_pages_read(self, document_id: str, pages: tuple[int, ...], *, cut: int | None) -> Notebook:
        """After reading these pages; of page `cut`, if any, only a part."""
        read = sorted({*self.pages_read.get(document_id, ()), *pages})
        open_ends = {page for page in self.cut_pages.get(document_id, ()) if page not in pages}
        cut_pages = sorted(open_ends | ({cut} if cut is not None else set()))
        return msgspec.structs.replace(
            self,
            pages_read={**self.pages_read, document_id: tuple(read)},
            cut_pages={**self.cut_pages, document_id: tuple(cut_pages)},
        )
