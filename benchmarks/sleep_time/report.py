"""What is written at the end: tables as Markdown, everything as JSON. Plots are `plots`'s."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.sleep_time.bootstrap import Estimate
from benchmarks.sleep_time.findings import Cell, Finding, Table


def write(folder: Path, findings: Sequence[Finding], about: dict[str, object]) -> list[Finding]:
    """`results.json` and `tables.md` in a folder, with what earlier runs wrote of other experiments; all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "results.json"
    experiments = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for finding in findings:
        experiments[str(finding.number)] = {**msgspec.to_builtins(finding), "about": about}
    experiments = dict(sorted(experiments.items()))
    file.write_text(json.dumps(experiments, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    everything = [msgspec.convert(each, Finding) for each in experiments.values()]
    (folder / "tables.md").write_text("\n".join(markdown(finding) for finding in everything), encoding="utf-8")
    return everything


def markdown(finding: Finding) -> str:
    """One experiment as Markdown."""
    parts = [f"## {finding.number}. {finding.title}\n"]
    parts += [_table(table) for table in finding.tables]
    if finding.said:
        parts.append("\n".join(f"- {sentence}" for sentence in finding.said) + "\n")
    parts += [f"![{plot.title}]({plot.name}.svg)\n" for plot in finding.plots]
    return "\n".join(parts)


def _table(table: Table) -> str:
    lines = [
        f"**{table.name}**\n",
        f"| {' | '.join(table.columns)} |",
        f"|{' --- |' * len(table.columns)}",
        *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in table.rows),
    ]
    return "\n".join([*lines, *([f"\n{table.note}"] if table.note else []), ""])


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Estimate):
        return f"{_short(cell.mean)} [{_short(cell.low)}, {_short(cell.high)}]"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _short(value: float) -> str:
    return f"{value:.2f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.2f}"
