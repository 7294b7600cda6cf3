"""What the last test run left in a workspace: the plugin's record, or pytest's cache of last failures. Reads only."""

from __future__ import annotations

from pathlib import Path

from analyzers.evidence.failures import Error, Failure, Report
from analyzers.evidence.last_failed import read_last_failed
from analyzers.evidence.run_record import CACHE_PATH, RECORD_BYTES_MAX, RunRecord, read_run

LAST_FAILED_PATH = ".pytest_cache/v/cache/lastfailed"
"""Where pytest keeps it, unless the project's own configuration says otherwise."""


def last_run(root: Path) -> RunRecord | None:
    """What the plugin recorded; None where it never ran."""
    data = _read(root / CACHE_PATH)
    return read_run(data) if data else None


def last_failed(root: Path) -> Report:
    """The tests that failed last, without what they said: all that is known where the plugin is off."""
    tests = read_last_failed(_read(root / LAST_FAILED_PATH).decode("utf-8", "replace"))
    return Report(tuple(Failure((Error(""),), test, path) for path, test in tests if test))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(RECORD_BYTES_MAX + 1)
    except OSError:
        return b""
