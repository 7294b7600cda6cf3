"""`python -m benchmarks.truth`: exports the pinned packages, scores them against recordings, and prints the table.

Packages are fetched from the package index by hash. Recordings were made by `benchmarks.truth.recorder` (or a plugin
with the same format) and lie in `--recordings`; call graph cases (PyCG's micro-benchmark and SWARM-CG's extension of
it, one JSON object a line) lie in `--callgraphs`. Any other package: `--package NAME --recording FILE --root FOLDER`.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.sdist import CLICK, MARSHMALLOW, TOMLKIT, Unreachable
from benchmarks.truth import callgraph, peers, score

HERE = Path(__file__).resolve()
SHARED = HERE.parents[3] / "shared"
PINNED = (CLICK, MARSHMALLOW, TOMLKIT)
ANALYSIS_S_MAX = 1800
SKIPPED_FOLDERS = shutil.ignore_patterns(".git", "__pycache__")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth", description=__doc__)
    parser.add_argument("--recordings", type=Path, default=SHARED / "truth", help="folder of NAME-VERSION.json.gz")
    parser.add_argument("--callgraphs", type=Path, default=SHARED / "data" / "callgraph", help="folder of *.jsonl")
    parser.add_argument("--package", action="append", help="only this one; with --recording and --root: any package")
    parser.add_argument("--recording", type=Path, help="the recording of --package")
    parser.add_argument("--root", type=Path, help="the sources of --package, as they were recorded")
    parser.add_argument("--export", type=Path, help="score this export of --package instead of making one")
    parser.add_argument("--data", type=Path, action="append", help="only these call graph cases")
    parser.add_argument("--shallow", action="store_true", help="score what linking by name says, before deep answers")
    parser.add_argument("--json", action="store_true", help="print JSON for a program to read")
    arguments = parser.parse_args()
    found = {} if arguments.data else _packages(arguments)
    graphs = {} if arguments.package else _graphs(arguments)
    if arguments.json:
        print(json.dumps({"packages": _plain(found), "callgraphs": _plain(graphs)}, indent=2))
    else:
        if found:
            print(_table(found))
        if graphs:
            print(_graph_table(graphs))
    if not found and not graphs:
        sys.exit("truth: nothing was measured")


def _packages(arguments: argparse.Namespace) -> dict[str, score.Scores]:
    chosen: dict[str, tuple[Path | None, Path]] = {}
    if arguments.recording:
        name = (arguments.package or [arguments.recording.name.partition("-")[0]])[0]
        chosen[name] = (arguments.root, arguments.recording)
    else:
        for sdist in PINNED:
            if not arguments.package or sdist.name in arguments.package:
                try:
                    chosen[sdist.name] = (
                        sdist.unpacked(),
                        arguments.recordings / f"{sdist.name}-{sdist.version}.json.gz",
                    )
                except Unreachable as error:
                    print(f"truth: skipped: {error}", file=sys.stderr)
    found = {}
    for name, (root, recording) in chosen.items():
        if not recording.is_file():
            print(f"truth: skipped: {name} has no recording at {recording}", file=sys.stderr)
            continue
        rows = _rows(arguments.export) if arguments.export else _exported(root or Path("."), arguments.shallow)
        found[name] = score.score(rows, _recording(recording))
    return found


def _graphs(arguments: argparse.Namespace) -> dict[str, callgraph.GraphScore]:
    files = arguments.data or sorted(arguments.callgraphs.glob("*.jsonl"))
    found = {}
    for file in files:
        cases = callgraph.load(file)
        found[file.stem] = callgraph.score(cases, callgraph.analyse(cases, _callgraph))
    return found


def _exported(root: Path, shallow: bool) -> list[dict[str, Any]]:
    """What `forethought export` says of a copy of the package, in a store of its own."""
    with tempfile.TemporaryDirectory(prefix="forethought-truth-") as temporary:
        copy = Path(temporary).resolve() / root.resolve().name
        shutil.copytree(root, copy, ignore=SKIPPED_FOLDERS)
        (copy / ".git").mkdir()
        environment = _isolated(Path(temporary))
        if shallow:
            _forethought(environment, "analyze", str(copy), "--json", "--shallow")
        output = Path(temporary) / "export.jsonl"
        _forethought(environment, "export", str(copy), "--output", str(output), *(["--shallow"] if shallow else []))
        return _rows(output)


def _callgraph(root: Path) -> callgraph.Graph:
    with tempfile.TemporaryDirectory(prefix="forethought-truth-") as temporary:
        text = _forethought(_isolated(Path(temporary)), "export", str(root), "--callgraph")
        graph: callgraph.Graph = json.loads(text)
        return graph


def _forethought(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "lsp_server.cli", *arguments],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[2]), **environment},
        capture_output=True,
        text=True,
        timeout=ANALYSIS_S_MAX,
        check=False,
    )
    if done.returncode:
        sys.exit(f"truth: forethought {' '.join(arguments)} failed:\n{done.stderr.strip()}")
    return done.stdout


def _isolated(base: Path) -> dict[str, str]:
    """Keeps a measurement away from the user's own stores and settings."""
    return {
        "FORETHOUGHT_CACHE_DIR": str(base / "cache"),
        "FORETHOUGHT_STATE_DIR": str(base / "state"),
        "FORETHOUGHT_CONFIG": str(base / "config.toml"),
        "FORETHOUGHT_SLEEP_ENABLED": "false",
    }


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _recording(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    parsed: dict[str, Any] = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    return parsed


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dataclasses.asdict(value) for name, value in found.items()}


