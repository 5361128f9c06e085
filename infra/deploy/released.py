"""What were the tables of the last release? Remembered in git, since live stacks have them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from infra.deploy.checks.view import Properties, Template

TABLE = "AWS::DynamoDB::Table"
RELEASED = Path(__file__).resolve().parent / "released_tables.json"
"""Written by `python -m infra.deploy.check_template --released` when a release is made."""


def released_tables(path: Path = RELEASED) -> Mapping[str, Mapping[str, Properties]]:
    """The tables of the last release, by stage and logical id."""
    found: Mapping[str, Mapping[str, Properties]] = msgspec.json.decode(path.read_bytes())
    return found


def tables_of(template: Template) -> Mapping[str, Properties]:
    """What a release must remember of its tables."""
    kept = ("KeySchema", "TableName", "AttributeDefinitions", "GlobalSecondaryIndexes")
    return {name: {key: table[key] for key in kept if key in table} for name, table in template.of(TABLE)}
