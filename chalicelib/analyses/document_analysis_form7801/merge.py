"""How do the answers about several batches of sources become one? Field by field, by written rules.

1. Filled outranks empty; true outranks false, since false also stands for unknown.
2. A value whose quote is in a source outranks one whose quote does not.
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
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.answer import Contradiction, Evidence, Extracted
from chalicelib.analyses.document_analysis_form7801.conflicts import NEWEST_COUNTS, is_outdated
from chalicelib.analyses.document_analysis_form7801.difference import differ
from chalicelib.analyses.document_analysis_form7801.fields import RECORDS, Kind, displayed, is_filled, pattern_of
from chalicelib.analyses.document_analysis_form7801.form import Form, Record, lists_of, sections_of
from chalicelib.analyses.document_analysis_form7801.same_item import is_same_item
from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.untrusted import CALL_ID


class _Part(msgspec.Struct, frozen=True):
    """A section or a list item of one answer, and its path there."""

    number: int
    answer: Extracted
    path: str
    record: Record


class _Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A value for one field of the merged form."""

    value: Any
    evidence: tuple[Evidence, ...]
    rank: tuple[int, int, int, int]
    was_said: bool
    is_correction: bool = False


def merged(answers: Sequence[Extracted], *, sources: Sources, dates: Mapping[str, date] | None = None) -> Extracted:
    """One answer out of one or more. `dates` are the days of the documents and the call, by id."""
    form = copy.deepcopy(answers[0].form)
    evidence: list[Evidence] = []
    contradictions: list[Contradiction] = []
    issues: list[Issue] = []
    for path, record, parts in [*_sections(answers, form), *_items(answers, form)]:
        evidence += (
            msgspec.structs.replace(entry, field=path)
            for part in parts
            for entry in part.answer.evidence
            if entry.field == part.path
        )
        for name, kind in RECORDS[pattern_of(path)].items():
            field = f"{path}.{name}"
            candidates = [_candidate(part, name, sources, dates or {}) for part in parts]
            record[name], stood, lost = _winner(candidates, kind=kind)
            evidence += (msgspec.structs.replace(entry, field=field) for entry in stood)
            contradictions += (_contradiction(entry, field, one.value) for one in lost for entry in one.evidence)
            issues += (_difference(field, record[name], one.value) for one in lost if not one.is_correction)
            contradictions += (
                msgspec.structs.replace(entry, field=field)
                for part in parts
                for entry in part.answer.contradictions
                if entry.field == f"{part.path}.{name}"
            )
    return Extracted(
        form=form,
        evidence=tuple(dict.fromkeys(evidence)),
        contradictions=tuple(dict.fromkeys(contradictions)),
        issues=tuple(issues),
    )


def _sections(answers: Sequence[Extracted], form: Form) -> Iterator[tuple[str, Record, list[_Part]]]:
    """Each section of the new form, and what it is merged of."""
    read = [sections_of(answer.form) for answer in answers]
    for path, record in sections_of(form).items():
        yield path, record, [_Part(n, answer, path, read[n][path]) for n, answer in enumerate(answers)]


def _items(answers: Sequence[Extracted], form: Form) -> Iterator[tuple[str, Record, list[_Part]]]:
    """Each list item of the new form, and what it is merged of: items of different answers that are one thing."""
    for list_path, items in lists_of(form).items():
        groups: list[list[_Part]] = []
        for number, answer in enumerate(answers):
            for index, item in enumerate(lists_of(answer.form)[list_path]):
                part = _Part(number, answer, f"{list_path}[{index}]", item)
                group = next((group for group in groups if _are_one(list_path, group, part)), None)
                if group is None:
                    groups.append([part])
                else:
                    group.append(part)
        items[:] = [copy.deepcopy(group[0].record) for group in groups]
        yield from ((f"{list_path}[{n}]", items[n], group) for n, group in enumerate(groups))


def _are_one(list_path: str, group: Sequence[_Part], part: _Part) -> bool:
    return all(one.number != part.number and is_same_item(list_path, one.record, part.record) for one in group)


def _candidate(part: _Part, name: str, sources: Sources, dates: Mapping[str, date]) -> _Candidate:
    path = f"{part.path}.{name}"
    evidence = tuple(entry for entry in part.answer.evidence if entry.field == path)
    standing = [entry for entry in evidence if sources.find(entry.quote, document_id=entry.document_id)]
    was_said = bool(evidence) and all(entry.document_id == CALL_ID for entry in standing or evidence)
    age = 0
    if path in NEWEST_COUNTS and not was_said:
        age = -max((dates[one.document_id].toordinal() for one in standing if one.document_id in dates), default=0)
    order = -part.number if was_said else part.number
    is_old = bool(standing) and all(is_outdated(one, path, dates) for one in standing)
    rank = (not standing, 2 if is_old else int(was_said), age, order)
    return _Candidate(value=part.record[name], evidence=evidence, rank=rank, was_said=was_said)


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
