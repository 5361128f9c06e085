"""Which conditions does the claimant have, by the words themselves? Two rules that code holds over the model.

1. A condition whose every verified quote denies it, only suspects it, or speaks of a relative is false.
2. A depression of which a verified quote names a psychiatrist also sets mental_disorder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from chalicelib.analyses.form7801.answer import Evidence
from chalicelib.analyses.form7801.fields import DISABILITY_TYPES, Form, leaves, with_value
from chalicelib.analyses.form7801.negation import denies
from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.normalise import comparable
from chalicelib.analyses.kit.quotes import Sources

DEPRESSION = f"{DISABILITY_TYPES}.depression"
MENTAL_DISORDER = f"{DISABILITY_TYPES}.mental_disorder"
_PSYCHIATRIST = re.compile(r"פסיכיאטר|psychiatr", re.IGNORECASE)
_NO_PSYCHIATRIST = re.compile(r"(?<!\w)(?:לא|אין|ללא|no|not|never)(?!\w)[^.;\n]*(?:פסיכיאטר|psychiatr)", re.IGNORECASE)


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
            if all(denies(name, entry.quote) for entry in standing):
                form = with_value(form, leaf.path, False)
                issues.append(_denied(leaf.path, standing))
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


def _names_psychiatrist(quote: str) -> bool:
    text = comparable(quote)
    return bool(_PSYCHIATRIST.search(text)) and not _NO_PSYCHIATRIST.search(text)


def _denied(path: str, standing: Sequence[Evidence]) -> Issue:
    message = "The words given for this deny it, only suspect it, or speak of a relative. It was not set."
    return Issue(field=path, code="condition_denied", message=message, quotes=tuple(one.as_quote for one in standing))
