"""One run of chaos: jobs are started while things break, then every job must end; what is stored is the evidence."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from chalicelib.adapters.dynamodb.case_store import DynamoCaseStore
from chalicelib.adapters.dynamodb.job_store import DynamoJobStore
from chalicelib.adapters.s3 import S3BlobStore
from chalicelib.analyses import catalogue
from chalicelib.errors import NoCall
from chalicelib.jobs.model import Job
from clients.demo.sample import DIRECTORY
from clients.python.casework import Client
from infra.local.token import token
from tests.reliability.chaos.mischief import Mischief
from tests.reliability.chaos.system import ChaosSystem, Plan
from tests.reliability.chaos.trouble import calls_of, fail_calls
from tests.reliability.chaos.verdict import CaseEnd, Evidence, Started

REPORT_EVERY_SECONDS = 10.0
POLL_SECONDS = 0.5
START_SHARE = 0.6
"""The share of the mischief's time over which jobs are started: the rest hits a system that is full."""
JOBS_A_USER = 10  # below the limit of open jobs
CLIENTS = 4
ADMIN = "chaos-admin"
REQUEST_SECONDS = 15.0
RETRY_SECONDS = 90.0
"""How long a client goes on asking an API that comes and goes."""


def run(plan: Plan, *, report: Callable[[str], None], say: Callable[[str, str], None]) -> Evidence:
    """Start the system, break things, wait for the end of every job; the evidence.

    Raises: Problem, CaseworkError.
    """
    with ChaosSystem(plan, environ=os.environ, say=say) as system:
        report(f"the system is up with {len(system.workers)} workers; seed {plan.seed}")
        archive, load = Archive(system), Load(plan, api_url=system.api_url)

        def open_jobs() -> int:
            return len(archive.open_jobs(load.started))

        fail_calls(system, plan)
        with Mischief(plan, system, load=load) as mischief:
            ends_at = time.monotonic() + plan.mischief_seconds
            load.start_all(within_seconds=START_SHARE * plan.mischief_seconds)
            report(f"{len(load.started)} jobs are accepted")
            _wait(open_jobs, until=ends_at, report=report, even_if_none=True)
            mischief.stop()
            report(f"nothing more is broken; {mischief.counts['workers killed']} workers were killed")
            _wait(open_jobs, until=time.monotonic() + plan.drain_seconds, report=report, even_if_none=False)
        mischief.counts.update(system.trouble_aws())
        return archive.collect(plan, load, mischief, calls=calls_of(system))


class Load:
    """Cases with what their analysis needs, and one job on each; the analyses of the catalogue take turns.

    `started` grows while jobs are started.
    """

    def __init__(self, plan: Plan, *, api_url: str) -> None:
        self._plan = plan
        self._api_url = api_url
        self._lock = threading.Lock()
        self._started: list[Started] = []
        self._analyses = list(catalogue().values())
        self._high_every = round(1 / plan.high_share) if plan.high_share else 0

    @property
    def started(self) -> tuple[Started, ...]:
        """The jobs accepted so far."""
        with self._lock:
            return tuple(self._started)

    def client(self, user: str, *, role: str = "user") -> Client:
        """A client of this user, which asks an API that comes and goes."""
        own_token = token(user=user, role=role, now=time.time())
        return Client(self._api_url, own_token, timeout_seconds=REQUEST_SECONDS, patience_seconds=RETRY_SECONDS)

    def start_all(self, *, within_seconds: float) -> None:
        """Start every job, spread evenly over this time, by several clients at once. Raises: CaseworkError."""
        with ThreadPoolExecutor(CLIENTS) as clients:
            asked = []
            for number in range(self._plan.jobs):
                asked.append(clients.submit(self._start, number))
                time.sleep(within_seconds / self._plan.jobs)
        for one in asked:
            one.result()

    def _start(self, number: int) -> None:
        is_high = bool(self._high_every) and number % self._high_every == 0
        client = self.client(ADMIN, role="admin") if is_high else self.client(f"chaos-{number // JOBS_A_USER}")
        analysis = self._analyses[number % len(self._analyses)]
        case_id = client.cases.create(f"chaos {number}")["id"]
        if NoCall in analysis.refusals:
            call = {"id": f"call-{number}", "transcript": f"{_sample('transcript.he.txt')}\nAI: {number:06}"}
            client.cases.put_call(case_id, call)
        else:
            text = f"{_sample('doc2_discharge_letter.he.txt')}\nRef. {number:06}"
            client.documents.add_text(case_id, text, file_name=f"{number}.txt")
        answer = client.start(analysis.job_type, case_id, priority="high" if is_high else "normal")
        with self._lock:
            self._started.append(Started(job_id=answer["job_id"], job_type=analysis.job_type, case_id=case_id))


