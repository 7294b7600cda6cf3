"""The table and the JSON: each figure with its goal, and whether it was met. Measures nothing."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).resolve().parent.parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number."""

    name: str
    value: float
    unit: str
    most: float | None = None
    """What it must not exceed; None where it is only reported."""
    note: str = ""

    @property
    def met(self) -> bool | None:
        return None if self.most is None else self.value <= self.most


def table(figures: list[Figure]) -> str:
    """Aligned text, one figure a line."""
    rows = [
        (
            figure.name,
            f"{figure.value:,.2f}".rstrip("0").rstrip(".") + f" {figure.unit}",
            "" if figure.most is None else f"<= {figure.most:g} {figure.unit}",
            {True: "met", False: "NOT MET", None: ""}[figure.met],
            figure.note,
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def write(figures: list[Figure], subject: str, name: str = "bench.json") -> Path:
    """Write the figures as JSON, with what they were measured on."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / name
    machine = {"system": platform.platform(), "python": platform.python_version(), "processor": platform.machine()}
    data = {"subject": subject, "machine": machine, "figures": [{**asdict(each), "met": each.met} for each in figures]}
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    return path
