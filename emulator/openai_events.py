"""The events in which an OpenAI answer streams: the finished object, taken apart in the order the API sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.pace import pieces
from emulator.replies import Event

MOST_DELTAS = 100


def background_events(response: Mapping[str, Any]) -> list[Event]:
    """The events of a response in the background: it is queued first."""
    created, *others = response_events(response)
    queued = {**created, "response": {**created["response"], "status": "queued"}}
    events = [queued, {**queued, "type": "response.queued"}, *others]
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def response_events(response: Mapping[str, Any]) -> list[Event]:
    """The events of a finished response."""
    begun = {
        **response,
        "status": "in_progress",
        "output": [],
        "usage": None,
        "incomplete_details": None,
        "error": None,
    }
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
    ]
    for index, item in enumerate(response["output"]):
        events += _item_events(item, index)
    events.append({"type": f"response.{response['status']}", "response": response})
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def chat_events(completion: Mapping[str, Any]) -> list[Event]:
    """The chunks of a finished chat completion."""
    choice = completion["choices"][0]
    frame = {key: completion[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> Event:
        return {**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]}

    texts = pieces(choice["message"]["content"] or "", at_most=MOST_DELTAS)
    return [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": text}) for text in texts),
        chunk({}, choice["finish_reason"]),
        {**frame, "choices": [], "usage": completion["usage"]},
    ]


def _item_events(item: Mapping[str, Any], index: int) -> list[dict[str, Any]]:
    content = item["content"][0]
    kind = content["type"]
    text = content.get("text") or content.get("refusal") or ""
    name = "response.output_text" if kind == "output_text" else "response.refusal"
    member = "text" if kind == "output_text" else "refusal"
    place = {"item_id": item["id"], "output_index": index, "content_index": 0}
    extra: dict[str, Any] = {"logprobs": []} if kind == "output_text" else {}
    return [
        {
            "type": "response.output_item.added",
            "output_index": index,
            "item": {**item, "content": [], "status": "in_progress"},
        },
        {"type": "response.content_part.added", **place, "part": {**content, member: ""}},
        *({"type": f"{name}.delta", **place, "delta": piece, **extra} for piece in pieces(text, at_most=MOST_DELTAS)),
        {"type": f"{name}.done", **place, member: text, **extra},
        {"type": "response.content_part.done", **place, "part": content},
        {"type": "response.output_item.done", "output_index": index, "item": item},
    ]