def _table(found: Mapping[str, score.Scores]) -> str:
    """Recall · observed share for each package and the mean, with the peers' figures, the floor and the goal."""
    names = list(found)
    rows: list[list[str]] = [["recall · observed share", *names, "mean", "floor", "goal"]]

    def figures(label: str, key: str, pairs: list[tuple[float, float]]) -> None:
        mean = (statistics.fmean(recall for recall, _ in pairs), statistics.fmean(share for _, share in pairs))
        rows.append([label, *map(_pair, pairs), _pair(mean), _pair(peers.FLOORS.get(key)), _pair(peers.GOALS.get(key))])

    for worst in score.RANKS:
        pairs = [(each.callers[worst].recall, each.callers[worst].share) for each in found.values()]
        figures(f"callers, {worst} and better", f"callers {worst}", pairs)
    for peer, known in peers.CALLERS.items():
        rows.append([f"  {peer}", *(_pair(known.get(name)) for name in names), "", "", ""])
    for worst in score.RANKS:
        pairs = [(each.raises[worst].recall, each.raises[worst].share) for each in found.values()]
        figures(f"raises, {worst} and better", f"raises {worst}", pairs)
    for size in score.CONSTANT_SIZES:
        pairs = [(each.raises_constant[size].recall, each.raises_constant[size].share) for each in found.values()]
        figures(f"  the {size} commonest everywhere", "", pairs)
    named = [each.raises["possible"].given / max(each.ran, 1) for each in found.values()]
    rows.append(
        ["raises named a function", *(f"{each:.2f}" for each in named), f"{statistics.fmean(named):.2f}", "5", "5"]
    )
    figures("tests", "tests", [(each.tests.recall, each.tests.share) for each in found.values()])
    none = [each.none for each in found.values()]
    mean = statistics.fmean(each.recall for each in none)
    rows.append(["may return None: recall", *(f"{each.recall:.3f}" for each in none), f"{mean:.3f}", ".92", ".98"])
    for label, counts in {
        "  never, and wrong": [(each.never_and_wrong, each.of) for each in none],
        "  said without need": [(each.said_without_need, each.of_values) for each in none],
        "  unknown": [(each.unknown, each.of + each.of_values) for each in none],
    }.items():
        share = statistics.fmean(part / max(whole, 1) for part, whole in counts)
        rows.append([label, *(f"{part} of {whole}" for part, whole in counts), f"{share:.1%}", "", ""])
    rows.append(["functions found", *(f"{each.found} of {each.ran}" for each in found.values()), "", "", ""])
    return _columns(rows)


def _graph_table(graphs: Mapping[str, callgraph.GraphScore]) -> str:
    rows = [["call graphs", "precision", "recall", "exact"]]
    for name, each in graphs.items():
        rows.append([name, f"{each.precision:.3f}", f"{each.recall:.3f}", f"{each.exact} of {each.of}"])
        for peer, (precision, recall, exact) in peers.CALLGRAPHS.get(name, {}).items():
            rows.append([f"  {peer}", f"{precision:.3f}", f"{recall:.3f}", str(exact)])
    inexact = [
        f"{name}: {case}"
        + "".join(f"\n    missing {edge}" for edge in missing)
        + "".join(f"\n    extra   {edge}" for edge in extra)
        for name, each in graphs.items()
        for case, (missing, extra) in each.inexact.items()
    ]
    return "\n".join([_columns(rows), *inexact])


def _pair(pair: tuple[float | None, float | None] | None) -> str:
    if pair is None or pair == (None, None):
        return ""
    return " · ".join("–" if value is None else f"{value:.3f}" for value in pair)


def _columns(rows: list[list[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return (
        "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
