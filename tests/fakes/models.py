"""Models that answer what a test wrote down, and remember what they were asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from pydantic import BaseModel

from chalicelib.analyses.kit.llm import Output, Part, TextListener
from chalicelib.errors import AttemptError, OutputInvalid
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.ports import AttemptContext

Answer = Mapping[str, Any] | AttemptError | Callable[["Question"], Mapping[str, Any]]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a model was asked."""

    instructions: str
    parts: tuple[Part, ...]
    output: type[BaseModel]
    max_output_tokens: int

    @property
    def text(self) -> str:
        """All text parts, joined."""
        return "\n".join(getattr(part, "text", "") for part in self.parts)


class FakeStructuredModel:
    """Implements StructuredModel: gives its answers one after the other, the last one for ever.

    An answer is the output's members, an error to raise, or a function of the question.
    """

    def __init__(self, *answers: Answer, name: str = "fake-model", cost_usd: Decimal = Decimal("0.01")) -> None:
        self.name = name
        self.asked: list[Question] = []
        self._answers = list(answers)
        self._cost_usd = cost_usd

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
        question = Question(
            instructions=instructions, parts=tuple(parts), output=output, max_output_tokens=max_output_tokens
        )
        ctx.allow(self._cost_usd)
        self.asked.append(question)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, AttemptError):
            raise answer
        members = answer(question) if callable(answer) else answer
        ctx.check()
        if on_text is not None:
            on_text(len(str(members)))
        ctx.charge(
            ModelUsage(
                model=self.name,
                requests=1,
                input_tokens=1000,
                output_tokens=200,
                cached_tokens=0,
                cost_usd=self._cost_usd,
            )
        )
        try:
            return output.model_validate(members)
        except ValueError as exc:
            raise OutputInvalid("The model's answer did not have the shape that was asked for.") from exc
