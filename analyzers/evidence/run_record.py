"""What the pytest plugin writes: failures with frames and the kinds of locals, and when each test last passed."""

from __future__ import annotations

import msgspec

from analyzers.evidence.failures import Error, Failure, Frame, Local, Phase, Relation, Report
from analyzers.evidence.last_failed import node_id

CACHE_PATH = ".pytest_cache/v/forethought/run"
"""Where the record lies under a workspace, by pytest's convention."""
FORMAT = 1
RECORD_BYTES_MAX = 32 << 20


class Passed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """When a test passed: seconds since 1970, and the commit that was checked out, empty where none was."""

    when: int
    commit: str


class RunRecord(msgspec.Struct, frozen=True, gc=False):
    """What the plugin knows of the last run and of all runs before it."""

    report: Report
    passed: dict[tuple[str, str], Passed]
    """When each (path, test) last passed."""
    all_passed: Passed | None
    """The last run in which nothing failed."""


class _Frame(msgspec.Struct):
    path: str
    line: int
    function: str
    locals: dict[str, str] = {}


class _Error(msgspec.Struct):
    type: str
    message: str = ""
    relation: Relation = ""
    frames: list[_Frame] = []


class _Failure(msgspec.Struct):
    test: str
    phase: Phase | None = None
    errors: list[_Error] = []


class _Run(msgspec.Struct):
    format: int
    failures: list[_Failure] = []
    passed: dict[str, Passed] = {}
    all_passed: Passed | None = None


_decoder = msgspec.json.Decoder(_Run)


def read_run(data: bytes) -> RunRecord | None:
    """The record in the plugin's file; None for another format or a broken file."""
    if len(data) > RECORD_BYTES_MAX:
        return None
    try:
        run = _decoder.decode(data)
    except msgspec.DecodeError:
        return None
    if run.format != FORMAT:
        return None
    failures = tuple(_failure(each) for each in run.failures if each.errors)
    return RunRecord(Report(failures), {node_id(test): mark for test, mark in run.passed.items()}, run.all_passed)


def _failure(each: _Failure) -> Failure:
    path, test = node_id(each.test)
    errors = tuple(
        Error(
            error.type,
            error.message,
            tuple(
                Frame(
                    frame.path,
                    frame.line,
                    frame.function,
                    locals=tuple(Local(name, kind) for name, kind in frame.locals.items()),
                )
                for frame in error.frames
            ),
            error.relation,
        )
        for error in each.errors
    )
    details = tuple(line for error in errors for line in error.message.split("\n"))
    return Failure(errors, test, path, each.phase or "call", details)
