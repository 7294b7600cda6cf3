"""What test runs left in a workspace: the plugin's record, pytest's cache of last failures, JUnit's XML. Reads only.

Owns where such files lie. Whether a failure is still current nobody can know without running the test, so what is
newest counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from analyzers.evidence.failing import Left, bare
from analyzers.evidence.failures import Failure, Report
from analyzers.evidence.junit import read_junit
from analyzers.evidence.last_failed import read_last_failed
from analyzers.evidence.run_record import CACHE_PATH, RECORD_BYTES_MAX, RunRecord, read_run
from lsp_server.workspace import NEVER_ENTERED

LAST_FAILED_PATH = ".pytest_cache/v/cache/lastfailed"
"""Where pytest keeps it, unless the project's own configuration says otherwise."""
COVERAGE_NAME = ".coverage"
CONFIG_NAMES = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", "noxfile.py", "Makefile", "package.json")
"""Where a repository says to which file its runner writes."""
CONFIG_BYTES_MAX = 256 << 10
REPORT_FOLDERS = ("", "reports", "test-results", "test-reports", "build/test-results", "build/reports")
"""Where runners write JUnit's XML by convention."""
REPORTS_MAX = 50
FOLDERS_MAX = 200
"""Folders at the root that are looked into for a pytest cache of their own: the parts of a repository of several."""
HEAD_BYTES = 600
"""Of an XML file, to see whether it is a test report."""

_IN_CACHE = (LAST_FAILED_PATH.partition("/")[2], CACHE_PATH.partition("/")[2])
_JUNIT_OPTION = re.compile(r"--junit-?xml[= ]+[\"']?([\w./-]+\.xml)|outputFile[\"']?\s*:\s*[\"']([\w./-]+\.xml)")
_CACHE_OPTION = re.compile(r"^\s*cache_dir\s*=\s*[\"']?([\w./-]+)", re.MULTILINE)


def last_run(root: Path) -> RunRecord | None:
    """What the plugin recorded; None where it never ran."""
    data = _read(root / CACHE_PATH)
    return read_run(data) if data else None


def last_failed(root: Path) -> Report:
    """The tests that failed last, without what they said: all that is known where the plugin is off."""
    return Report(tuple(_failed_in(root / LAST_FAILED_PATH, "")))


def may_be_of_a_run(name: str) -> bool:
    """Whether an event about this path may mean that a test run ended; judged by the name alone."""
    path = PurePosixPath(name)
    if name.endswith(("v/cache/lastfailed", "v/forethought/run")):
        return True
    return path.suffix == ".xml" or path.name == COVERAGE_NAME


def places(root: Path) -> list[Path]:
    """Every file, there or not, in which this repository's test runs may leave something. Reads configuration."""
    caches = [part / ".pytest_cache" for part in (root, *_parts(root))]
    reports: dict[Path, None] = {}
    for name in CONFIG_NAMES:
        text = _read(root / name, CONFIG_BYTES_MAX).decode("utf-8", "replace")
        caches += [root / found for found in _CACHE_OPTION.findall(text)]
        for one, other in _JUNIT_OPTION.findall(text):
            reports.setdefault(root / (one or other))
    for folder in REPORT_FOLDERS:
        for file in sorted((root / folder).glob("*.xml"))[:REPORTS_MAX]:
            reports.setdefault(file)
    found = [*(cache / name for cache in caches for name in _IN_CACHE), *list(reports)[:REPORTS_MAX]]
    found = [file for file in [*found, root / COVERAGE_NAME] if file.resolve().is_relative_to(root)]
    return list(dict.fromkeys(found))


def signature(files: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Time and size of the files that are there: equal while no run wrote anything."""
    found = {}
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        found[file] = (status.st_mtime_ns, status.st_size)
    return found


def read_left(root: Path, files: Iterable[Path]) -> Iterator[tuple[Left, RunRecord | None]]:
    """What each of these files says, and the plugin's whole record where it is one."""
    for file in files:
        try:
            when_s = file.stat().st_mtime
        except OSError:
            continue
        part = _part(root, file)
        if file.name == "lastfailed":
            yield Left(when_s, tuple(_failed_in(file, part)), all_failing=True), None
        elif file.name == "run":
            record = read_run(_read(file))
            if record is not None:
                latest = max((mark.when for mark in record.passed.values()), default=0)
                passed = {(part + path, test) for (path, test), mark in record.passed.items() if mark.when == latest}
                yield (
                    Left(when_s, tuple(_moved(each, part) for each in record.report.failures), frozenset(passed)),
                    record,
                )
        elif file.suffix == ".xml" and _is_report(file):
            report = read_junit(_read(file).decode("utf-8", "replace"))
            yield Left(when_s, report.failures, frozenset(report.passed)), None


def _failed_in(file: Path, part: str) -> Iterator[Failure]:
    for path, test in read_last_failed(_read(file).decode("utf-8", "replace")):
        if test:
            yield bare(part + path, test)


def _moved(failure: Failure, part: str) -> Failure:
    """A failure of a part of the repository, by its path in the whole."""
    if not part or not failure.path:
        return failure
    return Failure(failure.errors, failure.test, part + failure.path, failure.phase, failure.details, failure.thread)


def _part(root: Path, file: Path) -> str:
    """`backend/` for the cache of pytest in that folder; empty for the repository's own."""
    for folder in file.parents:
        if folder.name == ".pytest_cache" and folder.parent != root and folder.parent.is_relative_to(root):
            return folder.parent.relative_to(root).as_posix() + "/"
    return ""


def _parts(root: Path) -> list[Path]:
    try:
        folders = sorted(each for each in root.iterdir() if each.is_dir() and each.name not in NEVER_ENTERED)
    except OSError:
        return []
    return [each for each in folders[:FOLDERS_MAX] if (each / ".pytest_cache").is_dir()]


def _is_report(file: Path) -> bool:
    head = _read(file, HEAD_BYTES)
    return b"<testsuite" in head


def _read(path: Path, bytes_max: int = RECORD_BYTES_MAX + 1) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(bytes_max)
    except OSError:
        return b""
