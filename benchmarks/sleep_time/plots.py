"""Plots as SVG, by matplotlib: the only module that knows it, and the package runs without it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.sleep_time.findings import Finding

MISSING = "matplotlib is not installed, so no plots were drawn; it comes with: pip install 'forethought[benchmarks]'"


def draw(folder: Path, findings: Sequence[Finding]) -> list[Path]:
    """One file for each plot. Raises `ImportError` where matplotlib is absent."""
    import matplotlib

    matplotlib.use("svg")
    # The same figures give the same bytes, so that a rerun changes no file.
    matplotlib.rcParams["svg.hashsalt"] = "sleep-time"
    matplotlib.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot

    written = []
    for finding in findings:
        for plot in finding.plots:
            figure, axes = pyplot.subplots(figsize=(6.4, 4.0))
            for marker, series in zip("os^Dvx*P", plot.series, strict=False):
                xs, ys = [each.x for each in series.points], [each.y for each in series.points]
                below = [max(0.0, each.y - each.low) for each in series.points]
                above = [max(0.0, each.high - each.y) for each in series.points]
                axes.errorbar(xs, ys, yerr=(below, above), marker=marker, capsize=2, label=series.label, alpha=0.8)
            axes.set_title(f"{finding.title}: {plot.title}", fontsize=10)
            axes.set_xlabel(plot.x)
            axes.set_ylabel(plot.y)
            axes.grid(alpha=0.3)
            axes.legend(fontsize=8)
            figure.tight_layout()
            file = folder / f"{plot.name}.svg"
            figure.savefig(file, metadata={"Date": None})
            pyplot.close(figure)
            written.append(file)
    return written
