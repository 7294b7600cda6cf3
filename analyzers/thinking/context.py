"""The raw context `c` of an anchor: which spans of source and which known facts are shown to the model, and why.

Packed to a budget by usefulness, the same every time for the same input. Every span that was considered is listed with
its reason, so that a person can see why something is in or out. It must not read files: the caller gives the sources,
already without what may not be sent (ignored files left out, secrets blotted out in place, so that offsets hold).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from analyzers.facts import FileFacts, Symbol
from analyzers.questions.answer import Answer
from analyzers.records import Dependency, Edge, Place, Record
from analyzers.text import Lines, span_digest
from analyzers.thinking.tokens import tokens_estimate

NEIGHBOUR_PATHS_MAX = 24
SPANS_MAX = 40
WHOLE_TOKENS_MAX = 260
"""Neighbours up to this size are shown whole; of larger ones, the lines around what matters."""
AROUND_LINES = 6
HEAD_LINES = 24
ANCHOR_SHARE = 0.6
"""What of the budget the anchor's own source may take."""
FACTS_SHARE = 0.2
EVIDENCE_SHARE = 0.1
USEFULNESS_MIN = 4.0
"""What is less useful than this is left out although there is room: every token is read by every draft."""
SPAN_OVERHEAD_TOKENS = 24
"""The markers around a span."""

_FADE = 0.85
"""Each further span of the same kind tells less than the one before."""
_BY_CONFIDENCE = {"certain": 1.0, "likely": 0.8, "possible": 0.35}


class Material(msgspec.Struct, frozen=True):
    """What a context is made from. `sources` and `facts` may lack any path: what is absent is not shown."""

    record: Record
    sources: Mapping[str, bytes]
    facts: Mapping[str, FileFacts]
    answers: Sequence[Answer] = ()
    evidence: Sequence[str] = ()
    """What happened outside the source, one line each: failing tests, commits, what a debugger saw."""


class Span(msgspec.Struct, frozen=True):
    """A piece of source as the model sees it: whole lines. `name` is how the model refers to it."""

    name: str
    path: str
    start: int
    end: int
    symbol: str
    why: str
    text: str


class Considered(msgspec.Struct, frozen=True):
    """One line of the explanation: what was looked at, what it costs, and whether it was taken."""

    path: str
    line: int
    symbol: str
    why: str
    usefulness: float
    tokens: int
    taken: bool


class Context(msgspec.Struct, frozen=True):
    """`c`: what the model is shown about one anchor."""

    path: str
    symbol: str
    kind: str
    spans: tuple[Span, ...]
    """The anchor first, then by usefulness."""
    known: tuple[str, ...]
    """What program analysis says already, one sentence each."""
    evidence: tuple[str, ...]
    tokens: int
    depends: tuple[Dependency, ...]
    considered: tuple[Considered, ...]
    digest: str
    """Names the context: the same digest means that thinking again would show the model the same."""


class _Candidate(msgspec.Struct, frozen=True):
    path: str
    start: int
    end: int
    why: str
    usefulness: float


def with_texts(context: Context, change: Callable[[str], str]) -> Context:
    """The context with each of its texts changed in place: for blotting out, which keeps lengths in bytes."""
    return msgspec.structs.replace(
        context,
        spans=tuple(msgspec.structs.replace(span, text=change(span.text)) for span in context.spans),
        known=tuple(change(line) for line in context.known),
        evidence=tuple(change(line) for line in context.evidence),
    )


def neighbour_paths(record: Record) -> list[str]:
    """The files whose sources a context of this record can use, the most useful first; the anchor's own is first."""
    paths = [record.path]
    places = [edge.target_path for edge in record.callees] + [edge.place.path for edge in record.callers]
    places += [place.path for place, _, _ in _places(record)] + [test.path for test in record.tests[:3]]
    places += [ref.path for ref in (*record.overrides, *record.overridden_by)]
    paths += places
    return [path for path in dict.fromkeys(paths) if path][:NEIGHBOUR_PATHS_MAX]


