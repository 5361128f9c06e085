"""What did the model say? Its turn, put together from the events of a stream, in the provider's own JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.adapters.model_text import Garbled, read_json, whole_characters
from chalicelib.analyses.kit.llm import StopReason, ToolCall, Turn

_STOP_REASONS: Mapping[str, StopReason] = {
    "end_turn": "end_turn",
    "stop_sequence": "end_turn",
    "tool_use": "tool_use",
    "max_tokens": "max_tokens",
    "pause_turn": "pause_turn",
    "refusal": "refusal",
    "model_context_window_exceeded": "context_exceeded",
}
_TEXT_DELTAS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}
_WRITTEN = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
_USAGE_COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


class TurnBroken(Exception):
    """The stream ended before the answer did, or held something that is not an answer."""


class TokenCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens of one call. `input_tokens` counts all that was sent; the two cache counts are parts of it."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class StreamedTurn:
    """An answer that grows with every event of its stream."""

    def __init__(self) -> None:
        self._blocks: dict[int, dict[str, Any]] = {}
        self._tool_inputs: dict[int, list[str]] = {}
        self._problems: dict[str, str] = {}
        self._counts = dict.fromkeys(_USAGE_COUNTS, 0)
        self._characters = 0
        self._is_counted = False
        self._stop_reason: str | None = None
        self.model: str | None = None
        self.request_id: str | None = None

    @property
    def has_begun(self) -> bool:
        """True once the provider has said which model answers and how much it was sent: from then on it is billed."""
        return self.model is not None

    @property
    def is_complete(self) -> bool:
        """True once the provider has said why the answer ends and how long it is: nothing that counts comes after."""
        return self._stop_reason is not None and self._is_counted

    def add(self, event: Mapping[str, Any]) -> None:
        """Take in one event; unknown kinds are ignored, as the API asks of its clients.

        Raises: TurnBroken when a known event does not have its shape.
        """
        try:
            self._add(event)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise TurnBroken from exc

    def turn(self) -> Turn:
        """The finished answer.

        A tool call whose input is no JSON says so in `problem`, and goes back to the provider without that input; one
        that the output limit cut in the middle of its input is left out.
        Raises: TurnBroken when the stream ended early, or a block does not have its shape.
        """
        if self._stop_reason is None:
            raise TurnBroken
        try:
            return self._turn(self._stop_reason)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise TurnBroken from exc

    @property
    def counts(self) -> TokenCounts:
        """The tokens counted so far; final with the stream's last event.

        The output is counted at its end: what is said of it at the beginning is only a placeholder. Of an answer that
        broke off before, a token for each character that arrived; thinking that is not shown is not in it.
        """
        told = self._counts["output_tokens"]
        read, written = self._counts["cache_read_input_tokens"], self._counts["cache_creation_input_tokens"]
        return TokenCounts(
            input_tokens=self._counts["input_tokens"] + read + written,
            output_tokens=told if self._is_counted else max(told, self._characters),
            cache_read_tokens=read,
            cache_write_tokens=written,
        )

    def _turn(self, told_reason: str) -> Turn:
        stop_reason = _STOP_REASONS.get(told_reason, "end_turn")
        content = [block for index in sorted(self._blocks) if (block := self._finished(index, stop_reason))]
        counts = self.counts
        return Turn(
            message={"role": "assistant", "content": content},
            text="".join(block["text"] for block in content if block["type"] == "text"),
            tool_calls=self._tool_calls(content),
            stop_reason=stop_reason,
            input_tokens=counts.input_tokens,
            output_tokens=counts.output_tokens,
        )

    def _add(self, event: Mapping[str, Any]) -> None:
        match event.get("type"):
            case "message_start":
                self.model = str(event["message"]["model"])
                self._count(event["message"].get("usage"))
            case "content_block_start":
                self._blocks[int(event["index"])] = dict(event["content_block"])
            case "content_block_delta":
                self._add_delta(int(event["index"]), event["delta"])
            case "message_delta":
                self._stop_reason = event["delta"].get("stop_reason") or self._stop_reason
                self._count(event.get("usage"))
                self._is_counted = self._is_counted or "output_tokens" in (event.get("usage") or {})

    def _add_delta(self, index: int, delta: Mapping[str, Any]) -> None:
        kind, block = delta["type"], self._blocks[index]
        if kind in _WRITTEN:
            self._characters += len(str(delta[_WRITTEN[kind]]))
        if kind == "input_json_delta":
            self._tool_inputs.setdefault(index, []).append(str(delta["partial_json"]))
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or ()), delta["citation"]]
        elif kind in _TEXT_DELTAS:
            member = _TEXT_DELTAS[kind]
            block[member] = (block.get(member) or "") + str(delta[member])

    def _count(self, usage: Mapping[str, Any] | None) -> None:
        """Counts of later events are cumulative: they replace, and what they leave out stays."""
        for name in _USAGE_COUNTS:
            value = (usage or {}).get(name)
            if isinstance(value, int):
                self._counts[name] = value

    def _finished(self, index: int, stop_reason: StopReason) -> dict[str, Any] | None:
        """The block as it goes back to the provider; None for one that it would not take."""
        block = {name: value for name, value in self._blocks[index].items() if value is not None}
        for member in _TEXT_DELTAS.values():
            if isinstance(block.get(member), str):
                block[member] = whole_characters(block[member])
        if block.get("type") == "text" and not str(block.get("text") or "").strip():
            return None
        if block.get("type") != "tool_use":
            return block
        pieces = "".join(self._tool_inputs.get(index, ()))
        tool_input, problem = _tool_input(pieces) if pieces.strip() else (block.get("input") or {}, "")
        if problem and stop_reason == "max_tokens":
            return None
        if problem:
            self._problems[str(block["id"])] = problem
        return {**block, "input": tool_input}

    def _tool_calls(self, content: Sequence[Mapping[str, Any]]) -> tuple[ToolCall, ...]:
        return tuple(
            ToolCall(
                id=str(block["id"]),
                name=str(block["name"]),
                input=block["input"],
                problem=self._problems.get(str(block["id"]), ""),
            )
            for block in content
            if block["type"] == "tool_use"
        )


def _tool_input(text: str) -> tuple[dict[str, Any], str]:
    """The input as an object, or an empty one and what is wrong with it."""
    try:
        value = read_json(text)
        if isinstance(value, str) and value.lstrip().startswith("{"):  # an object that was written as a string of JSON
            value = read_json(value)
    except Garbled:
        return {}, "The input holds control characters in place of letters. Send it again with the letters themselves."
    except (ValueError, RecursionError) as exc:
        where = f" at character {exc.pos + 1}" if isinstance(exc, json.JSONDecodeError) else ""
        return {}, f"The input is not valid JSON{where}. Send the call again with its input as one JSON object."
    if not isinstance(value, dict):
        return {}, "The input is JSON, but not an object. Send the call again with its input as one JSON object."
    return value, ""
