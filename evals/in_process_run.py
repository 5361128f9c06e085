"""An analysis without tables and queues: one attempt in this process, over a case held in memory."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from chalicelib.adapters.file_readers import FileReaders
from chalicelib.analyses import catalogue
from chalicelib.analyses.kit.llm import ConversationModel, StructuredModel
from chalicelib.cases.model import CaseFile, Document, DocumentStatus, DocumentText
from chalicelib.documents.page import Line, Picture
from chalicelib.errors import AttemptError
from chalicelib.jobs.model import Job, ModelUsage, Usage
from chalicelib.jobs.ports import Step
from evals.cases import OWNER, EvalCase

SECONDS_A_RUN = 600.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """The two models that the analyses talk to."""

    openai: StructuredModel
    anthropic: ConversationModel


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one analysis of one case: its result, or the code of the error it failed with."""

    case: str
    job_type: str
    result: Mapping[str, Any] | None
    error: str | None
    usage: Usage
    seconds: float

    @property
    def analysis(self) -> Mapping[str, Any]:
        """The analysis; empty when the run failed."""
        return self.result["analysis"] if self.result else {}

    @property
    def cost_usd(self) -> Decimal | None:
        """What the provider took; None when a price is unknown."""
        return self.usage.cost_usd


def run_analysis(job_type: str, case: EvalCase, models: Models) -> Run:
    """One attempt of this analysis on this case; an attempt that fails is an answer, too."""
    services = _Services(cases=_Cases(case), openai=models.openai, anthropic=models.anthropic)
    ctx = _Attempt(_job(job_type, case))
    started = time.perf_counter()
    result, error = None, None
    try:
        result = catalogue()[job_type].run(ctx, services).result
    except AttemptError as failure:
        error = failure.code
    seconds = time.perf_counter() - started
    return Run(case=case.name, job_type=job_type, result=result, error=error, usage=ctx.job.usage, seconds=seconds)


def forget_texts() -> None:
    """Let the next run read its documents itself: its time is to be measured."""
    _read.cache_clear()


def read_documents(case: EvalCase) -> list[DocumentText]:
    """What can be read of the case's documents."""
    return [_Cases(case).text(document, seconds=60.0, check=lambda: None) for document in case.file.documents]


def _job(job_type: str, case: EvalCase) -> Job:
    return Job(
        job_id=f"eval-{case.name}-{job_type}",
        job_type=job_type,
        case_id=case.name,
        user_id=OWNER,
        requested_by=OWNER,
        endpoint=catalogue()[job_type].route.format(case_id=case.name),
        call_id=case.file.case.call_id,
        created_at=case.now,
        updated_at=case.now,
        deadline_at=case.now + timedelta(hours=1),
        expires_at=case.now + timedelta(days=30),
        due_at=case.now,
        check_at=case.now,
        attempt=1,
    )


class _Cases:
    """A CaseReader over one case."""

    def __init__(self, case: EvalCase) -> None:
        self._case = case

    def file(self, case_id: str) -> CaseFile:
        return self._case.file

    def confirmed(self, case_id: str) -> Mapping[str, Any]:
        return {}

    def version(self, document: Document) -> str | None:
        content = self._case.contents.get(document.id)
        return None if content is None else hashlib.sha256(content).hexdigest()

    def lines(self, document: Document, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        return FileReaders().lines(document, self._case.contents[document.id], pages)

    def pictures(self, document: Document, pages: Iterable[int]) -> Mapping[int, Picture]:
        return FileReaders().pictures(document, self._case.contents[document.id], pages)

    def text(self, document: Document, *, seconds: float, check: Callable[[], None]) -> DocumentText:
        return msgspec.structs.replace(
            _read(self._case.contents[document.id], document.content_type), document=document
        )


@lru_cache(maxsize=64)
def _read(content: bytes, content_type: str) -> DocumentText:
    """The text of these bytes; planting and attacking read the same files hundreds of times."""
    unnamed = Document(
        id="",
        case_id="",
        file_name="",
        content_type=content_type,
        size=len(content),
        status=DocumentStatus.READY,
        uploaded_by=OWNER,
        uploaded_at=EPOCH,
    )
    return FileReaders().read(unnamed, content)


class _Services(msgspec.Struct, frozen=True, kw_only=True):
    cases: _Cases
    openai: StructuredModel
    anthropic: ConversationModel


class _Attempt:
    """An AttemptContext that keeps nothing and stops nothing; it counts what the provider calls cost."""

    def __init__(self, job: Job) -> None:
        self.job = job

    calls = None

    def steps(self, wanted: Sequence[Step]) -> list[Any]:
        return [one.run() for one in wanted]

    def step(self, name: str, run: Callable[[], Any], *, inputs: str = "", until: int | None = None) -> Any:
        return msgspec.json.decode(msgspec.json.encode(run()))

    def progress(self, percent: int, said: str, **params: str | int) -> None:
        """Nobody watches."""

    def remaining(self) -> float:
        return SECONDS_A_RUN

    def check(self) -> None:
        """Nothing stops it."""

    def allow(self, worst_case_usd: Decimal | None) -> None:
        """No limit."""

    def take_slots(self, provider: str, *, calls: int = 1) -> None:
        """No limit."""

    def charge(self, usage: ModelUsage) -> None:
        self.job = msgspec.structs.replace(self.job, usage=self.job.usage.plus(usage))
