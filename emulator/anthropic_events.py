"""The events in which an Anthropic answer streams: the finished message, block by block."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from emulator.pace import pieces
from emulator.replies import Event

MOST_DELTAS = 60


def message_events(message: Mapping[str, Any], *, cut_last_tool: str = "") -> list[Event]:
    """The events of a finished message. `cut_last_tool` replaces the JSON of its last tool call: what a limit left."""
    usage = message["usage"]
    begun = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    events: list[Event] = [{"type": "message_start", "message": begun}, {"type": "ping"}]
    last = len(message["content"]) - 1
    for index, block in enumerate(message["content"]):
        events += _block_events(block, index, cut=cut_last_tool if index == last else "")
    ended = {"stop_reason": message["stop_reason"], "stop_sequence": None, "stop_details": message.get("stop_details")}
    return [
        *events,
        {"type": "message_delta", "delta": ended, "usage": usage},
        {"type": "message_stop"},
    ]


def _block_events(block: Mapping[str, Any], index: int, *, cut: str) -> list[Event]:
    if block["type"] == "tool_use":
        empty: dict[str, Any] = {**block, "input": {}}
        text = cut or json.dumps(block["input"], ensure_ascii=False)
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces(text, at_most=MOST_DELTAS)]
    else:
        empty = {**block, "text": ""}
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"], at_most=MOST_DELTAS)]
    return [
        {"type": "content_block_start", "index": index, "content_block": empty},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]
