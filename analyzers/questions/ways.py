"""Ways: up the calls to tests and entry points, and down them to whatever may run.

Walks records of neighbours within limits; words nothing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

import msgspec

from analyzers.questions.kind import CALLABLE, Asked
from analyzers.questions.prose import last_name
from analyzers.questions.quote import DEFINING, is_registered, line_span, place_of, registering
from analyzers.questions.wording import words_for
from analyzers.records import RANK, Depth, Edge, Place, Record

HANDED_ON = "callback"
"""The `via` of an edge that does not call, but hands the function to somebody who may."""

STEPS_MAX = 8
"""How many calls a way from a test or an entry point, or to an effect, is followed."""
RECORDS_MAX = 250
"""How many neighbours one answer reads: an answer is composed while somebody waits."""

_NAMED = frozenset({"super()", "property", "decorator", HANDED_ON})
"""The `via` of edges that stand where the function is named, or at a read of it."""

UNNAMED_CALLERS_MAX = 5
"""Callers that do not write a function's name, up to which each is likely to mean it."""

Way = tuple[Edge, ...]
"""Calls that follow each other, the outermost first."""


def ranked_callers(record: Record) -> list[Edge]:
    """Callers, best first: the program's own before tests, the surer first, other files before this one.

    Those that only share a name come last, whoever they are.
    """
    return sorted(
        record.callers,
        key=lambda edge: (
            edge.confidence == "possible",
            edge.test,
            RANK[edge.confidence],
            edge.place.path == record.path,
            edge.place.path,
            edge.place.start,
        ),
    )


def doubted_callers(record: Record) -> list[Edge]:
    """Callers, those that call some value after the ones that write the name.

    Where very many call a value that may be this, hardly any of them means it: then all of those are merely possible.
    """
    edges = ranked_callers(record)
    unnamed = [edge for edge in edges if not names(record, edge) and edge.confidence != "possible"]
    if not unnamed:
        return edges
    # What makes an object is seldom called by a value where others write its class's name.
    makes = last_name(record.name) in words_for(record.path).constructors and len(unnamed) < len(edges)
    if not makes and len({(edge.place.path, edge.place.symbol) for edge in unnamed}) <= UNNAMED_CALLERS_MAX:
        # What calls a value in itself calls what it wraps, as a rule, and not itself.
        unnamed = [edge for edge in unnamed if edge.place.symbol == record.name and edge.place.path == record.path]
    if unnamed:
        named = [edge for edge in edges if edge not in unnamed]
        edges = [*named, *(msgspec.structs.replace(each, confidence="possible") for each in unnamed)]
    return sorted(edges, key=lambda edge: (edge.confidence == "possible", edge.test, not names(record, edge)))


def names(record: Record, edge: Edge) -> bool:
    """Whether the call writes the name of what it calls; what makes an object writes its class's."""
    quote = edge.place.quote
    owner, _, name = record.name.rpartition(".")
    return not quote or name in quote or last_name(owner) in quote or edge.via in _NAMED


def all_seen(asked: Asked, edges: Sequence[Edge]) -> bool:
    """Whether nobody else can call it: it lives in a function whose text names it in these calls and nowhere else."""
    record = asked.record
    outer_name, _, name = record.name.rpartition(".")
    if record.kind != "function" or not outer_name or not asked.deep or (source := asked.source()) is None:
        return False
    outer = asked.neighbours.record(record.path, outer_name)
    if outer is None or outer.kind not in CALLABLE:
        return False
    calls = {edge.place.start for edge in edges if edge.place.path == record.path and not edge.via}
    uses = re.finditer(rb"\b" + re.escape(name.encode()) + rb"\b", source[outer.start : outer.end])
    return {outer.start + each.start() for each in uses} == {record.name_start, *calls}


def named_at(asked: Asked) -> Place | None:
    """Where its own file names it outside its definition, though no call was found there."""
    record, source = asked.record, asked.source()
    outer_name, _, name = record.name.rpartition(".")
    if source is None:
        return None
    outer = asked.neighbours.record(record.path, outer_name) if outer_name and record.kind == "function" else None
    low, high = (outer.start, outer.end) if outer is not None else (0, len(source))
    for found in re.finditer(rb"(\w+[ \t]+)?\b" + re.escape(name.encode()) + rb"\b", source[low:high]):
        at = low + found.end() - 1
        defines = found.group(1) is not None and found.group(1).strip() in DEFINING
        if not defines and not record.start <= at < record.end:
            return place_of(source, record.path, line_span(source, at))
    return None