def build_context(material: Material, tokens_max: int) -> Context:
    """Packs what is most useful into `tokens_max` (an estimate within `tokens.ESTIMATE_ERROR`)."""
    record = material.record
    known = _within(_known(material.answers), int(tokens_max * FACTS_SHARE))
    evidence = _within(material.evidence, int(tokens_max * EVIDENCE_SHARE))
    spent = sum(tokens_estimate(line) + 2 for line in (*known, *evidence))
    lines = {path: Lines(data) for path, data in material.sources.items()}
    taken: list[_Candidate] = []
    considered: list[Considered] = []
    if record.path in lines:
        anchor = _anchor(record, lines[record.path], int(tokens_max * ANCHOR_SHARE))
        spent += _tokens(anchor, material.sources)
        taken.append(anchor)
        considered.append(_explained(anchor, material, lines, taken=True))
    for candidate in _ordered(_candidates(material, lines), material.sources):
        inside = next((index for index, other in enumerate(taken) if _overlap(candidate, other)), None)
        wider = candidate if inside is None else _union(taken[inside], candidate)
        more = _tokens(wider, material.sources) - (0 if inside is None else _tokens(taken[inside], material.sources))
        fits = spent + more <= tokens_max and (inside is not None or len(taken) < SPANS_MAX)
        fits = fits and (more <= 0 or candidate.usefulness >= USEFULNESS_MIN)
        if fits and inside is None:
            taken.append(wider)
        elif fits and inside is not None:
            taken[inside] = wider
        spent += more if fits else 0
        considered.append(_explained(candidate, material, lines, taken=fits))
    spans = tuple(
        Span(
            f"S{number}",
            item.path,
            item.start,
            item.end,
            _enclosing(material, item),
            item.why,
            _text(item, material.sources),
        )
        for number, item in enumerate(taken, 1)
    )
    digest = hashlib.blake2b(digest_size=16)
    for part in (*(f"{span.path}\0{span.text}" for span in spans), *known, *evidence):
        digest.update(part.encode("utf-8", "replace") + b"\0")
    return Context(
        record.path,
        record.name,
        record.kind,
        spans,
        known,
        evidence,
        spent,
        _depends(material, spans),
        tuple(considered),
        digest.hexdigest(),
    )


def covering_symbol(facts: FileFacts | None, start: int, end: int) -> Symbol | None:
    """The innermost function, method or class that holds the whole span; None where that is only the module."""
    best: Symbol | None = None
    for symbol in facts.symbols if facts else ():
        around = symbol.start <= start and end <= symbol.end and symbol.digest
        if around and (best is None or symbol.end - symbol.start <= best.end - best.start):
            best = symbol
    return best


def _candidates(material: Material, lines: Mapping[str, Lines]) -> Iterator[_Candidate]:
    record = material.record
    yield from _class_head(material, lines)
    for order, edge in enumerate(_unique_targets(record.callees)):
        definition = _definition(material.facts.get(edge.target_path), edge.target)
        if definition and edge.target_path in lines and (edge.target_path, edge.target) != (record.path, record.name):
            start, end = _head_or_whole(definition.start, definition.end, lines[edge.target_path])
            usefulness = 30 * _BY_CONFIDENCE[edge.confidence] * _FADE**order
            yield _Candidate(edge.target_path, start, end, f"called here: `{edge.target}`", usefulness)
    seen: dict[str, int] = {}
    for place, why, usefulness in _places(record):
        if place.path in lines:
            order = seen.get(why, 0)
            seen[why] = order + 1
            start, end = _around(place, material.facts.get(place.path), lines[place.path])
            yield _Candidate(place.path, start, end, why, usefulness * _FADE**order)
    for order, test in enumerate(record.tests[:3]):
        definition = _definition(material.facts.get(test.path), test.name)
        if definition and test.path in lines:
            start, end = _head_or_whole(definition.start, definition.end, lines[test.path])
            yield _Candidate(test.path, start, end, "a test that reaches it", 20 * _FADE ** (order + test.distance))
    for order, ref in enumerate((*record.overrides, *record.overridden_by)):
        definition = _definition(material.facts.get(ref.path), ref.name)
        if definition and ref.path in lines:
            start, end = _head_or_whole(definition.start, definition.end, lines[ref.path])
            yield _Candidate(ref.path, start, end, "overrides or is overridden", 14 * _FADE**order)


