"""What was changed lately, function by function, and which files change together with a test's.

New code has had less time to be found wrong, and a test's file was written along with what it tests. Reads only the
newest commits and only the files that they touch, so that it can be asked where no history is prepared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from analyzers import languages
from analyzers.evidence.history import FileHistory, SymbolHistory
from analyzers.evidence.history_log import LOG_ARGUMENTS, read_log
from analyzers.evidence.history_track import Tracked, Tracker, tracked
from lsp_server import git
from lsp_server.history import FILE_BYTES_MAX, LIST_BYTES_MAX, patterns, same_on_disk

COMMITS_MAX = 120
"""Commits that are looked at."""
FILES_MAX = 1_000
SPAN = 40.0
"""After so many commits a change counts for 1/e of what it did."""
TOGETHER_COMMITS_MAX = 40
TOGETHER_FILES_MAX = 15
"""A commit that changes more files than these says nothing of any two of them."""
TOGETHER_S_MAX = 2.0
"""How long git may look for the commits of a file; what it found until then counts."""

Key = tuple[str, str]


def recently_changed(root: Path, symbols: Callable[[str], Sequence[Tracked]]) -> dict[Key, float]:
    """(path, symbol) → how lately it was changed, 1 in the newest commit; nothing where there is no history.

    `symbols` gives those of a path as it is on disk.
    """
    arguments = ["log", *LOG_ARGUMENTS, "-n", str(COMMITS_MAX), "HEAD", "--", *patterns()]
    entries = list(read_log(git.stream_git(root, arguments, globs=True)))
    touched = {diff.path for entry in entries for diff in entry.files}
    if not touched:
        return {}
    tracker = Tracker()
    for path, blob, size in _at_head(root, touched)[:FILES_MAX]:
        found = _symbols(root, path, blob, size, symbols)
        if found is not None:
            tracker.add(path, blob, found)
    for entry in entries:
        tracker.feed(entry)
    order = {commit.name: number for number, commit in enumerate(tracker.commits)}
    return {
        (history.path, each.symbol): math.exp(-_newest(history, each, order) / SPAN)
        for history in tracker.histories("", complete=False, companions=False)
        for each in history.symbols
        if each.symbol and each.changes
    }


def _newest(history: FileHistory, symbol: SymbolHistory, order: Mapping[str, int]) -> int:
    """How many commits ago a symbol was changed last; a history counts the commits of its own file only."""
    return min(order[history.commits[change.commit].name] for change in symbol.changes)


def changed_together(root: Path, path: str) -> dict[str, float]:
    """The files that changed in the newest commits of a test's file, each commit's weight shared among its files."""
    arguments = [
        "log",
        "--full-diff",
        "--name-only",
        "-n",
        str(TOGETHER_COMMITS_MAX),
        "--format=%x00",
        "HEAD",
        "--",
        path,
    ]
    logged = git.run_git(root, arguments, timeout_s=TOGETHER_S_MAX)
    found: dict[str, float] = {}
    for commit in logged.output.decode("utf-8", "surrogateescape").split("\0"):
        files = [each for each in commit.split("\n") if languages.is_source_path(each)]
        for each in files if len(files) <= TOGETHER_FILES_MAX else ():
            found[each] = found.get(each, 0.0) + 1.0 / len(files)
    return found


def _at_head(root: Path, wanted: set[str]) -> list[tuple[str, str, int]]:
    """(path, blob, size) of the wanted files that HEAD has, tests apart."""
    listed = git.run_git(root, ["ls-tree", "-r", "-z", "-l", "HEAD"], output_bytes_max=LIST_BYTES_MAX)
    found = []
    for row in listed.output.decode("utf-8", "surrogateescape").split("\0"):
        about, _, path = row.partition("\t")
        fields = about.split()
        if path in wanted and languages.is_source_path(path) and len(fields) == 4 and fields[3].isdigit():
            found.append((path, fields[2], int(fields[3])))
    return sorted(found)


def _symbols(
    root: Path, path: str, blob: str, size: int, symbols: Callable[[str], Sequence[Tracked]]
) -> Sequence[Tracked] | None:
    if size > FILE_BYTES_MAX:
        return None
    if same_on_disk(root / path, blob, size) is not None:
        return symbols(path)
    language = languages.for_path(path)
    shown = git.run_git(root, ["cat-file", "blob", blob], output_bytes_max=FILE_BYTES_MAX)
    return tracked(language.facts(shown.output)) if shown.ok and language is not None else None
