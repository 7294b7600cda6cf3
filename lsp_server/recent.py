"""What was changed lately, function by function: new code has had less time to be found wrong.

Reads only the newest commits and only the files that they touch, so that it can be asked where no history is prepared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from analyzers import languages
from analyzers.evidence.history_log import LOG_ARGUMENTS, read_log
from analyzers.evidence.history_track import Tracked, Tracker, tracked
from lsp_server import git
from lsp_server.history import FILE_BYTES_MAX, LIST_BYTES_MAX, patterns, same_on_disk

COMMITS_MAX = 120
"""Commits that are looked at."""
FILES_MAX = 1_000
SPAN = 40.0
"""After so many commits a change counts for 1/e of what it did."""

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
    return {
        (history.path, each.symbol): math.exp(-min(change.commit for change in each.changes) / SPAN)
        for history in tracker.histories("", complete=False, companions=False)
        for each in history.symbols
        if each.symbol and each.changes
    }


def _at_head(root: Path, wanted: set[str]) -> list[tuple[str, str, int]]:
    """(path, blob, size) of the wanted files that HEAD has, tests apart."""
    listed = git.run_git(root, ["ls-tree", "-r", "-z", "-l", "HEAD"], output_bytes_max=LIST_BYTES_MAX)
    found = []
    for row in listed.output.decode("utf-8", "surrogateescape").split("\0"):
        about, _, path = row.partition("\t")
        fields = about.split()
        language = languages.for_path(path) if path in wanted else None
        if language is not None and not language.is_test_path(path) and len(fields) == 4 and fields[3].isdigit():
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
