"""What do the documents prove, and what is missing? An agent reads them with tools and quotes every finding."""

from __future__ import annotations

from chalicelib.analyses.kit.definition import Analysis, Services
from chalicelib.cases.model import CaseOutline, DocumentStatus
from chalicelib.errors import NoDocuments
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext


def check(outline: CaseOutline) -> None:
    """Raises: NoDocuments when none has arrived."""
    if all(document.status is DocumentStatus.AWAITING_UPLOAD for document in outline.documents):
        raise NoDocuments("The case has no documents to analyse. Add one first: POST /cases/{case_id}/documents.")


def run(ctx: AttemptContext, services: Services) -> Completed:
    """The analysis itself."""
    from chalicelib.analyses.document_analysis_agent.analyse import analyse_documents

    return analyse_documents(ctx, services)


ANALYSIS = Analysis(
    job_type="document_analysis_agent",
    route="/cases/{case_id}/analyze-with-agent",
    title="Document analysis job",
    provider="anthropic",
    check=check,
    run=run,
    summary="Let an agent work through the case's documents: findings with quotes, strategy, gaps.",
)
