"""Files that the messages hold are loaded once; what they held before does not fill the memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from chalicelib.analyses.document_analysis_agent.files import FilesAtHand
from chalicelib.analyses.document_analysis_agent.showing import MOST_SHOWN_BYTES
from chalicelib.analyses.kit.llm import FilePart
from chalicelib.analyses.kit.scans import Excerpt
from tests.unit.analyses.document_analysis_agent.cases import a_picture, each


class Storage:
    """Files of one size; it counts how often each was asked for."""

    def __init__(self, size: int) -> None:
        self.asked: list[str] = []
        self.times = 0
        self._content = b"x" * size

    def load(self, excerpts: Sequence[Excerpt]) -> Mapping[Excerpt, FilePart]:
        self.asked += [excerpt.document_id for excerpt in excerpts]
        self.times += 1
        return each(partial(a_picture, content=self._content))([one for one in excerpts if one.document_id != "gone"])


def asked_for(storage: Storage, *document_ids: str) -> list[str]:
    files = FilesAtHand(storage.load)
    for document_id in document_ids:
        found = files([Excerpt(document_id=document_id, page=1)])
        assert len(found) == (document_id != "gone")
    return storage.asked


def test_what_the_messages_can_hold_is_loaded_once() -> None:
    many = [f"d{number}" for number in range(25)]

    assert asked_for(Storage(MOST_SHOWN_BYTES // 25), *many, "gone", *many, "gone") == [*many, "gone"]


def test_what_is_not_at_hand_is_loaded_together() -> None:
    storage = Storage(1)
    files = FilesAtHand(storage.load)
    pages = [Excerpt(document_id="d1", page=number) for number in (1, 2, 3)]

    files(pages[:1])
    found = files(pages)

    assert list(found) == pages
    assert storage.times == 2


def test_what_was_not_asked_for_the_longest_is_forgotten() -> None:
    assert asked_for(Storage(MOST_SHOWN_BYTES), "d1", "d2", "d1", "d3", "d1", "d2") == ["d1", "d2", "d3", "d2"]


def test_a_file_larger_than_all_that_is_kept_is_given_all_the_same() -> None:
    assert asked_for(Storage(3 * MOST_SHOWN_BYTES), "d1", "d1", "d2", "d1") == ["d1", "d2", "d1"]
