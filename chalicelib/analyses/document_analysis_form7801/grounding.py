"""Does each filled field rest on words that really stand in a source? What does not is kept and gets an issue.

A field is grounded when a quote given for it (or for the list item it belongs to) is in the named source. A quote
that stands there but names another number, day or name than the field is an issue of its own, and grounds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

import msgspec

from chalicelib.analyses.document_analysis_form7801.answer import Evidence
from chalicelib.analyses.document_analysis_form7801.attribution import is_one_value_twice, is_said_of_another, topics_of
from chalicelib.analyses.document_analysis_form7801.compute import fields_to_ground
from chalicelib.analyses.document_analysis_form7801.contradiction import contradicts
from chalicelib.analyses.document_analysis_form7801.fields import (
    Leaf,
    displayed,
    leaves,
)
from chalicelib.analyses.document_analysis_form7801.form import Form, lists_of
from chalicelib.analyses.document_analysis_form7801.same_item import held_words, names_another_item
from chalicelib.analyses.kit.claimant_speech import ASSISTANT_ONLY, is_claimants_word
from chalicelib.analyses.kit.issues import Issue, Quote
from chalicelib.analyses.kit.quotes import PlacesOnPages, Sources
from chalicelib.analyses.kit.untrusted import CALL_ID
from chalicelib.documents.matching import Match

NOT_FOUND = "evidence_not_found"
_ITEM = re.compile(r"(.+)\[(\d+)\]\.")
_PERSONS = frozenset({"personal_info.full_name", "bank_details.account_holder_name"})


class LookedUpEvidence(Evidence, frozen=True, kw_only=True):
    """Evidence after its quote was looked up; `page` is where it was found when it was.

    `match` is "image" where only a look at the page can confirm it. `boxes` are where the words are on the page.
    """

    verified: bool
    match: Match | Literal["image", "none"] = "none"
    boxes: list[list[float]] = msgspec.field(default_factory=list)


class Grounding(msgspec.Struct, frozen=True, kw_only=True):
    """Which fields are grounded, all evidence with its pages corrected, and the issues of the rest."""

    grounded: frozenset[str]
    evidence: tuple[LookedUpEvidence, ...]
    issues: tuple[Issue, ...]


def ground(
    form: Form, evidence: Sequence[Evidence], *, sources: Sources, shown: frozenset[tuple[str, int]], today: date
) -> Grounding:
    """Look every quote up. `shown` are pages (document id, number) that the model saw as an image, not as text."""
    looked_up = tuple(_looked_up(entry, sources, shown) for entry in evidence)
    judge = _Judge(sources, looked_up, form=form, shown=shown, today=today)
    needed = frozenset(fields_to_ground(form))
    grounded: set[str] = set()
    issues: list[Issue] = []
    for leaf in judge.leaves:
        problem = judge.problem(leaf)
        if problem is None:
            grounded.add(leaf.path)
        elif leaf.path in needed or problem.code == NOT_FOUND:
            issues.append(problem)
    return Grounding(grounded=frozenset(grounded & needed), evidence=looked_up, issues=tuple(issues))


def _looked_up(entry: Evidence, sources: Sources, shown: frozenset[tuple[str, int]]) -> LookedUpEvidence:
    """The entry where its words are: where a model names the wrong source, the right one."""
    place = sources.find(entry.quote, document_id=entry.document_id, page=entry.page)
    if place is None and (entry.document_id, entry.page) not in shown:
        place = sources.find_anywhere(entry.quote)
    return LookedUpEvidence(
        field=entry.field,
        document_id=place.document_id if place else entry.document_id,
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


class _Judge:
    """Holds the form's fields against the evidence."""

    def __init__(
        self,
        sources: Sources,
        evidence: Sequence[LookedUpEvidence],
        *,
        form: Form,
        shown: frozenset[tuple[str, int]],
        today: date,
    ) -> None:
        self._sources = sources
        self._evidence = evidence
        self._form = form
        self.leaves = [leaf for leaf in leaves(form) if leaf.is_filled]
        self._words: dict[str, set[tuple[str, str]]] = {}
        for entry in evidence:
            self._words.setdefault(entry.field, set()).add((entry.document_id, entry.quote))
        self._topics: dict[str, frozenset[str]] = {}
        self._held: dict[str, frozenset[str]] = {}
        self._shown = shown
        self._today = today

    def problem(self, leaf: Leaf) -> Issue | None:
        """Why the field is not grounded; None: it is."""
        entries = [entry for entry in self._evidence if entry.field == leaf.path]
        about_item = [entry for entry in self._evidence if _is_about_item(entry.field, leaf.path)]
        verified = [entry for entry in (*entries, *about_item) if entry.verified]
        if leaf.path in _PERSONS and _is_named_by_all(leaf, verified):
            verified = verified[:1] if verified else []
            contradicted = False
        else:
            contradicted = all(contradicts(leaf, entry.quote, today=self._today) for entry in verified)
        if verified and not contradicted:
            return (
                self._spoken_by_another(leaf, entries)
                or self._of_another(leaf, entries)
                or self._of_another_item(leaf, entries)
                or self._twice(leaf, entries)
            )
        if not entries:
            return Issue(field=leaf.path, code="evidence_missing", message="No words of a source were given for this.")
        quotes = tuple(entry.as_quote for entry in entries)
        if any(entry.verified for entry in entries):
            message = f"The words given for this say something else than {displayed(leaf.value)}."
            return _mismatch(leaf, message, quotes, reason="other_value")
        if all((entry.document_id, entry.page) in self._shown for entry in entries):
            message = "The words given for this are on a page without text; only a look at the page can confirm them."
            return Issue(field=leaf.path, code="evidence_in_image", message=message, quotes=quotes)
        message = "The words given for this are not in any source."
        return Issue(field=leaf.path, code=NOT_FOUND, message=message, quotes=quotes)

    def _spoken_by_another(self, leaf: Leaf, entries: Sequence[LookedUpEvidence]) -> Issue | None:
        """An issue when nothing but the assistant's own words are behind the field."""
        verified = [entry for entry in entries if entry.verified]
        if not verified or not all(entry.document_id == CALL_ID for entry in verified):
            return None
        if any(is_claimants_word(entry.quote, self._sources.transcript) for entry in verified):
            return None
        return _mismatch(leaf, ASSISTANT_ONLY, tuple(entry.as_quote for entry in verified), reason="assistant_only")

    def _of_another(self, leaf: Leaf, entries: Sequence[LookedUpEvidence]) -> Issue | None:
        """An issue when every quote labels the value as something else."""
        verified = [entry for entry in entries if entry.verified]
        if not verified or not all(self._is_said_of_another(leaf, entry) for entry in verified):
            return None
        message = f"The words around {displayed(leaf.value)} say that it is something else."
        return _mismatch(leaf, message, tuple(entry.as_quote for entry in verified), reason="other_label")

    def _of_another_item(self, leaf: Leaf, entries: Sequence[LookedUpEvidence]) -> Issue | None:
        """An issue when all words are about another job, physician or stay of the list: the document, or
        the line of the call, names that one and not this one."""
        item = _ITEM.match(leaf.path)
        if item is None:
            return None
        list_path, index = item[1], int(item[2])
        items = lists_of(self._form)[list_path]
        verified = [entry for entry in entries if entry.verified]
        if not verified or not all(
            names_another_item(list_path, items, index, held) for one in verified for held in self._words_about(one)
        ):
            return None
        message = f"The words given for {displayed(leaf.value)} are about another item of this list."
        return _mismatch(leaf, message, tuple(entry.as_quote for entry in verified), reason="other_item")

    def _words_about(self, entry: LookedUpEvidence) -> Iterator[frozenset[str]]:
        """Those of the whole document, or for the call of each line with the quote."""
        if entry.document_id != CALL_ID:
            if entry.document_id not in self._held:
                self._held[entry.document_id] = held_words(self._sources.text_of(entry.document_id))
            yield self._held[entry.document_id]
            return
        for place in self._sources.surroundings(entry.quote, document_id=entry.document_id, page=entry.page):
            yield held_words(place.before + place.quote + place.after)

    def _twice(self, leaf: Leaf, entries: Sequence[LookedUpEvidence]) -> Issue | None:
        """An issue when all words for this value are given for another field that cannot hold it as well."""
        words = {(entry.document_id, entry.quote) for entry in entries}
        for other in self.leaves:
            same_words = words and words == self._words.get(other.path)
            if other.path != leaf.path and same_words and is_one_value_twice(leaf, other):
                message = f"The same words are given for {other.path}; they cannot say both."
                return _mismatch(leaf, message, tuple(entry.as_quote for entry in entries), reason="same_words")
        return None

    def _is_said_of_another(self, leaf: Leaf, entry: LookedUpEvidence) -> bool:
        places = self._sources.surroundings(entry.quote, document_id=entry.document_id, page=entry.page)
        return is_said_of_another(leaf, places, today=self._today, topics=self._topics_of(entry.document_id))

    def _topics_of(self, document_id: str) -> frozenset[str]:
        if document_id not in self._topics:
            text = "" if document_id == CALL_ID else self._sources.text_of(document_id)
            self._topics[document_id] = topics_of(text)
        return self._topics[document_id]


def _mismatch(leaf: Leaf, message: str, quotes: tuple[Quote, ...], *, reason: str) -> Issue:
    params = {"value": displayed(leaf.value), "reason": reason}
    return Issue(field=leaf.path, code="evidence_mismatch", message=message, quotes=quotes, params=params)


def _is_about_item(field: str, path: str) -> bool:
    """True when evidence for `field` is about the list item that the leaf belongs to."""
    return field.endswith("]") and path.startswith(field + ".")


def _is_named_by_all(leaf: Leaf, verified: Sequence[LookedUpEvidence]) -> bool:
    """True when the quotes together hold the whole name: forms put its parts on two lines."""
    return len(verified) > 1 and not contradicts(leaf, " ".join(entry.quote for entry in verified), today=date.min)
