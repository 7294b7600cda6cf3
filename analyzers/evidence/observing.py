"""What was seen of one symbol, out of coverage and of the failures that are known."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.evidence.coverage import FileCoverage, test_of_context, tests_of_span
from analyzers.evidence.failures import Failure
from analyzers.evidence.observed import Failure as SeenFailure
from analyzers.evidence.observed import Observed, Seen
from analyzers.evidence.paths import Known
from analyzers.facts import Symbol
from analyzers.records import Place
from analyzers.text import Lines

TESTS_MAX = 200
FAILURES_MAX = 20


def observe(
    path: str,
    symbol: Symbol,
    source: bytes,
    known: Known,
    *,
    coverage: FileCoverage | None = None,
    failures: Sequence[Failure] = (),
) -> Observed:
    """Which tests ran the symbol, and which failures passed through it. `coverage` is that of the symbol's file."""
    lines = Lines(source)
    first, last = lines.line_of(symbol.start) + 1, lines.line_of(max(symbol.start, symbol.end - 1)) + 1
    failed = {failure.test for failure in failures if failure.test}
    seen = []
    for context in tests_of_span(coverage, first, last)[:TESTS_MAX] if coverage else ():
        if (named := test_of_context(context)) is not None:
            test_path, test = named
            seen.append(Seen(known.find(test_path) or test_path, test, 0, test in failed))
    found: list[SeenFailure] = []
    for failure in failures:
        for error in failure.errors:
            for frame in error.frames:
                if first <= frame.line <= last and known.find(frame.path) == path and len(found) < FAILURES_MAX:
                    start, end = lines.span_of_line(frame.line - 1)
                    place = Place(path, start, end, frame.line, symbol.qualname)
                    found.append(SeenFailure(error.type, error.message.split("\n")[0], place, failure.test))
    run = sum(1 for line in coverage.lines if first <= line <= last) if coverage else 0
    return Observed(tuple(seen), tuple(found), run, (), coverage is not None)
