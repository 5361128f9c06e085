"""What would a model that works in turns answer? A script: each turn takes the next, and remembers what was asked.

A turn may be an exception, which the call then raises. A script that runs out fails the test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from chalicelib.analyses.kit.llm import Part, StopReason, TextPart, Tool, ToolCall, ToolResult, Turn
from chalicelib.jobs.model import ModelUsage
from chalicelib.jobs.ports import AttemptContext

INPUT_TOKENS, OUTPUT_TOKENS = 1_000, 100
COST_USD = Decimal("0.01")


class FakeConversationModel:
    """A ConversationModel that takes its turns from a script; `asked` holds the messages of every turn."""

    name = "fake-conversation"

    def __init__(self, *turns: Turn | Exception) -> None:
        self._turns = list(turns)
        self.asked: list[list[Mapping[str, Any]]] = []

    def user_message(self, parts: Sequence[Part]) -> Mapping[str, Any]:
        """See ConversationModel.user_message."""
        content = [part.text if isinstance(part, TextPart) else f"[file {part.file_name}]" for part in parts]
        return {"role": "user", "content": content}

    def tool_results(self, results: Sequence[ToolResult]) -> Mapping[str, Any]:
        """See ConversationModel.tool_results."""
        rows = [
            {
                "call": result.call_id,
                "text": result.content,
                "error": result.is_error,
                "files": [file.file_name for file in result.files],
            }
            for result in results
        ]
        return {"role": "user", "results": rows}

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
        ctx.allow(COST_USD)
        ctx.check()
        self.asked.append(list(messages))
        assert self._turns, "the script has no turn left"
        turn = self._turns.pop(0)
        if isinstance(turn, Exception):
            raise turn
        ctx.charge(
            ModelUsage(
                model=self.name,
                requests=1,
                input_tokens=turn.input_tokens,
                output_tokens=turn.output_tokens,
                cached_tokens=0,
                cost_usd=COST_USD,
            )
        )
        return turn

    def told(self) -> list[dict[str, Any]]:
        """Every tool result that the model was last shown, in order."""
        return [row for message in self.asked[-1] for row in message.get("results", ())]


def calls(*asked: tuple[str, Mapping[str, Any]], stop_reason: StopReason = "tool_use") -> Turn:
    """A turn that calls tools: `calls(("read_document", {"document_id": "d1"}))`."""
    tool_calls = tuple(
        ToolCall(id=f"call-{index}", name=name, input=arguments) for index, (name, arguments) in enumerate(asked)
    )
    message = {"role": "assistant", "content": [{"tool": call.name, "input": call.input} for call in tool_calls]}
    return Turn(
        message=message,
        text="",
        tool_calls=tool_calls,
        stop_reason=stop_reason,
        input_tokens=INPUT_TOKENS,
        output_tokens=OUTPUT_TOKENS,
    )


def says(text: str, *, stop_reason: StopReason = "end_turn") -> Turn:
    """A turn of text alone."""
    return Turn(
        message={"role": "assistant", "content": [{"text": text}] if text else []},
        text=text,
        tool_calls=(),
        stop_reason=stop_reason,
        input_tokens=INPUT_TOKENS,
        output_tokens=OUTPUT_TOKENS,
    )
