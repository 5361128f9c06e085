"""How does one form 7801 analysis run? Read → ask in batches → reconcile in code → advise → hand back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import msgspec

from chalicelib.analyses.document_analysis_form7801.answer_schema import (
    Advice,
    Extraction,
    ExtractionWithAdvice,
    Repairs,
)
from chalicelib.analyses.document_analysis_form7801.batches import Batch, make_batches
from chalicelib.analyses.document_analysis_form7801.compute import fields_to_ground
from chalicelib.analyses.document_analysis_form7801.deletions import (
    deleted_since,
    deletion_issues,
    without_documents,
    without_quotes_of,
)
from chalicelib.analyses.document_analysis_form7801.document_dates import call_date, document_dates
from chalicelib.analyses.document_analysis_form7801.facts import flat_answer
from chalicelib.analyses.document_analysis_form7801.files import Files
from chalicelib.analyses.document_analysis_form7801.grounding import with_boxes
from chalicelib.analyses.document_analysis_form7801.identity import other_identities
from chalicelib.analyses.document_analysis_form7801.reconcile import Reconciled, reconcile
from chalicelib.analyses.document_analysis_form7801.repair import repaired
from chalicelib.analyses.document_analysis_form7801.result import completed
from chalicelib.analyses.document_analysis_form7801.source_names import names_of
from chalicelib.analyses.kit.definition import Services
from chalicelib.analyses.kit.doubtful_quotes import FoundQuote, doubtful_quotes
from chalicelib.analyses.kit.facts import btl_facts
from chalicelib.analyses.kit.fingerprint import fingerprint
from chalicelib.analyses.kit.injection.report import injection_issues
from chalicelib.analyses.kit.injection.told import told_texts
from chalicelib.analyses.kit.issues import Issue, issues_json
from chalicelib.analyses.kit.llm import Part, TextPart
from chalicelib.analyses.kit.prompts import prompt
from chalicelib.analyses.kit.quotes import PlacesOnPages, Sources
from chalicelib.analyses.kit.reading import Reading, read_case
from chalicelib.analyses.kit.refused_files import ask_without_refused
from chalicelib.analyses.kit.scans import illegible_pages
from chalicelib.analyses.kit.stamp import israeli_day
from chalicelib.analyses.kit.untrusted import wrap_tool
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, Step

PROMPT = "form7801_v2"
REPAIR_PROMPT = "form7801_repair_v1"
ADVICE_PROMPT = "form7801_advice_v2"
MAX_OUTPUT_TOKENS = 32_000
READING_PERCENTS = (2, 20)
ASKING_PERCENTS = (20, 85)
REPAIRING_PERCENTS = (85, 86)
CHECKING_PERCENT = 86
ADVISING_PERCENTS = (88, 94)
STORING_PERCENT = 95
TYPICAL_ANSWER_CHARACTERS = 14_000


def analyse(ctx: AttemptContext, services: Services) -> Completed:
    """The whole analysis of the job's case.

    Raises: what reading and the model raise; see `kit.reading` and `kit.llm`.
    """
    ctx.progress(READING_PERCENTS[0], "reading_case")
    reading = read_case(ctx, services, percents=READING_PERCENTS)
    summary = _call_summary(reading)
    batches = make_batches(reading, summary=summary)
    files = Files(services.cases, reading.texts)
    told = reading.told_of_persons
    asked = _ask_all(ctx, services, batches.batches, files=files, told=told)
    answers: list[Mapping[str, Any]] = [flat_answer(one, names=names_of(reading.texts)) for one in asked]
    deleted = deleted_since(reading, services.cases)
    reading = without_documents(reading, deleted)
    answers = [without_quotes_of(deleted, answer) for answer in answers]

    answers = repaired(
        answers,
        reading=reading,
        sources=Sources(reading.texts, transcript=reading.transcript),
        shown=files.shown,
        names=names_of(reading.texts),
        ask=lambda texts: _ask_repairs(ctx, services, texts),
    )
    today = israeli_day(ctx.job.created_at)
    reconciled = _reconcile(ctx, reading, answers, shown=files.shown, today=today)
    places = PlacesOnPages(services.cases, (text.document for text in reading.texts))
    reconciled = msgspec.structs.replace(reconciled, evidence=with_boxes(reconciled.evidence, places))
    others = other_identities(reading.texts, id_number=reconciled.form["personal_info"]["id_number"])
    gone = (*deletion_issues(deleted, files.gone), *files.issues(without=deleted))
    injections = _injections(reading, summary, answers)
    issues = (*reading.issues, *gone, *batches.issues, *injections, *others, *reconciled.issues)
    analysed = batches.documents_analysed(without=deleted, without_files=files.unseen)
    advice = answers[0] if len(answers) == 1 else _advise(ctx, services, reconciled, issues, told=told)
    ctx.progress(STORING_PERCENT, "storing")
    return completed(
        ctx,
        services,
        reading=reading,
        analysed=analysed,
        reconciled=reconciled,
        issues=issues,
        advice=advice,
        prompt_name=PROMPT,
    )


def _ask_all(
    ctx: AttemptContext, services: Services, batches: Sequence[Batch], *, files: Files, told: str
) -> list[Mapping[str, Any]]:
    """The model's answers about the batches, as JSON, each a checkpoint; they are asked for at the same time.

    `told` is what persons set and confirmed.
    """
    ctx.progress(ASKING_PERCENTS[0], "extracting")
    asked = [_question(ctx, services, batch, files=files, of=len(batches), told=told) for batch in batches]
    answers = []
    for batch, stored in zip(batches, ctx.steps(asked), strict=True):
        shown: dict[str, list[int]] = {}
        for document_id, page in stored["shown"]:
            shown.setdefault(document_id, []).append(page)
        for document_id, pages in batch.pages_to_show.items():
            files.remember(document_id, shown=shown.get(document_id, ()), asked=pages)
        answers.append(stored["answer"])
    ctx.progress(ASKING_PERCENTS[1], "answered")
    return answers


def _question(ctx: AttemptContext, services: Services, batch: Batch, *, files: Files, of: int, told: str) -> Step:
    output = ExtractionWithAdvice if of == 1 else Extraction
    opening = told + _facts_of_the_day(ctx, batch, of)
    inputs = fingerprint(_instructions(PROMPT), services.openai.name, output.__name__, opening, batch.content)
    first = ASKING_PERCENTS[0] + _share(ASKING_PERCENTS, batch.number - 1, of)
    last = ASKING_PERCENTS[0] + _share(ASKING_PERCENTS, batch.number, of)

    def ask() -> dict[str, Any]:
        if of > 1:
            ctx.progress(first, "extracting_part", n=batch.number, of=of)
        parts: list[Part] = [TextPart(opening), *batch.parts(files.load)]
        try:
            answer, refused = ask_without_refused(
                lambda sent: _parsed(ctx, services, PROMPT, sent, output, percents=(first, last)), parts
            )
            for place in refused:
                files.refuse(parts[place])
        finally:
            files.release()
        return {"answer": answer, "shown": sorted(files.shown)}

    return Step(name=f"extract-{inputs}", run=ask, inputs=inputs, until=ASKING_PERCENTS[1])


def _ask_repairs(ctx: AttemptContext, services: Services, texts: Sequence[str]) -> Mapping[str, Any]:
    """Where the words are that were not found; a checkpoint."""
    parts: list[Part] = [TextPart(text) for text in texts]
    ctx.progress(REPAIRING_PERCENTS[0], "repairing")
    return cast(
        Mapping[str, Any],
        ctx.step(
            "repair",
            lambda: _parsed(ctx, services, REPAIR_PROMPT, parts, Repairs, percents=REPAIRING_PERCENTS),
            inputs=fingerprint(prompt(REPAIR_PROMPT).text, services.openai.name, parts),
            until=REPAIRING_PERCENTS[1],
        ),
    )


def _advise(
    ctx: AttemptContext, services: Services, reconciled: Reconciled, issues: Sequence[Issue], *, told: str
) -> Mapping[str, Any]:
    """The model's advice on the reconciled form, for a case that did not fit into one batch; a checkpoint."""
    material = {
        "form_7801": reconciled.form,
        "evidence": [msgspec.to_builtins(entry) for entry in reconciled.evidence],
        "issues": issues_json(issues),
    }
    text = told + "\n".join(wrap_tool(name, msgspec.json.encode(value).decode()) for name, value in material.items())
    parts: list[Part] = [TextPart(text)]
    ctx.progress(ADVISING_PERCENTS[0], "advising")
    advice: Mapping[str, Any] = ctx.step(
        "advise",
        lambda: _parsed(ctx, services, ADVICE_PROMPT, parts, Advice, percents=ADVISING_PERCENTS),
        inputs=fingerprint(_instructions(ADVICE_PROMPT), services.openai.name, parts),
        until=ADVISING_PERCENTS[1],
    )
    return advice


