"""Structure: what stands in for this, where it is made, and what of the world it depends on or holds."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

import msgspec

from analyzers import languages
from analyzers.questions.answer import GLANCE_CLAIMS, Answer, Claim
from analyzers.questions.kind import CALLABLE, NOT_ANALYSED, Asked, Kind, at_most, claim, surest, weakest
from analyzers.questions.prose import code, counted, doer, last_name, listed, number, short_name
from analyzers.questions.quote import call_text, clause_text, enclosing_calls, line_text, place_at
from analyzers.questions.ways import HANDED_ON, note_of_test, ranked_callers
from analyzers.records import RANK, Confidence, Edge, Record, Ref, Way

TESTS_SHOWN_MAX = 3
"""Tests that a hover shows where nothing else makes one."""
UNNAMED_MAX = 2
"""Places that make one without writing its name, up to which each is likely to."""
NEAR_CALLS_MAX = 2
"""Calls from where something is handed to a task, up to which it is told unasked."""
TASKS_SHOWN_MAX = 2
STEPS_MAX = 6
RECORDS_MAX = 200
"""How far up the calls a thread or a task is looked for while somebody waits."""


def overrides(kind: Kind, asked: Asked) -> Answer | None:
    """What overrides or implements this, and what it overrides itself."""
    record = asked.record
    below = sorted(
        record.overridden_by,
        key=lambda ref: (RANK[ref.confidence], languages.is_test_path(ref.path), ref.path, ref.line),
    )
    above = sorted(record.overrides, key=lambda ref: RANK[ref.confidence])
    if not below and not above:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        return None
    is_class = record.kind == "class"
    if is_class and (further := [ref for ref in above if not _in_header(asked, ref)]) != above:
        if not below and not further:
            return kind.says(asked, "nothing but what its header says", "likely", interest=0.0)
        above = further  # what stands under the cursor need not be said
    verb = "derives from" if is_class else "overrides"
    claims = [_ref_claim(asked, ref, f"{code(short_name(ref.name))} {verb} it") for ref in below]
    claims += [_ref_claim(asked, ref, f"it {verb} {code(short_name(ref.name))}") for ref in above]
    parts = []
    if below:
        parts.append(
            counted(len(below), "class derives", "classes derive") + " from it"
            if is_class
            else counted(len(below), "override")
        )
    if above:
        parts.append(f"it {verb} {listed([code(short_name(ref.name)) for ref in above], most=2)}")
    shown: Confidence = weakest(ref.confidence for ref in [*below, *above])
    if below:
        shown = at_most(shown, "likely")
    interest = min(1.0, 0.5 + 0.1 * len(below)) if below else 0.3
    return kind.says(asked, "; ".join(parts), shown, claims, interest=interest)


def _in_header(asked: Asked, ref: Ref) -> bool:
    """Whether the class names it where it is defined."""
    source = asked.source()
    if source is None:
        return False
    header = line_text(source, asked.record.name_start).encode()
    return re.search(rb"\b" + re.escape(last_name(ref.name).encode()) + rb"\b", header) is not None


def _ref_claim(asked: Asked, ref: Ref, text: str) -> Claim:
    place = place_at(asked, ref.path, ref.name, ref.line)
    return claim(text, ref.confidence, *([place] if place else [asked.here]))


def instances(kind: Kind, asked: Asked) -> Answer | None:
    """Where are instances made."""
    record = asked.record
    edges: dict[tuple[str, int], Edge] = {
        (edge.place.path, edge.place.start): edge for edge in record.callers if edge.via not in ("super()", HANDED_ON)
    }
    for name in asked.words.constructors:
        constructor = asked.neighbours.record(record.path, f"{record.name}.{name}")
        for edge in constructor.callers if constructor is not None else ():
            if edge.via not in ("super()", HANDED_ON):
                edges.setdefault((edge.place.path, edge.place.start), edge)
    made = ranked_callers(_with_callers(record, tuple(edges.values())))
    if not made:
        why = f"{asked.words.construct} in this repository: none was found" if asked.deep else NOT_ANALYSED
        return kind.not_known(asked, why)
    derived, others = _of_derived(record, made)
    made, maybe = _by_name(record, others) if others else (derived, [])
    if not made:
        return kind.not_known(asked, f"a call that names it: none was found, and {counted(len(maybe), 'call')} may")
    own = [edge for edge in made if not edge.test]
    claims = []
    for edge in (*made, *(msgspec.structs.replace(each, confidence="possible") for each in maybe)):
        who = doer(edge.place.symbol)
        called = call_text(asked, edge.place)
        claims.append(
            claim(
                (f"{who}: {code(called)}" if called else who) + note_of_test(asked, edge), edge.confidence, edge.place
            )
        )
    conclusion = _where(own, len(made) - len(own), bool(maybe))
    if not others:
        conclusion = f"those of derived classes alone, as far as was found, {conclusion}"
    if maybe:
        conclusion += f"; {counted(len(maybe), 'more call')} may make one"
    shown = at_most(weakest((edge.confidence for edge in own or made), "possible"), "likely")
    glance = min(GLANCE_CLAIMS, len(own)) if len(own) > 1 else 2 if own else TESTS_SHOWN_MAX
    return kind.says(asked, conclusion, shown, claims, interest=1.0 if own else 0.5, glance=glance)


def _where(own: Sequence[Edge], tests: int, more: bool) -> str:
    """Where the edges of `own` are: an edge may stand for several calls of one function, so calls are not counted."""
    if not own:
        return "in tests" + ("" if more else ", and nowhere else that was found")
    functions = {(edge.place.path, edge.place.symbol) for edge in own if edge.place.symbol}
    modules = {edge.place.path for edge in own if not edge.place.symbol}
    if len(functions) == 1 and not modules:
        where = f"in {code(short_name(own[0].place.symbol))}"
    else:
        parts = [f"in {counted(len(functions), 'function')}"] if functions else []
        parts += [f"at module level of {counted(len(modules), 'file')}"] if modules else []
        where = listed(parts)
    return where + (f", and {number(tests)} in tests" if tests else "")


def _of_derived(record: Record, made: Sequence[Edge]) -> tuple[list[Edge], list[Edge]]:
    """Calls that write the name of a class that derives from this one and inherits its constructor, and the others."""
    names = {last_name(ref.name) for ref in record.overridden_by} - {last_name(record.name)}
    derived = [edge for edge in made if last_name(edge.place.quote) in names]
    return derived, [edge for edge in made if edge not in derived]


def _by_name(record: Record, made: Sequence[Edge]) -> tuple[list[Edge], list[Edge]]:
    """Calls that write the class's name, and those of some value that may be this class or another.

    Where only a few of the latter are known, they are what there is; many of them mean a table of classes.
    """
    named = [edge for edge in made if not edge.place.quote or last_name(record.name) in edge.place.quote]
    if not named and len(made) <= UNNAMED_MAX:
        return list(made), []
    return named, [edge for edge in made if edge not in named]


def _with_callers(record: Record, callers: tuple[Edge, ...]) -> Record:
    """The record with other callers, to be ranked as callers are."""
    return Record(
        record.path,
        record.name,
        record.kind,
        record.line,
        record.start,
        record.end,
        record.name_start,
        record.name_end,
        record.digest,
        record.depth,
        callers=callers,
    )


def settings(kind: Kind, asked: Asked) -> Answer | None:
    """Which settings and environment variables matter here."""
    return _of_ways(kind, asked, asked.record.settings, "setting", "a setting or an environment variable that it reads")


def resources(kind: Kind, asked: Asked) -> Answer | None:
    """What resources does it hold."""
    return _of_ways(
        kind, asked, asked.record.resources, "resource", "a file, lock, process or connection that it opens"
    )


def _of_ways(kind: Kind, asked: Asked, found: Sequence[Way], noun: str, looked_for: str) -> Answer | None:
    ways = sorted(found, key=lambda way: (RANK[way.confidence], way.place.start))
    if not ways:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        if any(edge.confidence == "possible" for edge in asked.record.callees):
            return kind.not_known(asked, f"{looked_for}: none was found, and some of its calls have unknown targets")
        return kind.says(
            asked, "none that is known", "likely", unknown=(f"{looked_for}: none was found",), interest=0.0
        )
    claims = []
    for way in ways:
        line = clause_text(asked, way.place)
        text = f"{way.text}: {code(line)}" if line and line not in way.text.replace("`", "") else way.text
        claims.append(claim(text, way.confidence, way.place))
    names = list(dict.fromkeys(way.text for way in ways))
    conclusion = listed(names, most=3) if len(names) <= 4 else counted(len(names), noun)
    return kind.says(asked, conclusion, weakest(way.confidence for way in ways), claims, interest=1.0)


def tasks(kind: Kind, asked: Asked) -> Answer | None:
    """Which threads or tasks reach it: calls above it that hand something over to run at the same time."""
    found, cut = _handed_over(asked)
    own = _starts(asked)
    if not found and not own:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        looked = "a call above it that hands it to a thread, a task or another process: none was found"
        return kind.not_known(asked, looked + (", as far as was looked" if cut else ""))
    claims = []
    for runner, way in found:
        stops = " → ".join(code(short_name(edge.target)) for edge in way)
        who = doer(way[0].place.symbol)
        source = asked.neighbours.source(way[0].place.path)
        line = line_text(source, way[0].place.start).removesuffix(",") if source is not None else ""
        start = f"{who} starts {runner}" + (f": {code(line)}" if line else "")
        confidence = at_most(weakest(edge.confidence for edge in way), "likely")
        text = start if len(way) == 1 else f"{start} → {stops}"
        claims.append(claim(text, confidence, *(edge.place for edge in way)))
    claims += [claim(f"it is {own} itself", "certain", asked.here)] if own else []
    if not found:
        return kind.says(asked, f"whichever awaits it: it is {own}", "likely", claims, interest=0.15)
    near = [runner for runner, way in found if len(way) <= NEAR_CALLS_MAX]
    runners = list(dict.fromkeys(near or [runner for runner, _ in found]))
    shown = surest((each.confidence for each in claims), "likely")
    return kind.says(
        asked,
        listed(runners, most=3),
        at_most(shown, "likely"),
        claims,
        unknown=("whether it is also called outside of that",),
        # From further up everything is run by some task.
        interest=1.0 if near else 0.2,
        glance=min(TASKS_SHOWN_MAX, len(near)) or 1,
    )


def _starts(asked: Asked) -> str:
    """What the anchor's own header says about how it runs."""
    source = asked.source()
    if source is None:
        return ""
    header = source[asked.record.start : asked.record.name_start].split()
    return asked.words.asynchronous[1] if asked.words.asynchronous[0].encode() in header else ""


