"""What has happened in a conversation so far: tool calls with their results, and the texts that these brought."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from emulator.prompt_text import text_of_block

_ID = re.compile(r"(?:document_)?id\"?\s*[=:]\s*\"?([\w.:-]{2,})", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ROW = re.compile(r"^([\w.:-]{2,}) \| (.*)$", re.MULTILINE)
_UNREADABLE = re.compile(r"cannot be read|unreadable|awaiting_upload", re.IGNORECASE)
MOST_TRIES = 5
_LATER = re.compile(r"again in (?:your|the) next turn|try again later|next turn", re.IGNORECASE)
_FENCED = re.compile(r"<(document|call|tool)\b.*?</\1>", re.DOTALL)
_GO_ON = re.compile(r"(\w+)=(\d+)")


class ToolUse(msgspec.Struct, frozen=True, kw_only=True):
    """One tool call; `result` is None until it was answered."""

    id: str
    name: str
    input: Mapping[str, Any]
    result: str | None = None
    is_error: bool = False

    @property
    def succeeded(self) -> bool:
        return self.result is not None and not self.is_error


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """The conversation as the model sees it. `asked` is what users wrote, `last_said` the text of the last message."""

    uses: tuple[ToolUse, ...]
    asked: str
    last_said: str

    def of(self, name: str) -> list[ToolUse]:
        """The calls of one tool."""
        return [use for use in self.uses if use.name == name]

    def settled(self, name: str) -> list[ToolUse]:
        """The calls of one tool that need not be made again: all but those that were put off to a later turn."""
        inputs = Counter(json.dumps(use.input, sort_keys=True) for use in self.of(name))
        return [
            use
            for use in self.of(name)
            if not (use.is_error and _LATER.search(use.result or ""))
            or inputs[json.dumps(use.input, sort_keys=True)] >= MOST_TRIES
        ]

    @property
    def document_ids(self) -> list[str]:
        """Every document that was listed, in order; without a list those that the first message names."""
        listed = [use.result or "" for use in self.of("list_documents") if use.succeeded]
        found = dict.fromkeys(found_id for text in listed or [self.asked] for found_id in _ids(text))
        return [found_id for found_id in found if found_id != "call"]

    @property
    def prompt(self) -> str:
        """Everything that was read, fenced as a prompt would hold it."""
        return "\n".join(_fenced(self.uses)) or self.asked

    def continuations(self, name: str) -> list[dict[str, Any]]:
        """Inputs with which reading goes on: what a result says outside its fences (`first_page=4`), not asked yet."""
        asked = [dict(use.input) for use in self.settled(name)]
        found: list[dict[str, Any]] = []
        for use in self.of(name):
            outside = _FENCED.sub("", use.result or "") if use.succeeded else ""
            named = {key: int(number) for key, number in _GO_ON.findall(outside)}
            following = {**{key: value for key, value in use.input.items() if key == "document_id"}, **named}
            if named and following not in asked and following not in found:
                found.append(following)
        return found


def read_conversation(messages: Sequence[Mapping[str, Any]]) -> Conversation:
    """The conversation in these messages."""
    results: dict[str, tuple[str, bool]] = {}
    calls: list[Mapping[str, Any]] = []
    asked: list[str] = []
    for message in messages:
        for block in _blocks(message):
            if block.get("type") == "tool_use":
                calls.append(block)
            elif block.get("type") == "tool_result":
                results[str(block.get("tool_use_id"))] = (text_of_block(block), block.get("is_error") is True)
            elif message.get("role") == "user":
                asked.append(text_of_block(block))
    last = messages[-1] if messages and messages[-1].get("role") == "user" else {}
    said = [text_of_block(block) for block in _blocks(last) if block.get("type") == "text"]
    uses = [
        ToolUse(
            id=str(call["id"]),
            name=str(call["name"]),
            input=call.get("input") or {},
            result=results.get(str(call["id"]), (None, False))[0],
            is_error=results.get(str(call["id"]), ("", False))[1],
        )
        for call in calls
    ]
    return Conversation(uses=tuple(uses), asked="\n".join(asked), last_said="\n".join(said))


def _blocks(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content or [] if isinstance(block, Mapping)]


def _ids(text: str) -> list[str]:
    rows = _ROW.findall(text)
    if rows:
        return [found_id for found_id, row in rows if not _UNREADABLE.search(row)]
    try:
        found = list(_ids_in(json.loads(text)))
    except ValueError:
        found = []
    return found or [html.unescape(found_id) for found_id in _ID.findall(text)] or _UUID.findall(text)


def _ids_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name in ("document_id", "id"):
            if isinstance(value.get(name), str):
                yield value[name]
                break
        for member in value.values():
            yield from _ids_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from _ids_in(member)


def _fenced(uses: Sequence[ToolUse]) -> Iterator[str]:
    for use in uses:
        text = use.result or ""
        if not use.succeeded or not text:
            continue
        if use.name == "read_document":
            document_id = html.escape(str(use.input.get("document_id", "")))
            yield text if "<document" in text else f'<document id="{document_id}">\n{_plain(text)}\n</document>'
        elif use.name == "read_call":
            yield text if "<call" in text else f'<call id="call">\n{_plain(text)}\n</call>'


def _plain(text: str) -> str:
    """The text of a result that is JSON, or the result itself."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return "\n".join(_texts_in(value)) or text


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("text") or value.get("transcript"), str):
            number = value.get("number") or value.get("page")
            inside = str(value.get("text") or value.get("transcript"))
            yield f'<page number="{number}">\n{inside}\n</page>' if number else inside
        else:
            for member in value.values():
                yield from _texts_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts_in(member)