def _parsed(
    ctx: AttemptContext,
    services: Services,
    prompt_version: str,
    parts: Sequence[Part],
    output: type[Extraction] | type[Advice] | type[Repairs],
    *,
    percents: tuple[int, int],
) -> dict[str, Any]:
    def report_length(characters: int) -> None:
        done = min(characters, TYPICAL_ANSWER_CHARACTERS)
        if done:
            percent = percents[0] + _share(percents, done, TYPICAL_ANSWER_CHARACTERS)
            ctx.progress(percent, "answering", characters=characters)

    answer = services.openai.parse(
        ctx,
        instructions=_instructions(prompt_version),
        parts=parts,
        output=output,
        max_output_tokens=MAX_OUTPUT_TOKENS,
        on_text=report_length,
    )
    return answer.model_dump(mode="json")


def _instructions(prompt_version: str) -> str:
    return f"{prompt(prompt_version).text}\n\n# {btl_facts().text()}"


def _reconcile(
    ctx: AttemptContext,
    reading: Reading,
    answers: Sequence[Mapping[str, Any]],
    *,
    shown: frozenset[tuple[str, int]],
    today: date,
) -> Reconciled:
    ctx.progress(CHECKING_PERCENT, "checking")
    sources = Sources(reading.texts, transcript=reading.transcript)
    dates = {**document_dates(reading.texts, today=today), **call_date(reading.file.call_details)}
    unread = illegible_pages(reading.texts)
    reconciled = reconcile(answers, sources=sources, shown=shown & unread, today=today, dates=dates)
    found = (FoundQuote(field=one.field, match=one.match, quote=one.as_quote) for one in reconciled.evidence)
    doubtful = doubtful_quotes(found, sources=sources, texts=reading.texts)
    reconciled = msgspec.structs.replace(reconciled, issues=(*reconciled.issues, *doubtful))
    total = len(fields_to_ground(reconciled.form))
    ctx.progress(CHECKING_PERCENT + 1, "checked", found=len(reconciled.grounded), of=total)
    return reconciled


def _injections(reading: Reading, summary: str, answers: Sequence[Mapping[str, Any]]) -> tuple[Issue, ...]:
    read = {text.document.id for text in reading.texts}
    unread = [document for document in reading.file.documents if document.id not in read]
    return injection_issues(
        reading.texts,
        transcript=reading.transcript,
        unread=unread,
        told_of_call=told_texts(summary),
        told_by_model=[passage for answer in answers for passage in answer["instructions_to_ai"]],
    )


def _call_summary(reading: Reading) -> str:
    summary = reading.file.call_summary
    if not summary:
        return ""
    return summary if isinstance(summary, str) else msgspec.json.encode(summary).decode()


def _facts_of_the_day(ctx: AttemptContext, batch: Batch, of: int) -> str:
    today = israeli_day(ctx.job.created_at).isoformat()
    part = f"Part {batch.number} of the sources follows; the others are read apart from it."
    portion = "All sources of the case follow." if of == 1 else part
    return f"Today is {today}. {portion}"


def _share(percents: tuple[int, int], done: int, total: int) -> int:
    return (percents[1] - percents[0]) * done // total
