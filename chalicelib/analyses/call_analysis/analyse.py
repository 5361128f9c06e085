"""How is a call analysed? Read, asked of the model (in parts when long), merged with what the case holds, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.analyses.call_analysis.checks import analysis_of
from chalicelib.analyses.call_analysis.parts import PART_CHARACTERS, parts_of
from chalicelib.analyses.call_analysis.requested_documents import earlier_requests, merged_requests
from chalicelib.analyses.call_analysis.schema import CallAnswer
from chalicelib.analyses.kit.definition import Services
from chalicelib.analyses.kit.facts import btl_facts
from chalicelib.analyses.kit.fingerprint import fingerprint
from chalicelib.analyses.kit.injection.report import injection_issues
from chalicelib.analyses.kit.llm import StructuredModel, TextListener, TextPart
from chalicelib.analyses.kit.prompts import prompt
from chalicelib.analyses.kit.reading import SNAPSHOT, transcript_of
from chalicelib.analyses.kit.stamp import answering_model
from chalicelib.analyses.kit.untrusted import wrap_call, wrap_tool
from chalicelib.cases.model import CaseFile
from chalicelib.errors import InputInvalid
from chalicelib.jobs.outcomes import Completed, WriteBack
from chalicelib.jobs.ports import AttemptContext, Step

PROMPT = "call_v2"
MAX_OUTPUT_TOKENS = 16_000
TYPICAL_ANSWER_CHARACTERS = 3_500
_NEVER_LOST = ("documents_requested_list", "instructions_to_ai")
READ_PERCENT, ASKED_PERCENT, COMBINED_PERCENT, CHECKED_PERCENT = 5, 75, 90, 95


def analyse_call(ctx: AttemptContext, services: Services, *, part_characters: int = PART_CHARACTERS) -> Completed:
    """The analysis of the case's call, and what goes back to the case.

    Raises: InputInvalid when the case, the job's call or its transcript is gone; the errors of the model.
    """
    ctx.progress(1, "reading_call")
    file = services.cases.file(ctx.job.case_id)
    taken = ctx.step(SNAPSHOT, lambda: _snapshot(file, call_id=ctx.job.call_id), inputs=ctx.job.job_id)
    transcript, names = taken["transcript"], taken["names"]
    ctx.progress(READ_PERCENT, "call_read")
    answer = _Questions(ctx, services.openai, names).answer(parts_of(transcript, part_characters=part_characters))
    ctx.progress(COMBINED_PERCENT, "merging_requests")
    # Read again: a document may have been uploaded for an entry while the model was at work.
    merged = _merged(answer, services.cases.file(ctx.job.case_id))
    analysis = analysis_of(
        answer,
        requested=merged,
        found=injection_issues(
            (),
            transcript=transcript,
            told_of_call="\n".join(names),
            told_by_model=answer["instructions_to_ai"],
        ),
        metadata={"prompt_version": PROMPT, "model": answering_model(ctx, asked=services.openai.name)},
    )
    ctx.progress(CHECKED_PERCENT, "storing_checked")
    return _completed(file, analysis)


def _snapshot(file: CaseFile, *, call_id: str | None) -> dict[str, Any]:
    """What the model is asked about: nothing that comes later changes what was paid for."""
    return {"transcript": _transcript(file, call_id=call_id), "names": _names(earlier_requests(file))}


def _transcript(file: CaseFile, *, call_id: str | None) -> str:
    if call_id is not None and file.case.call_id != call_id:
        raise InputInvalid("The call was replaced before its analysis began. Analyse the new one.")
    transcript = transcript_of(file)
    if not transcript:
        raise InputInvalid(
            "The call with a transcript was removed before its analysis began. Store one and start again."
        )
    return transcript


class _Questions:
    """What one attempt asks the model; every answer is a checkpoint."""

    def __init__(self, ctx: AttemptContext, model: StructuredModel, names: Sequence[str]) -> None:
        self._ctx = ctx
        self._model = model
        self._instructions = f"{prompt(PROMPT).text}\n\n# {btl_facts().text()}"
        self._names = _marked_names(names)

    def answer(self, parts: Sequence[str]) -> Mapping[str, Any]:
        """The model's answer on the whole call; its parts are asked about at the same time."""
        if len(parts) == 1:
            texts = [self._names, wrap_call(parts[0])]
            return self._asked(self._question("call", texts, on_text=self._meter(READ_PERCENT)))
        count = len(parts)
        asked = [self._about_part(part, number, count) for number, part in enumerate(parts, start=1)]
        answers = self._ctx.steps(asked)
        self._ctx.progress(ASKED_PERCENT, "combining_parts", of=count)
        texts = [self._names, *_to_combine(answers)]
        combined = self._asked(self._question("combined", texts, on_text=_silent, until=COMBINED_PERCENT))
        return {**combined, **{name: _in_any([combined, *answers], name) for name in _NEVER_LOST}}

    def _about_part(self, part: str, number: int, count: int) -> Step:
        done = READ_PERCENT + (ASKED_PERCENT - READ_PERCENT) * (number - 1) // count
        note = (
            f"This is part {number} of {count} of one call. Analyse this part; its first lines repeat the part before."
        )
        asked = self._question(f"part-{number:02d}", [note, self._names, wrap_call(part)], on_text=_silent)

        def run() -> Any:
            self._ctx.progress(done, "analysing_part", n=number, of=count)
            return asked.run()

        return msgspec.structs.replace(asked, run=run)

    def _asked(self, question: Step) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._ctx.step(
            question.name, question.run, inputs=question.inputs, until=question.until
        )
        return answer

    def _question(self, step: str, texts: Sequence[str], *, on_text: TextListener, until: int = ASKED_PERCENT) -> Step:
        def ask() -> Any:
            answer = self._model.parse(
                self._ctx,
                instructions=self._instructions,
                parts=[TextPart(text) for text in texts if text],
                output=CallAnswer,
                max_output_tokens=MAX_OUTPUT_TOKENS,
                on_text=on_text,
            )
            return answer.model_dump(mode="json")

        inputs = fingerprint(self._instructions, self._model.name, list(texts))
        return Step(name=step, run=ask, inputs=inputs, until=until)

    def _meter(self, start: int) -> TextListener:
        """Progress while the answer arrives: from `start` towards the end of the asking, by how much has come."""

        def report(characters: int) -> None:
            share = min(1.0, characters / TYPICAL_ANSWER_CHARACTERS)
            self._ctx.progress(start + int((ASKED_PERCENT - start) * share), "analysing_call")

        self._ctx.progress(start, "analysing_call")
        return report


