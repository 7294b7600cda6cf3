"""What looks wrong here: a few high-precision checks that explain failures.

A language's own checks read the definition's text (`Language.suspicions`); the ones here need what the records know of
other functions. What linters and type checkers say is not said again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers import languages
from analyzers.questions.answer import Answer, Claim
from analyzers.questions.kind import CALLABLE, Asked, Kind, at_most, claim
from analyzers.questions.prose import code, counted, last_name, short_name
from analyzers.questions.quote import call_span, is_annotated, is_registered, line_span, place_of
from analyzers.questions.wording import nothing_said
from analyzers.records import Edge, Passed, Record

CALLEES_MAX = 60
"""Callees whose records are read for one definition."""

_PLAIN_NAME = re.compile(r"^(?:self\.|cls\.|this\.)?_?([A-Za-z]\w*)$")


def wrong(kind: Kind, asked: Asked) -> Answer | None:
    """What looks wrong here."""
    source = asked.source()
    if source is None:
        return kind.not_known(asked, "its text: the source is not at hand")
    loose = [claim(way.text, at_most(way.confidence, "likely"), way.place) for way in asked.record.loose]
    found = [*_by_syntax(asked, source), *loose, *_by_records(asked, source)]
    if not found:
        return kind.not_known(asked, looked_for(asked))
    conclusion = found[0].text if len(found) == 1 else counted(len(found), "thing")
    shown = at_most(found[0].confidence, "likely")
    return kind.says(asked, conclusion, shown, found, interest=1.0)


_BY_SYNTAX = (
    "a comparison that always comes out the same, an iterator used twice, something not given back when an error comes"
)


def looked_for(asked: Asked) -> str:
    """What was looked for, where nothing was found."""
    words = asked.words
    language = languages.for_path(asked.record.path)
    checks = [_BY_SYNTAX] if language is not None and language.suspicions is not None else []
    checks.append("a promise nobody awaits" if words.rejects else f"{words.asynchronous[1]} nobody awaits")
    checks.append("arguments in another order than the parameters")
    checks.append(f"{'an' if words.none[:1] in 'aeiou' else 'a'} {words.none} that is used")
    return f"{', '.join(checks)}: none was found"


def _by_syntax(asked: Asked, source: bytes) -> Iterator[Claim]:
    """What the language finds in the text of the definition itself."""
    record = asked.record
    language = languages.for_path(record.path)
    if language is None or language.suspicions is None:
        return
    start = source.rfind(b"\n", 0, record.start) + 1
    for each in language.suspicions(source[start : record.end]):
        span = (start + each.start, start + each.end)
        yield claim(each.text, at_most(each.confidence, "likely"), place_of(source, record.path, span, record.name))


def _by_records(asked: Asked, source: bytes) -> Iterator[Claim]:
    seen: set[tuple[int, str]] = set()
    for edge in asked.record.callees[:CALLEES_MAX]:
        key = (edge.place.start, edge.target)
        if edge.confidence != "certain" or edge.via or edge.place.path != asked.record.path or key in seen:
            continue
        seen.add(key)
        called = asked.neighbours.record(edge.target_path, edge.target)
        span = call_span(source, edge.place.start, edge.place.end)
        if called is None or span is None or called.kind == "class":
            continue
        if last_name(called.name) in asked.words.constructors:
            continue
        for check in (_unawaited, _swapped, _none_used):
            if (text := check(asked, source, edge, called, span)) is not None:
                yield claim(text, "likely", place_of(source, asked.record.path, span, asked.record.name))


def _unawaited(asked: Asked, source: bytes, edge: Edge, called: Record, span: tuple[int, int]) -> str | None:
    """A coroutine function that is called as a statement of its own: its body never runs."""
    target = asked.about(called)
    text = target.source()
    word = asked.words.asynchronous[0].encode()
    if asked.words.rejects:
        return None  # Called, it runs, and what is wrong with its promise is in the record.
    if not word or text is None or word not in text[called.start : called.name_start].split() or is_registered(target):
        return None
    if line_span(source, span[0])[0] != span[0] or source[span[1] :].lstrip(b" \t")[:1] not in (
        b"\n",
        b"\r",
        b"",
        b"#",
    ):
        return None
    before = source[: span[0]].rstrip()[-1:]
    if before in (b"(", b",", b"=", b"[", b"\\", b"{"):
        return None  # It continues the line above: somebody may await it there.
    return f"{code(short_name(called.name))} is not awaited, so it never runs"


def _swapped(asked: Asked, source: bytes, edge: Edge, called: Record, span: tuple[int, int]) -> str | None:
    """Two arguments, each named like the other's parameter."""
    here = [
        each
        for each in called.passed
        if each.place.path == asked.record.path and span[0] <= each.place.start < span[1] and _named(each)
    ]
    for one in here:
        for other in here:
            crossed = _named(one) == other.parameter and _named(other) == one.parameter
            if crossed and one.parameter < other.parameter and not _by_keyword(source, one, other):
                return (
                    f"{code(one.text)} is passed for {code(one.parameter)}"
                    f" and {code(other.text)} for {code(other.parameter)}"
                )
    return None


def _named(passed: Passed) -> str:
    found = _PLAIN_NAME.match(passed.text)
    return found.group(1) if found is not None and found.group(1) != passed.parameter else ""


def _by_keyword(source: bytes, *passed: Passed) -> bool:
    """Whether an argument is given by its parameter's name: then somebody meant it."""
    return any(source[: each.place.start].rstrip().endswith(b"=") for each in passed)


def _none_used(asked: Asked, source: bytes, edge: Edge, called: Record, span: tuple[int, int]) -> str | None:
    """The result is used at once although a way through the callee gives None."""
    if languages.is_test_path(asked.record.path):
        return None  # A test knows what it gets.
    if called.returns_none not in ("sometimes", "always") or source[span[1] : span[1] + 1] not in (b".", b"["):
        return None
    if source[span[1] : span[1] + 2] == b"..":
        return None
    target = asked.about(called)
    text = target.source()
    if text is None or is_registered(target) or is_annotated(target):
        return None
    # An end that is merely reached is often one that nobody reaches; a None that somebody wrote down is meant.
    way = next((way for way in called.none_ways if text.startswith(b"return", way.place.start)), None)
    if way is None or way.confidence != "certain":
        return None
    nothing = nothing_said(asked.words, (way.text,))
    return (
        f"{code(last_name(called.name))} can return {nothing} (line {way.place.line}), and the result is used at once"
    )


KIND = Kind(
    "wrong",
    "failure",
    "What looks wrong here?",
    CALLABLE,
    answer=wrong,
    needs=("source", "callees", "passed", "neighbours"),
    prior=0.95,
    features=(("failing_test", 2.0), ("frame", 2.0), ("recent_edit", 1.5)),
    latoza=("testing.1",),
)
