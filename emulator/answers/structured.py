"""Which answer does this schema ask for? A form, advice on a form, a call, or parts combined; then it is filled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.answers.call import call_answer, combined, partial_answers
from emulator.answers.case_facts import read_facts
from emulator.answers.case_view import view_of_form
from emulator.answers.counsel import advice
from emulator.answers.form7801 import form_answer, names_of
from emulator.answers.planted import plant_in
from emulator.plants import Plants
from emulator.schema_fill import fill

_CALL_NAMES = {"call_summary", "documents_requested_list", "key_legal_points", "chance_of_approval"}


def structured_answer(schema: Mapping[str, Any], prompt: str, *, plants: Plants) -> Any:
    """An instance of the schema, from what the prompt holds; with what is to be planted in it."""
    known = _known(schema, prompt)
    known, planted = plant_in(known, kinds=plants.kinds, prompt=prompt)
    plants.record(planted)
    return fill(schema, known, known=names_of(known))


def free_answer(prompt: str) -> str:
    """What the model says when it is asked for no shape."""
    facts = read_facts(prompt)
    return str(form_answer(facts)["summary"])


def _known(schema: Mapping[str, Any], prompt: str) -> dict[str, Any]:
    asks_for_call = bool(_CALL_NAMES & set(_property_names(schema)))
    parts = partial_answers(prompt)
    facts = read_facts(prompt)
    if parts and not facts.sources:
        return _from_parts(parts, prompt)
    form = form_answer(facts)
    return {**form, **call_answer(facts, prompt)} if asks_for_call else form


def _from_parts(parts: list[dict[str, Any]], prompt: str) -> dict[str, Any]:
    """An answer on answers: the parts of a call combined, or advice on a form that was found before."""
    whole = combined(parts)
    form = whole.get("form_7801") or (whole if "personal_info" in whole else {})
    if not isinstance(form, Mapping) or not form:
        return {"form_7801": {}, **whole}
    return {
        "form_7801": form,
        **advice(view_of_form(form, is_hebrew=bool(re.search("[א-ת]", prompt)))),
        **_others(whole),
    }


def _others(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in whole.items() if name in ("evidence", "issues", "contradictions")}


def _property_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            yield from properties
        for member in schema.values():
            yield from _property_names(member)
    elif isinstance(schema, list):
        for member in schema:
            yield from _property_names(member)
