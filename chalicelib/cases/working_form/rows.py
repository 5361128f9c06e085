"""Which item of a list is which? A row id follows from what identifies the item, so that it outlives an analysis."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.cases.working_form.model import FormRules, Row

_DIGITS = 10


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a list: `index` is its place in the analysis (None: it is not there), `row` what persons did to it."""

    row_id: str
    index: int | None
    row: Row | None


def row_ids(list_path: str, items: Sequence[Mapping[str, Any]], *, rules: FormRules) -> list[str]:
    """The ids of an analysis's items, in their order.

    Items of one identity are distinguished by the rest of what they say, not by where they are in the list.
    """
    names = [_name(list_path, item, rules=rules) for item in items]
    ids = list(names)
    for name in set(names):
        twins = sorted(
            (place for place, other in enumerate(names) if other == name),
            key=lambda place: msgspec.json.encode(items[place], order="deterministic"),
        )
        for number, place in enumerate(twins[1:], 2):
            ids[place] = f"{name}-{number}"
    return ids


def free_row_id(list_path: str, item: Mapping[str, Any], *, taken: Iterable[str], rules: FormRules) -> str:
    """The id of an item that a person adds beside the taken ones."""
    name, used = _name(list_path, item, rules=rules), set(taken)
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, len(used) + 3))) if one not in used)


def places(
    list_path: str, items: Sequence[Mapping[str, Any]], rows: Mapping[str, Row], *, rules: FormRules
) -> list[Place]:
    """Every row of the list, those of the analysis first, removed ones included.

    A row that persons touched is recognised by its identity, or as the same item in other words; then it keeps its id.
    """
    ids = row_ids(list_path, items, rules=rules)
    found = _of_one_identity(list_path, items, rows, ids=ids, rules=rules)
    left = [index for index in range(len(items)) if index not in found.values()]
    for row_id, row in rows.items():
        if row_id in found:
            continue
        same = (
            index
            for index in left
            if ids[index] not in row.apart and rules.is_same_item(list_path, row.item, items[index])
        )
        index = next(same, None)
        if index is not None:
            found[row_id] = index
            left.remove(index)
    known = {index: row_id for row_id, index in found.items()}
    named = known | _free_ids({index: ids[index] for index in left}, taken=rows)
    of_analysis = [
        Place(row_id=named[index], index=index, row=rows.get(known.get(index, ""))) for index in range(len(items))
    ]
    others = [Place(row_id=row_id, index=None, row=row) for row_id, row in rows.items() if row_id not in found]
    return of_analysis + others


def _of_one_identity(
    list_path: str,
    items: Sequence[Mapping[str, Any]],
    rows: Mapping[str, Row],
    *,
    ids: Sequence[str],
    rules: FormRules,
) -> dict[str, int]:
    """The places of the items that have the identity of a row, by row id.

    Of several items with one identity each row has the one that is the same, and says most of what it said: the
    numbers in their ids follow from which of them an analysis found.
    """
    families = [_family(row_id) for row_id in ids]
    pairs: list[tuple[tuple[bool, int, bool], str, int]] = []
    for row_id, row in rows.items():
        family = _family(row_id)
        apart, count = sum(_family(other) == family for other in row.apart), families.count(family)
        can_tell = rules.is_same_item(list_path, row.item, row.item)
        for index in (index for index, other in enumerate(families) if other == family):
            if ids[index] in row.apart and count <= apart:
                continue  # a new item is none of those that it was shown beside: only one more can be it
            is_own = ids[index] == row_id
            is_same = rules.is_same_item(list_path, row.item, items[index])
            if is_same or (is_own if count == 1 else not can_tell):
                said = [name for name, value in row.item.items() if rules.is_filled(value)]
                alike = sum(items[index].get(name) == row.item[name] for name in said)
                pairs.append(((not is_same, -alike, not is_own), row_id, index))
    found: dict[str, int] = {}
    for _, row_id, index in sorted(pairs, key=lambda pair: pair[0]):
        if row_id not in found and index not in found.values():
            found[row_id] = index
    return found


def _free_ids(ids: Mapping[int, str], *, taken: Iterable[str]) -> dict[int, str]:
    """The ids of the items that are no row, by place: their own, or the next one where a row has it."""
    used, free = set(taken), {}
    for index, row_id in sorted(ids.items(), key=lambda one: one[1] in used):
        name, numbers = _family(row_id), range(2, len(used) + 3)
        free[index] = next(one for one in (row_id, name, *(f"{name}-{n}" for n in numbers)) if one not in used)
        used.add(free[index])
    return free


def _family(row_id: str) -> str:
    """What the ids of all items with one identity begin with."""
    return row_id.partition("-")[0]


def _name(list_path: str, item: Mapping[str, Any], *, rules: FormRules) -> str:
    identity = msgspec.json.encode([list_path, *rules.identity(list_path, item)])
    return f"r{hashlib.sha256(identity).hexdigest()[:_DIGITS]}"
