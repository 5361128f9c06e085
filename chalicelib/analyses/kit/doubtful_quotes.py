"""Quotes that were found and still need a look: nearly found ones, and those that rest on a comparison sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from chalicelib.analyses.kit.issues import Issue, Quote
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.cases.model import DocumentText

_SIGN = re.compile("[<>≤≥]")
_NEXT_TO = 3
"""Characters: a sign that the quote leaves out is still the sign of its number."""

NEAR = "The words given for this are nearly, not exactly, those of the document: compare them with the page."
SIGN = (
    "The words given for this have a sign like < or > on a line of Hebrew, and the file does not say which way it "
    "points: look at the page."
)


class FoundQuote(msgspec.Struct, frozen=True, kw_only=True):
    """A quote for a field, with how it was found."""

    field: str
    match: str
    quote: Quote


def doubtful_quotes(found: Iterable[FoundQuote], *, sources: Sources, texts: Iterable[DocumentText]) -> Iterator[Issue]:
    """An issue for each quote that somebody should compare with the page itself."""
    unsure = {(text.document.id, page.number) for text in texts for page in text.pages if "signs" in page.doubts}
    for one in found:
        if one.match == "near":
            yield Issue(field=one.field, code="evidence_near", message=NEAR, quotes=(one.quote,))
        if (one.quote.document_id, one.quote.page) in unsure and _rests_on_a_sign(one.quote, sources):
            yield Issue(field=one.field, code="evidence_sign_unclear", message=SIGN, quotes=(one.quote,))


def _rests_on_a_sign(quote: Quote, sources: Sources) -> bool:
    places = sources.surroundings(quote.quote, document_id=quote.document_id, page=quote.page)
    return any(
        _SIGN.search(place.before[-_NEXT_TO:] + place.quote + place.after[:_NEXT_TO]) is not None for place in places
    )
