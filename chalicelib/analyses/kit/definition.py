"""What is an analysis? The one value that a module of `analyses` defines; routes, jobs and docs follow from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from chalicelib.analyses.kit.llm import ConversationModel, StructuredModel
from chalicelib.cases.model import CaseOutline, CaseReader
from chalicelib.errors import NoDocuments, Refusal
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, RetryPolicy

Provider = Literal["openai", "anthropic", "none"]


class Services(Protocol):
    """What an analysis may use, each built on first use: a job of one provider never loads the other's SDK."""

    @property
    def cases(self) -> CaseReader:
        """The cases and their documents."""

    @property
    def openai(self) -> StructuredModel:
        """OpenAI: one prompt in, one validated value out."""

    @property
    def anthropic(self) -> ConversationModel:
        """Anthropic: turns with tools."""


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """One analysis: where it is started, what it needs, how it runs.

    `route` has `{case_id}` in it; POST on it starts the job. `title` begins the start's message ("Call analysis job
    created."). `check` raises one of `refusals` when the case lacks what the analysis needs.
    With `one_per_call` two jobs for different calls of a case may be open at once. `typical_seconds` is a range that
    poll hints start from.
    """

    job_type: str
    route: str
    title: str
    provider: Provider
    check: Callable[[CaseOutline], None]
    run: Callable[[AttemptContext, Services], Completed]
    refusals: tuple[type[Refusal], ...] = (NoDocuments,)
    summary: str = ""
    counts_documents: bool = True
    one_per_call: bool = False
    policy: RetryPolicy = RetryPolicy()
    typical_seconds: tuple[int, int] = (30, 90)
