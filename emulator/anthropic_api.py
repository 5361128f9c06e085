"""Anthropic's answers: the Messages API with tools and structured output, in its shapes."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from emulator.answers.agent import Agent
from emulator.answers.conversation import read_conversation
from emulator.answers.structured import free_answer, structured_answer
from emulator.anthropic_events import message_events
from emulator.anthropic_rules import problem_of
from emulator.anthropic_usage import input_usage
from emulator.asked import Asked
from emulator.damaged_text import with_controls, without_letters
from emulator.faults import STATUSES, Fault
from emulator.plants import Plants
from emulator.prompt_text import text_of_messages
from emulator.replies import JsonReply, Reply, StreamReply
from emulator.usage import PromptCache, text_tokens

PROSE = "Here is what I think about the documents you sent me."
_ERRORS: Mapping[str, tuple[str, str]] = {
    # kind: (type, message)
    "rate_limited": ("rate_limit_error", "This request would exceed your rate limit. Please try again later."),
    "tokens_limited": (
        "rate_limit_error",
        "This request would exceed your organization's rate limit of 50,000 input tokens per minute.",
    ),
    "quota": ("billing_error", "Your credit balance is too low to access the Anthropic API."),
    "unauthorized": ("authentication_error", "invalid x-api-key"),
    "forbidden": ("permission_error", "Your API key does not have permission to use the specified resource."),
    "model_not_found": ("not_found_error", "The requested model could not be found."),
    "bad_request": ("invalid_request_error", "The request could not be processed."),
    "too_large": ("request_too_large", "Request exceeds the maximum allowed number of bytes."),
    "conflict": ("invalid_request_error", "The resource was changed by another request."),
    "server_error": ("api_error", "Internal server error"),
    "unavailable": ("api_error", "Service unavailable"),
    "overloaded": ("overloaded_error", "Overloaded"),
}
_PAYMENT_REQUIRED = 402


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What the model says, before it has a shape. `cut_tool` is the JSON that a limit left of the last tool call."""

    content: tuple[Mapping[str, Any], ...]
    stop_reason: str
    stop_details: Mapping[str, Any] | None = None
    cut_tool: str = ""


class AnthropicApi:
    """Answers calls to a model. `plants` are mistakes to make, `cache` what prompts began with before."""

    def __init__(self, *, plants: Plants, cache: PromptCache) -> None:
        self._plants = plants
        self._cache = cache

    def reply(self, asked: Asked, fault: Fault | None, *, request_id: str) -> Reply:
        """The answer to one call."""
        problem = problem_of(asked.body)
        if problem:
            return error_reply("bad_request", request_id=request_id, message=problem)
        answer = _faulty(_limited(self._answer(asked), asked), fault)
        message = self._message(asked, answer)
        if asked.streams:
            return StreamReply(events=message_events(message, cut_last_tool=answer.cut_tool))
        return JsonReply(body=message)

    def _answer(self, asked: Asked) -> Message:
        body = asked.body
        wanted = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
        tools = {tool["name"]: tool["input_schema"] for tool in body.get("tools", ()) if "input_schema" in tool}
        if tools and (body.get("tool_choice") or {}).get("type") != "none":
            return self._turn(asked, tools)
        prompt = text_of_messages(body["messages"])
        if wanted.get("type") == "json_schema":
            value = structured_answer(wanted.get("schema") or {}, prompt, plants=self._plants)
            return _said(json.dumps(value, ensure_ascii=False))
        return _said(free_answer(prompt))

    def _turn(self, asked: Asked, tools: Mapping[str, Mapping[str, Any]]) -> Message:
        choice = asked.body.get("tool_choice") or {}
        forced = choice.get("name") if choice.get("type") == "tool" else None
        agent = Agent(read_conversation(asked.body["messages"]), tools=tools, plants=self._plants)
        plan = agent.next_plan(forced=forced)
        content: list[Mapping[str, Any]] = [{"type": "text", "text": plan.text}] if plan.text else []
        for index, (name, given) in enumerate(plan.calls):
            content.append({"type": "tool_use", "id": _tool_id(asked, index), "name": name, "input": given})
        return Message(content=tuple(content), stop_reason="tool_use" if plan.calls else "end_turn")

    def _message(self, asked: Asked, answer: Message) -> dict[str, Any]:
        said = sum(
            text_tokens(str(block.get("text") or ""))
            + text_tokens(json.dumps(block.get("input", ""), ensure_ascii=False))
            for block in answer.content
        )
        return {
            "id": f"msg_{uuid.uuid4().hex[:24]}",
            "type": "message",
            "role": "assistant",
            "model": asked.answer_model,
            "content": [dict(block) for block in answer.content],
            "stop_reason": answer.stop_reason,
            "stop_sequence": None,
            "stop_details": answer.stop_details,
            "usage": {**input_usage(asked.body, self._cache), "output_tokens": max(1, said)},
        }


def error_body(kind: str, *, request_id: str, message: str = "", error_type: str = "") -> dict[str, Any]:
    """An error as the provider writes it, in an answer or in a stream."""
    known_type, words = _ERRORS[kind]
    return {
        "type": "error",
        "error": {"type": error_type or known_type, "message": message or words},
        "request_id": request_id,
    }


