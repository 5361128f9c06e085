"""What a job makes AWS do whose model works in the background: run through the real engine and adapters, and counted.

The provider is a stand-in: what is counted are calls of AWS. How long workers have the job follows from these counts
and from what is assumed of each: see `worker_seconds`.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, redirect_stderr
from decimal import Decimal
from io import StringIO
from typing import Any

import msgspec

from benchmarks.cost.one_job import (
    FUNCTION_SECONDS,
    JOB_TYPE,
    PROCESSOR_GB_SECONDS,
    RESULT_BYTES,
    USER,
    WORKER_GB,
    Assumptions,
    Clock,
    OneJob,
    log_bytes,
    new_case,
    start_of,
    start_options,
    stored_bytes,
)
from benchmarks.counted import Counted, counted
from benchmarks.processes import Aws
from chalicelib import telemetry
from chalicelib.auth import Principal
from chalicelib.bootstrap import System
from chalicelib.jobs.attempt_calls import Background
from chalicelib.jobs.calls import Ended
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.outcomes import Completed, WriteBack
from chalicelib.jobs.ports import AttemptContext, JobMessage, JobType, Step
from chalicelib.jobs.requests import read_job, result_of
from chalicelib.jobs.run import run_attempt
from chalicelib.jobs.submit import submit
from chalicelib.jobs.wake import call_ended

AWS_CALL_SECONDS = 0.01
PROVIDER_SECONDS = 0.4
"""A request to the provider: to create a response, to fetch it, to delete it."""

MODEL = "gpt-6-luna"
USED = ModelUsage(
    model=MODEL, requests=1, input_tokens=12_000, output_tokens=2_000, cached_tokens=0, cost_usd=Decimal("0.0022")
)


def measure_parked(
    aws: Aws, assumed: Assumptions, *, calls: int, looks: int = 0, followed: bool = False, **start: Any
) -> OneJob:
    """Run one job with so many calls at once and count; workers look `looks` times at what is not answered yet.

    With `followed` the worker that asks gets the answers: how long it waits for them is not counted. `start` are
    members of its start, such as `priority`.
    """
    job = _Parked(assumed, calls=calls, looks=looks, followed=followed, start=start)
    log = StringIO()
    with counted(aws) as casework, redirect_stderr(log):
        system: Any = casework.system
        system.clock = job.clock
        system.job_types = {JOB_TYPE: JobType(name=JOB_TYPE, run=job.analysis)}
        case_id = new_case(system, job.clock())
        telemetry.configure("INFO", stage="prod")
        cost = casework.cost(lambda: job.live(casework, case_id))
    return OneJob(
        write_units=cost.written_units,
        read_units=cost.read_units,
        # Lambda's event source adds a receive and a delete to each message.
        queue_requests=cost.by_operation.get("SendMessage", 0) + 2 * job.runs,
        object_writes=cost.by_operation.get("PUT", 0),
        stored_bytes=stored_bytes(aws, job.job_id),
        log_bytes=log_bytes(log.getvalue(), assumed),
        worker_seconds=round(worker_seconds(sum(cost.by_operation.values()) - job.asked, job.requests, job.runs), 1),
        invocations=job.runs,
        webhooks=calls,
        versions=job.versions,
    )


def worker_seconds(aws_calls: int, provider_requests: int, runs: int) -> float:
    """How long workers have a job that makes so many calls in so many runs."""
    return aws_calls * AWS_CALL_SECONDS + provider_requests * PROVIDER_SECONDS + runs * PROCESSOR_GB_SECONDS / WORKER_GB


class _Parked:
    """One job of such calls: its analysis, its provider, and its life. `asked` are calls of AWS made by the API."""

    def __init__(
        self, assumed: Assumptions, *, calls: int, looks: int, followed: bool, start: Mapping[str, Any]
    ) -> None:
        self._assumed = assumed
        self._start = start
        self._calls = calls
        self._looks = looks
        self._followed = self._is_answered = followed
        self._made: list[str] = []
        self.clock = Clock()
        self.job_id = ""
        self.requests = self.runs = self.versions = self.asked = 0

    def live(self, casework: Counted, case_id: str) -> None:
        """From its start to the poll that brought its result."""
        system, assumed = casework.system, self._assumed
        system.case_store.outline(case_id)
        request = msgspec.structs.replace(start_of(case_id), **self._start)
        started = submit(request, store=system.job_store, queue=system.job_queue, **start_options(self.clock()))
        self.job_id = started.job.job_id
        self._work(system)
        for _ in range(self._looks):
            self.clock.advance(seconds=assumed.seconds / (self._looks + 1))
            self._work(system)
        self.clock.advance(seconds=assumed.seconds / (self._looks + 1))
        caller = Principal(user_id=USER)
        for _ in range(assumed.polls - 1):
            read_job(self.job_id, principal=caller, store=system.job_store, now=self.clock())
        self._is_answered = True
        for call_id in tuple(self._made):
            call_ended(
                call_id,
                webhook_id=f"wh_{call_id}",
                store=system.job_store,
                index=system.model_calls.index,
                queue=system.job_queue,
                now=self.clock(),
            )
        if not self._followed:
            self._work(system)
            self._work(system)  # the delayed message, which finds the job done
        job = read_job(self.job_id, principal=caller, store=system.job_store, now=self.clock())
        if result_of(job, store=system.job_store) is None:
            raise AssertionError(f"the measured job has {job.status}")
        self.versions = job.version - 1
        # The start, the polls and each webhook (whose call it is, the record, the message, the note) are the API's.
        self.asked = 3 + assumed.polls + 4 * self._calls

    def analysis(self, ctx: AttemptContext) -> Completed:
        """Asks its questions at once."""
        ctx.progress(10, "reading_case")
        steps = [
            Step(name=f"part-{number}", run=self._question(ctx, number), until=90) for number in range(self._calls)
        ]
        texts: Sequence[str] = ctx.steps(steps)
        text = "".join(texts)
        return Completed(
            result={"analysis": text}, write_back=WriteBack(bodies={"call_summary": text}, call_id="call-1")
        )

    def _question(self, ctx: AttemptContext, number: int) -> Callable[[], str]:
        def ask() -> str:
            calls = ctx.calls
            if calls is None:
                raise AssertionError("the job cannot be parked")
            question = calls.question(b"question %d" % number)
            call = calls.find(question)
            if call is None:
                call = calls.begin(question, self._create, model=MODEL, most_usd=USED.cost_usd)
                self.requests += self._followed  # it is looked at until it has ended
            else:
                self.requests += 1
            if not self._is_answered:
                calls.wait(call, model=MODEL)
            calls.ended(call, USED, model=MODEL, seconds=None)
            letters = RESULT_BYTES // 2 // self._calls
            return "".join(random.Random(1).choices("אבגדהוזחטיכלמנסעפצקרשת ", k=letters))  # noqa: S311  # no secret

        return ask

    def _create(self, metadata: Mapping[str, str]) -> str:
        self.requests += 1
        self._made.append(f"resp_{uuid.uuid4().hex}")
        return self._made[-1]

    def end(self, call_id: str) -> Ended:
        """See ProviderCalls.end."""
        return Ended(usage=USED)

    def forget(self, call_id: str) -> None:
        """See ProviderCalls.forget."""
        self.requests += 1

    def made_for(self, call_id: str) -> Mapping[str, str]:
        """See ProviderCalls.made_for."""
        return {}

    def _work(self, system: System) -> None:
        self.runs += 1
        background = Background(provider=self, index=system.model_calls.index, has_webhook=True, follow_seconds=0)
        run_attempt(
            JobMessage(job_id=self.job_id),
            store=system.job_store,
            queue=system.job_queue,
            job_types=system.job_types,
            clock=self.clock,
            rng=random.Random(1),  # noqa: S311  # jitter, not a secret
            claim_token=str(uuid.uuid4()),
            time_left=lambda: float(FUNCTION_SECONDS),
            pulse=lambda attempt: nullcontext(),
            background=lambda job: background,
            admission=system.admission,
        )
