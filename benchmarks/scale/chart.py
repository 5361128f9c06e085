"""The chart of docs/scale.md; drawn in the peers' environment, which has matplotlib.

python -m benchmarks.scale.chart build/scale.json docs/images/scale.png
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt  # after the backend is chosen

SHORTEST_SHOWN = 0.2


def draw(curves: Mapping[str, Mapping[str, Sequence[float]]], path: Path) -> None:
    """A panel for each lane: the share of jobs that waited at most so long, a line for each scenario."""
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = plt.subplots(1, 2, figsize=(11, 5), sharey=True, constrained_layout=True)
    for axis, lane in zip(axes, ("high", "normal"), strict=True):
        for name, waits in curves.items():
            shares = [100 * index / len(waits[lane]) for index in range(len(waits[lane]))]
            style = {"1×": "-", "10×": "--", "100×": ":"}[name.partition(",")[0]]
            axis.plot([max(SHORTEST_SHOWN, wait) for wait in waits[lane]], shares, style, label=name, linewidth=1.8)
        axis.set_xscale("log")
        axis.set_xticks([SHORTEST_SHOWN, 1, 10, 60, 600, 3600], ["at once", "1 s", "10 s", "1 min", "10 min", "1 h"])
        axis.minorticks_off()
        axis.set_title(f"{lane} lane: jobs that waited at most …", loc="left", fontsize=10)
        axis.grid(axis="x", alpha=0.25)
    axes[0].set_ylabel("% of the jobs that ran")
    figure.legend(*axes[1].get_legend_handles_labels(), frameon=False, ncols=3, loc="outside lower center")
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
