"""The prompts hold no text of the test cases: a model that is measured on them must not have read them before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.analyses.kit import prompts
from chalicelib.documents.normalise import words

PROMPTS = sorted((Path(prompts.__file__).parents[1] / "prompts").glob("*.md"))
DATA = Path(__file__).parents[3] / "data"
WORDS_IN_A_ROW = 3
BENEFIT = "תאונת עבודה דמי פגיעה נכות מעבודה ביטוח לאומי קופת חולים משרה מלאה לפני שנתיים"
"""What the law and the benefit are called is in every claim."""


def texts() -> Iterator[tuple[str, str]]:
    for path in sorted(DATA.glob("*_case/*")):
        if path.suffix in (".txt", ".html"):
            yield path.parent.name, path.read_text(encoding="utf-8")
        if path.name == "expected.json":
            yield path.parent.name, "\n".join(_strings(json.loads(path.read_bytes())))


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _strings(inner)


def runs(text: str) -> set[tuple[str, ...]]:
    """Every run of three words with Hebrew or a number in it."""
    found = words(text)
    every = (found[at : at + WORDS_IN_A_ROW] for at in range(len(found) - WORDS_IN_A_ROW + 1))
    return {run for run in every if any(not word.isascii() or word.isdecimal() for word in run)}


@pytest.mark.parametrize("path", PROMPTS, ids=lambda path: path.stem)
def test_a_prompt_shares_no_run_of_words_with_a_case(path: Path) -> None:
    prompt = runs(path.read_text(encoding="utf-8"))
    known = set(words(BENEFIT))

    shared = {(case, run) for case, text in texts() for run in prompt & runs(text) if not set(run) <= known}

    assert shared == set()


def test_the_days_and_invented_names_of_the_cases_are_in_no_prompt() -> None:
    telling = {"כרמלון", "carmelon", "2026-02-03", "28/05/2026", "28.05.2026", "3.2.2026"}

    assert [path.name for path in PROMPTS if telling & set(words(path.read_text(encoding="utf-8")))] == []
