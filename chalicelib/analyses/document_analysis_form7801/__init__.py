"""Form 7801: what do the documents and the call say for the claim form? Extracted by a model, reconciled by code."""

from __future__ import annotations

from chalicelib.analyses.kit.definition import Analysis, Services
from chalicelib.cases.model import CaseOutline, DocumentStatus
from chalicelib.errors import NoDocuments
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext


def check(outline: CaseOutline) -> None:
    """Raises: NoDocuments when the case has neither a document that has arrived nor a call's transcript."""
    awaits_all = all(document.status is DocumentStatus.AWAITING_UPLOAD for document in outline.documents)
    if awaits_all and not outline.case.has_transcript:
        raise NoDocuments("The case has neither documents nor a call with a transcript to analyse.")


def run(ctx: AttemptContext, services: Services) -> Completed:
    """Read, extract in batches (a checkpoint each), reconcile and check in code, hand back the form with its issues."""
    # Here, not above: pydantic loads when a job runs, never when the app is imported.
    from chalicelib.analyses.document_analysis_form7801.analysis import analyse

    return analyse(ctx, services)


ANALYSIS = Analysis(
    job_type="document_analysis_form7801",
    route="/cases/{case_id}/analyze-documents-form7801",
    title="Form 7801 analysis job",
    provider="openai",
    check=check,
    run=run,
    summary="Fill form 7801 from all documents and the call, every field with the words it rests on.",
    typical_seconds=(30, 90),
)
