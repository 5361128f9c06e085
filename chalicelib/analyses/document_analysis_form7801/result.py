"""What does form 7801's analysis give back? The result, and what is written to the case with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.changes import changes_since
from chalicelib.analyses.document_analysis_form7801.compute import complete_form, language_of
from chalicelib.analyses.document_analysis_form7801.eligibility import eligibility
from chalicelib.analyses.document_analysis_form7801.reconcile import Reconciled
from chalicelib.analyses.kit.definition import Services
from chalicelib.analyses.kit.issues import Issue, issues_json
from chalicelib.analyses.kit.prompts import prompt
from chalicelib.analyses.kit.reading import Reading
from chalicelib.analyses.kit.stamp import answering_model, israeli_day, timestamp, utc_text
from chalicelib.jobs.outcomes import Completed, WriteBack
from chalicelib.jobs.ports import AttemptContext

HIGHEST_RATE = 100


def completed(
    ctx: AttemptContext,
    services: Services,
    *,
    reading: Reading,
    analysed: int,
    reconciled: Reconciled,
    issues: Sequence[Issue],
    advice: Mapping[str, Any],
    prompt_name: str,
) -> Completed:
    """The finished job: `analysed` documents reached the model, `issues` are all but those of the numbers here."""
    job, now = ctx.job, timestamp(ctx)
    rate, rate_issues = _rate(advice["claim_rate"])
    form = complete_form(
        reconciled.form,
        grounded=reconciled.grounded,
        today=israeli_day(job.created_at),
        language=language_of(" ".join([reading.transcript, *_texts(reading)])),
        case_id=reading.file.case.id,
        user_id=reading.file.case.user_id,
        created_at=utc_text(job.created_at),
        updated_at=now,
    )
    today = israeli_day(job.created_at)
    evidence = [msgspec.to_builtins(entry) for entry in reconciled.evidence]
    rules, age_issues = eligibility(reconciled.form, texts=reading.texts, transcript=reading.transcript, today=today)
    analysis = {
        "form_7801": form,
        "summary": advice["summary"],
        "strategy": advice["strategy"],
        "claim_rate": rate,
        "recommendations": advice["recommendations"],
        "preparation_data": advice["preparation_data"],
        "evidence": evidence,
        "eligibility": rules,
        "changes_since": changes_since(
            reading.file.final_document_analysis, form, evidence=evidence, documents=reading.file.documents
        ),
        "issues": issues_json((*issues, *age_issues, *rate_issues)),
        "metadata": {
            "prompt_version": prompt(prompt_name).version,
            "model": answering_model(ctx, asked=services.openai.name),
        },
    }
    return Completed(
        result={
            "case_id": reading.file.case.id,
            "analysis": analysis,
            "documents_analyzed": analysed,
            "timestamp": now,
        },
        write_back=WriteBack(
            bodies={"final_document_analysis": analysis},
            fields={"form_7801_analysis_timestamp": now, "analysis_status": "completed"},
        ),
    )


def _rate(claim_rate: int) -> tuple[int, list[Issue]]:
    """The rate within its bounds, and an issue when the model left them."""
    rate = min(HIGHEST_RATE, max(0, claim_rate))
    if rate == claim_rate:
        return rate, []
    message = f"The model rated the claim {claim_rate}, outside 0 to 100; it was set to {rate}."
    return rate, [
        Issue(
            field="claim_rate",
            code="claim_rate_out_of_range",
            message=message,
            params={"said": claim_rate, "set": rate},
        )
    ]


def _texts(reading: Reading) -> list[str]:
    return [page.text for text in reading.texts for page in text.pages]