class Archive:
    """Reads what a stopped or running local system has stored."""

    def __init__(self, system: ChaosSystem) -> None:
        resources, client = system.resources, system.client("dynamodb")
        blobs = S3BlobStore(lambda: system.client("s3"), bucket=resources.bucket)
        self._resources = resources
        self._client = system.client
        self._jobs = DynamoJobStore(client, table=resources.jobs_table, cases_table=resources.cases_table, blobs=blobs)
        self._cases = DynamoCaseStore(client, table=resources.cases_table, blobs=blobs)

    def open_jobs(self, started: Sequence[Started]) -> list[Job]:
        """The jobs that are not done yet."""
        found = [self._jobs.get(one.job_id) for one in started]
        return [job for job in found if job is not None and job.is_open]

    def collect(self, plan: Plan, load: Load, mischief: Mischief, *, calls: Sequence[Mapping[str, Any]]) -> Evidence:
        """All evidence, as it is now. `calls` is the emulator's log."""
        items = self._all_items()
        ids = [item["job_id"]["S"] for item in items if item["item"]["S"] == "job"]
        jobs = {job_id: job for job_id in ids if (job := self._jobs.get(job_id)) is not None}
        return Evidence(
            wanted=plan.jobs,
            started=load.started,
            jobs=jobs,
            ends={one.job_id: self._end_of(one, jobs.get(one.job_id)) for one in load.started},
            calls=tuple(calls),
            kills=tuple(mischief.kills),
            counts=dict(mischief.counts),
            left_behind=tuple(_left_behind(items)),
            dead_letters=self._dead_letters(),
            calls_replaced=frozenset(mischief.changes.calls_replaced),
            problems=tuple(mischief.problems),
        )

    def _end_of(self, started: Started, job: Job | None) -> CaseEnd:
        stored = None if job is None else self._jobs.result(job)
        result = {} if stored is None else msgspec.json.decode(stored)
        return CaseEnd(
            has_result=stored is not None, analysis=result.get("analysis"), in_case=self._analysis_in(started.case_id)
        )

    def _analysis_in(self, case_id: str) -> Any:
        """The analysis that the case holds, whichever analysis wrote it; a list when there are more than one."""
        file = self._cases.file(case_id)
        if file is None:
            return None
        call = None if file.call_analysis is None else file.call_analysis["structured_data"]
        found = [one for one in (call, file.form_7801_analysis, file.final_document_analysis) if one is not None]
        return found[0] if len(found) == 1 else found or None

    def _all_items(self) -> list[Mapping[str, Any]]:
        pages = self._client("dynamodb").get_paginator("scan").paginate(TableName=self._resources.jobs_table)
        return [item for page in pages for item in page["Items"]]

    def _dead_letters(self) -> int:
        sqs = self._client("sqs")
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        queues = (self._resources.high_dead_letter_queue_url, self._resources.normal_dead_letter_queue_url)
        found = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] for url in queues]
        return sum(int(value) for attributes in found for value in attributes.values())


def _left_behind(items: Sequence[Mapping[str, Any]]) -> list[str]:
    locks = [item["job_id"]["S"] for item in items if item["item"]["S"] == "active"]
    counters = [item["job_id"]["S"] for item in items if item.get("open_jobs", {"N": "0"})["N"] != "0"]
    return [*locks, *counters]


def _sample(file: str) -> str:
    text: str = (DIRECTORY / file).read_text(encoding="utf-8")
    return text


def _wait(open_count: Callable[[], int], *, until: float, report: Callable[[str], None], even_if_none: bool) -> None:
    pause, reported_at = threading.Event(), 0.0
    while time.monotonic() < until:
        count = open_count()
        if time.monotonic() - reported_at > REPORT_EVERY_SECONDS:
            report(f"{count} jobs are open")
            reported_at = time.monotonic()
        if count == 0 and not even_if_none:
            return
        pause.wait(POLL_SECONDS)
