"""What does the agent's work come to? The analysis as the job gives it back, with what code knows to be missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from chalicelib.analyses.document_analysis_agent.contradicted import finding_issues
from chalicelib.analyses.document_analysis_agent.notebook import Finding, Notebook, Submission
from chalicelib.analyses.kit.doubtful_quotes import FoundQuote, doubtful_quotes
from chalicelib.analyses.kit.injection.report import injection_issues
from chalicelib.analyses.kit.issues import Issue, Quote, document_field, issues_json
from chalicelib.analyses.kit.quotes import PlacesOnPages, Sources
from chalicelib.analyses.kit.reading import Reading
from chalicelib.analyses.kit.scans import not_shown_issue, page_ranges
from chalicelib.cases.model import Document, DocumentText

FORM_VERSION = "1.0"


def analysis_of(
    notebook: Notebook,
    *,
    reading: Reading,
    still_there: Iterable[str],
    stopped: str | None,
    places: PlacesOnPages,
    today: date,
    metadata: Mapping[str, str],
) -> dict[str, Any]:
    """The agent's analysis. `still_there` are the ids of the documents that the case has now: what was found in one
    that has been deleted since is left out."""
    gone = [text.document for text in reading.texts if text.document.id not in set(still_there)]
    findings = _kept(notebook.findings, without=gone)
    places.read((finding.document_id, finding.page) for finding in findings if finding.verified)
    submission = notebook.submission or notebook.refused or Submission()
    texts = [finding.text for finding in findings]
    chosen = [text for text in submission.key_findings if text in texts]
    key_findings = chosen if notebook.submission else chosen or texts
    return {
        "form_7801": {
            "form_version": FORM_VERSION,
            "submission_date": "",
            "form_status": "draft",
            "eligibility_assessment": submission.eligibility_assessment,
            "claim_strength": submission.claim_strength,
            "key_findings": key_findings,
        },
        "summary": submission.summary,
        "strategy": submission.strategy,
        "claim_rate": submission.claim_rate,
        "recommendations": list(submission.recommendations),
        "gaps": [*submission.gaps, *_gaps(notebook, reading, stopped=stopped)],
        "findings": [_finding_json(finding, places) for finding in findings],
        "issues": issues_json(
            [
                *_incomplete(notebook, stopped),
                *reading.issues,
                *_issues(notebook, reading, findings=findings, gone=gone),
                *finding_issues(findings, reading, today=today),
            ]
        ),
        "metadata": dict(metadata),
    }


def _finding_json(finding: Finding, places: PlacesOnPages) -> dict[str, Any]:
    boxes = places.boxes(finding.quote, document_id=finding.document_id, page=finding.page)
    return {
        "text": finding.text,
        "document_id": finding.document_id,
        "quote": finding.quote,
        "page": finding.page,
        "match": finding.match,
        "boxes": boxes if finding.verified else [],
    }


def documents_analyzed(notebook: Notebook, *, still_there: Iterable[str]) -> int:
    """How many documents the agent read."""
    return len(set(notebook.pages_read) & set(still_there))


def _kept(findings: Sequence[Finding], *, without: Sequence[Document]) -> list[Finding]:
    gone = {document.id for document in without}
    return [finding for finding in findings if finding.document_id not in gone]


def _gaps(notebook: Notebook, reading: Reading, *, stopped: str | None) -> list[str]:
    """Why there is not more, and what the agent has not looked at."""
    gaps = [stopped] if stopped else []
    for text in reading.texts:
        unread = _unread_pages(text, notebook)
        name = text.document.file_name
        if len(unread) == len(text.pages):
            gaps.append(f"{name} was not read.")
        elif unread:
            gaps.append(f"{name} was read in part: pages {page_ranges(unread)} were not.")
    return gaps


def _unread_pages(text: DocumentText, notebook: Notebook) -> list[int]:
    read = notebook.pages_read.get(text.document.id, ())
    cut = notebook.cut_pages.get(text.document.id, ())
    return [page.number for page in text.pages if page.number not in read or page.number in cut]


def _issues(
    notebook: Notebook, reading: Reading, *, findings: Sequence[Finding], gone: Sequence[Document]
) -> list[Issue]:
    readable = {text.document.id for text in reading.texts}
    unread = [document for document in reading.file.documents if document.id not in readable]
    return [
        *injection_issues(
            reading.texts,
            transcript=reading.transcript,
            unread=unread,
            told_by_model=(notebook.submission or notebook.refused or Submission()).instructions_to_ai,
        ),
        *(
            not_shown_issue(text.document, notebook.not_shown[text.document.id])
            for text in reading.texts
            if text.document.id in notebook.not_shown and text.document not in gone
        ),
        *(_deleted(document) for document in gone),
        *(_unverified(number, finding) for number, finding in enumerate(findings) if not finding.verified),
        *_doubtful(findings, reading),
    ]


def _incomplete(notebook: Notebook, stopped: str | None) -> list[Issue]:
    if stopped is None or notebook.submission is not None:
        return []
    found = f"{len(notebook.findings)} findings were recorded before" if notebook.findings else "Nothing was found"
    message = f"{stopped} {found}; no conclusion was submitted. Start the analysis again."
    return [
        Issue(
            field="claim_rate", code="analysis_incomplete", message=message, params={"findings": len(notebook.findings)}
        )
    ]


def _deleted(document: Document) -> Issue:
    message = f"{document.file_name} was deleted while the analysis ran; what was found in it was left out."
    return Issue(
        field=document_field(document.id), code="document_missing", message=message, params={"name": document.file_name}
    )


def _doubtful(findings: Sequence[Finding], reading: Reading) -> Iterator[Issue]:
    found = (
        FoundQuote(
            field=f"findings[{number}]",
            match=finding.match,
            quote=Quote(document_id=finding.document_id, page=finding.page, quote=finding.quote),
        )
        for number, finding in enumerate(findings)
    )
    sources = Sources(reading.texts, transcript=reading.transcript)
    return doubtful_quotes(found, sources=sources, texts=reading.texts)


def _unverified(number: int, finding: Finding) -> Issue:
    message = f"The quote is from page {finding.page}, a scan that code cannot read. Compare it with the document."
    return Issue(
        field=f"findings[{number}]", code="evidence_not_verifiable", message=message, params={"page": finding.page}
    )
