"""A folder's files analysed here and now, without index or sleeper: for exports and benchmarks, which want all of it.

Reads the same files by the same rules as the sleeper does; keeps nothing on disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from lsp_server.deep_files import FileAnalysis
from lsp_server.workspace import Rules, scan

RECURSION_MAX = 10_000
"""Python's frames while bodies are run: code nests deeper than the interpreter's default allows."""


def analysed(root: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> FileAnalysis:
    """The deep analysis of all files under `root`, finished. `progress` hears of files that were read."""
    names = sorted(scan(root, Rules(), time.time_ns()).files)
    analysis = FileAnalysis(root)
    analysis.begin(names)
    for done, name in enumerate(names, 1):
        try:
            analysis.update(name, (root / name).read_bytes())
        except OSError:
            continue  # it went away since it was listed
        progress(done, len(names))
    analysis.run([], lambda: False)
    analysis.settled()
    return analysis
