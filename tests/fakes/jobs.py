"""Job records for tests, valid as they stand; name only what the test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.jobs.model import Event, Job, with_event

CREATED_AT = datetime(2026, 6, 10, 9, tzinfo=UTC)
JOB_ID = "11111111-1111-4111-8111-111111111111"
CASE_ID = "22222222-2222-4222-8222-222222222222"


def a_job(**changes: Any) -> Job:
    """A pending form 7801 job of owner-1, created at `CREATED_AT` unless `created_at` says otherwise."""
    created_at = changes.get("created_at", CREATED_AT)
    fields: dict[str, Any] = {
        "job_id": JOB_ID,
        "job_type": "document_analysis_form7801",
        "case_id": CASE_ID,
        "user_id": "owner-1",
        "requested_by": "owner-1",
        "endpoint": "/cases/{case_id}/analyze-documents-form7801",
        "document_count": 3,
        "created_at": created_at,
        "updated_at": created_at,
        "due_at": created_at,
        "check_at": created_at + timedelta(seconds=30),
        "deadline_at": created_at + timedelta(hours=1),
        "expires_at": created_at + timedelta(days=30),
    }
    return with_event(Job(**{**fields, **changes}), Event(at=created_at, type="created"))
