"""A quote that was found is doubted when it is only near, or when it rests on a sign that files get wrong."""

from __future__ import annotations

import msgspec
import pytest

from chalicelib.analyses.kit.doubtful_quotes import FoundQuote, doubtful_quotes
from chalicelib.analyses.kit.issues import Quote
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.scans import illegible_pages
from chalicelib.cases.model import DocumentText
from tests.fakes.analysis_services import a_document, a_text

PAGE = "תפקודי כליה: eGFR <60 מאז 2024\nאבחנה: סוכרת סוג 2 מזה עשר שנים"


def the_report(*doubts: str) -> DocumentText:
    text = a_text(a_document("d1", content_type="application/pdf"), PAGE)
    [page] = text.pages
    return msgspec.structs.replace(
        text, pages=(msgspec.structs.replace(page, doubts=doubts, needs_image=bool(doubts)),)
    )


def codes(quote: str, *doubts: str) -> list[str]:
    texts = [the_report(*doubts)]
    sources = Sources(texts)
    place = sources.find(quote, document_id="d1", page=1)
    assert place is not None
    found = [FoundQuote(field="x", match=place.match, quote=Quote(document_id="d1", page=1, quote=quote))]
    return [issue.code for issue in doubtful_quotes(found, sources=sources, texts=texts)]


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("eGFR <60", ["evidence_sign_unclear"]),
        ("eGFR 60", ["evidence_sign_unclear"]),  # the sign was left out, and is still the number's
        ("60 מאז 2024", ["evidence_sign_unclear"]),
        ("סוכרת סוג 2", []),  # on another line
        ("סוכרת סוג 2 מזה עשר שניס", ["evidence_near"]),
    ],
)
def test_on_a_page_with_a_sign_what_rests_on_it_is_doubted(quote: str, expected: list[str]) -> None:
    assert codes(quote, "signs") == expected


def test_a_sign_that_nobody_doubts_is_no_issue() -> None:
    assert codes("eGFR <60") == []


def test_a_page_that_is_shown_only_for_a_sign_is_legible() -> None:
    assert illegible_pages([the_report("signs")]) == frozenset()
    assert illegible_pages([the_report("signs", "drawn")]) == {("d1", 1)}
    assert illegible_pages([a_text(a_document("d2"), "")]) == {("d2", 1)}
