"""Example bodies and responses for the OpenAPI document: one invented case, rendered by the real views."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.api.case_view import (
    CallMetadataView,
    CaseListView,
    CaseView,
    DocumentListView,
    case_summary_view,
    case_view,
)
from chalicelib.api.form_view import ConflictView, FieldView, FormEntryView, FormHistoryView, FormView, SectionView
from chalicelib.api.http import timestamp
from chalicelib.api.job_view import EventListView, JobListView, JobView, event_view, job_view
from chalicelib.api.problems import Problem
from chalicelib.api.public import HealthView
from chalicelib.api.start_body import StartBody
from chalicelib.api.starts import StartView
from chalicelib.cases.changes import NewCase
from chalicelib.cases.documents import NewDocument
from chalicelib.cases.model import Case, CaseFile, Document, DocumentList, DocumentStatus
from chalicelib.cases.working_form.asked import Change, FormChanges
from chalicelib.errors import FieldProblem
from chalicelib.jobs.lifecycle import step_stored
from chalicelib.jobs.model import Event, Job, ModelUsage, Status, Usage, numbered_events, with_event

_AT = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
_CASE_ID = "c0a8b5f2-1d3e-4f6a-8b7c-9d0e1f2a3b4c"
_JOB_ID = "5f0c0f5e-6f0e-4c55-9d0a-0d2c7a1b9e01"
_OWNER = "user-1"
_CALL = ModelUsage(
    model="gpt-6-luna", requests=1, input_tokens=9120, output_tokens=0, cached_tokens=0, cost_usd=Decimal("0.0123")
)


def examples() -> Mapping[type, Any]:
    """An example value by its type."""
    job, case = _running_job(), _case()
    seen = job_view(job, now=_AT + timedelta(seconds=20), typical_seconds=(30, 90))
    file = CaseFile(case=case, documents=(_document(),), document_metadata={_document().id: {}})
    view = case_view(file, call_metadata=CallMetadataView(case_id=_CASE_ID, case_token="3f6c…"))  # noqa: S106  an example
    return {
        StartBody: StartBody(deadline_seconds=1800, max_cost_usd=0.5, labels={"screen": "dashboard"}),
        StartView: _start(job),
        JobView: seen,
        JobListView: JobListView(jobs=(seen,), count=1, next_cursor=None),
        EventListView: EventListView(events=tuple(event_view(e) for e in numbered_events(job)), next_after=3),
        NewCase: NewCase(title="תביעת נכות כללית", metadata={"source": "dashboard"}),
        NewDocument: NewDocument(file_name="מכתב שחרור.txt", text="מכתב שחרור מבית החולים …"),
        CaseView: view,
        CaseListView: CaseListView(
            cases=(case_summary_view(case, DocumentList(documents=file.documents)),), count=1, next_cursor=None
        ),
        FormChanges: FormChanges(
            version=3,
            changes=(Change(field="personal_info.phone", value="050-0000422"),),
            confirm=("bank_details",),
        ),
        FormView: _form(),
        FormHistoryView: FormHistoryView(entries=(_entry(),), count=1, next_cursor=None),
        DocumentListView: DocumentListView(documents=view.documents, count=1),
        HealthView: HealthView(status="ok", version="0.2.0"),
        Problem: _problem(),
    }


def _running_job() -> Job:
    job = Job(
        job_id=_JOB_ID,
        job_type="document_analysis_form7801",
        case_id=_CASE_ID,
        user_id=_OWNER,
        requested_by=_OWNER,
        endpoint="/cases/{case_id}/analyze-documents-form7801",
        created_at=_AT,
        updated_at=_AT,
        started_at=_AT + timedelta(seconds=1),
        deadline_at=_AT + timedelta(hours=1),
        expires_at=_AT + timedelta(days=30),
        due_at=_AT,
        check_at=_AT,
        document_count=3,
        status=Status.RUNNING,
        progress=45,
        progress_message="קורא מסמך 2 מתוך 3",
        version=6,
        attempt=1,
        usage=Usage(calls=(_CALL,)),
        timeline=(Event(at=_AT, type="created"),),
        event_count=1,
    )
    started = with_event(job, Event(at=_AT + timedelta(seconds=1), type="started"))
    return step_stored(started, name="read_documents", at=_AT + timedelta(seconds=9))


def _start(job: Job) -> StartView:
    return StartView(
        status="accepted",
        job_id=job.job_id,
        message=f"Form 7801 analysis job created. Poll /jobs/{job.job_id} for status.",
        poll_url=f"/jobs/{job.job_id}",
        documents_count=job.document_count or 0,
        job_type=job.job_type,
        created_at=timestamp(job.created_at),
        deadline_at=timestamp(job.deadline_at),
        expires_at=timestamp(job.expires_at),
        deduplicated=False,
        retry_after_ms=2000,
    )


def _case() -> Case:
    return Case(id=_CASE_ID, user_id=_OWNER, title="תביעת נכות כללית", created_at=_AT, updated_at=_AT)


def _document() -> Document:
    return Document(
        id="d1e2f3a4-b5c6-4d7e-8f90-a1b2c3d4e5f6",
        case_id=_CASE_ID,
        file_name="מכתב שחרור.pdf",
        content_type="application/pdf",
        size=48213,
        status=DocumentStatus.READY,
        uploaded_by=_OWNER,
        uploaded_at=_AT,
    )


def _form() -> FormView:
    phone = FieldView(
        value="0500000422",
        source="person",
        job_id=None,
        by=_OWNER,
        at=timestamp(_AT),
        conflict=ConflictView(value="0500000433", job_id=_JOB_ID),
        analysis_field="personal_info.phone",
    )
    return FormView(
        form_7801={"personal_info": {"phone": "0500000422"}},
        fields={"personal_info.phone": phone},
        sections={
            "personal_info": SectionView(confirmed=True, by=_OWNER, at=timestamp(_AT), changed_since=False, changed=()),
            "bank_details": SectionView(confirmed=False, by=None, at=None, changed_since=False, changed=()),
        },
        issues=(),
        version=4,
    )


def _entry() -> FormEntryView:
    return FormEntryView(
        version=4,
        at=timestamp(_AT),
        by=_OWNER,
        action="set",
        field="personal_info.phone",
        before="0500000433",
        after="0500000422",
    )


def _problem() -> Problem:
    return Problem(
        type="urn:casework:error:invalid_request",
        title="Invalid request",
        status=422,
        detail="The request is invalid. `errors` names each wrong place.",
        instance=f"/cases/{_CASE_ID}/analyze-documents-form7801",
        code="invalid_request",
        request_id="0f4a2c1e-8d55-4a0e-9d0a-0d2c7a1b9e01",
        errors=(FieldProblem("/deadline_seconds", "must be an integer >= 60"),),
    )
