"""The pytest plugin, switched on with `pytest -p forethought`: records how tests fail, and when they last passed.

One file without dependencies, because it runs in the environment of the project that is tested, not in Forethought's.
It writes `forethought/run` in pytest's cache folder (`.pytest_cache`, which git ignores): for each failure the frames
with the kinds of their local variables, never the values, and for each test the commit at which it last passed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

FORMAT = 1
CACHE_KEY = "forethought/run"
FAILURES_MAX = 200
FRAMES_MAX = 60
LOCALS_MAX = 40
CHAIN_MAX = 8
TESTS_MAX = 20_000
MESSAGE_CHARACTERS_MAX = 400


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    """Attaches what was seen of a failure to its report, which travels from a worker of xdist to its controller."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.failed and call.excinfo is not None:
        report.forethought = _errors(call.excinfo.value, str(item.config.rootpath))


def pytest_configure(config: pytest.Config) -> None:
    """Registers the recorder, once a run: workers of xdist leave the writing to their controller."""
    if not hasattr(config, "workerinput") and getattr(config, "cache", None) is not None:
        config.pluginmanager.register(Recorder(config), "forethought-recorder")


class Recorder:
    """Collects the reports of one run and writes the record at its end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._failures: list[dict[str, Any]] = []
        self._failed: set[str] = set()
        self._passed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes one phase of one test."""
        if report.failed:
            self._failed.add(report.nodeid)
            self._passed.discard(report.nodeid)
            if len(self._failures) < FAILURES_MAX:
                errors = getattr(report, "forethought", [])
                self._failures.append({"test": report.nodeid, "phase": report.when, "errors": errors})
        elif report.passed and report.when == "call" and report.nodeid not in self._failed:
            self._passed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Writes the record: this run's failures, and for each test known so far when it last passed."""
        if not self._failed and not self._passed:
            return
        cache = self._config.cache
        assert cache is not None
        before = cache.get(CACHE_KEY, {})
        known = before.get("passed", {}) if isinstance(before, dict) and before.get("format") == FORMAT else {}
        mark = [int(time.time()), _head(str(self._config.rootpath))]
        passed = {**known, **dict.fromkeys(sorted(self._passed), mark)}
        run = {
            "format": FORMAT,
            "failures": self._failures,
            "passed": dict(list(passed.items())[-TESTS_MAX:]),
            "all_passed": mark if not self._failed else before.get("all_passed") if known else None,
        }
        cache.set(CACHE_KEY, run)


def _errors(raised: BaseException, root: str) -> list[dict[str, Any]]:
    """The exception's chain, the first raised first."""
    chain: list[tuple[BaseException, str]] = []
    error: BaseException | None = raised
    while error is not None and len(chain) < CHAIN_MAX and all(error is not known for known, _ in chain):
        if error.__cause__ is not None:
            chain.append((error, "cause"))
            error = error.__cause__
        else:
            chain.append((error, "context"))
            error = None if error.__suppress_context__ else error.__context__
    found = []
    for position, (each, _) in enumerate(reversed(chain)):
        relation = chain[len(chain) - 1 - position][1] if position else ""
        found.append(
            {
                "type": type(each).__name__,
                "message": _message(each),
                "relation": relation,
                "frames": _frames(each, root),
            }
        )
    return found


def _message(error: BaseException) -> str:
    try:
        return str(error)[:MESSAGE_CHARACTERS_MAX]
    except Exception:  # A project's own exception may fail to print; that must not hide how its test failed.
        return ""


def _frames(error: BaseException, root: str) -> list[dict[str, Any]]:
    """The frames in the project's folder, outermost first."""
    frames: list[dict[str, Any]] = []
    entry = error.__traceback__
    while entry is not None:
        code = entry.tb_frame.f_code
        path = os.path.abspath(code.co_filename)
        if path.startswith(root + os.sep) and "site-packages" not in path:
            frames.append(
                {
                    "path": os.path.relpath(path, root).replace(os.sep, "/"),
                    "line": entry.tb_lineno,
                    "function": code.co_name,
                    "locals": _kinds(entry.tb_frame.f_locals),
                }
            )
        entry = entry.tb_next
    return frames[-FRAMES_MAX:]


def _kinds(values: dict[str, Any]) -> dict[str, str]:
    """The kind of each local variable; `type` is asked, so that nothing of the project runs."""
    names = [name for name in values if not name.startswith(("@", "__"))][:LOCALS_MAX]
    return {name: "None" if values[name] is None else type(values[name]).__name__ for name in names}


def _head(root: str) -> str:
    """The commit that HEAD names, read from git's files; empty where there is none or it is packed away."""
    folder = os.path.join(root, ".git")
    try:
        if os.path.isfile(folder):
            with open(folder, encoding="utf-8") as file:
                folder = os.path.join(root, file.read().partition("gitdir:")[2].strip())
        with open(os.path.join(folder, "HEAD"), encoding="utf-8") as file:
            head = file.read().strip()
        if not head.startswith("ref: "):
            return head
        for base in (folder, os.path.join(folder, "..", "..")):
            reference = os.path.join(base, head[5:])
            if os.path.isfile(reference):
                with open(reference, encoding="utf-8") as file:
                    return file.read().strip()
    except (OSError, UnicodeDecodeError):
        pass
    return ""
