"""The charts of docs/performance.md; drawn in the peers' environment, which has matplotlib.

python -m benchmarks.charts build/bench.json docs/images/performance.png
python -m benchmarks.charts build/latency.json docs/images/latency.png
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt  # after the backend is chosen

OURS, THEIRS = "#1f6f8b", "#b9c4cc"
OPERATIONS = {"list": "o", "poll": "s", "submit": "^", "rescue": "d"}


def draw(numbers: Mapping[str, Any], path: Path) -> None:
    """Six panels: two of the same work, two of processes and handlers, two of growth."""
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = plt.subplots(3, 2, figsize=(10, 10.5), constrained_layout=True)
    peers = numbers["peers"]
    _bars(axes[0][0], peers["calls"], "Calls of AWS by a worker, per job (5 updates at once)", "{:.1f}")
    _bars(axes[0][1], peers["cpu"], "Its processor time, per job, × floor", "{:.2f}")
    _bars(axes[1][0], numbers["handler"], "API handler time of a poll, × trivial Chalice route", "{:.1f}")
    fresh = {name: 1000 * seconds for name, seconds in numbers["cold_start"].items()}
    _bars(axes[1][1], fresh, "Fresh process, ms", "{:.0f}")
    _lines(axes[2][0], numbers["growth"]["stored"], "Cost by stored jobs of one user")
    _lines(axes[2][1], numbers["growth"]["open"], "Cost by open jobs")
    figure.savefig(path, dpi=110)


def draw_latency(numbers: Mapping[str, Mapping[str, Mapping[str, float]]], path: Path) -> None:
    """One panel for each sign of a job: the seconds that 95 of 100 users wait at most, by situation and system."""
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = plt.subplots(len(numbers), 1, figsize=(8, 2.1 * len(numbers)), constrained_layout=True)
    for axis, (what, systems) in zip(axes, numbers.items(), strict=True):
        height = 0.8 / len(systems)
        for index, (system, seconds) in enumerate(systems.items()):
            rows = [-(place + height * index) for place in range(len(seconds))]
            colour = (OURS, THEIRS)[index]
            drawn = axis.barh(rows, list(seconds.values()), height=height, color=colour, label=system)
            axis.bar_label(drawn, fmt="{:.2f}", padding=3)
        axis.set_yticks([-place for place in range(len(seconds))], list(seconds))
        axis.set_title(f"{what}, p95, s", loc="left", fontsize=10)
        axis.margins(x=0.12)
        axis.tick_params(left=False)
    axes[0].legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
    figure.savefig(path, dpi=110)


def _bars(axis: Any, values: Mapping[str, float], title: str, form: str) -> None:
    names = list(values)[::-1]
    colours = [OURS if _is_ours(name) else THEIRS for name in names]
    drawn = axis.barh(names, [values[name] for name in names], color=colours)
    axis.bar_label(drawn, [form.format(values[name]) for name in names], padding=3)
    axis.set_title(title, loc="left", fontsize=10)
    axis.margins(x=0.12)
    axis.tick_params(left=False)


def _lines(axis: Any, costs: Mapping[str, Mapping[str, Mapping[str, float]]], title: str) -> None:
    sizes = [int(size) for size in costs]
    for operation, marker in OPERATIONS.items():
        of_each = [cost[operation] for cost in costs.values()]
        units = [cost["read_units"] + cost["written_units"] for cost in of_each]
        calls = of_each[-1]["calls"]
        label = f"{operation}: {calls} call{'s' if calls > 1 else ''}"
        axis.plot(sizes, units, marker=marker, label=label)
    axis.set_xscale("log")
    axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axis.minorticks_off()
    axis.set_ylim(bottom=0)
    axis.set_title(title, loc="left", fontsize=10)
    axis.set_ylabel("capacity units")
    axis.legend(frameon=False, loc="center right")


def _is_ours(name: str) -> bool:
    return "casework" in name.lower() or "first poll, shipped" in name


if __name__ == "__main__":
    read = json.loads(Path(sys.argv[1]).read_text())
    if "latency" in read:
        draw_latency(read["latency"], Path(sys.argv[2]))
    else:
        draw(read, Path(sys.argv[2]))
