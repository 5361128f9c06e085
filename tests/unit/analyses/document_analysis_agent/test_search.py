from __future__ import annotations

import pytest

from chalicelib.analyses.document_analysis_agent.search import MOST_HITS, search
from chalicelib.documents.page import Page

PAGES = {
    "d1": (Page(number=1, text="אבחנה: פריצת דיסק L4-L5\nטופלה בבית החולים"), Page(number=2, text='MRI עמ"ש מותני')),
    "d2": (Page(number=1, text="Discharge letter, lumbar MRI"),),
}


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("פריצת דיסק", [("d1", 1)]),
        ("MRI", [("d1", 2), ("d2", 1)]),
        ("mri", [("d1", 2), ("d2", 1)]),  # case makes no difference
        ("עמ״ש", [("d1", 2)]),  # nor does the kind of quotation mark
        ("בית החולים", [("d1", 1)]),  # nor a prefix letter: the text has בבית
        ("L4-L5", [("d1", 1)]),
        ("lumbar ניתוח", [("d2", 1)]),  # no line holds both: those with most
        ("אפילפסיה", []),
        ("...", []),
    ],
)
def test_lines_are_found_by_their_words(query: str, places: list[tuple[str, int]]) -> None:
    assert [(hit.document_id, hit.page) for hit in search(query, PAGES)] == places


def test_a_hit_holds_the_whole_line() -> None:
    (hit,) = search("דיסק", PAGES)

    assert hit.line == "אבחנה: פריצת דיסק L4-L5"


def test_a_search_gives_no_more_lines_than_fit() -> None:
    hits = search("MRI", {"d1": (Page(number=1, text="MRI\n" * 500),)})

    assert len(hits) == MOST_HITS
