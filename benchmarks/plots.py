"""Draws plots as SVG, in the peers' environment: `python -m benchmarks.plots FOLDER`, with what to draw as JSON.

The same figures give the same bytes: no date and no random names in the files.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.measured import Plot

mpl.rcParams["svg.hashsalt"] = "onrecord"


def draw(plot: Plot, folder: Path) -> None:
    """Bars from the top down, each with its figure."""
    figure = Figure(figsize=(8, 0.7 + 0.34 * len(plot.bars)), layout="constrained")
    axes = figure.subplots()
    names, values = list(plot.bars), list(plot.bars.values())
    bars = axes.barh(names, values, color="#35618f")
    axes.bar_label(bars, labels=[f"{value:,.0f}" for value in values], padding=3, fontsize=9)
    axes.invert_yaxis()
    axes.set_title(f"{plot.title} ({plot.unit})", fontsize=10, loc="left")
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)
    figure.savefig(folder / f"{plot.name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    for told in json.load(sys.stdin):
        draw(Plot(**told), Path(sys.argv[1]))
