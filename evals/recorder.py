"""What did the model answer? A StructuredModel that keeps what the model behind it said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.analyses.kit.fingerprint import fingerprint
from chalicelib.analyses.kit.llm import Output, Part, StructuredModel, TextListener
from chalicelib.jobs.ports import AttemptContext


class Recorder:
    """Passes every question on to a model, and keeps its answers as JSON."""

    def __init__(self, model: StructuredModel) -> None:
        self._model = model
        self.name = model.name
        self.answers: list[Mapping[str, Any]] = []

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
        """See StructuredModel.parse."""
        answer = self._model.parse(
            ctx,
            instructions=instructions,
            parts=parts,
            output=output,
            max_output_tokens=max_output_tokens,
            on_text=on_text,
        )
        self.keep(question_of(instructions, output, parts), answer.model_dump(mode="json"))
        return answer

    def keep(self, question: str, answer: Mapping[str, Any]) -> None:
        """Add the answer to `answers`."""
        self.answers.append(answer)


def question_of(instructions: str, output: type[Output], parts: Sequence[Part]) -> str:
    """The fingerprint of a whole question."""
    return fingerprint(instructions, output.__name__, list(parts))
