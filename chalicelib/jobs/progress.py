"""The codes of progress and their English sentences: the one list of them. A code never changes its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONGEST_PARAM = 60
"""Characters of a text among the params: names of files may be long, and the record is small."""

SENTENCES: Mapping[str, str] = {
    "waiting_to_start": "Waiting to start",
    "waiting_to_retry": "Waiting to try again",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "failed": "{title}",
    "working": "{message}",
    "reading_case": "Reading the case",
    "reading_document": "Reading document {n} of {of}: {name}",
    "analysing": "Analysing part {n} of {of}",
    "model_answering": "The model is answering: {characters} characters so far",
    "checking": "Checking every field against the sources",
    "storing": "Storing the result",
}


def reported(said: str, params: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]]:
    """The sentence, the code and the params of a report: a code of the list with its params, or a free sentence."""
    if said not in SENTENCES:
        return said, "working", {"message": _short(said)}
    kept = {name: _short(value) if isinstance(value, str) else value for name, value in params.items()}
    return SENTENCES[said].format(**kept), said, kept


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_PARAM else f"{text[: LONGEST_PARAM - 1]}…"
