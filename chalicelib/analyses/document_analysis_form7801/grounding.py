"""Does each filled field rest on words that really stand in a source? What does not is kept and gets an issue.

A field is grounded when a quote given for it (or for the list item it belongs to) stands in the named source. A quote
that stands there but names another number, day or name than the field is an issue of its own, and grounds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from chalicelib.analyses.document_analysis_form7801.answer import Evidence
from chalicelib.analyses.document_analysis_form7801.compute import fields_to_ground
from chalicelib.analyses.document_analysis_form7801.contradiction import contradicts
from chalicelib.analyses.document_analysis_form7801.fields import Form, Leaf, as_told, leaves
from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.quotes import PlacesOnPages, Sources
from chalicelib.documents.matching import Match

NOT_FOUND = "evidence_not_found"


class LookedUpEvidence(Evidence, frozen=True, kw_only=True):
    """Evidence after its quote was looked up; `page` is where it was found when it was.

    `match` is "image" where only a look at the page can confirm it. `boxes` are where the words are on the page.
    """

    verified: bool
    match: Match | Literal["image", "none"] = "none"
    boxes: list[list[float]] = msgspec.field(default_factory=list)


class Grounding(msgspec.Struct, frozen=True, kw_only=True):
    """Which fields are grounded, all evidence with its pages put right, and the issues of the rest."""

    grounded: frozenset[str]
    evidence: tuple[LookedUpEvidence, ...]
    issues: tuple[Issue, ...]


def ground(
    form: Form, evidence: Sequence[Evidence], *, sources: Sources, shown: frozenset[tuple[str, int]], today: date
) -> Grounding:
    """Look every quote up. `shown` are pages (document id, number) that the model saw as an image, not as text."""
    looked_up = tuple(_looked_up(entry, sources, shown) for entry in evidence)
    needed = frozenset(fields_to_ground(form))
    grounded: set[str] = set()
    issues: list[Issue] = []
    for leaf in leaves(form):
        if not leaf.is_filled:
            continue
        problem = _problem(leaf, looked_up, shown, today)
        if problem is None:
            grounded.add(leaf.path)
        elif leaf.path in needed or problem.code == NOT_FOUND:
            issues.append(problem)
    return Grounding(grounded=frozenset(grounded & needed), evidence=looked_up, issues=tuple(issues))


def _looked_up(entry: Evidence, sources: Sources, shown: frozenset[tuple[str, int]]) -> LookedUpEvidence:
    place = sources.find(entry.quote, document_id=entry.document_id, page=entry.page)
    return LookedUpEvidence(
        field=entry.field,
        document_id=entry.document_id,
        page=place.page if place else entry.page,
        quote=entry.quote,
        verified=place is not None,
        match=place.match if place else "image" if (entry.document_id, entry.page) in shown else "none",
    )


def with_boxes(evidence: Sequence[LookedUpEvidence], pages: PlacesOnPages) -> tuple[LookedUpEvidence, ...]:
    """The evidence with where its words are on their pages."""
    pages.read((entry.document_id, entry.page) for entry in evidence if entry.verified)
    return tuple(
        msgspec.structs.replace(entry, boxes=pages.boxes(entry.quote, document_id=entry.document_id, page=entry.page))
        for entry in evidence
    )


def _is_about_item(field: str, path: str) -> bool:
    """True when evidence for `field` is about the list item that the leaf belongs to."""
    return field.endswith("]") and path.startswith(field + ".")


def _problem(
    leaf: Leaf, evidence: Sequence[LookedUpEvidence], shown: frozenset[tuple[str, int]], today: date
) -> Issue | None:
    entries = [entry for entry in evidence if entry.field == leaf.path]
    about_item = [entry for entry in evidence if _is_about_item(entry.field, leaf.path)]
    if any(entry.verified and not contradicts(leaf, entry.quote, today=today) for entry in (*entries, *about_item)):
        return None
    if not entries:
        return Issue(field=leaf.path, code="evidence_missing", message="No words of a source were given for this.")
    quotes = tuple(entry.as_quote for entry in entries)
    if any(entry.verified for entry in entries):
        message = f"The words given for this say something else than {as_told(leaf.value)}."
        return Issue(field=leaf.path, code="evidence_mismatch", message=message, quotes=quotes)
    if all((entry.document_id, entry.page) in shown for entry in entries):
        message = "The words given for this are on a page without text; only a look at the page can confirm them."
        return Issue(field=leaf.path, code="evidence_in_image", message=message, quotes=quotes)
    message = "The words given for this do not stand in the named source."
    return Issue(field=leaf.path, code=NOT_FOUND, message=message, quotes=quotes)
