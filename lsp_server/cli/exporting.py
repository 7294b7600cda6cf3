"""`forethought export`: one JSON object a line for every function and method. What is not known is left out.

The export analyses the files as they are, whole, since a record keeps only the best of each list; `--shallow` reads
what linking by name says instead, and `--callgraph` writes who calls whom as one object.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from analyzers.records import Record
from lsp_server import prepared
from lsp_server.cli.exits import FAILED, USAGE, Failure
from lsp_server.cli.opening import open_view
from lsp_server.cli.paths import folder_of
from lsp_server.view import View

if TYPE_CHECKING:
    from analyzers.inference.analysis import Analysis


def export(path: Path, output: str, *, shallow: bool, callgraph: bool = False) -> None:
    """Writes the export to a file, or to standard output for `-`."""
    if shallow and callgraph:
        raise Failure(USAGE, "--callgraph needs the analysis: it goes without --shallow")
    rows: Iterable[Mapping[str, object]]
    if callgraph:
        rows = [_whole(folder_of(path)).callgraph()]
    else:
        rows = _linked(open_view(path)) if shallow else _whole(folder_of(path)).export()
    encoder = msgspec.json.Encoder()
    lines = (encoder.encode(row) + b"\n" for row in rows)
    if output == "-":
        for line in lines:
            sys.stdout.buffer.write(line)
        sys.stdout.flush()
        return
    _write(Path(output), lines)


def _write(target: Path, lines: Iterable[bytes]) -> None:
    # Written beside its place and moved there whole: nobody reads half an export.
    temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            for line in lines:
                file.write(line)
        temporary.replace(target)
    except OSError as error:
        raise Failure(FAILED, f"{target}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _whole(root: Path) -> Analysis:
    from lsp_server.whole import RECURSION_MAX, analysed

    sys.setrecursionlimit(max(RECURSION_MAX, sys.getrecursionlimit()))
    return analysed(root).analysis


def _linked(view: View) -> Iterator[dict[str, object]]:
    for path in sorted(view.paths()):
        facts = view.index_facts(path)
        for symbol in facts.symbols if facts is not None else ():
            if symbol.kind in {"function", "method"}:
                record = prepared.record(view, path, symbol.qualname)
                if record is not None:
                    yield row(record)


def row(record: Record) -> dict[str, object]:
    """One function as linking by name knows it; a field that nobody has looked into is absent."""
    return {
        "path": record.path,
        "name": record.name,
        "kind": record.kind,
        "line": record.line,
        "callers": [
            {
                "path": edge.place.path,
                "name": edge.place.symbol,
                "line": edge.place.line,
                "confidence": edge.confidence,
            }
            for edge in record.callers
        ],
        "raises": [{"type": each.type, "confidence": each.confidence} for each in record.raises],
        "tests": [{"path": each.path, "name": each.name, "confidence": each.confidence} for each in record.tests],
    }