def _places(record: Record) -> Iterator[tuple[Place, str, float]]:
    """Single places that matter, with why and how much; the caller shows the lines around them."""
    for way in record.none_ways:
        yield way.place, "why it can be None", 35 * _BY_CONFIDENCE[way.confidence]
    for raised in record.raises:
        yield raised.place, f"raises `{raised.type}`", 30 * _BY_CONFIDENCE[raised.confidence]
    for edge in record.callers:
        yield (
            edge.place,
            "a test calls it" if edge.test else "calls it",
            (12 if edge.test else 28) * _BY_CONFIDENCE[edge.confidence],
        )
    for caught in record.caught:
        yield caught.place, "catches what it raises", 24 * _BY_CONFIDENCE[caught.confidence]
    for access in record.accesses:
        yield (
            access.place,
            "writes it" if access.writes else "reads it",
            (20 if access.writes else 10) * _BY_CONFIDENCE[access.confidence],
        )
    for passed in record.passed:
        yield passed.place, f"passes `{passed.parameter}`", 12 * _BY_CONFIDENCE[passed.confidence]
    for way in (*record.settings, *record.resources):
        yield way.place, "settings and resources", 12 * _BY_CONFIDENCE[way.confidence]


def _anchor(record: Record, lines: Lines, tokens_max: int) -> _Candidate:
    """The anchor's own lines, from the top, as many as its share of the budget holds."""
    first, last = lines.line_of(record.start), lines.line_of(max(record.start, record.end - 1))
    start, end, spent = lines.starts[first], lines.span_of_line(first)[1], 0
    for line in range(first, last + 1):
        begin, stop = lines.span_of_line(line)
        spent += tokens_estimate(lines.data[begin:stop].decode("utf-8", "replace")) + 2
        if spent > tokens_max and line > first:
            return _Candidate(record.path, start, end, "the anchor, its first lines", 100)
        end = stop
    return _Candidate(record.path, start, end, "the anchor", 100)


def _class_head(material: Material, lines: Mapping[str, Lines]) -> Iterator[_Candidate]:
    """The head of the class around a method, and its constructor: where its fields come from."""
    record = material.record
    class_name = record.name.rpartition(".")[0]
    around = _definition(material.facts.get(record.path), class_name) if class_name else None
    if around is None or record.path not in lines:
        return
    start, end = _head_or_whole(around.start, around.end, lines[record.path])
    yield _Candidate(record.path, start, end, "the class around it", 26)
    init = _definition(material.facts.get(record.path), f"{class_name}.__init__")
    if init is not None and record.name != f"{class_name}.__init__":
        start, end = _head_or_whole(init.start, init.end, lines[record.path])
        yield _Candidate(record.path, start, end, "how its object is made", 22)


def _around(place: Place, facts: FileFacts | None, lines: Lines) -> tuple[int, int]:
    """The symbol around a place where it is short, else a few lines on both sides."""
    symbol = covering_symbol(facts, place.start, place.end)
    if symbol is not None and symbol.kind != "class":
        start, end = _whole_lines(symbol.start, symbol.end, lines)
        if _size(lines.data, start, end) <= WHOLE_TOKENS_MAX:
            return start, end
    line = lines.line_of(place.start)
    low = lines.line_of(symbol.start) if symbol else 0
    high = lines.line_of(max(symbol.start, symbol.end - 1)) if symbol else len(lines.starts) - 1
    start, _ = lines.span_of_line(max(low, line - AROUND_LINES))
    _, end = lines.span_of_line(min(high, line + AROUND_LINES))
    return start, end


def _head_or_whole(start: int, end: int, lines: Lines) -> tuple[int, int]:
    start, end = _whole_lines(start, end, lines)
    if _size(lines.data, start, end) <= WHOLE_TOKENS_MAX:
        return start, end
    return start, min(end, lines.span_of_line(lines.line_of(start) + HEAD_LINES - 1)[1])


def _whole_lines(start: int, end: int, lines: Lines) -> tuple[int, int]:
    return lines.starts[lines.line_of(start)], lines.span_of_line(lines.line_of(max(start, end - 1)))[1]


