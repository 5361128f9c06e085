"""One call of a provider's API, as it came over the wire."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Provider = Literal["openai", "anthropic"]
MODEL_PATHS: Mapping[str, Provider] = {
    "/v1/responses": "openai",
    "/v1/chat/completions": "openai",
    "/v1/messages": "anthropic",
}
"""The calls that a model answers: these are logged, and these are what faults happen to."""


_HOW_TO_ANSWER = frozenset({"background", "background_options", "metadata", "store", "stream"})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One call to a model."""

    provider: Provider
    path: str
    body: Mapping[str, Any]

    @property
    def model(self) -> str:
        return str(self.body.get("model") or "")

    @property
    def answer_model(self) -> str:
        """The name of the answering model: nobody shall take its answer for a real one."""
        return f"emulated-{self.model or 'model'}"

    @property
    def streams(self) -> bool:
        return self.body.get("stream") is True

    @property
    def in_background(self) -> bool:
        return self.body.get("background") is True

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the body with its members in order: equal for equal questions, however they are to be answered."""
        question = {name: member for name, member in self.body.items() if name not in _HOW_TO_ANSWER}
        canonical = json.dumps(question, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()
