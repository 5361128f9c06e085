"""Job records to measure with, valid as they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chalicelib.jobs.model import Event, Job, with_event


def a_job(*, job_id: str, created_at: datetime, **changes: Any) -> Job:
    """A pending form 7801 job."""
    fields: dict[str, Any] = {
        "job_type": "document_analysis_form7801",
        "case_id": "22222222-2222-4222-8222-222222222222",
        "user_id": "owner-1",
        "requested_by": "owner-1",
        "endpoint": "/cases/{case_id}/analyze-documents-form7801",
        "document_count": 3,
        "updated_at": created_at,
        "due_at": created_at,
        "check_at": created_at + timedelta(seconds=30),
        "deadline_at": created_at + timedelta(hours=1),
        "expires_at": created_at + timedelta(days=30),
    }
    job = Job(**{**fields, **changes, "job_id": job_id, "created_at": created_at})
    return with_event(job, Event(at=created_at, type="created"))
