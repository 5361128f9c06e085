"""What every command prints with: tables for people, one JSON object for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

STORAGE_SILENT = "The stage's tables do not answer just now. Try again in a minute."


def print_table(console: Console, title: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print the rows, or that there are none."""
    if not rows:
        console.print(f"{title}: none")
        return
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name)
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row))
    console.print(table)


def print_json(console: Console, report: dict[str, Any]) -> None:
    """Print the report as JSON."""
    console.print(json.dumps(report, indent=2, ensure_ascii=False), markup=False, highlight=False, soft_wrap=True)
