"""The answer that a schema asks for: what is known of the texts, the parts of an answer combined, or advice."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.answers.known import Known, joined
from emulator.answers.labelled import labelled_values
from emulator.answers.planted import obey, plant_in
from emulator.answers.prepared import known_case
from emulator.answers.sources import TEXT_ID, Line, Source, read_sources
from emulator.plants import Plants
from emulator.schema_fill import fill

_TOOL = re.compile(r"<tool name=\"(?P<name>[^\"]*)\">\s*(?P<text>.*?)\s*</tool>", re.DOTALL)
_MACHINE = re.compile(r"\b(?:AI|LLM|language model)\b|בינה (?:ה)?מלאכותית|מודל (?:ה)?שפה")
_SPEAKER = re.compile(r"^(?:AI|Assistant|Bot|User|Customer|Caller)\s*:\s*", re.IGNORECASE)


def structured_answer(schema: Mapping[str, Any], prompt: str, *, plants: Plants) -> Any:
    """An instance of the schema, from what the prompt holds; with what is to be planted in it."""
    sources = read_sources(prompt)
    known, planted = plant_in(known_of(sources or [_whole(prompt)]), kinds=plants.kinds)
    answer = known.answer() | {"instructions_to_ai": addressed_to_ai(sources)}
    parts = partial_answers(prompt)
    if parts and not sources and not _is_form(parts):
        answer = combined(parts)
    answer["documents_requested_list"] = _with_old_names(answer.get("documents_requested_list", ()), prompt)
    if "obey_injections" in plants.kinds:
        planted += obey(answer, prompt)
    filled = fill(schema, answer, known=_by_name(answer))
    # A question about something else has no place for a mistake.
    rendered = json.dumps(filled, ensure_ascii=False)
    plants.record([one for one in planted if one.kind == "obey_injections" or _is_in(one.value, rendered)])
    return filled


def _is_in(value: Any, rendered: str) -> bool:
    return json.dumps(value, ensure_ascii=False).strip('"') in rendered


def free_answer(prompt: str) -> str:
    """What the model says when it is asked for no shape."""
    return str(known_of(read_sources(prompt)).advice.get("summary", ""))


def known_of(sources: Sequence[Source]) -> Known:
    """What the sources say: prepared facts when they are of a prepared case, else their labelled values."""
    return known_case(sources) or labelled_values(sources)


def addressed_to_ai(sources: Sequence[Source]) -> list[str]:
    """The lines, each verbatim, that name the machine which reads them: a rule, where a model would understand."""
    spoken = (_SPEAKER.sub("", line.text) for source in sources for line in source.lines)
    return [words for words in spoken if _MACHINE.search(words)]


def partial_answers(prompt: str) -> list[dict[str, Any]]:
    """The answers that a prompt holds in its tool fences; [] when it holds none."""
    found = []
    for match in _TOOL.finditer(prompt):
        try:
            value = json.loads(match.group("text"))
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def combined(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One answer of several."""
    whole: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            whole[name] = joined(whole.get(name), value)
    return whole


def _is_form(parts: Sequence[Mapping[str, Any]]) -> bool:
    return any("personal_info" in part for part in parts)


def _whole(prompt: str) -> Source:
    """The prompt as one source: enough to see which case it is about."""
    return Source(id=TEXT_ID, name="", lines=(Line(source_id=TEXT_ID, page=1, text=prompt),))


def _with_old_names(requested: Sequence[Any], prompt: str) -> list[Any]:
    """Documents asked for before keep exactly their old names."""
    texts = (match.group("text") for match in _TOOL.finditer(prompt) if not match.group("text").startswith("{"))
    before = [line.strip() for text in texts for line in text.splitlines() if line.strip()]

    def named(entry: Mapping[str, Any]) -> Mapping[str, Any]:
        words = set(str(entry.get("name")).split())
        return {**entry, "name": next((old for old in before if words <= set(old.split())), entry.get("name"))}

    return [named(entry) if isinstance(entry, Mapping) else entry for entry in requested]


def _by_name(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Every part of the answer by its own name, for schemas that nest the form differently."""
    known: dict[str, Any] = dict(answer)
    for section, content in answer.get("form_7801", {}).items():
        known[section] = content
        if isinstance(content, Mapping):
            known.update(content)
    return known
