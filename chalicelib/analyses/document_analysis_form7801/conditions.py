"""Which conditions does the claimant have, by the words themselves? Two rules that code holds over the model.

1. A condition whose every verified quote denies it, only suspects it, or speaks of a relative is false. A quote is
   judged on the lines where it stands: what it leaves out counts. If that is unclear the value stays, with an issue.
2. A depression of which a verified quote names a psychiatrist also sets mental_disorder; being sent to one does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from chalicelib.analyses.document_analysis_form7801.answer import Evidence
from chalicelib.analyses.document_analysis_form7801.fields import DISABILITY_TYPES, Form, leaves, with_value
from chalicelib.analyses.document_analysis_form7801.negation import Told, told
from chalicelib.analyses.document_analysis_form7801.negation_words import AFTER
from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.normalise import comparable
from chalicelib.analyses.kit.quotes import Sources, Surroundings

DEPRESSION = f"{DISABILITY_TYPES}.depression"
MENTAL_DISORDER = f"{DISABILITY_TYPES}.mental_disorder"
_PSYCHIATRIST = re.compile(r"פסיכיאטר|psychiatr", re.IGNORECASE)
_NO_PSYCHIATRIST = re.compile(
    r"(?<!\w)(?:[ושהבלמכ]{0,2}(?:לא|אין|ללא|הפני\w*|הופנ\w*|להפנות|מופנ\w*|הומלץ|מומלצת?|ממלי\w+|המלצ\w*|ממתינ\w*|מחכה|תור)|לייעוץ"
    r"|no|not|never|refer\w*|recommend\w*|advise\w*|suggest\w*|await\w*|waiting)(?!\w)[^.;\n]*(?:פסיכיאטר|psychiatr)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.;\n]")
_ENDS_DENIED = re.compile(rf"[:\-,] ?(?:{AFTER})$|[.;!?:]$")


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """The form with its conditions settled, the evidence with what the rules added, and what they report."""

    form: Form
    evidence: tuple[Evidence, ...]
    issues: tuple[Issue, ...]


def settled_conditions(form: Form, evidence: Sequence[Evidence], *, sources: Sources) -> Conditions:
    """Apply both rules."""
    issues = []
    added: list[Evidence] = []
    for leaf in leaves(form):
        standing = _standing(leaf.path, evidence, sources)
        if leaf.path.startswith(DISABILITY_TYPES) and leaf.value and standing:
            name = leaf.path.rpartition(".")[2]
            verdicts = {_told(name, entry, sources) for entry in standing}
            if verdicts == {Told.DENIED}:
                form = with_value(form, leaf.path, False)
                issues.append(_denied(leaf.path, standing))
            elif Told.SAID not in verdicts and verdicts != {Told.UNNAMED}:
                issues.append(_unclear(leaf.path, standing))
    diagnosed = [entry for entry in _standing(DEPRESSION, evidence, sources) if _names_psychiatrist(entry.quote)]
    types = form["disability_info"]["disability_types"]
    if types["depression"] and not types["mental_disorder"] and diagnosed:
        form = with_value(form, MENTAL_DISORDER, True)
        added = [msgspec.structs.replace(entry, field=MENTAL_DISORDER) for entry in diagnosed]
    return Conditions(form=form, evidence=(*evidence, *added), issues=tuple(issues))


def _standing(path: str, evidence: Sequence[Evidence], sources: Sources) -> list[Evidence]:
    return [
        entry
        for entry in evidence
        if entry.field == path and sources.find(entry.quote, document_id=entry.document_id, page=entry.page)
    ]


def _told(condition: str, entry: Evidence, sources: Sources) -> Told:
    """What the entry's words say of the condition where they stand; the most favourable place counts."""
    places = sources.surroundings(entry.quote, document_id=entry.document_id, page=entry.page)
    verdicts = {_told_at(condition, place) for place in places} or {told(condition, comparable(entry.quote))}
    return next(one for one in (Told.SAID, Told.UNCLEAR, Told.DENIED, Told.UNNAMED) if one in verdicts)


def _told_at(condition: str, place: Surroundings) -> Told:
    verdict = told(condition, place.quote, before=place.before, after=place.after)
    if not place.in_order:
        # Only the words of the quote itself are sure to belong together.
        cut_off = verdict is Told.DENIED and told(condition, place.quote) is not Told.DENIED
        return Told.UNCLEAR if cut_off else verdict
    if verdict is Told.SAID and place.line_before and not _ENDS_DENIED.search(place.line_before):
        # A sentence may have begun on the line above.
        above = told(condition, place.quote, before=f"{place.line_before} {place.before}", after=place.after)
        return Told.UNCLEAR if above is Told.DENIED else verdict
    return verdict


def _names_psychiatrist(quote: str) -> bool:
    clauses = [comparable(clause) for clause in _CLAUSE_END.split(quote)]
    return any(_PSYCHIATRIST.search(clause) and not _NO_PSYCHIATRIST.search(clause) for clause in clauses)


def _denied(path: str, standing: Sequence[Evidence]) -> Issue:
    message = "The words given for this deny it, only suspect it, or speak of a relative. It was not set."
    return Issue(field=path, code="condition_denied", message=message, quotes=tuple(one.as_quote for one in standing))


def _unclear(path: str, standing: Sequence[Evidence]) -> Issue:
    message = "The words given for this stand beside a denial, a doubt or a relative. It stays as it was read."
    return Issue(field=path, code="condition_unclear", message=message, quotes=tuple(one.as_quote for one in standing))
