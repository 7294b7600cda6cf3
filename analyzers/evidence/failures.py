"""Failures as plain values: what a traceback or a test report says, before anybody asks why.

Paths are kept as they were printed; `paths` finds the workspace's file for one. Lines are counted from 1.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Relation = Literal["", "cause", "context", "member"]
"""How an error relates to the one printed before it: raised `from` it, while handling it, or a member of its group."""

Phase = Literal["call", "setup", "teardown", "collect"]


class Local(msgspec.Struct, frozen=True, gc=False):
    """A local variable in a frame: its name and its kind (`None`, `list`, `Command`), never its value."""

    name: str
    kind: str


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One frame as printed; `function` is empty where the style does not name it, `marked` is what carets point at."""

    path: str
    line: int
    function: str = ""
    source: str = ""
    marked: str = ""
    locals: tuple[Local, ...] = ()


class Error(msgspec.Struct, frozen=True, gc=False):
    """An exception that was printed: its type as written, its whole message, its frames with the outermost first."""

    type: str
    message: str = ""
    frames: tuple[Frame, ...] = ()
    relation: Relation = ""


class Failure(msgspec.Struct, frozen=True, gc=False):
    """One failing test, or one traceback without a test; `errors` are in the order printed, the last is what left."""

    errors: tuple[Error, ...]
    test: str = ""
    """The test as the runner names it: `TestFish.test_info[a-b]`; empty where there is none."""
    path: str = ""
    """The test's file, as printed; empty where only the frames tell."""
    phase: Phase = "call"
    details: tuple[str, ...] = ()
    """Assertion introspection and diffs, one line each, without the runner's margin."""
    thread: str = ""
    """The thread or task that the traceback was printed for, where it says so."""


class Report(msgspec.Struct, frozen=True, gc=False):
    """All failures of one text, and what it shows of the rest."""

    failures: tuple[Failure, ...] = ()
    passed: tuple[tuple[str, str], ...] = ()
    """(path, test) of the tests that passed, where the text says so."""
    notes: tuple[str, ...] = ()
    """What was seen and could not be read, for the person who pasted it."""