def _unique_targets(edges: Sequence[Edge]) -> list[Edge]:
    best: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        best.setdefault((edge.target_path, edge.target), edge)
    return list(best.values())


def _ordered(candidates: Iterator[_Candidate], sources: Mapping[str, bytes]) -> list[_Candidate]:
    """Most useful for its length first; the length counts by its root, or every short span would win."""

    def rank(item: _Candidate) -> tuple[float, str, int, int]:
        return -item.usefulness / max(40, _tokens(item, sources)) ** 0.5, item.path, item.start, item.end

    return sorted(candidates, key=rank)


def _overlap(one: _Candidate, other: _Candidate) -> bool:
    return one.path == other.path and one.start <= other.end and other.start <= one.end


def _union(one: _Candidate, other: _Candidate) -> _Candidate:
    why = one.why if other.why in one.why else f"{one.why}; {other.why}"
    return _Candidate(one.path, min(one.start, other.start), max(one.end, other.end), why, one.usefulness)


def _definition(facts: FileFacts | None, qualname: str) -> Symbol | None:
    return (
        next((symbol for symbol in facts.symbols if symbol.qualname == qualname and symbol.digest), None)
        if facts
        else None
    )


def _enclosing(material: Material, item: _Candidate) -> str:
    record = material.record
    if item.path == record.path and item.start <= record.start and record.end <= item.end:
        return record.name
    symbol = covering_symbol(
        material.facts.get(item.path), _first_text(material.sources[item.path], item.start), item.end
    )
    return symbol.qualname if symbol else ""


def _first_text(data: bytes, offset: int) -> int:
    """The first byte that is not blank: a symbol starts after its line's indentation."""
    while offset < len(data) and data[offset : offset + 1].isspace():
        offset += 1
    return offset


def _depends(material: Material, spans: Sequence[Span]) -> tuple[Dependency, ...]:
    """Every span that was shown, by the symbol around it, and the lookups that the record was made from."""
    found = [Dependency("span", material.record.path, material.record.name, material.record.digest)]
    for span in spans:
        symbol = _definition(material.facts.get(span.path), span.symbol) if span.symbol else None
        digest = (
            symbol.digest if symbol else span_digest(material.sources[span.path], 0, len(material.sources[span.path]))
        )
        found.append(Dependency("span", span.path, symbol.qualname if symbol else "", digest))
    found += [dependency for dependency in material.record.depends if dependency.kind == "lookup"]
    unique: dict[tuple[str, str, str], Dependency] = {}
    for dependency in found:
        unique.setdefault((dependency.kind, dependency.path, dependency.name), dependency)
    return tuple(unique.values())


def _known(answers: Sequence[Answer]) -> list[str]:
    """What program analysis says, the surest first within each answer; model's own claims are not fed back to it."""
    lines = []
    for answer in answers:
        claims = [claim for claim in answer.claims if claim.provenance != "model"]
        if answer.conclusion:
            lines.append(f"{answer.question} {answer.conclusion} ({answer.confidence})")
        lines += [f"{claim.text} ({claim.confidence})" for claim in claims]
    return lines


def _within(lines: Sequence[str], tokens_max: int) -> tuple[str, ...]:
    kept, spent = [], 0
    for line in lines:
        one = " ".join(line.split())
        spent += tokens_estimate(one) + 2
        if spent > tokens_max:
            break
        kept.append(one)
    return tuple(kept)


def _text(item: _Candidate, sources: Mapping[str, bytes]) -> str:
    return sources[item.path][item.start : item.end].decode("utf-8", "replace")


def _tokens(item: _Candidate, sources: Mapping[str, bytes]) -> int:
    return _size(sources[item.path], item.start, item.end) + SPAN_OVERHEAD_TOKENS


def _size(data: bytes, start: int, end: int) -> int:
    return tokens_estimate(data[start:end].decode("utf-8", "replace"))


def _explained(item: _Candidate, material: Material, lines: Mapping[str, Lines], *, taken: bool) -> Considered:
    line = lines[item.path].line_of(item.start) + 1
    tokens = _tokens(item, material.sources)
    return Considered(item.path, line, _enclosing(material, item), item.why, round(item.usefulness, 1), tokens, taken)
