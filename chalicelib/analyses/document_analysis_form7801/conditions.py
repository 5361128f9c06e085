"""Which conditions does the claimant have? The model says; code never clears one on words, it only reports doubt.

1. A condition is true when the model calls it diagnosed. Where the words right beside its name seem to deny it, to
   doubt it or to speak of a relative, it stays and gets an issue.
2. A condition that is only suspected is false, and an issue for information names its words.
3. A depression of which a verified quote names a psychiatrist also sets mental_disorder; being sent to one does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

import msgspec

from chalicelib.analyses.document_analysis_form7801.answer import Evidence
from chalicelib.analyses.document_analysis_form7801.fields import DISABILITY_TYPES, leaves
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.kit.condition_words import doubts
from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.documents.normalise import comparable

DEPRESSION = f"{DISABILITY_TYPES}.depression"
MENTAL_DISORDER = f"{DISABILITY_TYPES}.mental_disorder"
_PSYCHIATRIST = re.compile(r"פסיכיאטר|psychiatr", re.IGNORECASE)
_NO_PSYCHIATRIST = re.compile(
    r"(?<!\w)(?:[ושהבלמכ]{0,2}(?:לא|אין|ללא|הפני\w*|הופנ\w*|להפנות|מופנ\w*|הומלץ|מומלצת?|ממלי\w+|המלצ\w*|ממתינ\w*|מחכה|תור)|לייעוץ"
    r"|no|not|never|refer\w*|recommend\w*|advise\w*|suggest\w*|await\w*|waiting)(?!\w)[^.;\n]*(?:פסיכיאטר|psychiatr)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.;\n]")


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """The form with its conditions, the evidence with what the rules added, and what they report."""

    form: Form
    evidence: tuple[Evidence, ...]
    issues: tuple[Issue, ...]


def checked_conditions(
    form: Form, evidence: Sequence[Evidence], *, sources: Sources, suspected: Mapping[str, Set[str]] | None = None
) -> Conditions:
    """Apply the rules. `suspected` are the conditions that some answer calls suspected, by name."""
    issues = []
    added: list[Evidence] = []
    for leaf in leaves(form):
        if not leaf.path.startswith(DISABILITY_TYPES):
            continue
        name = leaf.path.rpartition(".")[2]
        standing = _standing(leaf.path, evidence, sources)
        if leaf.value and standing and all(_is_doubtful(name, entry, sources) for entry in standing):
            issues.append(_unclear(leaf.path, standing))
        elif not leaf.value and name in (suspected or {}):
            message = "The sources only suspect this; it was not set."
            issues.append(Issue(field=leaf.path, code="condition_suspected", message=message))
    diagnosed = [entry for entry in _standing(DEPRESSION, evidence, sources) if _names_psychiatrist(entry.quote)]
    info = form["disability_info"]
    types = info["disability_types"]
    if types["depression"] and not types["mental_disorder"] and diagnosed:
        form = {**form, "disability_info": {**info, "disability_types": {**types, "mental_disorder": True}}}
        added = [msgspec.structs.replace(entry, field=MENTAL_DISORDER) for entry in diagnosed]
    return Conditions(form=form, evidence=(*evidence, *added), issues=tuple(issues))


def _standing(path: str, evidence: Sequence[Evidence], sources: Sources) -> list[Evidence]:
    return [
        entry
        for entry in evidence
        if entry.field == path and sources.find(entry.quote, document_id=entry.document_id, page=entry.page)
    ]


def _is_doubtful(condition: str, entry: Evidence, sources: Sources) -> bool:
    """True when every place of the quote raises a doubt, as far as its line goes."""
    places = sources.surroundings(entry.quote, document_id=entry.document_id, page=entry.page)
    lines = [(place.quote, place.before, place.after) for place in places]
    return all(
        doubts(condition, quote, before=before, after=after)
        for quote, before, after in lines or [(comparable(entry.quote), "", "")]
    )


def _names_psychiatrist(quote: str) -> bool:
    clauses = [comparable(clause) for clause in _CLAUSE_END.split(quote)]
    return any(_PSYCHIATRIST.search(clause) and not _NO_PSYCHIATRIST.search(clause) for clause in clauses)


def _unclear(path: str, standing: Sequence[Evidence]) -> Issue:
    message = "The words right beside this seem to deny it, doubt it or speak of a relative. It stays as it was read."
    return Issue(field=path, code="condition_unclear", message=message, quotes=tuple(one.as_quote for one in standing))
