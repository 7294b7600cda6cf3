"""Use: how it is called correctly, what does the like elsewhere, and how look-alikes differ."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.questions.answer import Answer, Claim
from analyzers.questions.exceptions import by_type
from analyzers.questions.kind import CALLABLE, NOT_ANALYSED, Asked, Kind, at_most, claim, surest
from analyzers.questions.prose import code, counted, last_name, listed, number, short_name
from analyzers.questions.quote import arguments, call_text
from analyzers.questions.ways import note_of_test
from analyzers.questions.wording import Words, any_nothing, nothing_said
from analyzers.records import RANK, Edge, Place, Record, Ref

EXAMPLES_MAX = 4
VARIANTS_MAX = 8
PRECEDENT_CALLEES_MAX = 25
"""Callees whose other callers are looked through for a precedent."""
PRECEDENT_CALLERS_MAX = 30
"""A callee with more callers than this is a commonplace: sharing it says nothing."""
PRECEDENT_SHARED_MIN = 2


def examples(kind: Kind, asked: Asked) -> Answer | None:
    """How is this called correctly: real calls, the plainest of the surest first, each of another shape."""
    record = asked.record
    edges = [edge for edge in record.callers if not edge.via and edge.confidence != "possible"]
    if not edges:
        if record.callers_total:
            return kind.not_known(asked, "a call that surely means it: none was found")
        return kind.not_known(asked, "a call in this repository: none was found" if asked.deep else NOT_ANALYSED)
    quoted = [(edge, text) for edge in edges if (text := call_text(asked, edge.place)).endswith(")")]
    if not quoted:
        return kind.not_known(asked, "the text of its calls: the source is not at hand")
    quoted.sort(key=lambda item: _example_order(record, *item))
    claims: list[Claim] = []
    shapes: set[str] = set()
    for edge, text in quoted:
        shape = _shape(text)
        if shape in shapes:
            continue
        shapes.add(shape)
        where = f" in {code(short_name(edge.place.symbol))}" if edge.place.symbol else ""
        claims.append(claim(f"{code(text)}{where}{note_of_test(asked, edge)}", edge.confidence, edge.place))
        if len(claims) == EXAMPLES_MAX:
            break
    only_tests = all(edge.test for edge, _ in quoted)
    conclusion = code(quoted[0][1])
    if only_tests:
        conclusion += ", seen in tests only"
    return kind.says(asked, conclusion, claims[0].confidence, claims, interest=0.7 if len(claims) > 1 else 0.3)


def _example_order(record: Record, edge: Edge, text: str) -> tuple[bool, int, bool, bool, int]:
    """Not a test, sure, not the function itself, with some argument, short."""
    given = arguments(text)
    spread = any(each.startswith(("*", "...")) for each in given)
    itself = edge.place.symbol == record.name and edge.place.path == record.path
    return (edge.test, RANK[edge.confidence], itself or spread, not given, len(text))


def _shape(text: str) -> str:
    """Calls of one shape differ in nothing but their arguments' values: how many there are, and which are named."""
    return ",".join(
        sorted(
            name if (name := each.partition("=")[0].strip()).isidentifier() and "=" in each else "_"
            for each in arguments(text)
        )
    )


def precedent(kind: Kind, asked: Asked) -> Answer | None:
    """Is there a precedent: functions that call the same things together, so that they do the like."""
    record = asked.record
    called = {(edge.target_path, edge.target): edge for edge in record.callees if edge.confidence != "possible"}
    if len(called) < PRECEDENT_SHARED_MIN:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        return kind.not_known(asked, "two calls that another function might make together: it makes fewer")
    shared: dict[tuple[str, str], list[Edge]] = {}
    for key in list(called)[:PRECEDENT_CALLEES_MAX]:
        target = asked.neighbours.record(*key)
        if target is None or target.callers_total > PRECEDENT_CALLERS_MAX:
            continue
        ours = {
            (edge.place.path, edge.place.symbol): edge
            for edge in target.callers
            if edge.confidence != "possible" and not edge.test and edge.place.symbol
        }
        for who, edge in ours.items():
            if who != (record.path, record.name) and who not in called:
                shared.setdefault(who, []).append(edge)
    alike = {who: edges for who, edges in shared.items() if len(_calls(edges)) >= PRECEDENT_SHARED_MIN}
    if not alike:
        return kind.not_known(asked, "another function that makes two of the same calls: none was found")
    ordered = sorted(alike.items(), key=lambda item: (-len(_calls(item[1])), item[0][0] == record.path, item[0]))
    claims = []
    for (_, symbol), edges in ordered[:EXAMPLES_MAX]:
        names = [code(short_name(name)) for name in _calls(edges)]
        claims.append(
            claim(
                f"{code(short_name(symbol))} also calls {listed(names, most=3)}",
                "possible",
                *(edge.place for edge in edges),
            )
        )
    (_, best), edges = ordered[0]
    most = _calls(edges)
    conclusion = f"{code(short_name(best))} makes {number(len(most))} of the same calls"
    strong = len(most) >= 3 or len(most) == len(called)
    return kind.says(asked, conclusion, "likely" if strong else "possible", claims, interest=0.7 if strong else 0.3)


def _calls(edges: Sequence[Edge]) -> list[str]:
    """The targets, one for each place: a call that may mean several functions is one call."""
    return list(dict.fromkeys({edge.place.start: edge.target for edge in edges}.values()))


