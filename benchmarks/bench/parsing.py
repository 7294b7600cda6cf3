"""The yardstick: how long tree-sitter alone takes to parse the same files, on as many processes as Forethought uses."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from analyzers import languages, syntax


def python_files(root: Path) -> list[Path]:
    """The files that are parsed, the largest first, so that the last process to finish is not late."""
    return sorted(root.rglob("*.py"), key=lambda path: -path.stat().st_size)


def parse_alone_s(root: Path, processes: int) -> float:
    """Seconds of wall time to read and parse every file once; the processes are running and warm before it starts."""
    shares = [[str(path) for path in python_files(root)[start::processes]] for start in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_parse_all, [[] for _ in range(processes)]))
        start = time.perf_counter()
        parsed = sum(pool.map(_parse_all, shares))
        seconds = time.perf_counter() - start
    assert parsed == sum(map(len, shares))
    return seconds


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _parse_all(paths: list[str]) -> int:
    language = languages.for_name("python")
    assert language is not None
    grammar = language.grammar()
    for path in paths:
        with open(path, "rb") as file:
            syntax.parse(grammar, file.read())
    return len(paths)