def _silent(characters: int) -> None:
    """A long call reports its parts instead."""


def _to_combine(answers: Sequence[Mapping[str, Any]]) -> list[str]:
    note = (
        "The call was too long for one reading. Below are the analyses of its parts, in order. Combine them into the "
        "analysis of the whole call; where parts differ, the later part corrects the earlier one."
    )
    count = len(answers)
    marked = (
        wrap_tool(f"analysis of part {number} of {count}", msgspec.json.encode(answer).decode())
        for number, answer in enumerate(answers, start=1)
    )
    return [note, *marked]


def _in_any(answers: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """What the combined answer lists, then what any part lists: combining must not lose an entry."""
    return [entry for answer in answers for entry in answer[name]]


def _names(requests: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(entry["name"]) for entry in requests]


def _marked_names(names: Sequence[str]) -> str:
    if not names:
        return ""
    return "Documents asked for before:\n" + wrap_tool("documents asked for before", "\n".join(names))


def _merged(answer: Mapping[str, Any], file: CaseFile) -> list[dict[str, Any]]:
    arrived = [document.requested_name for document in file.documents if document.requested_name]
    return merged_requests(answer["documents_requested_list"], earlier=earlier_requests(file), kept_names=arrived)


def _completed(file: CaseFile, analysis: dict[str, Any]) -> Completed:
    return Completed(
        result={"case_id": file.case.id, "analysis": analysis, "message": "Call re-analyzed successfully"},
        write_back=WriteBack(
            bodies={
                "call_analysis": {
                    "call_id": file.case.call_id,
                    "summary": analysis["call_summary"],
                    "structured_data": analysis,
                },
                "call_summary": msgspec.json.encode(analysis).decode(),
            },
            call_id=file.case.call_id,
        ),
    )
