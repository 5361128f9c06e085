"""How does OpenAI answer? The Responses API, its stored responses, and Chat Completions, in OpenAI's shapes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from emulator.answers.structured import free_answer, structured_answer
from emulator.asked import Asked
from emulator.faults import STATUSES, Fault
from emulator.openai_events import chat_events, response_events
from emulator.plants import Plants
from emulator.prompt_text import text_of_input
from emulator.replies import JsonReply, Reply, StreamReply
from emulator.strict_schema import problem_of_format
from emulator.usage import LEAST_CACHED_TOKENS, PromptCache, text_tokens, tokens_of

REFUSAL = "I'm sorry, but I can't help with that."
PROSE = "Here is what I found in the documents you sent me:"
_ERRORS: Mapping[str, tuple[str, str | None, str]] = {
    # kind: (type, code, message)
    "rate_limited": ("requests", "rate_limit_exceeded", "Rate limit reached for requests. Please try again later."),
    "quota": ("insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan."),
    "unauthorized": ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    "forbidden": ("invalid_request_error", None, "You have insufficient permissions for this operation."),
    "model_not_found": ("invalid_request_error", "model_not_found", "The model does not exist or you have no access."),
    "bad_request": ("invalid_request_error", None, "The request could not be processed."),
    "too_large": ("invalid_request_error", None, "The request is too large."),
    "conflict": ("invalid_request_error", None, "The resource was changed by another request."),
    "server_error": ("server_error", None, "The server had an error while processing your request."),
    "unavailable": ("service_unavailable_error", None, "The service is unavailable."),
    "overloaded": ("service_unavailable_error", "server_is_overloaded", "The engine is currently overloaded."),
}
ERROR_KINDS = tuple(_ERRORS)
"""Faults that are answered with an error status."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the model says, before it has a shape. `refusal` replaces `text`; `reason` says why it is incomplete."""

    text: str
    refusal: str = ""
    reason: str = ""
    failure: str = ""

    @property
    def status(self) -> str:
        return "failed" if self.failure else "incomplete" if self.reason else "completed"


class OpenAIApi:
    """Answers calls to a model. `plants` are mistakes to make, `cache` what prompts began with before."""

    def __init__(self, *, plants: Plants, cache: PromptCache) -> None:
        self._plants = plants
        self._cache = cache

    def reply(self, asked: Asked, fault: Fault | None, *, now: float) -> Reply:
        """The answer to one call; `now` in epoch seconds."""
        problem = _problem(asked)
        if problem:
            return error_reply("bad_request", message=problem)
        answer = _faulty(self._answer(asked), fault)
        if asked.path == "/v1/chat/completions":
            return self._chat_reply(asked, answer, now=now)
        response = self.response(asked, answer, now=now)
        if asked.streams:
            return StreamReply(events=response_events(response))
        return JsonReply(body=response)

    def response(self, asked: Asked, answer: Answer, *, now: float) -> dict[str, Any]:
        """The finished response object."""
        content = (
            {"type": "refusal", "refusal": answer.refusal}
            if answer.refusal
            else {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
        )
        status = "completed" if answer.status == "completed" else "incomplete"
        message = {"type": "message", "id": f"msg_{uuid.uuid4().hex}", "role": "assistant", "status": status}
        said = answer.text or answer.refusal
        return {
            **response_frame(asked, now=now),
            "status": answer.status,
            "incomplete_details": {"reason": answer.reason} if answer.reason else None,
            "error": {"code": answer.failure, "message": "The response failed."} if answer.failure else None,
            "output": [{**message, "content": [content]}] if said and not answer.failure else [],
            "usage": self._usage(asked, said),
        }

    def _answer(self, asked: Asked) -> Answer:
        prompt = text_of_input(asked.body.get("input", asked.body.get("messages")))
        wanted = _format(asked)
        if wanted.get("type") == "json_schema":
            value = structured_answer(wanted.get("schema") or {}, prompt, plants=self._plants)
            text = json.dumps(value, ensure_ascii=False)
        else:
            text = free_answer(prompt)
        limit = asked.body.get("max_output_tokens") or asked.body.get("max_completion_tokens")
        if isinstance(limit, int) and text_tokens(text) > limit:
            return Answer(text=text[: limit * 2], reason="max_output_tokens")
        return Answer(text=text)

    def _usage(self, asked: Asked, said: str) -> dict[str, Any]:
        sent = tokens_of({name: value for name, value in asked.body.items() if name in _PROMPT_MEMBERS})
        begins = {name: asked.body.get(name) for name in ("model", "instructions", "text")}
        prefix = tokens_of(begins)
        cached = prefix if self._cache.remember(begins) and prefix >= LEAST_CACHED_TOKENS else 0
        out = text_tokens(said)
        return {
            "input_tokens": sent,
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
            "output_tokens": out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": sent + out,
        }

    def _chat_reply(self, asked: Asked, answer: Answer, *, now: float) -> Reply:
        usage = self._usage(asked, answer.text)
        completion = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion",
            "created": int(now),
            "model": asked.answer_model,
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "length" if answer.reason else "stop",
                    "logprobs": None,
                    "message": {
                        "role": "assistant",
                        "content": None if answer.refusal else answer.text,
                        "refusal": answer.refusal or None,
                    },
                }
            ],
            "usage": {
                "prompt_tokens": usage["input_tokens"],
                "completion_tokens": usage["output_tokens"],
                "total_tokens": usage["total_tokens"],
            },
        }
        if asked.streams:
            return StreamReply(events=chat_events(completion), named=False, last="[DONE]")
        return JsonReply(body=completion)