def _handed_over(asked: Asked) -> tuple[list[tuple[str, tuple[Edge, ...]]], bool]:
    """Who runs it, with the way down from where it is handed over, the shortest way first."""
    found: list[tuple[str, tuple[Edge, ...]]] = []
    runners = dict(asked.words.background)
    seen = {(asked.record.path, asked.record.name)}
    queue: deque[tuple[Record, tuple[Edge, ...]]] = deque([(asked.record, ())])
    while queue:
        record, onward = queue.popleft()
        for edge in ranked_callers(record):
            if edge.test or edge.confidence == "possible":
                continue
            way = (edge, *onward)
            source = asked.neighbours.source(edge.place.path)
            around = enclosing_calls(source, edge.place.start) if source is not None else []
            if edge.via == HANDED_ON:  # Its place is the call that it is handed to.
                around.insert(0, last_name(edge.place.quote))
            runner = next((runners[name] for name in around if name in runners), "")
            if runner:
                found.append((runner, way))
                continue
            key = (edge.place.path, edge.place.symbol)
            if not edge.place.symbol or key in seen:
                continue
            if len(seen) > RECORDS_MAX or len(way) >= STEPS_MAX:
                return found, True
            seen.add(key)
            above = asked.neighbours.record(*key)
            if above is not None:
                queue.append((above, way))
    return found, False


