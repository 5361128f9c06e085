"""Can a live stack be updated from the last release to this one? New stacks and emulators take what those refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra.deploy.checks.view import Properties, Template
from infra.deploy.released import released_tables

FIXED = ("KeySchema", "TableName")
"""Properties whose change replaces a table by an empty one."""


def tables_can_be_updated(template: Template) -> Iterator[str]:
    """DynamoDB takes one new or removed index a table and update; a changed key replaces the table."""
    released = released_tables().get(template.stage, {})
    for name, before in released.items():
        if name not in template.resources:
            yield f"{name} is gone since the last release, with what it stores"
            continue
        now = template.properties(name)
        for fixed in FIXED:
            if now.get(fixed) != before.get(fixed):
                yield f"{name} has another {fixed} than in the last release: it would be replaced by an empty one"
        yield from _index_changes(name, before=before, now=now)


def _index_changes(name: str, *, before: Properties, now: Properties) -> Iterator[str]:
    old, new = _indexes(before), _indexes(now)
    changed = sorted(index for index in old.keys() & new.keys() if old[index] != new[index])
    moved = sorted(old.keys() ^ new.keys())
    for index in changed:
        yield f"{name} changes its index {index}, which DynamoDB refuses: add another, remove this one a release later"
    if len(moved) > 1:
        yield f"{name} adds or removes {', '.join(moved)}: DynamoDB takes one index an update, so one a release"


def _indexes(table: Properties) -> Mapping[str, Properties]:
    return {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", ())}
