"""What failed in the workspace's last test run, by the functions that its tracebacks pass: what people ask about next.

It reads what the test run left behind. Whether a failure is still current nobody can know without running the test.
"""

from __future__ import annotations

from pathlib import PurePath

from analyzers.evidence.failures import Failure, Frame
from analyzers.thinking.context import covering_symbol
from lsp_server.last_run import last_run
from lsp_server.view import View

FAILURES_MAX = 20
FRAMES_MAX = 3
"""Of each traceback, the innermost frames in the repository: the outer ones are the test and its runner."""
MESSAGE_CHARS_MAX = 160

Anchor = tuple[str, str]


def seen_failing(view: View) -> dict[Anchor, list[str]]:
    """(path, qualified name) → what failed there, one sentence each. The latest failures' functions come last."""
    run = last_run(view.root)
    found: dict[Anchor, list[str]] = {}
    for failure in reversed(run.report.failures[:FAILURES_MAX] if run is not None else ()):
        for path, line, symbol in _inside(view, failure):
            found.setdefault((path, symbol), []).append(_sentence(failure, path, line))
    return found


def _inside(view: View, failure: Failure) -> list[tuple[str, int, str]]:
    """(path, line, symbol) of the innermost frames that are in the repository, the innermost last."""
    frames = failure.errors[-1].frames if failure.errors else ()
    placed = [(path, frame.line, symbol) for frame in frames for path, symbol in [_placed(view, frame)] if symbol]
    return placed[-FRAMES_MAX:]


def _placed(view: View, frame: Frame) -> Anchor:
    """The repository's file and symbol that a frame was in; an empty symbol where there is none."""
    path = PurePath(frame.path)
    name = (path.relative_to(view.root) if path.is_relative_to(view.root) else path).as_posix()
    lines, facts = view.lines(name) if name in view.paths() else None, view.facts(name)
    if lines is None or facts is None:
        return name, ""
    start, end = lines.span_of_line(frame.line - 1)
    symbol = covering_symbol(facts, start, end)
    return name, symbol.qualname if symbol is not None and symbol.kind != "class" else ""


def _sentence(failure: Failure, path: str, line: int) -> str:
    error = failure.errors[-1]
    message = " ".join(error.message.split())[:MESSAGE_CHARS_MAX]
    what = f"the test {failure.test} failed" if failure.test else "a run failed"
    return f"{what} with {error.type}{': ' if message else ''}{message}, passing {path}:{line}"
