"""What when sources differ? A document outranks speech, and every difference that is really there is an issue.

Of two documents the newer one counts for what changes in a life: address, phone, family status, bank. The call counts
more than a document that is over a year older than it for address, phone and family status; digits of a bank account
are better written than said.

A contradiction counts when its quote is in its source and does not say something else than the value it was given
for. Two statements of the same speaker are no difference: the last one wins, as the model was told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.answer import Contradiction, Evidence, Extracted
from chalicelib.analyses.document_analysis_form7801.contradiction import contradicts
from chalicelib.analyses.document_analysis_form7801.difference import differ
from chalicelib.analyses.document_analysis_form7801.fields import (
    COMPUTED_PATTERNS,
    Kind,
    Leaf,
    choices,
    displayed,
    is_filled,
    leaves,
    with_value,
)
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.normalise import value_from_text
from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.untrusted import CALL_ID


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """The form after its conflicts were resolved, the evidence that belongs to it, and an issue for each difference."""

    form: Form
    evidence: tuple[Evidence, ...]
    issues: tuple[Issue, ...]


SPOKEN_MAY_COUNT = frozenset(
    f"personal_info.{name}" for name in ("address", "city", "postal_code", "phone", "marital_status")
)
NEWEST_COUNTS = frozenset(
    {
        *SPOKEN_MAY_COUNT,
        *(f"bank_details.{name}" for name in ("bank_name", "bank_code", "iban", "branch_number", "account_number")),
        *(f"bank_details.{name}" for name in ("account_holder_name", "account_type")),
    }
)


_DOCUMENT_SPEAKS_FOR = timedelta(days=365)


def is_outdated(entry: Evidence, path: str, dates: Mapping[str, date]) -> bool:
    """True when the claimant's word counts more: what changes in a life, said over a year after the document's day."""
    there = path in SPOKEN_MAY_COUNT and CALL_ID in dates and entry.document_id in dates
    return there and dates[entry.document_id] < dates[CALL_ID] - _DOCUMENT_SPEAKS_FOR


def resolved(answer: Extracted, *, sources: Sources, today: date, dates: Mapping[str, date] | None = None) -> Resolved:
    """Settle every contradiction of the answer. `dates` are the days of the documents and the call, by id."""
    form, evidence, issues = answer.form, answer.evidence, []
    for entry in answer.contradictions:
        leaf = next((leaf for leaf in leaves(form) if leaf.path == entry.field), None)
        if leaf is None or not leaf.is_filled or leaf.pattern in COMPUTED_PATTERNS:
            continue
        if not sources.find(entry.quote, document_id=entry.document_id):
            continue
        other = _value(entry, leaf, today)
        if other is None or not differ(leaf.kind, leaf.value, other) or _says_another(leaf, other, entry.quote, today):
            continue
        standing = _standing(evidence, leaf.path, sources)
        if any(one.document_id == entry.document_id == CALL_ID for one in standing):
            continue
        kept = leaf.value
        if _outranks(entry, standing, dates or {}) or _is_newer(leaf, entry, standing, dates or {}):
            kept = other
            form = with_value(form, leaf.path, other)
            evidence = (*(one for one in evidence if one.field != leaf.path), entry.as_evidence)
        issues.append(_issue(leaf, entry, standing, other=other, kept=kept))
    return Resolved(form=form, evidence=evidence, issues=tuple(issues))


def _value(entry: Contradiction, leaf: Leaf, today: date) -> Any:
    """The contradicting value as the field would hold it; None when it cannot be one."""
    value = value_from_text(entry.value, leaf, today=today)
    if leaf.kind is Kind.CHOICE:
        return value if value in choices(leaf.pattern) - {""} else None
    return value if leaf.kind is Kind.FLAG or is_filled(value) else None


def _says_another(leaf: Leaf, other: Any, quote: str, today: date) -> bool:
    return is_filled(other) and contradicts(Leaf(path=leaf.path, kind=leaf.kind, value=other), quote, today=today)


def _standing(evidence: Sequence[Evidence], path: str, sources: Sources) -> list[Evidence]:
    return [
        one
        for one in evidence
        if one.field == path and sources.find(one.quote, document_id=one.document_id) is not None
    ]


def _outranks(entry: Contradiction, standing: Sequence[Evidence], dates: Mapping[str, date]) -> bool:
    """True when the contradiction is a document's and nothing but speech, or nothing at all, stands against it; or is
    said and only outdated documents do."""
    if entry.document_id == CALL_ID:
        return bool(standing) and all(is_outdated(one, entry.field, dates) for one in standing)
    return not is_outdated(entry, entry.field, dates) and all(one.document_id == CALL_ID for one in standing)


def _is_newer(leaf: Leaf, entry: Contradiction, standing: Sequence[Evidence], dates: Mapping[str, date]) -> bool:
    """True when the contradiction is of a newer document than all that the value rests on, and that counts here."""
    if leaf.pattern not in NEWEST_COUNTS or entry.document_id not in dates or entry.document_id == CALL_ID:
        return False
    if any(one.document_id == CALL_ID for one in standing):
        return False
    days = [dates[one.document_id] for one in standing if one.document_id in dates]
    return bool(days) and dates[entry.document_id] > max(days)


def _issue(leaf: Leaf, entry: Contradiction, standing: Sequence[Evidence], *, other: Any, kept: Any) -> Issue:
    quotes = (*(one.as_quote for one in standing), entry.as_quote)
    message = f"Sources differ: {displayed(leaf.value)} and {displayed(other)}. The form holds {displayed(kept)}."
    params = {"first": displayed(leaf.value), "second": displayed(other), "kept": displayed(kept)}
    return Issue(field=leaf.path, code="sources_differ", message=message, quotes=quotes, params=params)
