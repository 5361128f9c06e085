"""The three analyses as their jobs run them, each on a case that makes it take several steps, and calls counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from chalicelib.analyses import catalogue
from chalicelib.analyses.call_analysis.analyse import analyse_call
from chalicelib.cases.model import DocumentText
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, JobType
from tests.fakes.analysis_services import CALL_ID, FakeServices, a_document, a_text
from tests.fakes.engine import Engine
from tests.fakes.sample_case import Providers, sample_texts

JOB_TYPES = ("call_analysis", "document_analysis_agent", "document_analysis_form7801")
SHORT_PART_CHARACTERS = 600
LONG_DOCUMENT_PAGES = 5

Wrap = Callable[[AttemptContext], AttemptContext]


def engine_of(
    job_type: str, providers: Providers, *, wrap: Wrap = lambda ctx: ctx, services: FakeServices | None = None
) -> Engine:
    """An engine on the fake store that runs this analysis; `wrap` stands between the engine and the analysis."""
    analysis = catalogue()[job_type]
    services = services or services_of(job_type, providers)

    def run(ctx: AttemptContext) -> Completed:
        if job_type == "call_analysis":
            return analyse_call(wrap(ctx), services, part_characters=SHORT_PART_CHARACTERS)
        return analysis.run(wrap(ctx), services)

    engine = Engine(run)
    engine.job_types = {job_type: JobType(name=job_type, run=run, policy=analysis.policy)}
    return engine


def services_of(job_type: str, providers: Providers) -> FakeServices:
    """The one case that this analysis is run on, and the models."""
    return providers.services(texts=_texts(job_type))


def start(engine: Engine, job_type: str, **changes: Any) -> Any:
    """A job of the one case."""
    call_id = CALL_ID if job_type == "call_analysis" else None
    return engine.start(job_type=job_type, call_id=call_id, lock=None, **changes)


def answered_calls(providers: Providers) -> Counter[str]:
    """How often each question was answered, by the SHA-256 of its body."""
    entries = providers.emulator.state.log.listed(with_bodies=False)
    return Counter(entry["body_sha256"] for entry in entries if entry["outcome"] != "failed")


def _texts(job_type: str) -> tuple[DocumentText, ...]:
    """The sample's documents; for the form one more that is too long to go into one question with them."""
    if job_type != "document_analysis_form7801":
        return sample_texts()
    page = "נבדק ונמצא תקין. " * 4_000
    return (*sample_texts(), a_text(a_document("long"), *[page] * LONG_DOCUMENT_PAGES))