def error_reply(kind: str, *, request_id: str, message: str = "", fault: Fault | None = None) -> JsonReply:
    """An error with its status. A quota that is used up is a 402 here; as 400 it comes as an invalid request."""
    status = (fault and fault.status) or (_PAYMENT_REQUIRED if kind == "quota" else STATUSES[kind])
    wait = fault.retry_after if fault else None
    error_type = "invalid_request_error" if kind == "quota" and status == STATUSES["bad_request"] else ""
    error_type = (fault and fault.code) or error_type
    return JsonReply(
        status=status,
        body=error_body(kind, request_id=request_id, message=message, error_type=error_type),
        headers=(("retry-after", f"{wait:g}"),) if wait is not None else (),
    )


def stream_error_event(fault: Fault, *, request_id: str) -> dict[str, Any]:
    """The event with which a stream tells that it failed."""
    kind = "rate_limited" if fault.kind == "rate_limited_stream" else "overloaded"
    return error_body(kind, request_id=request_id, error_type=fault.code or "")


def _said(text: str) -> Message:
    return Message(content=({"type": "text", "text": text},), stop_reason="end_turn")


def _tool_id(asked: Asked, index: int) -> str:
    """The same question gets the same ids: an answer that is asked for again reads the same."""
    return "toolu_" + hashlib.sha256(f"{asked.fingerprint}-{index}".encode()).hexdigest()[:24]


def _limited(answer: Message, asked: Asked) -> Message:
    """The answer as far as `max_tokens` lets it go."""
    limit = int(asked.body["max_tokens"])
    kept: list[Mapping[str, Any]] = []
    for block in answer.content:
        text = str(block.get("text") or json.dumps(block.get("input"), ensure_ascii=False))
        if text_tokens(text) > limit:
            cut = text[: 2 * limit]
            if block["type"] == "text":
                return Message(content=(*kept, {**block, "text": cut}), stop_reason="max_tokens")
            return Message(content=(*kept, {**block, "input": {}}), stop_reason="max_tokens", cut_tool=cut)
        limit -= text_tokens(text)
        kept.append(block)
    return answer


def _faulty(answer: Message, fault: Fault | None) -> Message:
    """The answer with what the fault does to it."""
    kind = fault.kind if fault else ""
    texts = tuple(block for block in answer.content if block["type"] == "text")
    calls = [block for block in answer.content if block["type"] == "tool_use"]
    if kind == "refusal":
        details = {"type": "refusal", "category": None, "explanation": None}
        return Message(content=(), stop_reason="refusal", stop_details=details)
    if kind == "truncated_tool_call" and calls:
        text = json.dumps(calls[-1]["input"], ensure_ascii=False)
        cut = text[: len(text) // 2] or "{"
        return Message(content=(*texts, {**calls[-1], "input": {}}), stop_reason="max_tokens", cut_tool=cut)
    if kind == "broken_tool_json" and calls:
        broken = json.dumps(calls[-1]["input"], ensure_ascii=False)[:-1] + ', "also": unquoted,\n}'
        return Message(content=(*texts, {**calls[-1], "input": {}}), stop_reason="tool_use", cut_tool=broken)
    changes: Mapping[str, Callable[[], Message]] = {
        "truncated": lambda: Message(content=_halved(texts), stop_reason="max_tokens"),
        "pause_turn": lambda: Message(
            content=texts or ({"type": "text", "text": "One moment."},), stop_reason="pause_turn"
        ),
        "context_exceeded": lambda: Message(content=_halved(texts), stop_reason="model_context_window_exceeded"),
        "prose": lambda: _said(PROSE),
        "empty": lambda: Message(content=(), stop_reason="end_turn"),
        "schema_breaking": lambda: _broken(answer, {"input": {"unexpected": True}}),
        "unknown_tool": lambda: _broken(answer, {"name": "no_such_tool"}),
        "stringified_lists": lambda: _with_inputs(answer, _stringified),
        "control_characters": lambda: _with_inputs(answer, lambda given: json.loads(with_controls(json.dumps(given)))),
        "lost_letters": lambda: _with_inputs(answer, lambda given: json.loads(without_letters(json.dumps(given)))),
    }
    return changes.get(kind, lambda: answer)()


def _with_inputs(answer: Message, change: Callable[[Any], Any]) -> Message:
    """The answer with the inputs of its tool calls changed."""
    content = tuple(
        {**block, "input": change(block["input"])} if "input" in block else block for block in answer.content
    )
    return msgspec.structs.replace(answer, content=content)


def _stringified(given: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as the JSON of them: what models do now and then."""
    return {
        name: json.dumps(member, ensure_ascii=False) if isinstance(member, list) else member
        for name, member in given.items()
    }


def _halved(texts: tuple[Mapping[str, Any], ...]) -> tuple[Mapping[str, Any], ...]:
    return tuple({**block, "text": str(block["text"])[: max(1, len(str(block["text"])) // 2)]} for block in texts)


def _broken(answer: Message, change: Mapping[str, Any]) -> Message:
    """The answer with its tool calls changed; one without calls says JSON of another shape."""
    if not any(block["type"] == "tool_use" for block in answer.content):
        return _said(json.dumps({"unexpected": True}))
    content = tuple({**block, **change} if block["type"] == "tool_use" else block for block in answer.content)
    return Message(content=content, stop_reason=answer.stop_reason)
