"""Files that the messages hold are loaded once; what they held before does not fill the memory."""

from __future__ import annotations

from chalicelib.analyses.document_analysis_agent.files import FilesAtHand
from chalicelib.analyses.document_analysis_agent.showing import MOST_SHOWN_BYTES
from chalicelib.analyses.kit.llm import FilePart
from chalicelib.analyses.kit.scans import Excerpt
from tests.unit.analyses.document_analysis_agent.cases import a_picture


class Storage:
    """Files of one size; it counts how often each was asked for."""

    def __init__(self, size: int) -> None:
        self.asked: list[str] = []
        self._content = b"x" * size

    def load(self, excerpt: Excerpt) -> FilePart | None:
        self.asked.append(excerpt.document_id)
        return None if excerpt.document_id == "gone" else a_picture(excerpt, self._content)


def asked_for(storage: Storage, *document_ids: str) -> list[str]:
    files = FilesAtHand(storage.load)
    for document_id in document_ids:
        file = files(Excerpt(document_id=document_id, page=1))
        assert (file is None) == (document_id == "gone")
    return storage.asked


def test_what_the_messages_can_hold_is_loaded_once() -> None:
    many = [f"d{number}" for number in range(25)]

    assert asked_for(Storage(MOST_SHOWN_BYTES // 25), *many, "gone", *many, "gone") == [*many, "gone"]


def test_what_was_not_asked_for_the_longest_is_forgotten() -> None:
    assert asked_for(Storage(MOST_SHOWN_BYTES), "d1", "d2", "d1", "d3", "d1", "d2") == ["d1", "d2", "d3", "d2"]


def test_a_file_larger_than_all_that_is_kept_is_given_all_the_same() -> None:
    assert asked_for(Storage(3 * MOST_SHOWN_BYTES), "d1", "d1", "d2", "d1") == ["d1", "d2", "d1"]
