"""coverage.py's data as values: which lines ran, and under which test where contexts were recorded.

Owns the packing of line numbers that coverage's SQLite file uses (`numbits`) and the wording of its contexts. Opening
the file is `lsp_server`'s business.
"""

from __future__ import annotations

import json

import msgspec

from analyzers.evidence.last_failed import node_id

LINES_MAX = 1_000_000


class FileCoverage(msgspec.Struct, frozen=True, gc=False):
    """What ran of one file; `path` as coverage wrote it, lines counted from 1."""

    path: str
    lines: frozenset[int]
    contexts: dict[str, frozenset[int]] = {}
    """The lines that each context ran; only where contexts were recorded."""


def unpack(numbits: bytes) -> frozenset[int]:
    """The line numbers in coverage's packing: bit `n % 8` of byte `n // 8` stands for line `n`."""
    return frozenset(
        at * 8 + bit for at, byte in enumerate(numbits[: LINES_MAX // 8]) if byte for bit in range(8) if byte >> bit & 1
    )


def read_json(text: str) -> list[FileCoverage]:
    """The files of `coverage json`, with contexts where it was asked to show them; other JSON gives none."""
    try:
        data = json.loads(text)
    except ValueError:
        return []
    files = data.get("files") if isinstance(data, dict) else None
    found = []
    for path, entry in files.items() if isinstance(files, dict) else ():
        if not isinstance(entry, dict):
            continue
        by_line = entry.get("contexts")
        contexts: dict[str, set[int]] = {}
        for line, names in by_line.items() if isinstance(by_line, dict) else ():
            for name in names:
                if name and line.isdigit():
                    contexts.setdefault(name, set()).add(int(line))
        lines = frozenset(line for line in entry.get("executed_lines", ()) if isinstance(line, int))
        found.append(FileCoverage(path, lines, {name: frozenset(ran) for name, ran in contexts.items()}))
    return found


def test_of_context(context: str) -> tuple[str, str] | None:
    """(path, test) of a context, for pytest-cov's (`tests/test_a.py::test_b|run`); (``, name) for dynamic ones
    (`tests.test_a.TestA.test_b`); None for the context without a name."""
    name, bar, phase = context.rpartition("|")
    if bar and phase in ("run", "setup", "teardown"):
        context = name
    if not context:
        return None
    return node_id(context) if "::" in context else ("", context)


def tests_of_span(coverage: FileCoverage, first: int, last: int) -> list[str]:
    """The contexts that ran a line of the span `first` to `last`, both included and counted from 1.

    A definition's first line runs when its module is imported, so a span of several lines counts without it.
    """
    low = first + 1 if last > first else first
    return sorted(name for name, lines in coverage.contexts.items() if any(low <= line <= last for line in lines))
