"""What is prepared for a symbol, and whether it still holds: records, answers and their freshness, for every reader.

A deep record is preferred; without one, a record is put together from facts and names. Nothing here waits, writes or
knows how an answer will be shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from analyzers import anticipation, graph
from analyzers.evidence.observed import Observed
from analyzers.facts import FileFacts, Symbol
from analyzers.questions import catalogue
from analyzers.questions.answer import Answer
from analyzers.questions.kind import READS_MAX, Neighbours
from analyzers.records import RANK, Dependency, Depth, Record
from analyzers.text import span_digest
from lsp_server.view import View

STALE_NAMES_MAX = 20


@dataclass(frozen=True, slots=True)
class Target:
    """A symbol, by path and qualified name, and the span of the text under the cursor that means it."""

    path: str
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """A record, and the span under the cursor that it belongs to."""

    record: Record
    start: int
    end: int


def at(view: View, path: str, offset: int) -> Found | None:
    """The record of the symbol that the name at `offset` of the present text defines or uses."""
    target = target_at(view, path, offset)
    if target is None:
        return None
    found = record(view, target.path, target.name)
    return Found(found, target.start, target.end) if found is not None else None


def record(view: View, path: str, name: str) -> Record | None:
    """The deep record of a symbol; else one from facts and names."""
    deep = view.record(path, name)
    return deep if deep is not None else graph.linked_record(path, name, view)


def answers(
    view: View,
    record: Record,
    muted: frozenset[str] = frozenset(),
    reads_max: int = READS_MAX,
    *,
    unasked: bool = False,
) -> list[Answer]:
    """Every prepared answer about a record, the likeliest first, each labelled fresh or stale.

    `reads_max` bounds how many other records are read for them; an answer that needed more says so. `unasked` leaves
    out what nobody is shown who does not ask.
    """
    evidence = view.observed(record)
    found = catalogue.for_record(
        record,
        neighbours=_neighbours(view, record),
        history=view.history(record.path),
        since=view.since(),
        evidence=evidence,
        muted=muted,
        reads_max=reads_max,
        unasked=unasked,
    )
    return weighed(view, record, _labelled(view, record, found, evidence))


def weighed(view: View, record: Record, answers: list[Answer]) -> list[Answer]:
    """Answers by how likely they are wanted here: by what people ask in this repository, and by what is so here."""
    asked, strengths = view.preferences(), view.strengths(record.path, record.name)
    if not asked and not strengths:
        return answers
    found = []
    for each in answers:
        factor = factor_of(each.kind, asked, strengths)
        found.append(msgspec.structs.replace(each, weight=round(each.weight * factor, 4)) if factor != 1.0 else each)
    return sorted(found, key=catalogue.order)


def factor_of(kind: str, asked: Mapping[str, float], strengths: Mapping[str, float]) -> float:
    """By how much a kind is likelier than its prior says."""
    known = catalogue.KINDS.get(kind)
    if known is None:
        return 1.0
    return anticipation.preference(kind, catalogue.PRIORS, asked) * anticipation.raised(known.features, strengths)


def answer(view: View, record: Record, kind: str) -> Answer | None:
    """The prepared answer to one kind of question; None where it does not fit. Raises `KeyError` on an unknown kind."""
    evidence = view.observed(record)
    found = catalogue.one(
        kind,
        record,
        neighbours=_neighbours(view, record),
        history=view.history(record.path),
        since=view.since(),
        evidence=evidence,
    )
    return _labelled(view, record, [found], evidence)[0] if found is not None else None


def around(view: View, path: str, offset: int) -> Record | None:
    """The record of the name at `offset`; else of the innermost function or class around it, else of the module's."""
    found = at(view, path, offset)
    if found is not None:
        return found.record
    facts = view.facts(path)
    outside = [each for each in (facts.symbols if facts is not None else ()) if each.start <= offset <= each.end]
    for symbol in sorted(outside, key=lambda each: each.end - each.start):
        if symbol.digest and (inner := record(view, path, symbol.qualname)) is not None:
            return inner
    return None


def changed_since(view: View, record: Record) -> tuple[str, ...]:
    """Names of what the record was made from and has changed since; empty where it still holds.

    Each is compared with the file as it is now, unsaved edits included.
    """
    if record.depth < Depth.DEEP:
        return ()  # Put together from the present facts just now.
    own = Dependency("span", record.path, record.name, record.digest)
    return changed_among(view, (own, *record.depends))


def changed_among(view: View, depends: Sequence[Dependency]) -> tuple[str, ...]:
    """Names of those dependencies that are not what they were."""
    changed: dict[str, None] = {}
    for each in depends:
        if each.kind == "span" and not _same(view, each.path, each.name, each.digest):
            changed[each.name or each.path] = None
        elif each.kind == "lookup" and not _same_lookup(view, each.name, each.digest):
            changed[f"calls of {each.name}"] = None
        if len(changed) >= STALE_NAMES_MAX:
            break
    return tuple(changed)


