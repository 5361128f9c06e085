"""What has the model answered so far? A streamed response, put together from its events.

A response may hold several messages. Those of the phase `commentary` are the model thinking aloud; the answer is what
`final_answer` says, or a message without a phase. The same message sent twice is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.adapters import provider_errors
from chalicelib.adapters.model_text import whole_characters
from chalicelib.adapters.openai import errors

_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})
_OPEN = frozenset({"queued", "in_progress"})
_ENDED = frozenset({"completed", "incomplete", "failed", "cancelled"})
_FINAL, _COMMENTARY = "final_answer", "commentary"


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider counted; `input` includes `cached` and `cache_write`, `output` includes the reasoning."""

    input: int
    output: int
    cached: int
    cache_write: int = 0


class StreamedResponse:
    """One response. `add` takes its events in order; after the last one `texts` gives the answer or raises.

    Events are looked at with care: the SDK builds them without checking what the provider sent.
    """

    def __init__(self) -> None:
        self.request_id: str | None = None
        self.id: str | None = None
        self.metadata: Mapping[str, str] = {}
        self.model: str | None = None
        self.tokens: Tokens | None = None
        self._pieces: dict[int, list[str]] = {}
        self._phases: dict[int, str] = {}
        self._characters = 0
        self._response: Any = None

    @property
    def characters(self) -> int:
        """How much text has arrived."""
        return self._characters

    def add(self, event: Any) -> None:
        """Take in one event.

        Raises: the error that an error event reports.
        """
        kind = getattr(event, "type", None)
        if kind == "error":
            raise errors.coded_error(
                _text(event, "code"), request_id=self.request_id, message=_text(event, "message") or ""
            )
        place = getattr(event, "output_index", None) or 0
        if kind == "response.output_item.added":
            self._phases[place] = _text(getattr(event, "item", None), "phase") or ""
        if kind == "response.output_text.delta":
            piece = _text(event, "delta") or ""
            self._pieces.setdefault(place, []).append(piece)
            self._characters += len(piece)
        response = getattr(event, "response", None)
        if response is not None:
            self.model = _text(response, "model") or self.model
        if kind in _ENDS and response is not None:
            self._response = response
            self.tokens = _tokens(getattr(response, "usage", None))

    def take(self, response: Any) -> None:
        """Take in a response as it is read in one piece, ended or not."""
        self.id = _text(response, "id")
        self.model = _text(response, "model") or self.model
        self.metadata = {str(name): str(value) for name, value in (getattr(response, "metadata", None) or {}).items()}
        self.tokens = _tokens(getattr(response, "usage", None))
        self._response = response

    @property
    def is_open(self) -> bool:
        """Whether the provider still works on it."""
        return _text(self._response, "status") in _OPEN

    @property
    def is_readable(self) -> bool:
        """Whether this is a response at all; not so a proxy's page with status 200."""
        return _text(self._response, "status") in _OPEN | _ENDED

    @property
    def seconds(self) -> float | None:
        """How long the provider worked on it, to the second; None when it does not say: only of completed ones it does.

        Source: `created_at` and `completed_at` of the Responses API.
        """
        began_at, ended_at = (getattr(self._response, name, None) for name in ("created_at", "completed_at"))
        if not isinstance(began_at, int | float) or not isinstance(ended_at, int | float) or ended_at < began_at:
            return None
        return float(ended_at - began_at)

    def billed_tokens(self, *, sent: int) -> Tokens | None:
        """What the provider counted, or else an estimate; None when there is nothing to pay: no response had begun, or
        the provider failed at it.

        The estimate is for a response that broke off, whose count never came: `sent`, the most that was sent, and a
        token for each character that arrived. The reasoning is not seen, so it is not in it.
        """
        if self.tokens is not None:
            return self.tokens
        if self.model is None or _text(self._response, "status") == "failed":
            return None
        return Tokens(input=sent, output=self._characters, cached=0)

    def texts(self) -> tuple[str, ...]:
        """The complete answer: usually one text; several when the model sent different ones, the last the newest.

        Raises: ProviderUnavailable when the stream ended early; ProviderRefused; OutputInvalid when the answer was cut
        by its length; what a failed response reports.
        """
        status = _text(self._response, "status")
        if status == "failed":
            error = getattr(self._response, "error", None)
            code, message = _text(error, "code"), _text(error, "message") or ""
            raise errors.coded_error(code, request_id=self.request_id, message=message)
        if status == "incomplete":
            reason = _text(getattr(self._response, "incomplete_details", None), "reason")
            problem = errors.refused if reason == "content_filter" else errors.too_long
            raise problem(self.request_id)
        if status != "completed":
            raise provider_errors.cut_off(errors.PROVIDER, self.request_id)
        return self._completed_texts()

    def _completed_texts(self) -> tuple[str, ...]:
        """Raises: ProviderRefused."""
        messages: dict[int, str] = {}
        for place, item in enumerate(getattr(self._response, "output", None) or []):
            contents = getattr(item, "content", None) or []
            if any(getattr(content, "type", None) == "refusal" for content in contents):
                raise errors.refused(self.request_id)
            self._phases[place] = _text(item, "phase") or ""
            said = (_text(one, "text") or "" for one in contents if getattr(one, "type", None) == "output_text")
            messages[place] = "".join(said)
        return self._answers(messages) or self._answers(
            {place: "".join(pieces) for place, pieces in self._pieces.items()}
        )

    def _answers(self, messages: Mapping[int, str]) -> tuple[str, ...]:
        """The messages that are the answer, each text once, in order."""
        filled = {place: text for place, text in sorted(messages.items()) if text.strip()}
        final = [text for place, text in filled.items() if self._phases.get(place) == _FINAL]
        plain = [text for place, text in filled.items() if self._phases.get(place) != _COMMENTARY]
        return tuple(dict.fromkeys(whole_characters(text) for text in final or plain))


def _tokens(usage: Any) -> Tokens | None:
    if usage is None:
        return None
    details = getattr(usage, "input_tokens_details", None)
    return Tokens(
        input=_count(usage, "input_tokens"),
        output=_count(usage, "output_tokens"),
        cached=_count(details, "cached_tokens"),
        cache_write=_count(details, "cache_write_tokens"),
    )


def _count(holder: Any, name: str) -> int:
    value = getattr(holder, name, None)
    return value if isinstance(value, int) else 0


def _text(holder: Any, name: str) -> str | None:
    value = getattr(holder, name, None)
    return value if isinstance(value, str) else None
