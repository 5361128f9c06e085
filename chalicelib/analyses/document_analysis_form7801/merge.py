"""How do the answers about several batches of sources become one? Field by field, by written rules.

1. Filled outranks empty; true outranks false, since false also stands for unknown.
2. A value whose quote stands in a source outranks one whose quote does not.
3. A document outranks the call, but for one that is outdated (`conflicts.is_outdated`).
4. Among documents the first batch wins, of two that differ on an address, a phone, the family status or the bank the
   newer one (`conflicts.NEWEST_COUNTS`); within the call the last one, as a speaker's last word does.
5. A value that loses to another one is kept as a contradiction, with its quote, and is always an issue, but for what a
   speaker says and then corrects.
6. Lists are united; items of different answers that are one thing (`same_item`) are merged field by field by the same
   rules. Items of one answer stay apart: the model saw both, and named two.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.answer import Contradiction, Evidence, Extracted
from chalicelib.analyses.document_analysis_form7801.conflicts import NEWEST_COUNTS, is_outdated
from chalicelib.analyses.document_analysis_form7801.difference import differ
from chalicelib.analyses.document_analysis_form7801.fields import (
    FIELDS,
    LISTS,
    Kind,
    displayed,
    is_filled,
    pattern_of,
    value_at,
)
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.same_item import is_same_item
from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.untrusted import CALL_ID

Place = tuple[int, str]
"""Where a leaf or an item comes from: the number of the answer, and its path there."""


class _Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A value for one field of the merged form."""

    value: Any
    evidence: tuple[Evidence, ...]
    rank: tuple[int, int, int, int]
    was_said: bool
    is_correction: bool = False


def merged(answers: Sequence[Extracted], *, sources: Sources, dates: Mapping[str, date] | None = None) -> Extracted:
    """One answer out of one or more. `dates` are the days of the documents and the call, by id."""
    groups = {list_path: _groups(answers, list_path) for list_path in LISTS}
    paths = dict(chain.from_iterable(_item_paths(list_path, found) for list_path, found in groups.items()))
    form = _blank_form(answers, groups)
    evidence: list[Evidence] = [
        msgspec.structs.replace(entry, field=moved)
        for number, answer in enumerate(answers)
        for entry in answer.evidence
        if (moved := paths.get((number, entry.field)))
    ]
    contradictions: list[Contradiction] = []
    issues: list[Issue] = []
    for path, places in _leaf_places(answers, groups):
        candidates = [_candidate(answers[number], leaf, number, sources, dates or {}) for number, leaf in places]
        value, stood, lost = _winner(candidates, kind=FIELDS[pattern_of(path)])
        _put(form, path, value)
        evidence += (msgspec.structs.replace(entry, field=path) for entry in stood)
        contradictions += (_contradiction(entry, path, one.value) for one in lost for entry in one.evidence)
        issues += (_difference(path, value, one.value) for one in lost if not one.is_correction)
        contradictions += (
            msgspec.structs.replace(entry, field=path)
            for number, leaf in places
            for entry in answers[number].contradictions
            if entry.field == leaf
        )
    return Extracted(
        form=form,
        evidence=tuple(dict.fromkeys(evidence)),
        contradictions=tuple(dict.fromkeys(contradictions)),
        issues=tuple(issues),
    )


def _groups(answers: Sequence[Extracted], list_path: str) -> list[list[tuple[int, int]]]:
    """The items of all answers' lists, those that are one thing together, as (answer, index)."""
    groups: list[list[tuple[int, int]]] = []
    for number, answer in enumerate(answers):
        for index, item in enumerate(value_at(answer.form, list_path)):
            same = (
                group
                for group in groups
                if all(
                    n != number and is_same_item(list_path, value_at(answers[n].form, list_path)[i], item)
                    for n, i in group
                )
            )
            group = next(same, None)
            if group is None:
                groups.append([(number, index)])
            else:
                group.append((number, index))
    return groups


def _item_paths(list_path: str, groups: list[list[tuple[int, int]]]) -> Iterator[tuple[Place, str]]:
    for place, group in enumerate(groups):
        for number, index in group:
            yield (number, f"{list_path}[{index}]"), f"{list_path}[{place}]"


def _blank_form(answers: Sequence[Extracted], groups: Mapping[str, list[list[tuple[int, int]]]]) -> Form:
    form = copy.deepcopy(answers[0].form)
    for list_path, found in groups.items():
        items = [copy.deepcopy(value_at(answers[group[0][0]].form, list_path)[group[0][1]]) for group in found]
        value_at(form, list_path)[:] = items
    return form


def _leaf_places(
    answers: Sequence[Extracted], groups: Mapping[str, list[list[tuple[int, int]]]]
) -> Iterator[tuple[str, list[Place]]]:
    """Every leaf of the merged form, and where its candidates stand."""
    for pattern in FIELDS:
        list_path, separator, name = pattern.partition("[].")
        if not separator:
            yield pattern, [(number, pattern) for number in range(len(answers))]
            continue
        for place, group in enumerate(groups[list_path]):
            yield f"{list_path}[{place}].{name}", [(number, f"{list_path}[{index}].{name}") for number, index in group]


def _candidate(answer: Extracted, path: str, number: int, sources: Sources, dates: Mapping[str, date]) -> _Candidate:
    evidence = tuple(entry for entry in answer.evidence if entry.field == path)
    standing = [entry for entry in evidence if sources.find(entry.quote, document_id=entry.document_id)]
    was_said = bool(evidence) and all(entry.document_id == CALL_ID for entry in standing or evidence)
    age = 0
    if path in NEWEST_COUNTS and not was_said:
        age = -max((dates[one.document_id].toordinal() for one in standing if one.document_id in dates), default=0)
    order = -number if was_said else number
    is_old = bool(standing) and all(is_outdated(one, path, dates) for one in standing)
    rank = (not standing, 2 if is_old else int(was_said), age, order)
    return _Candidate(value=value_at(answer.form, path), evidence=evidence, rank=rank, was_said=was_said)


def _winner(candidates: Sequence[_Candidate], *, kind: Kind) -> tuple[Any, list[Evidence], list[_Candidate]]:
    """The value that counts, its evidence, and what differs from it."""
    filled = sorted((one for one in candidates if is_filled(one.value)), key=lambda one: one.rank)
    if not filled:
        return candidates[0].value, [], []
    best = filled[0]
    lost = [
        msgspec.structs.replace(one, is_correction=one.was_said and best.was_said)
        for one in filled
        if differ(kind, one.value, best.value)
    ]
    agreeing = (one for one in filled if not differ(kind, one.value, best.value))
    stood = [entry for one in agreeing if kind is not Kind.TEXT or one is best for entry in one.evidence]
    return best.value, stood, lost


def _contradiction(entry: Evidence, path: str, value: Any) -> Contradiction:
    return Contradiction(
        field=path, document_id=entry.document_id, page=entry.page, quote=entry.quote, value=str(value)
    )


def _difference(path: str, kept: Any, lost: Any) -> Issue:
    message = f"Parts of the sources were read differently: {displayed(kept)} and {displayed(lost)}."
    params = {"first": displayed(kept), "second": displayed(lost), "kept": displayed(kept)}
    return Issue(
        field=path, code="sources_differ", message=f"{message} The form holds {displayed(kept)}.", params=params
    )


def _put(form: Form, path: str, value: Any) -> None:
    parent, _, name = path.rpartition(".")
    value_at(form, parent)[name] = value
