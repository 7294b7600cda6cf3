"""`forethought export`: one JSON object a line for every function and method. What is not known is left out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from analyzers.records import Depth, Record
from lsp_server import prepared
from lsp_server.cli.exits import FAILED, Failure
from lsp_server.cli.opening import open_view
from lsp_server.view import View


def export(path: Path, output: str) -> None:
    view = open_view(path)
    if output == "-":
        for line in _lines(view):
            sys.stdout.buffer.write(line)
        sys.stdout.flush()
        return
    # Written beside its place and moved there whole: nobody reads half an export.
    target = Path(output)
    temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            for line in _lines(view):
                file.write(line)
        temporary.replace(target)
    except OSError as error:
        raise Failure(FAILED, f"{output}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _lines(view: View) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    for path in sorted(view.paths()):
        facts = view.index_facts(path)
        deep = {record.name: record for record in view.records_in(path)}
        for symbol in facts.symbols if facts is not None else ():
            if symbol.kind not in ("function", "method"):
                continue
            record = deep.get(symbol.qualname) or prepared.record(view, path, symbol.qualname)
            if record is not None:
                yield encoder.encode(row(record)) + b"\n"


def row(record: Record) -> dict[str, object]:
    """One exported function; a field that nobody has looked into yet is absent."""
    known: dict[str, object] = {
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
    if record.depth >= Depth.DEEP:
        known["returns_none"] = record.returns_none
    return known