def passed_on_at(asked: Asked) -> tuple[str, Place] | None:
    """Where something may get hold of the anchor and call it later, and how: a decorator, or its name as a value."""
    source, record = asked.source(), asked.record
    if source is None or record.kind not in CALLABLE:
        return None
    if (span := registering(asked)) is not None:
        return "a decorator has it", place_of(source, record.path, span)
    if "." in record.name:
        return None  # A method is named through an object, which linking sees.
    name = re.escape(record.name.encode())
    for found in re.finditer(rb"[\[({,:=][ \t]*(" + name + rb")[ \t]*[,)\]}]", source):
        if not record.start <= found.start() < record.end and not _in_import(source, found.start()):
            return "it is a value here", place_of(source, record.path, line_span(source, found.start(1)))
    return None


def _in_import(source: bytes, at: int) -> bool:
    line = source[source.rfind(b"\n", 0, at) + 1 : at]
    return b"import" in line or b"export" in line


def below(asked: Asked) -> tuple[list[tuple[Record, Way]], bool]:
    """Records of the functions that may run before this one returns, nearest first, and whether a limit cut them."""
    found: list[tuple[Record, Way]] = []
    seen = {(asked.record.path, asked.record.name)}
    queue: deque[tuple[Record, Way]] = deque([(asked.record, ())])
    while queue:
        record, way = queue.popleft()
        for edge in record.callees:
            key = (edge.target_path, edge.target)
            if key in seen or (edge.confidence == "possible" and way):
                continue
            if len(seen) > RECORDS_MAX or len(way) >= STEPS_MAX:
                return found, True
            seen.add(key)
            called = asked.neighbours.record(*key)
            if called is not None:
                found.append((called, (*way, edge)))
                queue.append((called, (*way, edge)))
            else:
                found.append((_unread(edge), (*way, edge)))
    return found, False


def ways_up(asked: Asked) -> tuple[Way, Way]:
    """The shortest ways from a test and from where the program starts, outermost call first; empty where none is."""
    from_test: Way = ()
    from_entry: Way = ()
    seen = {(asked.record.path, asked.record.name)}
    queue: deque[tuple[Record, Way]] = deque([(asked.record, ())])
    while queue and len(seen) <= RECORDS_MAX and not (from_test and from_entry):
        record, onward = queue.popleft()
        for edge in ranked_callers(record):
            if edge.confidence == "possible" and onward:
                continue
            way = (edge, *onward)
            key = (edge.place.path, edge.place.symbol)
            if is_test(asked, edge):
                from_test = from_test or way
                continue
            if edge.test and from_test:
                continue
            above = asked.neighbours.record(*key) if edge.place.symbol else None
            if not from_entry and not edge.test and _is_entry(asked, edge, above):
                from_entry = way
            elif above is not None and key not in seen and len(way) < STEPS_MAX:
                seen.add(key)
                queue.append((above, way))
    return from_test, from_entry


def _is_entry(asked: Asked, edge: Edge, above: Record | None) -> bool:
    """Whether the caller is where a program starts: module level, a conventional name, or a decorated root."""
    if not edge.place.symbol:
        return True
    if above is None or above.callers_total:
        return False
    root = asked.about(above)
    return last_name(edge.place.symbol) in asked.words.entries or is_registered(root)


def is_test(asked: Asked, edge: Edge) -> bool:
    return edge.test and last_name(edge.place.symbol).startswith(asked.words.test_names) and edge.place.symbol != ""


def note_of_test(asked: Asked, edge: Edge) -> str:
    """What to add about an edge that lies in test code."""
    if not edge.test:
        return ""
    return ", a test" if is_test(asked, edge) else ", in test code"


def _unread(edge: Edge) -> Record:
    """Stands for a function that is called but about which nothing is prepared."""
    return Record(edge.target_path, edge.target, "function", 0, 0, 0, 0, 0, "", depth=Depth.LINKED)


def first_of_each(edges: Sequence[Edge]) -> list[Edge]:
    """One edge for each target, the surest; the targets in the order in which they are called."""
    best: dict[tuple[str, str], Edge] = {}
    for edge in sorted(edges, key=lambda edge: (RANK[edge.confidence], edge.place.start)):
        best.setdefault((edge.target_path, edge.target), edge)
    return list(best.values())
