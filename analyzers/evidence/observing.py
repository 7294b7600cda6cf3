"""What coverage saw of each function and class of a file: which tests ran it, and which of its lines nothing ran.

Places are kept relative to their definition, by whose digest they are found again: an edit elsewhere in the file
changes nothing about what was measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from analyzers.evidence.coverage import FileCoverage, test_of_context
from analyzers.evidence.lexing import statements
from analyzers.evidence.observed import Observed, Seen
from analyzers.evidence.paths import Known
from analyzers.facts import FileFacts, Symbol
from analyzers.records import Place
from analyzers.text import Lines

TESTS_MAX = 200
MISSED_MAX = 100

_NO_CODE = re.compile(
    r"(?:else|finally)\s*:|(?:global|nonlocal)\s|@|\"\"\"|'''|[rRuUbB]?[\"'][^\"']*[\"']\s*$|\.\.\.\s*$|#|[)\]}]+\s*$"
)
"""Statements for which the compiler makes no code, or whose code runs when the definition does."""
_EXCLUDED = re.compile(r"#\s*pragma:\s*no\s*cover", re.IGNORECASE)


def observe(
    path: str, facts: FileFacts, source: bytes, known: Known, coverage: FileCoverage
) -> dict[str, tuple[str, Observed]]:
    """Qualified name → the definition's digest and what was seen of it, its places relative to it."""
    lines = Lines(source)
    by_line: dict[int, list[str]] = {}
    for context, ran in coverage.contexts.items():
        for line in ran:
            by_line.setdefault(line, []).append(context)
    tests = {context: _seen(context, known) for context in coverage.contexts}
    found: dict[str, tuple[str, Observed]] = {}
    for symbol in facts.symbols:
        if symbol.kind not in ("function", "method", "class"):
            continue
        head, last = lines.line_of(symbol.name_start) + 1, lines.line_of(max(symbol.start, symbol.end - 1)) + 1
        # A definition's first line runs when its module is imported, so a longer one counts without it.
        low = head + 1 if last > head else head
        contexts = sorted({context for line in range(low, last + 1) for context in by_line.get(line, ())})
        seen = dict.fromkeys(each for context in contexts if (each := tests[context]) is not None)
        body = list(_body(path, symbol, source, lines))
        missed = [place for place in body if place.line not in coverage.lines]
        first = lines.line_of(symbol.start)
        observed = Observed(
            tuple(seen)[:TESTS_MAX],
            len(body) - len(missed),
            tuple(_moved(place, -symbol.start, -first) for place in missed[:MISSED_MAX]),
            measured=True,
            contexts=bool(coverage.contexts),
        )
        found[symbol.qualname] = (symbol.digest, observed)
    return found


def placed(observed: Observed, start: int, line: int) -> Observed:
    """What was seen, with its places in the file as it is: the definition starts at `start`, on `line` from 0."""
    return msgspec.structs.replace(
        observed, lines_missed=tuple(_moved(place, start, line) for place in observed.lines_missed)
    )


def _moved(place: Place, by: int, lines: int) -> Place:
    return msgspec.structs.replace(place, start=place.start + by, end=place.end + by, line=place.line + lines)


def _seen(context: str, known: Known) -> Seen | None:
    named = test_of_context(context)
    return Seen(known.find(named[0]) or named[0], named[1].partition("[")[0], 0) if named is not None else None


def _body(path: str, symbol: Symbol, source: bytes, lines: Lines) -> Iterator[Place]:
    """The statements inside a definition for which there is code, each as the first line of it."""
    head = lines.line_of(symbol.name_start)
    start = lines.span_of_line(head)[0]
    text = source[start : symbol.end].decode("utf-8", "replace")
    written = text.split("\n")
    skipping = -1
    for at, (low, _) in enumerate(statements(text)):
        line = written[low] if low < len(written) else ""
        code = line.strip()
        indent = len(line) - len(line.lstrip())
        if not code or (skipping >= 0 and indent > skipping):
            continue
        skipping = indent if _EXCLUDED.search(line) else -1
        if at and skipping < 0 and not _NO_CODE.match(code):
            first, end = lines.span_of_line(head + low)
            yield Place(path, end - len(source[first:end].lstrip()), end, head + low + 1, symbol.qualname)
