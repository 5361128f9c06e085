"""How does the agent analyse a case? Code reads, the agent works through it in turns, code reports what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from chalicelib.analyses.document_analysis_agent.files import FilesAtHand
from chalicelib.analyses.document_analysis_agent.loop import Brief, Limits, converse
from chalicelib.analyses.document_analysis_agent.report import analysis_of, documents_analyzed
from chalicelib.analyses.document_analysis_agent.showing import FilesOf
from chalicelib.analyses.document_analysis_agent.toolbox import Toolbox
from chalicelib.analyses.document_analysis_agent.tools import tools
from chalicelib.analyses.kit.definition import Services
from chalicelib.analyses.kit.facts import btl_facts
from chalicelib.analyses.kit.fingerprint import fingerprint
from chalicelib.analyses.kit.llm import FilePart
from chalicelib.analyses.kit.prompts import prompt
from chalicelib.analyses.kit.quotes import PlacesOnPages
from chalicelib.analyses.kit.reading import Reading, read_case
from chalicelib.analyses.kit.scans import Excerpt, files_of
from chalicelib.analyses.kit.stamp import answering_model, israeli_day, timestamp
from chalicelib.jobs.outcomes import Completed, WriteBack
from chalicelib.jobs.ports import AttemptContext

PROMPT = "agent_v2"
READ_PERCENTS = (1, 12)
CHECKED_PERCENT = 95


def analyse_documents(ctx: AttemptContext, services: Services, *, limits: Limits | None = None) -> Completed:
    """The agent's analysis of the case, and what goes back to the case.

    Raises: DocumentUnreadable when there is nothing to read at all; InputInvalid when the case is gone; the errors of
    the model; ProviderRefused when it declines before anything was found.
    """
    reading = read_case(ctx, services, percents=READ_PERCENTS)
    model = services.anthropic
    files = _files(reading, services)
    guidelines = {topic: btl_facts().text(topic) for topic in btl_facts().topics}
    conversation = converse(
        ctx,
        model,
        brief=_brief(reading, model=model.name),
        toolbox=Toolbox(reading, guidelines=guidelines, files_of=files),
        files_of=files,
        limits=limits or Limits(),
    )
    ctx.progress(CHECKED_PERCENT, "storing_checked")
    still_there = [document.id for document in services.cases.file(ctx.job.case_id).documents]
    analysis = analysis_of(
        conversation.notebook,
        reading=reading,
        still_there=still_there,
        stopped=conversation.stopped,
        places=PlacesOnPages(services.cases, (text.document for text in reading.texts)),
        today=israeli_day(ctx.job.created_at),
        metadata={"prompt_version": PROMPT, "model": answering_model(ctx, asked=model.name)},
    )
    now = timestamp(ctx)
    return Completed(
        result={
            "case_id": reading.file.case.id,
            "analysis": analysis,
            "documents_analyzed": documents_analyzed(conversation.notebook, still_there=still_there),
            "timestamp": now,
        },
        write_back=WriteBack(
            bodies={"form_7801_analysis": analysis},
            fields={"form_7801_analysis_timestamp": now, "analysis_status": "completed"},
        ),
    )


def _brief(reading: Reading, *, model: str) -> Brief:
    words = prompt(PROMPT)
    topics = btl_facts().topics
    opening = (
        f"{reading.told_of_persons}The case has {len(reading.file.documents)} documents. Begin with list_documents, "
        "work through all that can be read, and end with submit_analysis. "
        f"Topics of read_guidelines: {', '.join(topics)}."
    )
    there = sorted((text.document.id, text.document.size) for text in reading.texts)
    return Brief(
        instructions=words.text,
        opening=opening,
        tools=tools(topics=topics),
        inputs=fingerprint(words.version, words.text, model, opening, there, reading.transcript),
    )


def _files(reading: Reading, services: Services) -> FilesOf:
    """Files of documents, for pages that code cannot read."""
    documents = {document.id: document for document in reading.file.documents}

    def load(excerpts: Sequence[Excerpt]) -> Mapping[Excerpt, FilePart]:
        files = {
            document_id: files_of(documents[document_id], [one.page for one in of_one], services.cases)
            for document_id, of_one in groupby(excerpts, key=lambda one: one.document_id)
        }
        return {one: files[one.document_id][one.page] for one in excerpts if one.page in files[one.document_id]}

    return FilesAtHand(load)
