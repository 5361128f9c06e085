"""Which real answers are kept? A file for each model and case, written with RECORD=1, replayed without a key.

    evals/recordings/<model>/<case>.json    {"model", "recorded_on", "answers": {…}, "turns": {…}}

`answers` are those of a structured model, `turns` those of a model that works in turns, both by the fingerprint of the
whole question: a prompt, a tool or a text that changes is a question that nobody has answered. None exist today: they
need a key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from chalicelib.analyses.kit.fingerprint import fingerprint
from chalicelib.analyses.kit.llm import (
    ConversationModel,
    Output,
    Part,
    StructuredModel,
    TextListener,
    Tool,
    ToolResult,
    Turn,
)
from chalicelib.errors import PermanentError
from chalicelib.jobs.ports import AttemptContext
from evals.recorder import Recorder, question_of

FOLDER = Path(__file__).parent / "recordings"
Kind = Literal["answers", "turns"]


class NotRecorded(PermanentError):
    """Nobody has asked the model this question while it was recorded: set RECORD=1 and a key, and run it again."""

    code = "not_recorded"


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """The file of one model and one case."""

    path: Path

    @property
    def day(self) -> str:
        """When it was written last; "" when it is not there."""
        return str(self._content().get("recorded_on", ""))

    def holds(self, kind: Kind) -> bool:
        """True when there are answers of this kind."""
        return bool(self._content().get(kind))

    def answer(self, kind: Kind, question: str) -> Any:
        """The answer. Raises: NotRecorded."""
        answers = self._content().get(kind, {})
        if question not in answers:
            raise NotRecorded(f"{self.path.parent.name} has not been asked this about {self.path.stem}.")
        return answers[question]

    def keep(self, kind: Kind, question: str, answer: Any, *, day: str) -> None:
        """Adds one answer to the file."""
        content = self._content()
        record = {
            **content,
            "model": self.path.parent.name,
            "recorded_on": day,
            kind: {**content.get(kind, {}), question: answer},
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _content(self) -> dict[str, Any]:
        return dict(json.loads(self.path.read_bytes())) if self.path.is_file() else {}


def recording_of(model: str, case: str, folder: Path = FOLDER) -> Recording:
    """The file of this model and case, there or not."""
    return Recording(path=folder / model / f"{case}.json")


def recorded_models(kind: Kind, folder: Path = FOLDER) -> tuple[str, ...]:
    """The models that answers of this kind are kept of."""
    files = sorted(folder.glob("*/*.json"))
    return tuple(dict.fromkeys(path.parent.name for path in files if Recording(path=path).holds(kind)))


def notice(folder: Path = FOLDER) -> str:
    """One line for the report: whose recorded answers are replayed."""
    models = [*recorded_models("answers", folder), *recorded_models("turns", folder)]
    return f"Recorded answers: {', '.join(models)}." if models else "Recorded answers of a real model: none exist."


class RecordingModel(Recorder):
    """Asks a model, and keeps each answer in the case's file."""

    def __init__(self, model: StructuredModel, *, case: str, day: str, folder: Path = FOLDER) -> None:
        super().__init__(model)
        self._recording = recording_of(model.name, case, folder)
        self._day = day

    def keep(self, question: str, answer: Mapping[str, Any]) -> None:
        """Into the file."""
        self._recording.keep("answers", question, answer, day=self._day)


class ReplayedModel:
    """Answers what was recorded."""

    def __init__(self, name: str, *, case: str, folder: Path = FOLDER) -> None:
        self.name = name
        self._recording = recording_of(name, case, folder)

    def parse(
        self,
        ctx: AttemptContext,
        *,
        instructions: str,
        parts: Sequence[Part],
        output: type[Output],
        max_output_tokens: int,
        on_text: TextListener | None = None,
    ) -> Output:
        """See StructuredModel.parse. Raises: NotRecorded."""
        question = question_of(instructions, output, parts)
        return output.model_validate(self._recording.answer("answers", question))


class RecordingConversation:
    """Talks to a model, and keeps each turn in the case's file."""

    def __init__(self, model: ConversationModel, *, case: str, day: str, folder: Path = FOLDER) -> None:
        self._model = model
        self._recording = recording_of(model.name, case, folder)
        self._day = day
        self.name = model.name

    def user_message(self, parts: Sequence[Part]) -> Mapping[str, Any]:
        """See ConversationModel.user_message."""
        return self._model.user_message(parts)

    def tool_results(self, results: Sequence[ToolResult]) -> Mapping[str, Any]:
        """See ConversationModel.tool_results."""
        return self._model.tool_results(results)

    def turn(
        self,
        ctx: AttemptContext,
        *,
        instructions: str,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Tool],
        max_output_tokens: int,
    ) -> Turn:
        """See ConversationModel.turn."""
        turn = self._model.turn(
            ctx, instructions=instructions, messages=messages, tools=tools, max_output_tokens=max_output_tokens
        )
        question = fingerprint(instructions, list(messages), list(tools))
        self._recording.keep("turns", question, msgspec.to_builtins(turn), day=self._day)
        return turn


class ReplayedConversation:
    """Says what was recorded. `shapes` makes messages as the model's provider wants them; it is asked nothing."""

    def __init__(self, name: str, *, case: str, shapes: ConversationModel, folder: Path = FOLDER) -> None:
        self.name = name
        self._shapes = shapes
        self._recording = recording_of(name, case, folder)

    def user_message(self, parts: Sequence[Part]) -> Mapping[str, Any]:
        """See ConversationModel.user_message."""
        return self._shapes.user_message(parts)

    def tool_results(self, results: Sequence[ToolResult]) -> Mapping[str, Any]:
        """See ConversationModel.tool_results."""
        return self._shapes.tool_results(results)

    def turn(
        self,
        ctx: AttemptContext,
        *,
        instructions: str,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Tool],
        max_output_tokens: int,
    ) -> Turn:
        """See ConversationModel.turn. Raises: NotRecorded."""
        question = fingerprint(instructions, list(messages), list(tools))
        return msgspec.convert(self._recording.answer("turns", question), Turn)