_PROMPT_MEMBERS = ("instructions", "input", "text", "tools", "messages", "response_format")


def response_frame(asked: Asked, *, now: float) -> dict[str, Any]:
    """A response before anything is said."""
    return {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "created_at": int(now),
        "status": "in_progress",
        "background": bool(asked.body.get("background")),
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": asked.body.get("max_output_tokens"),
        "metadata": asked.body.get("metadata") or {},
        "model": asked.answer_model,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "store": asked.body.get("store") is not False,
        "text": asked.body.get("text") or {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "truncation": "disabled",
        "usage": None,
    }


def error_reply(kind: str, *, message: str = "", fault: Fault | None = None) -> JsonReply:
    """An error with its status. 529 is not in OpenAI's vocabulary: overload is a 503."""
    error_type, code, words = _ERRORS[kind]
    status = 503 if kind == "overloaded" else STATUSES[kind]
    wait = fault.retry_after if fault else None
    return JsonReply(
        status=(fault and fault.status) or status,
        body={
            "error": {
                "message": message or words,
                "type": error_type,
                "param": None,
                "code": (fault and fault.code) or code,
            }
        },
        headers=(("retry-after", f"{wait:g}"),) if wait is not None else (),
    )


def stream_error_event(fault: Fault) -> dict[str, Any]:
    """The event with which a stream tells that it failed."""
    return {
        "type": "error",
        "code": fault.code or "server_error",
        "message": "The server had an error while processing your request.",
        "param": None,
        "sequence_number": fault.events,
    }


def _format(asked: Asked) -> dict[str, Any]:
    """The format of the answer, as the Responses API writes it."""
    wanted = (asked.body.get("text") or {}).get("format")
    if wanted is None:
        chat = asked.body.get("response_format") or {}
        wanted = {"type": chat.get("type"), **(chat.get("json_schema") or {})}
    return dict(wanted)


def _problem(asked: Asked) -> str | None:
    """Why the provider would not take this request."""
    if not asked.model:
        return "Missing required parameter: 'model'."
    if "input" not in asked.body and "messages" not in asked.body:
        return "Missing required parameter: 'input'."
    wanted = _format(asked)
    if wanted.get("type") == "json_schema" and wanted.get("strict"):
        return problem_of_format(wanted.get("name"), wanted.get("schema"))
    return None


def _faulty(answer: Answer, fault: Fault | None) -> Answer:
    """The answer with what the fault does to it."""
    kind = fault.kind if fault else ""
    changes: Mapping[str, Answer] = {
        "refusal": Answer(text="", refusal=REFUSAL),
        "content_filter": Answer(text=answer.text[: len(answer.text) // 3], reason="content_filter"),
        "truncated": Answer(text=answer.text[: len(answer.text) // 2], reason="max_output_tokens"),
        "schema_breaking": Answer(text=json.dumps({"unexpected": True})),
        "prose": Answer(text=PROSE),
        "empty": Answer(text=""),
        "failed": Answer(text="", failure=(fault.code if fault else None) or "server_error"),
    }
    return changes.get(kind, answer)
