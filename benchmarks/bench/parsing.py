"""The yardstick: how long tree-sitter alone takes to parse the same files, on as many processes as Forethought uses."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from analyzers import languages, syntax
from lsp_server.workspace import NEVER_ENTERED


def source_files(root: Path) -> list[Path]:
    """The files that are parsed, the largest first, so that the last process to finish is not late."""
    found = (path for path in root.rglob("*") if languages.for_path(path.name) and not NEVER_ENTERED & {*path.parts})
    return sorted((path for path in found if path.is_file()), key=lambda path: -path.stat().st_size)


def parse_alone_s(root: Path, processes: int) -> float:
    """Seconds of wall time to read and parse every file once; the processes are running and warm before it starts."""
    shares = [[str(path) for path in source_files(root)[start::processes]] for start in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_warm, range(processes)))
        start = time.perf_counter()
        parsed = sum(pool.map(_parse_all, shares))
        seconds = time.perf_counter() - start
    assert parsed == sum(map(len, shares))
    return seconds


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _warm(_: int) -> None:
    for language in languages.LANGUAGES:
        syntax.parse(language.grammar(), b"")


def _parse_all(paths: list[str]) -> int:
    for path in paths:
        language = languages.for_path(path)
        assert language is not None
        with open(path, "rb") as file:
            syntax.parse(language.grammar(), file.read())
    return len(paths)
