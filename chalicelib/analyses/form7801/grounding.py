"""Does each filled field rest on words that really stand in a source? What does not is kept and gets an issue.

A field is grounded when a quote given for it (or for the list item it belongs to) stands in the named source. A quote
that stands there but names another number, day or name than the field is an issue of its own, and grounds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from chalicelib.analyses.form7801.answer import Evidence
from chalicelib.analyses.form7801.compute import fields_to_ground
from chalicelib.analyses.form7801.contradiction import contradicts
from chalicelib.analyses.form7801.fields import Form, Leaf, leaves
from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.quotes import Sources


class Grounding(msgspec.Struct, frozen=True, kw_only=True):
    """Which fields are grounded, all evidence with its pages put right, and the issues of the rest."""

    grounded: frozenset[str]
    evidence: tuple[Evidence, ...]
    issues: tuple[Issue, ...]


def ground(
    form: Form, evidence: Sequence[Evidence], *, sources: Sources, shown: frozenset[tuple[str, int]], today: date
) -> Grounding:
    """Look every quote up. `shown` are pages (document id, number) that the model saw as an image, not as text."""
    placed = [_placed(entry, sources) for entry in evidence]
    by_path = {leaf.path: leaf for leaf in leaves(form)}
    grounded: set[str] = set()
    issues: list[Issue] = []
    for path in fields_to_ground(form):
        problem = _problem(by_path[path], placed, shown, today)
        if problem:
            issues.append(problem)
        else:
            grounded.add(path)
    return Grounding(grounded=frozenset(grounded), evidence=tuple(entry for entry, _ in placed), issues=tuple(issues))


def _placed(entry: Evidence, sources: Sources) -> tuple[Evidence, bool]:
    """The entry with the page its quote was found on, and whether it was found."""
    place = sources.find(entry.quote, document_id=entry.document_id, page=entry.page)
    return (msgspec.structs.replace(entry, page=place.page), True) if place else (entry, False)


def _is_about_item(field: str, path: str) -> bool:
    """True when evidence for `field` is about the list item that the leaf belongs to."""
    return field.endswith("]") and path.startswith(field + ".")


def _problem(
    leaf: Leaf, placed: Sequence[tuple[Evidence, bool]], shown: frozenset[tuple[str, int]], today: date
) -> Issue | None:
    entries = [(entry, stands) for entry, stands in placed if entry.field == leaf.path]
    about_item = [entry for entry, stands in placed if stands and _is_about_item(entry.field, leaf.path)]
    standing = [entry for entry, stands in entries if stands]
    if any(not contradicts(leaf, entry.quote, today=today) for entry in (*standing, *about_item)):
        return None
    if not entries:
        return Issue(field=leaf.path, code="evidence_missing", message="No words of a source were given for this.")
    quotes = tuple(entry.as_quote for entry, _ in entries)
    if standing:
        message = f"The words given for this say something else than {leaf.value}."
        return Issue(field=leaf.path, code="evidence_mismatch", message=message, quotes=quotes)
    if all((entry.document_id, entry.page) in shown for entry, _ in entries):
        message = "The words given for this are on a page without text; only a look at the page can confirm them."
        return Issue(field=leaf.path, code="evidence_in_image", message=message, quotes=quotes)
    message = "The words given for this do not stand in the named source."
    return Issue(field=leaf.path, code="evidence_not_found", message=message, quotes=quotes)
