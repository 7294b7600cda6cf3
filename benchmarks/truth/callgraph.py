"""Scores call graphs against expected ones: PyCG's micro-benchmark and its extension, or any file in their form.

Each line of the data is a case: `files` (name to text) and `callgraph` (caller to callees, modules included, built-in
callees as `<builtin>.len`). Precision and recall are over all edges of all cases; a case is exact when its edges are
those expected. PyCG itself is judged the same way.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Graph = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Case:
    """One program and the calls that it makes."""

    name: str
    files: dict[str, str]
    callgraph: Graph


@dataclass(frozen=True, slots=True)
class GraphScore:
    """Figures over all cases; `inexact` says for each other case which edges are missing and which are too many."""

    precision: float
    recall: float
    exact: int
    of: int
    inexact: dict[str, tuple[list[str], list[str]]]


def load(path: Path) -> list[Case]:
    """The cases of a data file."""
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [Case(line["case"], line["files"], line["callgraph"]) for line in lines]


def score(cases: Sequence[Case], graphs: Sequence[Graph]) -> GraphScore:
    """The figures of the graphs found for the cases, in the same order."""
    hit = given = total = exact = 0
    inexact = {}
    for case, graph in zip(cases, graphs, strict=True):
        expected, found = _edges(case.callgraph), _edges(graph)
        hit += len(expected & found)
        given += len(found)
        total += len(expected)
        if expected == found:
            exact += 1
        else:
            inexact[case.name] = (_shown(expected - found), _shown(found - expected))
    return GraphScore(hit / max(given, 1), hit / max(total, 1), exact, len(cases), inexact)


def analyse(cases: Sequence[Case], graph_of: Callable[[Path], Graph]) -> list[Graph]:
    """Writes each case's files into a folder of its own and asks for its graph."""
    graphs = []
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in case.files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            graphs.append(graph_of(Path(folder)))
    return graphs


def _edges(graph: Graph) -> set[tuple[str, str]]:
    return {(caller, callee) for caller, callees in graph.items() for callee in callees}


def _shown(edges: set[tuple[str, str]]) -> list[str]:
    return sorted(f"{caller} -> {callee}" for caller, callee in edges)