def variants(kind: Kind, asked: Asked) -> Answer | None:
    """How do these variants differ: the overrides of one method, compared in what each raises, returns and changes."""
    record = asked.record
    siblings = _siblings(asked)
    if not siblings:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        return None
    compared = [
        (ref, other)
        for ref in siblings[:VARIANTS_MAX]
        if (other := asked.neighbours.record(ref.path, ref.name)) is not None
    ]
    if not compared:
        return kind.not_known(asked, f"what its {counted(len(siblings), 'variant')} do: not analysed yet")
    claims = []
    for ref, other in compared:
        if text := differs(record, other, asked.words):
            claims.append(
                claim(
                    f"{code(short_name(other.name))} {text}",
                    at_most(ref.confidence, "likely"),
                    Place(other.path, other.name_start, other.name_end, other.line, other.name),
                )
            )
    what = f"what they {asked.words.raise_}, return or change"
    if len(siblings) == 1:
        what = f"what it {asked.words.raises}, returns or changes"
    if not claims:
        return kind.says(
            asked,
            f"{counted(len(siblings), 'other')}: no difference in {what} is known",
            "possible",
            [
                claim(
                    f"compared with {listed([code(short_name(each.name)) for _, each in compared], most=3)}",
                    "possible",
                    asked.here,
                )
            ],
            interest=0.1,
        )
    if len(claims) == len(siblings):
        every = {1: "the one other differs", 2: "both others differ"}
        conclusion = every.get(len(claims)) or f"all {number(len(claims))} others differ"
    else:
        verb = "differs" if len(claims) == 1 else "differ"
        conclusion = f"{number(len(claims))} of {counted(len(siblings), 'other')} {verb}"
    return kind.says(
        asked,
        f"{conclusion} in {what}",
        surest((each.confidence for each in claims), "likely"),
        claims,
        interest=0.6,
    )


def _siblings(asked: Asked) -> list[Ref]:
    """What overrides this, what this overrides, and what else overrides that."""
    record = asked.record
    found: dict[tuple[str, str], Ref] = {}
    for ref in (*record.overrides, *record.overridden_by):
        if ref.path:
            found.setdefault((ref.path, ref.name), ref)
    for ref in record.overrides:
        base = asked.neighbours.record(ref.path, ref.name)
        for other in base.overridden_by if base is not None else ():
            found.setdefault((other.path, other.name), other)
    found.pop((record.path, record.name), None)
    return sorted(found.values(), key=lambda ref: (RANK[ref.confidence], ref.path, ref.line))


def differs(one: Record, other: Record, words: Words) -> str:
    """What `other` does and `one` does not, and the other way round, as the rest of a sentence about `other`."""
    does: list[str] = []
    mine = {last_name(name) for name, each in by_type(one.raises) if each[0].confidence != "possible"}
    theirs = {last_name(name) for name, each in by_type(other.raises) if each[0].confidence != "possible"}
    if theirs - mine:
        does.append(f"{words.raises} {listed([code(name) for name in sorted(theirs - mine)], most=3)}")
    if other.returns_none in ("sometimes", "always") and one.returns_none == "never":
        does.append(
            f"may return {nothing_said(words, (way.text for way in other.none_ways))}"
            if other.returns_none == "sometimes"
            else "returns nothing"
        )
    known = {way.text for way in one.changes}
    extra = [way.text for way in other.changes if way.confidence != "possible" and way.text not in known]
    if extra:
        does.append(f"changes {listed(list(dict.fromkeys(extra)), most=2)}")
    above = [edge.target for edge in other.callees if edge.via == "super()"]
    if above and not any(edge.via == "super()" for edge in one.callees):
        does.append(f"goes on to {code(short_name(above[0]))}")
    does_not: list[str] = []
    if mine - theirs:
        names = listed([code(name) for name in sorted(mine - theirs)], joint="or", most=3)
        does_not.append(f"is not known to {words.raise_} {names}")
    if one.returns_none == "sometimes" and other.returns_none == "never":
        does_not.append(f"never returns {any_nothing(words)}")
    gains = f"{listed(does)}, unlike this one" if does else ""
    return "; ".join(part for part in (gains, listed(does_not)) if part)


KINDS: tuple[Kind, ...] = (
    Kind(
        "examples",
        "use",
        "How is it called?",
        anchors=CALLABLE | {"class"},
        of_class="How is it made?",
        answer=examples,
        hover=False,
        needs=("callers", "source"),
        prior=0.4,
        features=(("diagnostic", 2.0), ("fan_in", 1.2)),
        sillito=(26,),
        latoza=("contracts.5",),
    ),
    Kind(
        "precedent",
        "use",
        "Is there a precedent?",
        CALLABLE,
        answer=precedent,
        hover=False,
        needs=("callees", "neighbours"),
        prior=0.2,
        features=(("recent_edit", 1.5),),
        sillito=(4,),
        latoza=("policies.1", "location.2"),
    ),
    Kind(
        "variants",
        "use",
        "How do its variants differ?",
        CALLABLE,
        answer=variants,
        hover=False,
        needs=("overrides", "overridden_by", "neighbours"),
        prior=0.3,
        features=(("frame", 1.2),),
        sillito=(9, 24, 34, 35, 36),
    ),
)
