"""OpenAI's answers: the Responses API and Chat Completions, in its shapes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from emulator.answers.structured import free_answer, structured_answer
from emulator.asked import Asked
from emulator.damaged_text import with_controls, without_letters
from emulator.faults import Fault
from emulator.openai_errors import Refused, error_reply
from emulator.openai_events import chat_events, response_events
from emulator.openai_rules import check_request, format_of
from emulator.plants import Plants
from emulator.prompt_text import text_of_input
from emulator.replies import JsonReply, Reply, StreamReply
from emulator.usage import LEAST_CACHED_TOKENS, PromptCache, text_tokens, tokens_of

REFUSAL = "I'm sorry, but I can't help with that."
PROSE = "Here is what I found in the documents you sent me:"
COMMENTARY = "I am reading the sources before I answer."


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the model says, before it has a shape. `refusal` replaces `text`; `reason` says why it is incomplete.

    `commentary` is a message before the answer; a `repeated` answer comes twice.
    """

    text: str
    commentary: str = ""
    repeated: bool = False
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
        try:
            check_request(asked)
        except Refused as refused:
            return error_reply(refused.kind, message=str(refused), code=refused.code)
        answer = _faulty(self._answer(asked), fault)
        if asked.path == "/v1/chat/completions":
            return self._chat_reply(asked, answer, now=now)
        response = self.response(asked, answer, now=now)
        if asked.streams:
            return StreamReply(events=response_events(response), whole=response)
        return JsonReply(body=response)

    def response(self, asked: Asked, answer: Answer, *, now: float) -> dict[str, Any]:
        """The finished response object."""
        said = answer.text or answer.refusal
        return {
            **response_frame(asked, now=now),
            "status": answer.status,
            "incomplete_details": {"reason": answer.reason} if answer.reason else None,
            "error": {"code": answer.failure, "message": "The response failed."} if answer.failure else None,
            "output": _messages(answer) if said and not answer.failure else [],
            "usage": self._usage(asked, said + answer.commentary),
        }

    def _answer(self, asked: Asked) -> Answer:
        prompt = text_of_input(asked.body.get("input", asked.body.get("messages")))
        wanted = format_of(asked)
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
        "completed_at": None,
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


def _messages(answer: Answer) -> list[dict[str, Any]]:
    """The output items: what is said first, then the answer, once or twice."""
    content: dict[str, Any] = (
        {"type": "refusal", "refusal": answer.refusal}
        if answer.refusal
        else {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
    )
    commentary = {**content, "text": answer.commentary} if answer.commentary else None
    status = "completed" if answer.status == "completed" else "incomplete"
    items = [(commentary, "commentary", "completed")] if commentary else []
    items += [(content, "final_answer", status)] * (2 if answer.repeated else 1)
    return [
        {
            "type": "message",
            "id": f"msg_{uuid.uuid4().hex}",
            "role": "assistant",
            "status": done,
            "phase": phase,
            "content": [part],
        }
        for part, phase, done in items
    ]


def _faulty(answer: Answer, fault: Fault | None) -> Answer:
    """The answer with what the fault does to it."""
    kind = fault.kind if fault else ""
    changes: Mapping[str, Callable[[], Answer]] = {
        "refusal": lambda: Answer(text="", refusal=REFUSAL),
        "content_filter": lambda: Answer(text=answer.text[: len(answer.text) // 3], reason="content_filter"),
        "truncated": lambda: Answer(text=answer.text[: len(answer.text) // 2], reason="max_output_tokens"),
        "schema_breaking": lambda: Answer(text=json.dumps({"unexpected": True})),
        "prose": lambda: Answer(text=PROSE),
        "empty": lambda: Answer(text=""),
        "failed": lambda: Answer(text="", failure=(fault.code if fault else None) or "server_error"),
        "commentary": lambda: msgspec.structs.replace(answer, commentary=COMMENTARY),
        "repeated_message": lambda: msgspec.structs.replace(answer, repeated=True),
        "control_characters": lambda: msgspec.structs.replace(answer, text=with_controls(answer.text)),
        "lost_letters": lambda: msgspec.structs.replace(answer, text=without_letters(answer.text)),
    }
    return changes.get(kind, lambda: answer)()
