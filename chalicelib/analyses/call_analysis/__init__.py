"""What does the recorded call say about the claim? The call analysis: summaries, requested documents, chances."""

from __future__ import annotations

from chalicelib.analyses.kit.definition import Analysis, Services
from chalicelib.cases.model import CaseOutline
from chalicelib.errors import NoCall, NoTranscript
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext


def check(outline: CaseOutline) -> None:
    """Raises: NoCall, NoTranscript."""
    if not outline.case.has_call:
        raise NoCall("The case has no call to analyse. Store one first: PUT /cases/{case_id}/call.")
    if not outline.case.has_transcript:
        raise NoTranscript("The case's call has no transcript. Store a report that has one: PUT /cases/{case_id}/call.")


def run(ctx: AttemptContext, services: Services) -> Completed:
    """The analysis itself; pydantic loads here."""
    from chalicelib.analyses.call_analysis.analyse import analyse_call

    return analyse_call(ctx, services)


ANALYSIS = Analysis(
    job_type="call_analysis",
    route="/vapi/re-analyze-call/{case_id}",
    title="Call analysis job",
    provider="openai",
    check=check,
    refusals=(NoCall, NoTranscript),
    run=run,
    summary="Analyse the case's call: summaries, documents to request, legal points, chances.",
    counts_documents=False,
    one_per_call=True,
    typical_seconds=(20, 60),
)
