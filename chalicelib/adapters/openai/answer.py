"""What has the model answered so far? A streamed response, put together from its events."""

from __future__ import annotations

from typing import Any

import msgspec

from chalicelib.adapters import provider_errors
from chalicelib.adapters.openai import errors

_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider counted; `input` includes `cached`, `output` includes what the model thought."""

    input: int
    output: int
    cached: int


class StreamedAnswer:
    """One response. `add` takes its events in order; after the last one `text` gives the answer or raises.

    Events are looked at with care: the SDK builds them without checking what the provider sent.
    """

    def __init__(self) -> None:
        self.request_id: str | None = None
        self.model: str | None = None
        self.tokens: Tokens | None = None
        self._pieces: list[str] = []
        self._characters = 0
        self._response: Any = None

    @property
    def characters(self) -> int:
        """How much text has arrived."""
        return self._characters

    def add(self, event: Any) -> None:
        """Take in one event.

        Raises: the error that an error event tells.
        """
        kind = getattr(event, "type", None)
        if kind == "error":
            raise errors.told_error(_text(event, "code"), request_id=self.request_id)
        if kind == "response.output_text.delta":
            piece = _text(event, "delta") or ""
            self._pieces.append(piece)
            self._characters += len(piece)
        response = getattr(event, "response", None)
        if response is not None:
            self.model = _text(response, "model") or self.model
        if kind in _ENDS and response is not None:
            self._response = response
            self.tokens = _tokens(getattr(response, "usage", None))

    def billed_tokens(self, *, sent: int) -> Tokens | None:
        """What the provider counted, or else an estimate; None when there is nothing to pay: no answer had begun, or
        the provider failed at it.

        The estimate is for an answer that broke off, whose count never came: `sent`, the most that was sent, and a
        token for each character that arrived. What the model thought is not seen, so it is not in it.
        """
        if self.tokens is not None:
            return self.tokens
        if self.model is None or _text(self._response, "status") == "failed":
            return None
        return Tokens(input=sent, output=self._characters, cached=0)

    def text(self) -> str:
        """The complete answer.

        Raises: ProviderUnavailable when the stream ended early; ProviderRefused; OutputInvalid when the answer was cut
        by its length; what a failed response tells.
        """
        status = _text(self._response, "status")
        if status == "failed":
            code = _text(getattr(self._response, "error", None), "code")
            raise errors.told_error(code, request_id=self.request_id)
        if status == "incomplete":
            reason = _text(getattr(self._response, "incomplete_details", None), "reason")
            problem = errors.refused if reason == "content_filter" else errors.too_long
            raise problem(self.request_id)
        if status != "completed":
            raise provider_errors.cut_off(errors.PROVIDER, self.request_id)
        return self._completed_text()

    def _completed_text(self) -> str:
        contents = [
            content
            for item in getattr(self._response, "output", None) or []
            for content in getattr(item, "content", None) or []
        ]
        if any(getattr(content, "type", None) == "refusal" for content in contents):
            raise errors.refused(self.request_id)
        texts = [
            _text(content, "text") or "" for content in contents if getattr(content, "type", None) == "output_text"
        ]
        return "".join(texts) or "".join(self._pieces)


def _tokens(usage: Any) -> Tokens | None:
    if usage is None:
        return None
    details = getattr(usage, "input_tokens_details", None)
    return Tokens(
        input=_count(usage, "input_tokens"),
        output=_count(usage, "output_tokens"),
        cached=_count(details, "cached_tokens"),
    )


def _count(holder: Any, name: str) -> int:
    value = getattr(holder, name, None)
    return value if isinstance(value, int) else 0


def _text(holder: Any, name: str) -> str | None:
    value = getattr(holder, name, None)
    return value if isinstance(value, str) else None
