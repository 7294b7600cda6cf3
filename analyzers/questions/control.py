"""Control: who gets here, by which way, and where it goes from here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzers.questions.answer import Answer, Claim
from analyzers.questions.kind import (
    CALLABLE,
    NOT_ANALYSED,
    Asked,
    Kind,
    at_most,
    claim,
    surest,
    weakest,
)
from analyzers.questions.prose import code, counted, doer, last_name, listed, number, short_name
from analyzers.questions.quote import (
    call_text,
    called_by_language,
    clause_text,
    decorated,
    is_private,
    is_registered,
    line_text,
    place_at,
)
from analyzers.questions.ways import (
    HANDED_ON,
    STEPS_MAX,
    Way,
    all_seen,
    below,
    doubted_callers,
    first_of_each,
    is_test,
    named_at,
    names,
    note_of_test,
    passed_on_at,
    ranked_callers,
    ways_up,
)
from analyzers.records import RANK, Confidence, Edge, Place, Record

_HOW: dict[str, str] = {
    "with": "by `with`",
    "for": "by `for`",
    "super()": "by `super()`",
    "property": "by reading it",
    "decorator": "as a decorator",
    HANDED_ON: "hands it on",
}
"""How an edge's `via` reads after its caller's name; another one is quoted as it is."""

STOPS_SHOWN_MAX = 5
"""Of a longer way a line shows its two ends; every call on it is cited."""
MAYBE_SHOWN_MAX = 3
CALLERS_SHOWN_MAX = 4
TESTS_SHOWN_MAX = 3
"""Callers of a function, and tests of one that nothing else calls, that a hover shows."""


def callers(kind: Kind, asked: Asked) -> Answer | None:
    """Who calls this, in which situations."""
    record = asked.record
    edges = doubted_callers(record)
    total = max(record.callers_total, len(edges))
    if not total:
        return _nobody_calls(kind, asked)
    sure = [edge for edge in edges if edge.confidence != "possible"]
    own = [edge for edge in sure if not edge.test]
    tests = [edge for edge in sure if edge.test]
    maybe = total - len(sure) if total > len(edges) else len(edges) - len(sure)
    passed_on = passed_on_at(asked) if not own and not maybe else None
    conclusion = _callers_conclusion(asked, own, tests, maybe, passed_on is not None)
    claims = [_passed_on(asked, *passed_on)] if passed_on is not None else []
    claims += [_caller_claim(asked, each) for each in _one_a_caller(sure)]
    claims += _maybe_claims(asked, [edge for edge in edges if edge.confidence == "possible"])
    shown: Confidence = weakest((edge.confidence for edge in sure), "possible")
    if not all_seen(asked, sure):
        shown = at_most(shown, "likely")
    # Calls that merely may mean it are for who asks; unasked they are noise.
    interest = 1.0 if own else 0.6 if tests else 0.2
    if record.callers_total and all(edge.place.path == record.path for edge in edges):
        interest *= 0.85
    callers_ = len({(edge.place.path, edge.place.symbol) for edge in own})
    glance = min(CALLERS_SHOWN_MAX, callers_) if callers_ > 1 else 2 if own else TESTS_SHOWN_MAX
    return kind.says(asked, conclusion, shown, claims, interest=interest, glance=glance)


def _nobody_calls(kind: Kind, asked: Asked) -> Answer:
    looked = f"a call of {code(last_name(asked.record.name))} in this repository"
    if called_by_language(asked):
        return kind.not_known(asked, f"{looked}: none was found, and the language itself calls it")
    if asked.record.overrides:
        base = asked.record.overrides[0]
        return kind.says(
            asked,
            f"nobody by its own name; whoever calls {code(short_name(base.name))} may get here",
            "likely",
            [
                claim(
                    f"it overrides {code(short_name(base.name))}",
                    base.confidence,
                    place_at(asked, base.path, base.name, base.line) or asked.here,
                )
            ],
            interest=0.5,
        )
    private = is_private(asked)
    named = passed_on_at(asked) if asked.deep else None
    if named is None and asked.deep and private and (place := named_at(asked)) is not None:
        named = "it is named here", place
    if named is not None:
        claims = [_passed_on(asked, *named)]
        return kind.says(asked, "no call was found", "likely", claims, unknown=(looked,), interest=0.4)
    confidence: Confidence = "likely" if private and asked.deep else "possible"
    unknown = () if private else ("whether code outside this repository calls it",)
    return kind.says(
        asked,
        "nobody that was found",
        confidence,
        unknown=(f"{looked}: none was found", *unknown),
        interest=0.55 if private else 0.2,
    )


def _passed_on(asked: Asked, how: str, place: Place) -> Claim:
    return claim(f"{how}: {code(clause_text(asked, place))}", "likely", place)


def _callers_conclusion(
    asked: Asked, own: Sequence[Edge], tests: Sequence[Edge], maybe: int, is_passed_on: bool
) -> str:
    """`two, both through …`: sites are counted, and the ones that merely may mean it are counted apart."""
    parts: list[str] = []
    own_callers = {(edge.place.path, edge.place.symbol) for edge in own}
    test_callers = {(edge.place.path, edge.place.symbol) for edge in tests}
    handed = {(edge.place.path, edge.place.symbol) for edge in own if edge.via == HANDED_ON}
    if own and handed == own_callers:
        parts.append(f"handed on at {counted(len(own), 'place')}, and no call was found")
    elif own:
        text = counted(len(own_callers), "caller")
        if len(own) > len(own_callers):
            text += f" at {counted(len(own), 'place')}"
        classes = {name.rpartition(".")[0] for _, name in own_callers}
        if len(own_callers) > 1 and len(classes) == 1 and (shared := classes.pop()):
            every = "both" if len(own_callers) == 2 else "all"
            text += f", {every} in {code(shared)}"
        parts.append(text)
    if tests:
        nouns = (
            ("test",) if all(is_test(asked, edge) for edge in tests) else ("place in test code", "places in test code")
        )
        parts.append(counted(len(test_callers), *nouns))
        if is_passed_on:
            parts.append("whoever gets hold of it as a value")
        elif not own and not maybe:
            parts.append("nobody else that was found")
    if maybe:
        said = f"{number(maybe)} more that may mean it" if parts else f"not sure: {counted(maybe, 'caller')} that may"
        parts.append(said)
    return listed(parts)


def _one_a_caller(edges: Sequence[Edge]) -> Iterator[list[Edge]]:
    """Call sites of one caller belong together; callers keep the order of their best site."""
    groups: dict[tuple[str, str, str], list[Edge]] = {}
    for edge in edges:
        groups.setdefault((edge.place.path, edge.place.symbol, edge.confidence), []).append(edge)
    yield from groups.values()


def _maybe_claims(asked: Asked, edges: Sequence[Edge]) -> list[Claim]:
    """The first few of the calls that only share the name, and the rest in one claim: many, and worth little."""
    groups = list(_one_a_caller(edges))
    claims = [_caller_claim(asked, each) for each in groups[:MAYBE_SHOWN_MAX]]
    rest = [edge for each in groups[MAYBE_SHOWN_MAX:] for edge in each]
    if rest:
        said = f"and {counted(len(rest), 'more call')} by that name"
        claims.append(claim(said, "possible", *(edge.place for edge in rest)))
    return claims


def _caller_claim(asked: Asked, edges: list[Edge]) -> Claim:
    first = edges[0]
    who = doer(first.place.symbol)
    text = who
    if first.via and first.via != "super()":
        text += f" {_HOW.get(first.via) or f'by {code(first.via)}'}"
    if first.via == HANDED_ON:
        around = call_text(asked, first.place) or clause_text(asked, first.place)
        text += f": {code(around)}" if around and len(edges) == 1 else ""
    elif len(edges) == 1 and first.via in ("", "super()") and (called := call_text(asked, first.place)):
        text += f": {code(called)}"
    if len(edges) > 1:
        text += f" at {counted(len(edges), 'place')}"
    text += note_of_test(asked, first)
    return claim(text, first.confidence, *(edge.place for edge in edges))


def reached(kind: Kind, asked: Asked) -> Answer | None:
    """How control gets here from a test or an entry point: the shortest way of each sort."""
    record = asked.record
    if not record.callers:
        if record.callers_total or not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        return kind.not_known(asked, "a caller in this repository, through which control would come: none was found")
    test_way, entry_way = ways_up(asked)
    ways = [("a test", test_way), ("an entry point", entry_way)]
    claims = [_way_claim(asked, way) for _, way in ways if way]
    unknown = [f"a way from {what}: none was found within {number(STEPS_MAX)} calls" for what, way in ways if not way]
    if not claims:
        return kind.not_known(asked, *unknown)
    nearest = [f"{what} in {counted(len(way), 'call')}" for what, way in ways if way]
    return kind.says(
        asked,
        f"from {listed(nearest)}",
        at_most(surest(each.confidence for each in claims), "likely"),
        claims,
        unknown=unknown,
        interest=_reached_interest((*test_way, *entry_way), entry_way),
    )


def _reached_interest(edges: Way, entry_way: Way) -> float:
    """A single call says what the list of callers says; a way through several is worth showing if it is sure."""
    if any(edge.confidence != "certain" for edge in edges):
        return 0.3  # Each further call makes it less likely that all of them are taken.
    return 0.9 if len(entry_way) > 1 and entry_way[0].place.symbol else 0.4


def _way_claim(asked: Asked, way: Way) -> Claim:
    first = way[0].place
    start = code(short_name(first.symbol)) if first.symbol else f"module level of {code(first.path)}"
    stops = [start, *(code(short_name(edge.target)) for edge in way)]
    if len(stops) > STOPS_SHOWN_MAX:
        stops = [*stops[: STOPS_SHOWN_MAX - 2], "…", *stops[-2:]]
    text = " → ".join(stops) + note_of_test(asked, way[0])
    return claim(text, weakest(edge.confidence for edge in way), *(edge.place for edge in way))


def reaches(kind: Kind, asked: Asked) -> Answer | None:
    """What this call can end up in: the functions behind it, and those among them that touch the world."""
    record = asked.record
    if not record.callees:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        return kind.says(
            asked,
            "nothing of this repository",
            "likely",
            [],
            interest=0.05,
            unknown=("calls of functions whose source is not here",),
        )
    found, cut = below(asked)
    cut = cut or asked.neighbours.cut
    if not found:
        return kind.says(
            asked,
            "nothing but itself",
            "likely",
            [claim("it calls itself", record.callees[0].confidence, record.callees[0].place)],
            interest=0.05,
        )
    targets = _dispatch(record)
    claims = [
        claim(
            f"{code(call_text(asked, place) or place.quote or last_name(names[0]))} can be "
            f"{listed([code(short_name(name)) for name in names], joint='or', most=4)}",
            confidence,
            place,
        )
        for place, names, confidence in targets
    ]
    effects = [(record_, way) for record_, way in found if record_.changes or record_.resources]
    for effect, way in effects[:4]:
        what = (effect.changes or effect.resources)[0]
        verb = "changes" if effect.changes else "holds"
        claims.append(
            claim(
                f"{_route(way)} {verb} {what.text}",
                weakest([*(edge.confidence for edge in way), what.confidence]),
                what.place,
                *(edge.place for edge in way),
            )
        )
    if not claims:
        claims = [
            claim(code(short_name(edge.target)), edge.confidence, edge.place) for edge in first_of_each(record.callees)
        ]
    conclusion = counted(len(found), "function") + (" or more" if cut else "")
    if targets:
        conclusion += f"; {counted(len(targets), 'call')} here {'has' if len(targets) == 1 else 'have'} several targets"
    elif effects:
        conclusion += _touching(len(found), len(effects))
    confidence: Confidence = weakest((each.confidence for each in claims), "likely")
    interest = 0.2
    if confidence != "possible":
        interest = 0.8 if targets else 0.5 if effects else 0.2
    return kind.says(asked, conclusion, confidence, claims, interest=interest)


def _touching(functions: int, effects: int) -> str:
    if functions == effects == 1:
        return ", which touches more than its own values"
    verb = "touches more than its" if effects == 1 else "touch more than their"
    return f", {number(effects)} of which {verb} own values"


def _dispatch(record: Record) -> list[tuple[Place, list[str], Confidence]]:
    """Call sites that have more than one target."""
    sites: dict[tuple[int, int], list[Edge]] = {}
    for edge in record.callees:
        sites.setdefault((edge.place.start, edge.place.end), []).append(edge)
    several = [edges for edges in sites.values() if len({(edge.target_path, edge.target) for edge in edges}) > 1]
    several.sort(key=lambda edges: (min(RANK[edge.confidence] for edge in edges), edges[0].place.start))
    return [
        (edges[0].place, list(dict.fromkeys(edge.target for edge in edges)), weakest(edge.confidence for edge in edges))
        for edges in several[:4]
    ]


def _route(way: Way) -> str:
    return " → ".join(code(short_name(edge.target)) for edge in way[-3:])


def dead(kind: Kind, asked: Asked) -> Answer | None:
    """Is it dead? Never certain: a name can be built, registered or called from outside."""
    record = asked.record
    own = [edge for edge in record.callers if not edge.test and edge.confidence != "possible"]
    if own:
        outer = [edge for edge in own if (edge.place.path, edge.place.symbol) != (record.path, record.name)]
        if not outer:
            return kind.says(
                asked,
                "maybe: only it calls itself",
                "likely",
                [claim("the only calls are its own", "likely", *(edge.place for edge in own))],
                interest=0.8,
            )
        return _dead_through(kind, asked, outer)
    if record.kind == "class":
        if record.overridden_by:
            heirs = [code(short_name(ref.name)) for ref in record.overridden_by]
            return kind.says(asked, f"no: {listed(heirs, most=2)} {'derive' if len(heirs) > 1 else 'derives'} from it",
                             "certain", interest=0.0)  # fmt: skip
        return kind.not_known(asked, "whether it is used without an instance of it being made")
    if called_by_language(asked):
        return kind.not_known(asked, "the language calls methods of that name by itself")
    if record.overrides and record.kind != "class":
        return kind.not_known(asked, f"whether a call of {code(short_name(record.overrides[0].name))} gets here")
    if (span := decorated(asked)) is not None and (source := asked.source()) is not None:
        return kind.not_known(asked, f"whether something uses it through {code(line_text(source, span[0]))}")
    if record.callers_total or record.callers:
        tests = [edge for edge in record.callers if edge.test]
        if tests and len(tests) == len(record.callers):
            return kind.says(
                asked,
                "maybe: only tests call it",
                "likely" if is_private(asked) else "possible",
                [claim("called by tests only", "likely", *(edge.place for edge in tests))],
                unknown=() if is_private(asked) else ("whether code outside this repository uses it",),
                interest=0.7 if is_private(asked) else 0.25,
            )
        return kind.not_known(asked, "whether one of the calls that share its name means it")
    # Linking by name looks at calls alone.
    use = "a call or another use" if asked.deep else "a call"
    looked = f"{use} of {code(last_name(record.name))} in this repository: none was found"
    if is_private(asked) and asked.deep and named_at(asked) is None:
        return kind.says(
            asked,
            "it looks dead",
            "likely",
            unknown=(looked, "whether a name that is put together when it runs means it"),
            interest=0.9,
        )
    return kind.says(
        asked,
        "nothing here uses it" if asked.deep else "nothing here calls it",
        "possible",
        unknown=(looked, "whether code outside this repository uses it"),
        interest=0.25,
    )


def _dead_through(kind: Kind, asked: Asked, callers_: Sequence[Edge]) -> Answer:
    """It has callers; it is dead all the same where each of them is private and called by nobody."""
    dead_callers = []
    for edge in callers_:
        above = asked.neighbours.record(edge.place.path, edge.place.symbol) if edge.place.symbol else None
        if above is None or above.callers_total or above.overrides or above.tests_total:
            break
        root = asked.about(above)
        if not is_private(root) or is_registered(root):
            break
        dead_callers.append(edge)
    if len(dead_callers) == len(callers_) <= 3:
        names = listed([code(short_name(edge.place.symbol)) for edge in dead_callers])
        return kind.says(
            asked,
            "maybe: nobody calls what calls it",
            "likely",
            [claim(f"called by {names}, which nothing calls", "likely", *(edge.place for edge in dead_callers))],
            interest=0.7,
        )
    first = ranked_callers(asked.record)[0]
    who = doer(first.place.symbol, "module-level code")
    return kind.says(
        asked,
        "no",
        at_most(first.confidence, "likely"),
        [claim(f"{who} calls it", first.confidence, first.place)],
        interest=0.0,
    )


def recursive(kind: Kind, asked: Asked) -> Answer | None:
    """Is it recursive, and through whom."""
    record = asked.record
    if record.cycle:
        between = [name for name in record.cycle if name != record.name]
        edges = [
            edge
            for edge in record.callees
            if edge.target in record.cycle and (edge.target == record.name or edge.target in between)
        ]
        # Of a value that is called, such as a parameter, this is one of several things that it may be.
        named = [edge for edge in edges if edge.target != record.name or names(record, edge)]
        if not named:
            return kind.not_known(asked, "whether a value that it calls leads back to it")
        shown: Confidence = surest((edge.confidence for edge in named), "likely")
        places = [named[0].place]
        if not between:
            return kind.says(
                asked, "yes, it calls itself", shown, [claim("it calls itself", shown, *places)], interest=0.6
            )
        through = " → ".join(code(short_name(name)) for name in [record.name, *between, record.name])
        shown = at_most(shown, "likely")
        return kind.says(
            asked,
            f"yes, through {listed([code(short_name(name)) for name in between], most=3)}",
            shown,
            [claim(through, shown, *places)],
            # What a dispatcher may call leads back to it in more ways than are ever taken.
            interest=0.9 if len(between) == 1 and all(edge.confidence == "certain" for edge in named) else 0.45,
        )
    if not asked.deep:
        return kind.not_known(asked, NOT_ANALYSED)
    if any(edge.confidence == "possible" for edge in record.callees):
        return kind.not_known(asked, "a way back through its calls: none among the known ones, and some are not known")
    return kind.says(asked, "no", "likely", [claim("no call leads back to it", "likely", asked.here)], interest=0.0)


KINDS: tuple[Kind, ...] = (
    Kind(
        "callers",
        "control",
        "Who calls it?",
        CALLABLE,
        answer=callers,
        needs=("callers", "source"),
        prior=0.8,
        features=(("fan_in", 1.5), ("recent_edit", 1.5), ("frame", 1.5)),
        sillito=(12, 32),
        latoza=("control.1",),
    ),
    Kind(
        "reached",
        "control",
        "How does control get here?",
        CALLABLE,
        answer=reached,
        needs=("callers", "neighbours"),
        prior=0.45,
        features=(("frame", 2.0), ("fan_in", 1.2), ("failing_test", 1.5)),
        sillito=(13, 29),
        latoza=("control.1",),
    ),
    Kind(
        "reaches",
        "control",
        "What can it end up in?",
        CALLABLE,
        answer=reaches,
        hover=False,
        needs=("callees", "neighbours"),
        prior=0.35,
        features=(("complexity", 1.5), ("frame", 1.5)),
        sillito=(40,),
        latoza=("control.4", "dependencies.2"),
    ),
    Kind(
        "dead",
        "control",
        "Is it dead?",
        CALLABLE | {"class"},
        answer=dead,
        said_by=("callers",),
        needs=("callers", "overrides", "neighbours"),
        prior=0.4,
        features=(("recent_edit", 1.2),),
        sillito=(30,),
        latoza=("control.7", "debugging.5", "refactoring.1"),
    ),
    Kind(
        "recursive",
        "control",
        "Is it recursive?",
        CALLABLE,
        answer=recursive,
        needs=("cycle", "callees"),
        prior=0.4,
        features=(("frame", 2.0),),
        latoza=("performance.3", "control.6"),
    ),
)
