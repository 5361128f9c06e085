"""How is a run of chaos told? One table: what was done to the system, what became of the jobs, which promises held."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.reliability.chaos.verdict import RECOVERY_SECONDS, Figures


def show(console: Console, found: Figures, *, broken: Sequence[str], seconds: float) -> None:
    """Print the figures, and below them every promise that was broken."""
    table = Table(title=f"Chaos, {seconds:.0f} s", title_justify="left")
    table.add_column("what")
    table.add_column("figure", justify="right")
    table.add_column("allowed", justify="right")
    for what, figure, allowed in _rows(found):
        table.add_row(what, figure, allowed)
    console.print(table)
    for sentence in broken:
        console.print(f"[red]Broken:[/red] {escape(sentence)}.", highlight=False)
    if not broken:
        console.print("Every promise was kept.")


def _rows(found: Figures) -> list[tuple[str, str, str]]:
    failed = sum(found.failed.values())
    recovery = found.worst_recovery_seconds
    return [
        *((what, str(count), "") for what, count in sorted(found.counts.items())),
        ("jobs interrupted by these kills", str(found.kills_at_work), "> 0"),
        ("provider calls", str(found.calls), ""),
        ("  failed by the provider", str(found.calls_failed), "> 0"),
        ("submitted", str(found.submitted), str(found.wanted)),
        ("completed", str(found.completed), "> 0"),
        ("failed", str(failed), ""),
        *((f"  {code}", str(count), "") for code, count in sorted(found.failed.items())),
        ("attempts", str(found.attempts), ""),
        ("steps stored", str(found.steps), ""),
        ("repeats of checkpointed calls", str(found.repeats_of_checkpointed_calls), "0"),
        ("repeats of calls in flight", str(found.repeats_of_calls_in_flight), f"≤ {found.kills}"),
        ("lost jobs", str(found.lost_jobs), "0"),
        ("jobs made twice", str(found.jobs_made_twice), "0"),
        ("case/job disagreements", str(found.disagreements), "0"),
        ("locks and counters left behind", str(found.left_behind), "0"),
        ("dead letters", str(found.dead_letters), "0"),
        ("worst recovery time", "–" if recovery is None else f"{recovery:.1f} s", f"≤ {RECOVERY_SECONDS:.0f} s"),
    ]
