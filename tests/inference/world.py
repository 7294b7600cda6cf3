"""A small world for tests of inference: one text with several files, analysed with typeshed's stubs."""

from __future__ import annotations

from pathlib import Path

from analyzers.inference.analysis import Analysis
from analyzers.records import Record
from lsp_server.library_files import Environment, LibraryFiles, find_typeshed
from tests.fixture import fixture

_LIBRARY = LibraryFiles(Environment(), find_typeshed())


def read_library(module: str) -> tuple[str, bytes] | None:
    found = _LIBRARY.find(module)
    data = _LIBRARY.read(found) if found is not None else None
    return (found.path, data) if found is not None and data is not None else None


def analysed(text: str) -> dict[str, Record]:
    """The records of a fixture's symbols, by `path:qualified name`."""
    return {f"{record.path}:{record.name}": record for record in analysed_records(text)}


def analysed_records(text: str) -> list[Record]:
    """The records of a fixture's symbols, file by file."""
    analysis = _run(text)
    return [record for path in sorted(analysis.settled()) for record in analysis.records(path)]


def graph(text: str) -> dict[str, set[str]]:
    """The call graph of a fixture, without those that call nothing."""
    return {caller: set(callees) for caller, callees in _run(text).callgraph().items() if callees}


def _run(text: str) -> Analysis:
    files = fixture(text).files
    analysis = Analysis(read_library)
    analysis.begin(sorted(files), {})
    for path in sorted(files):
        analysis.update(path, files[path])
    assert analysis.run(lambda: False)
    return analysis


def callers(record: Record) -> set[str]:
    """`name` for a likely caller, `name?` for a possible one, `name!` for a certain one."""
    marks = {"certain": "!", "likely": "", "possible": "?"}
    return {(edge.place.symbol or Path(edge.place.path).stem) + marks[edge.confidence] for edge in record.callers}