def target_at(view: View, path: str, offset: int) -> Target | None:
    """The symbol that the name at `offset` of the present text defines or uses; None where it is no name."""
    facts = view.facts(path)
    if facts is None:
        return None
    symbol = _defined_at(facts, offset)
    if symbol is not None:
        return Target(path, symbol.qualname, symbol.name_start, symbol.name_end)
    return _linked_at(view, path, offset) or _used_at(view, path, facts, offset)


def _labelled(view: View, record: Record, found: list[Answer], evidence: Observed | None) -> list[Answer]:
    """Answers with what they were made from compared with what is there now."""
    changed = changed_since(view, record)
    failing = _changed_since_failing(view, evidence) if evidence is not None else ()
    if not changed and not failing:
        return found
    labelled = []
    for answer in found:
        because = failing if answer.kind == "why_test_fails" else changed
        labelled.append(
            msgspec.structs.replace(answer, freshness="stale", stale_because=because) if because else answer
        )
    return labelled


def _changed_since_failing(view: View, evidence: Observed) -> tuple[str, ...]:
    """Names of what changed since the tests failed that an answer tells of."""
    tests = [evidence.fails] if evidence.fails is not None else [test for test, _ in evidence.suspected]
    return changed_among(view, tuple(dict.fromkeys(each for test in tests for each in test.depends)))


def _neighbours(view: View, record: Record) -> Neighbours:
    return _Present(view) if record.depth < Depth.DEEP else _AsAnalysed(view, record)


class _Present:
    """What surrounds a record that was put together from the present texts, unsaved edits included."""

    def __init__(self, view: View) -> None:
        self._view = view

    def record(self, path: str, name: str) -> Record | None:
        return self._view.record(path, name)

    def source(self, path: str) -> bytes | None:
        return self._view.text(path)


class _AsAnalysed:
    """What surrounds a deep record: the texts that the index was made from, where they are still at hand."""

    def __init__(self, view: View, record: Record) -> None:
        self._view = view
        self._record = record

    def record(self, path: str, name: str) -> Record | None:
        return self._view.record(path, name)

    def source(self, path: str) -> bytes | None:
        found = self._view.source(path)
        own = self._record
        if found is None or path != own.path or not own.digest:
            return found
        # The record may be of an older text than the index's; then quotes would be cut in the wrong places.
        return found if span_digest(found, own.start, own.end) == own.digest else None


def _defined_at(facts: FileFacts, offset: int) -> Symbol | None:
    # Nothing begins between where a definition begins and its name, but what one assignment defines beside it.
    starts = facts.outline.starts
    after = bisect_right(starts, offset)
    first = bisect_left(starts, starts[after - 1]) if after else 0
    for symbol in facts.symbols[first:after]:
        if symbol.name_start <= offset <= symbol.name_end:
            return symbol
    return None


def _linked_at(view: View, path: str, offset: int) -> Target | None:
    links, blob, buffer = view.links(path), view.blob(path), view.buffers.get(path)
    if links is None or blob is None:
        return None
    before: int | None = offset
    if buffer is not None and buffer.blob != blob:
        before = buffer.trace_back(offset, blob)
    if before is None:
        return None
    hits = [link for link in links.links if link.start <= before <= link.end]
    if not hits:
        return None
    best = min(hits, key=lambda link: (RANK[link.confidence], link.end - link.start))
    return Target(best.target_path, best.target, offset - (before - best.start), offset + (best.end - before))


def _used_at(view: View, path: str, facts: FileFacts, offset: int) -> Target | None:
    parsed = view.tree(path)
    if parsed is not None:
        links = graph.links_at(path, offset, parsed, view)
        return Target(links[0].target_path, links[0].target, links[0].start, links[0].end) if links else None
    for call in facts.calls:
        if call.start <= offset <= call.end:
            found = graph.targets_of(path, call, view)
            if found:
                return Target(found[0].target_path, found[0].target, call.start, call.end)
    return None


def _same(view: View, path: str, name: str, digest: str) -> bool:
    if not digest:
        return True
    if not name:
        # The whole file: what stands outside every function and class.
        text = view.text(path)
        return text is not None and span_digest(text, 0, len(text)) == digest
    digests = view.digests(path)
    # A file that is gone, or whose present text nobody has read yet, is not known to be the same.
    return digests is not None and digest in digests.get(name, frozenset())


def _same_lookup(view: View, name: str, digest: str) -> bool:
    return graph.lookup_digest(name, view) == digest
