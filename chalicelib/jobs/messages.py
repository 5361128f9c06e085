"""Messages that send a worker to a job."""

from __future__ import annotations

from chalicelib import telemetry
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports import JobMessage, JobQueue


def send_again(job: Job, *, queue: JobQueue, delay_seconds: int) -> None:
    """Send a worker to an open job; a message that cannot be sent is left to rescue."""
    try:
        queue.send(
            JobMessage(job_id=job.job_id), lane=job.priority, group=job.requested_by, delay_seconds=delay_seconds
        )
    except StorageUnavailable:
        telemetry.warning("message_not_sent", job_id=job.job_id, job_type=job.job_type, attempt=job.attempt)
