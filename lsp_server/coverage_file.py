"""coverage.py's data file, read as it lies on disk: the second and last place that opens SQLite.

It is another program's database with another program's schema, so it does not belong to the store. Opened read-only
and without creating anything; a file of another version, or one that is being written, gives nothing.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from analyzers.evidence.coverage import FileCoverage, unpack

NAME = ".coverage"
ROWS_MAX = 2_000_000


def read_coverage(path: Path) -> list[FileCoverage]:
    """Every measured file with its lines and contexts; empty where the file is missing, foreign or busy."""
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=0)) as database:
            files = dict(database.execute("select id, path from file"))
            contexts = dict(database.execute("select id, context from context"))
            bits = "select file_id, context_id, numbits from line_bits limit ?"
            rows = database.execute(bits, (ROWS_MAX,)).fetchall()
            arcs = database.execute("select file_id, context_id, fromno, tono from arc limit ?", (ROWS_MAX,)).fetchall()
    except sqlite3.Error:
        return []
    lines: dict[int, dict[str, set[int]]] = {}
    for file_id, context_id, numbits in rows:
        ran = lines.setdefault(file_id, {}).setdefault(contexts.get(context_id, ""), set())
        ran |= unpack(numbits)
    for file_id, context_id, start, end in arcs:
        # Branch measurement keeps jumps instead of lines; negative ends are entries and exits.
        ran = lines.setdefault(file_id, {}).setdefault(contexts.get(context_id, ""), set())
        ran |= {line for line in (start, end) if line > 0}
    return [
        FileCoverage(
            name,
            frozenset().union(*lines.get(file_id, {}).values()),
            {context: frozenset(ran) for context, ran in lines.get(file_id, {}).items() if context},
        )
        for file_id, name in files.items()
    ]
