"""What of quotes that are in no source? One question to the model, with the page, where the words for the value are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.analyses.document_analysis_form7801.fields import value_at
from chalicelib.analyses.document_analysis_form7801.source_names import source_id
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.reading import Reading
from chalicelib.analyses.kit.untrusted import CALL_ID, wrap_call, wrap_document, wrap_tool
from chalicelib.documents.page import Page

MOST_REPAIRS = 30
MOST_PAGE_CHARACTERS = 60_000

Ask = Callable[[Sequence[str]], Mapping[str, Any]]
"""Asks the model with these texts; its answer is the JSON of an `answer_schema.Repairs`."""


def repaired(
    answers: Sequence[Mapping[str, Any]],
    *,
    reading: Reading,
    sources: Sources,
    shown: frozenset[tuple[str, int]],
    names: Mapping[str, str],
    ask: Ask,
) -> list[Mapping[str, Any]]:
    """The flat answers with the quotes that the model could correct; as they are when all quotes are found.

    A new quote counts only where it is in its source: nothing that is asked here can make words up.
    """
    lost = [
        (number, place)
        for number, answer in enumerate(answers)
        for place, entry in enumerate(answer["evidence"])
        if _is_lost(entry, sources, shown)
    ][:MOST_REPAIRS]
    if not lost:
        return list(answers)
    entries = [answers[number]["evidence"][place] for number, place in lost]
    answer = ask(_question(entries, answers, lost, reading=reading, names=names))
    corrected = {number: [dict(entry) for entry in one["evidence"]] for number, one in enumerate(answers)}
    for repair in answer["repairs"]:
        if 1 <= repair["number"] <= len(lost) and repair["quote"].strip():
            document_id = source_id(repair["source"], names)
            if sources.find(repair["quote"], document_id=document_id, page=repair["page"]):
                number, place = lost[repair["number"] - 1]
                corrected[number][place] |= {
                    "quote": repair["quote"],
                    "document_id": document_id,
                    "page": max(1, repair["page"]),
                }
    return [{**answer, "evidence": corrected[number]} for number, answer in enumerate(answers)]


def _is_lost(entry: Mapping[str, Any], sources: Sources, shown: frozenset[tuple[str, int]]) -> bool:
    if (entry["document_id"], entry["page"]) in shown or entry["document_id"] not in sources:
        return False
    found = sources.find(entry["quote"], document_id=entry["document_id"], page=entry["page"])
    return found is None and sources.find_anywhere(entry["quote"]) is None


def _question(
    entries: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
    lost: Sequence[tuple[int, int]],
    *,
    reading: Reading,
    names: Mapping[str, str],
) -> list[str]:
    """The values with their quotes, then the pages that these name."""
    called = {document_id: name for name, document_id in names.items()}
    rows = []
    for number, (entry, (answer, _)) in enumerate(zip(entries, lost, strict=True), 1):
        value = value_at(answers[answer]["form_7801"], entry["field"])
        source = called.get(entry["document_id"], entry["document_id"])
        rows.append(f"{number}. {entry['field']} = {value} | {source}, page {entry['page']} | {entry['quote']}")
    texts = [wrap_tool("quotes that were not found", "\n".join(rows))]
    room = MOST_PAGE_CHARACTERS
    for document_id, page in dict.fromkeys((entry["document_id"], entry["page"]) for entry in entries):
        text = _page(reading, document_id, page)
        if text and len(text.text) <= room:
            room -= len(text.text)
            name = called.get(document_id, document_id)
            is_call = document_id == CALL_ID
            texts.append(wrap_call(text.text) if is_call else wrap_document(name, name=name, pages=[text]))
    return texts


def _page(reading: Reading, document_id: str, number: int) -> Page | None:
    if document_id == CALL_ID:
        return Page(number=1, text=reading.transcript)
    pages = (page for text in reading.texts if text.document.id == document_id for page in text.pages)
    return next((page for page in pages if page.number == number), None)
