"""What fails at present, by the functions that its tracebacks pass or that are suspected: what people ask about next.

It reads what the sleeper made of the last test runs. Whether a failure is still current nobody can know without
running the test.
"""

from __future__ import annotations

from analyzers.evidence.failing import FailingTest
from lsp_server.view import View

FAILURES_MAX = 20
PASSES_MAX = 3
"""Of each traceback, the innermost functions: the outer ones are the test and its runner."""
MESSAGE_CHARS_MAX = 160

Anchor = tuple[str, str]


def seen_failing(view: View) -> dict[Anchor, list[str]]:
    """(path, qualified name) → what failed there, one sentence each. The latest failures' functions come last."""
    found: dict[Anchor, list[str]] = {}
    for test in reversed(view.failing().tests[:FAILURES_MAX]):
        for suspect in test.suspects:
            if suspect.stands_out:
                found.setdefault((suspect.path, suspect.symbol), []).append(f"{_failed(test)}: {suspect.reason}")
        for path, symbol, line in test.passes[-PASSES_MAX:]:
            found.setdefault((path, symbol), []).append(f"{_failed(test)}, passing {path}:{line}")
    return found


def _failed(test: FailingTest) -> str:
    error = " ".join(test.error.split())[:MESSAGE_CHARS_MAX]
    what = f"the test {test.test} failed" if test.test else "a run failed"
    return f"{what} with {error}" if error else what
