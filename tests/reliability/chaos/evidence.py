"""What is there when all is over? The records, the request log, the cases and whatever was left behind, as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.adapters.dynamodb.case_store import DynamoCaseStore
from chalicelib.adapters.dynamodb.job_store import DynamoJobStore
from chalicelib.adapters.s3 import S3BlobStore
from chalicelib.cases.model import CaseFile
from chalicelib.jobs.model import Job
from infra.local.resources import Resources
from tests.reliability.chaos.load import Started
from tests.reliability.chaos.system import Kill


class CaseEnd(msgspec.Struct, frozen=True, kw_only=True):
    """What a job gave back, and what its case holds of it; None: nothing."""

    result: Any
    in_case: Any


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the verdict rests on. `jobs` holds all records there are, by job id.

    `calls` are the entries of the emulator's log. `left_behind` names locks that are held and counters that are not
    zero. `dead_letters` counts messages. `counts` is what the mischief did.
    """

    wanted: int
    started: tuple[Started, ...]
    jobs: Mapping[str, Job]
    ends: Mapping[str, CaseEnd]
    calls: tuple[Mapping[str, Any], ...]
    kills: tuple[Kill, ...]
    counts: Mapping[str, int]
    left_behind: tuple[str, ...]
    dead_letters: int
    problems: tuple[str, ...] = ()


class Archive:
    """Reads what a stopped or running local system has stored."""

    def __init__(self, resources: Resources) -> None:
        blobs = S3BlobStore(lambda: resources.client("s3"), bucket=resources.bucket)
        client = resources.client("dynamodb")
        self._resources = resources
        self._jobs = DynamoJobStore(client, table=resources.jobs_table, cases_table=resources.cases_table, blobs=blobs)
        self._cases = DynamoCaseStore(client, table=resources.cases_table, blobs=blobs)

    def open_jobs(self, started: Sequence[Started]) -> list[Job]:
        """The jobs that are not done yet."""
        found = [self._jobs.get(one.job_id) for one in started]
        return [job for job in found if job is not None and job.is_open]

    def collect(
        self,
        *,
        wanted: int,
        started: Sequence[Started],
        calls: Sequence[Mapping[str, Any]],
        kills: Sequence[Kill],
        counts: Mapping[str, int],
        problems: Sequence[str],
    ) -> Evidence:
        """All evidence, as it is now."""
        items = self._all_items()
        ids = [item["job_id"]["S"] for item in items if item["item"]["S"] == "job"]
        jobs = {job_id: job for job_id in ids if (job := self._jobs.get(job_id)) is not None}
        return Evidence(
            wanted=wanted,
            started=tuple(started),
            jobs=jobs,
            ends={one.job_id: self._end_of(one, jobs.get(one.job_id)) for one in started},
            calls=tuple(calls),
            kills=tuple(kills),
            counts=dict(counts),
            left_behind=tuple(_left_behind(items)),
            dead_letters=self._dead_letters(),
            problems=tuple(problems),
        )

    def _end_of(self, started: Started, job: Job | None) -> CaseEnd:
        stored = None if job is None else self._jobs.result(job)
        result = None if stored is None else msgspec.json.decode(stored)
        file = self._cases.file(started.case_id)
        return CaseEnd(result=None if result is None else result["analysis"], in_case=_held(file, started.job_type))

    def _all_items(self) -> list[Mapping[str, Any]]:
        pages = self._resources.client("dynamodb").get_paginator("scan").paginate(TableName=self._resources.jobs_table)
        return [item for page in pages for item in page["Items"]]

    def _dead_letters(self) -> int:
        sqs = self._resources.client("sqs")
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        queues = (self._resources.high_dead_letter_queue_url, self._resources.normal_dead_letter_queue_url)
        found = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] for url in queues]
        return sum(int(value) for attributes in found for value in attributes.values())


def _held(file: CaseFile | None, job_type: str) -> Any:
    if file is None:
        return None
    if job_type == "call_analysis":
        return None if file.call_analysis is None else file.call_analysis["structured_data"]
    return file.form_7801_analysis if job_type == "document_analysis_agent" else file.final_document_analysis


def _left_behind(items: Sequence[Mapping[str, Any]]) -> list[str]:
    locks = [item["job_id"]["S"] for item in items if item["item"]["S"] == "active"]
    counters = [item["job_id"]["S"] for item in items if item.get("open_jobs", {"N": "0"})["N"] != "0"]
    return [*locks, *counters]
