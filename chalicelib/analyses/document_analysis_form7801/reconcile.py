"""One form of the model's answers: merged, resolved, sorted, computed, grounded, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.answer import Evidence, extracted
from chalicelib.analyses.document_analysis_form7801.checks import check_form
from chalicelib.analyses.document_analysis_form7801.compute import (
    employment_issues,
    fields_to_ground,
    sorted_form,
    with_stays_computed,
)
from chalicelib.analyses.document_analysis_form7801.conditions import checked_conditions
from chalicelib.analyses.document_analysis_form7801.conflicts import resolved
from chalicelib.analyses.document_analysis_form7801.consent import gives_consent
from chalicelib.analyses.document_analysis_form7801.facts import statuses
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.grounding import LookedUpEvidence, ground
from chalicelib.analyses.document_analysis_form7801.merge import merged
from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.untrusted import CALL_ID

WAIVER = "medical_waiver.waiver_accepted"


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """The extracted form as code leaves it, the evidence for it, the paths that are grounded, and all issues."""

    form: Form
    evidence: tuple[LookedUpEvidence, ...]
    grounded: frozenset[str]
    issues: tuple[Issue, ...]


def reconcile(
    answers: Sequence[Mapping[str, Any]],
    *,
    sources: Sources,
    shown: frozenset[tuple[str, int]],
    today: date,
    dates: Mapping[str, date] | None = None,
) -> Reconciled:
    """The answers (as `facts.flat_answer` gives them, at least one) as one form.

    `shown` are pages (document id, number) that the model saw as an image; `today` is the job's day; `dates` are
    the days of the documents and the call, by id.
    """
    one = merged([extracted(answer, today=today) for answer in answers], sources=sources, dates=dates)
    conflict = resolved(one, sources=sources, today=today, dates=dates)
    in_order = sorted_form(conflict.form)
    evidence = [msgspec.structs.replace(entry, field=in_order.path(entry.field)) for entry in conflict.evidence]
    reported = {issue.field for issue in conflict.issues}
    differing = (*conflict.issues, *(issue for issue in one.issues if issue.field not in reported))
    differences = [msgspec.structs.replace(issue, field=in_order.path(issue.field)) for issue in differing]
    suspected = statuses(answers, {"suspected"})
    conditions = checked_conditions(in_order.form, evidence, sources=sources, suspected=suspected)
    form, stays = with_stays_computed(conditions.form)
    grounding = ground(form, conditions.evidence, sources=sources, shown=shown, today=today)
    form, consent = _without_unspoken_waiver(form, grounding.evidence, sources)
    grounded = grounding.grounded & frozenset(fields_to_ground(form))
    checks = check_form(form, today=today)
    work = employment_issues(form, today=today)
    return Reconciled(
        form=form,
        evidence=grounding.evidence,
        grounded=grounded,
        issues=(*differences, *conditions.issues, *stays, *work, *checks, *consent, *grounding.issues),
    )


def _without_unspoken_waiver(form: Form, evidence: Sequence[Evidence], sources: Sources) -> tuple[Form, list[Issue]]:
    """Consent is the one value that is not kept without words for it: the claimant gives it, or it is not given."""
    given = [entry for entry in evidence if entry.field == WAIVER]
    spoken = [entry.quote for entry in given if entry.document_id == CALL_ID]
    if not form["medical_waiver"]["waiver_accepted"] or any(gives_consent(one, sources.transcript) for one in spoken):
        return form, []
    form = {**form, "medical_waiver": {"waiver_accepted": False, "waiver_date": ""}}
    message = (
        "The model read a consent to the waiver, but no clear yes of the claimant stands behind it. It was not set."
    )
    quotes = tuple(entry.as_quote for entry in given)
    return form, [Issue(field=WAIVER, code="waiver_not_evidenced", message=message, quotes=quotes)]