KINDS: tuple[Kind, ...] = (
    Kind(
        "overrides",
        "structure",
        "What overrides or implements it?",
        anchors=CALLABLE | {"class"},
        of_class="What derives from it?",
        answer=overrides,
        needs=("overrides", "overridden_by", "neighbours"),
        prior=0.5,
        features=(("frame", 1.3),),
        sillito=(8, 11),
        latoza=("control.4", "types.2", "types.3", "types.4"),
    ),
    Kind(
        "instances",
        "structure",
        "Where are instances made?",
        frozenset({"class"}),
        answer=instances,
        needs=("callers", "neighbours", "source"),
        prior=0.75,
        sillito=(7, 12, 14, 21, 41),
        latoza=("performance.5", "types.1"),
    ),
    Kind(
        "settings",
        "structure",
        "Which settings matter here?",
        CALLABLE | {"class", "module"},
        answer=settings,
        needs=("settings", "source"),
        prior=0.5,
        latoza=("dependencies.2",),
    ),
    Kind(
        "resources",
        "structure",
        "What resources does it hold?",
        CALLABLE | {"class"},
        answer=resources,
        needs=("resources", "source"),
        prior=0.5,
        latoza=("policies.3", "data.7"),
    ),
    Kind(
        "tasks",
        "structure",
        "Which threads or tasks reach it?",
        CALLABLE,
        answer=tasks,
        needs=("callers", "neighbours", "source"),
        prior=0.6,
        features=(("frame", 1.3),),
        latoza=("concurrency.1", "control.5"),
    ),
)
