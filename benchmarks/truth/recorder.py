"""A pytest plugin that records what a test suite really did, as truth for static answers. Needs Python 3.12 or newer.

    RECORD_ROOT=<package> RECORD_TO=<file.json.gz> python -m pytest -p benchmarks.truth.recorder <tests>

For every function defined under the root: `callers` (the functions, and lines, that were seen to call it; for a
generator: to create it), `escaped` (the types of exceptions that left it, with their bases), `own_raise` (those that
it raised itself), `none` and `value` (whether it was seen to return None, and something else), and `tests` (the test
functions during which it ran). Keys are `path::qualified.name@line`, the line being the first decorator's.

What it cannot see: calls through a lambda or a generated function count for nobody, and what the standard library
calls has no caller here.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

GENERATORS = 0x20 | 0x80 | 0x200
"""`co_flags` of generators, coroutines and asynchronous generators."""
TOOL = 3


class Recorder:
    """Listens to the interpreter from `start` to `stop`. One for each process: there is one set of events."""

    def __init__(self, root: Path) -> None:
        self._root = f"{os.path.realpath(root)}{os.sep}"
        self._inside: dict[CodeType, bool] = {}
        self._edges: set[tuple[CodeType, int, CodeType]] = set()
        self._returned: dict[bool, set[CodeType]] = {True: set(), False: set()}
        self._escaped: dict[CodeType, set[tuple[str, tuple[str, ...]]]] = defaultdict(set)
        self._own: dict[CodeType, set[str]] = defaultdict(set)
        self._tests: dict[CodeType, set[CodeType]] = defaultdict(set)
        self.test: CodeType | None = None
        """The test function that is running."""

    def start(self) -> None:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        handlers: dict[int, Callable[..., object]] = {
            monitoring.events.PY_START: self._start,
            monitoring.events.CALL: self._call,
            monitoring.events.PY_RETURN: self._return,
            monitoring.events.PY_UNWIND: self._unwind,
        }
        monitoring.use_tool_id(TOOL, "forethought-recorder")
        for event, handler in handlers.items():
            monitoring.register_callback(TOOL, event, handler)
        monitoring.set_events(TOOL, sum(handlers))

    def stop(self) -> dict[str, dict[str, Any]]:
        """Ends the recording and gives it."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        monitoring.set_events(TOOL, 0)
        monitoring.free_tool_id(TOOL)
        found: dict[str, dict[str, Any]] = defaultdict(
            lambda: {"callers": [], "escaped": [], "own_raise": [], "none": False, "value": False, "tests": []}
        )
        for caller, line, callee in self._edges:
            found[self._key(callee)]["callers"].append([self._key(caller), line])
        for code, types in self._escaped.items():
            found[self._key(code)]["escaped"] = sorted([name, list(order)] for name, order in types)
        for code, names in self._own.items():
            found[self._key(code)]["own_raise"] = sorted(names)
        for is_none, codes in self._returned.items():
            for code in codes:
                found[self._key(code)]["none" if is_none else "value"] = True
        for test, codes in self._tests.items():
            for code in codes:
                found[self._key(code)]["tests"].append(self._key(test))
        for seen in found.values():
            seen["callers"].sort()
            seen["tests"].sort()
        return dict(sorted(found.items()))

    def _known(self, code: CodeType) -> bool:
        """Whether a code object is a named function, or a class's body, of a file under the root."""
        known = self._inside.get(code)
        if known is None:
            path = code.co_filename
            known = os.path.isabs(path) and os.path.realpath(path).startswith(self._root) and code.co_name[0] != "<"
            self._inside[code] = known
        return known

    def _start(self, code: CodeType, _offset: int) -> object:
        if not self._known(code):
            return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]
        # A generator starts when it is first advanced, by whoever consumes it; `_call` sees who made it.
        if not code.co_flags & GENERATORS:
            caller = sys._getframe(1).f_back
            if caller is not None and self._known(caller.f_code):
                self._edges.add((caller.f_code, caller.f_lineno, code))
        if self.test is not None:
            self._tests[self.test].add(code)
        return None

    def _call(self, code: CodeType, _offset: int, called: object, _argument: object) -> object:
        if not self._known(code):
            return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]
        target = getattr(getattr(called, "__func__", called), "__code__", None)
        if isinstance(target, CodeType) and target.co_flags & GENERATORS and self._known(target):
            self._edges.add((code, sys._getframe(1).f_lineno, target))
        return None

    def _return(self, code: CodeType, _offset: int, value: object) -> object:
        if not self._known(code):
            return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]
        if not code.co_flags & GENERATORS:
            self._returned[value is None].add(code)
        return None

    def _unwind(self, code: CodeType, _offset: int, exception: BaseException) -> None:
        if not self._known(code) or isinstance(exception, GeneratorExit | StopIteration):
            return
        name = type(exception).__name__
        self._escaped[code].add((name, tuple(base.__name__ for base in type(exception).__mro__)))
        trace = exception.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        if trace and trace.tb_frame.f_code is code:
            self._own[code].add(name)

    def _key(self, code: CodeType) -> str:
        path = os.path.realpath(code.co_filename).removeprefix(self._root).replace(os.sep, "/")
        return f"{path}::{getattr(code, 'co_qualname', code.co_name)}@{code.co_firstlineno}"


_running: list[Recorder] = []
"""The recorder of this test session, once it has begun."""


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Before anything of the package is imported, so that what its modules do on import is seen."""
    if sys.version_info < (3, 12):
        raise pytest.UsageError("recording needs Python 3.12 or newer: older ones do not say who makes a generator")
    if not os.environ.get("RECORD_ROOT") or not os.environ.get("RECORD_TO"):
        raise pytest.UsageError("RECORD_ROOT and RECORD_TO say what to record and where to")
    _running.append(Recorder(Path(os.environ["RECORD_ROOT"])))
    _running[0].start()


def pytest_runtest_call(item: pytest.Item) -> None:
    function = getattr(item, "function", None)
    for recorder in _running:
        recorder.test = getattr(getattr(function, "__wrapped__", function), "__code__", None)


def pytest_runtest_teardown() -> None:
    for recorder in _running:
        recorder.test = None


def pytest_sessionfinish() -> None:
    while _running:
        target = Path(os.environ["RECORD_TO"])
        text = json.dumps(_running.pop().stop(), separators=(",", ":")).encode()
        target.write_bytes(gzip.compress(text, mtime=0) if target.suffix == ".gz" else text)
