"""Values: what comes out, what goes in, and where it was made."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence

from analyzers.questions import nones
from analyzers.questions.answer import Answer, Claim
from analyzers.questions.kind import CALLABLE, HOLDER, NOT_ANALYSED, Asked, Kind, at_most, claim, surest, weakest
from analyzers.questions.prose import code, counted, doer, listed, number, short_name
from analyzers.questions.quote import assigned_value, clause_text, condition_above, is_annotated
from analyzers.questions.wording import any_nothing, nothing_said
from analyzers.records import RANK, Access, Confidence, Passed, Place, Record, Way

STEPS_MAX = 4
RECORDS_MAX = 80
"""How far a parameter's value is followed through callers while somebody waits."""

_LITERAL = re.compile(
    r"""^(?:[bfru]{0,2}["']|-?\d|[\[{(]|(?:None|True|False|null|undefined|true|false)$)""", re.IGNORECASE
)
"""Arguments that show their own type."""
_NAME = re.compile(r"^[A-Za-z_]\w*$")


def why_none(kind: Kind, asked: Asked) -> Answer | None:
    """Why can this be None: each way in which it comes about."""
    record = asked.record
    if record.kind in HOLDER:
        return _why_held_none(kind, asked)
    ways = sorted((nones.doubted(asked, way) for way in record.none_ways), key=lambda way: RANK[way.confidence])
    if record.returns_none == "never":
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        if ways:
            return kind.says(
                asked,
                "it is declared not to be",
                "likely",
                [claim(way.text, way.confidence, way.place) for way in ways],
                interest=0.03,
            )
        return kind.says(
            asked,
            "it cannot: every return gives a value",
            "likely",
            [claim(f"it returns {way.text}", way.confidence, way.place) for way in record.returns[:3]],
            interest=0.03,
        )
    if record.returns_none == "always":
        return kind.says(
            asked,
            "it is never anything else",
            "likely" if asked.deep else "possible",
            [_way_claim(asked, way) for way in ways],
            interest=0.03,
        )
    sure = [way for way in ways if way.confidence != "possible"]
    if not ways:
        why = "a return that gives it: none was found" if asked.deep else NOT_ANALYSED
        return kind.not_known(asked, why)
    claims = _joined(_way_claim(asked, way) for way in ways)
    many = sum(each.confidence != "possible" for each in claims)
    if sure:
        conclusion = counted(many, "way")
        if len(claims) > many:
            conclusion += f", and {number(len(claims) - many)} possible"
    else:
        conclusion = f"possibly, in {counted(len(claims), 'way')}"
    shown = at_most(weakest((way.confidence for way in sure), "possible"), "likely")
    return kind.says(asked, conclusion, shown, claims, interest=1.0 if sure else 0.2)


def _joined(claims: Iterable[Claim]) -> list[Claim]:
    """Claims that say the same of several places are one."""
    same: dict[tuple[str, Confidence], list[Place]] = {}
    for each in claims:
        same.setdefault((each.text, each.confidence), []).extend(each.places)
    return [claim(text, confidence, *places) for (text, confidence), places in same.items()]


def _way_claim(asked: Asked, way: Way) -> Claim:
    """A way in one clause, with the line that shows it where the clause does not say it already."""
    line = clause_text(asked, way.place)
    text = way.text
    if line and line not in text.replace("`", ""):
        text = f"{text}: {code(line)}" if text else code(line)
    source = asked.source()
    if way.confidence == "certain" and source is not None and source[way.place.start : way.place.end].strip():
        when, instead = condition_above(source, way.place.start, asked.record.start)
        text += f" when {code(when)}" if when else f" in place of {code(instead)}" if instead else ""
    return claim(text, way.confidence, way.place)


def _why_held_none(kind: Kind, asked: Asked) -> Answer | None:
    """A field or a variable can be None where somebody writes None to it."""
    record = asked.record
    ways = [_way_claim(asked, way) for way in record.none_ways]
    writes = [access for access in record.accesses if access.writes]
    cited = {(way.place.path, way.place.start) for way in record.none_ways}
    for access in ranked_accesses(writes, record):
        line = clause_text(asked, access.place)
        if (
            assigned_value(line) in (asked.words.nothing or (asked.words.none,))
            and (access.place.path, access.place.start) not in cited
        ):
            who = f"{code(short_name(access.place.symbol))} sets it" if access.place.symbol else "it starts so"
            ways.append(claim(f"{who}: {code(line)}", access.confidence, access.place))
    if not ways and record.returns_none == "sometimes":
        for access in writes[: nones.WRITES_MAX]:
            if nones.brings_nothing(asked, access):
                who = code(short_name(access.place.symbol))
                text = f"{who} sets it to what it is given: {code(clause_text(asked, access.place))}"
                ways.append(claim(text, at_most(access.confidence, "likely"), access.place))
    if not ways:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        if record.returns_none == "never":
            return kind.says(asked, f"no write gives it {any_nothing(asked.words)}", "likely", interest=0.03)
        return kind.not_known(asked, f"a write that gives it {any_nothing(asked.words)}: none was found")
    sure = [each for each in ways if each.confidence != "possible"]
    conclusion = f"it is set to {nothing_said(asked.words, (each.text for each in ways))}"
    shown: Confidence = weakest((each.confidence for each in sure), "possible")
    return kind.says(asked, conclusion, shown, ways, interest=0.6 if sure else 0.2)


def ranked_accesses(accesses: Sequence[Access], record: Record) -> list[Access]:
    """The program's own before tests, the surer first, this file first: a field's story starts where it is defined."""
    return sorted(
        accesses,
        key=lambda each: (
            each.test,
            RANK[each.confidence],
            each.place.path != record.path,
            each.place.path,
            each.place.start,
        ),
    )


def returns(kind: Kind, asked: Asked) -> Answer | None:
    """What can this return, by kind of value and the line that gives it."""
    record = asked.record
    ways = sorted(record.returns, key=lambda way: RANK[way.confidence])
    if not ways:
        if record.returns_none == "always":
            return kind.says(asked, f"only {_nothing(asked)}", "likely", interest=0.02)
        why = "a return whose value is known: none was found" if asked.deep else NOT_ANALYSED
        return kind.not_known(asked, why)
    groups: dict[str, list[Way]] = {}
    for way in ways:
        groups.setdefault(way.text, []).append(way)
    claims = []
    for text, each in groups.items():
        line = clause_text(asked, each[0].place)
        shown_line = f": {code(line)}" if line and line not in text.replace("`", "") else ""
        more = f", and at {counted(len(each) - 1, 'other place')}" if len(each) > 1 else ""
        claims.append(claim(f"{text}{shown_line}{more}", each[0].confidence, *(way.place for way in each)))
    names = list(groups)
    if record.returns_none in ("sometimes", "always"):
        nothing = _nothing(asked)
        names += (nothing.replace("`", "") if "`" not in names[0] else nothing).split(" or ")
    conclusion = listed(names, joint="or", most=3)
    unknown = (f"whether it can be {any_nothing(asked.words)}",) if record.returns_none == "unknown" else ()
    shown = at_most(weakest((way.confidence for way in ways), "possible"), "likely")
    # Where the header says what comes back, a type's hover shows it.
    interest = 0.8 if len(groups) > 1 and shown == "likely" and not is_annotated(asked) else 0.15
    return kind.says(asked, conclusion, shown, claims, unknown=unknown, interest=interest)


def _nothing(asked: Asked) -> str:
    return nothing_said(asked.words, (way.text for way in asked.record.none_ways))


def passed(kind: Kind, asked: Asked) -> Answer | None:
    """What values do callers pass for each parameter."""
    record = asked.record
    own = [each for each in record.passed if each.confidence != "possible"] or list(record.passed)
    if not own:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        if not record.callers_total:
            return kind.not_known(asked, "callers in this repository: none was found")
        return None if not record.callers else kind.not_known(asked, "arguments at its calls: none was found")
    groups: dict[str, list[Passed]] = {}
    for each in own:
        groups.setdefault(each.parameter, []).append(each)
    calls = max(record.callers_total, _sites(own))
    fixed = [
        name
        for name, values in groups.items()
        if len(values) > 1 and len({each.text for each in values}) == 1 and _LITERAL.match(values[0].text)
    ]
    ordered = sorted(groups.items(), key=lambda item: item[0] not in fixed)
    claims = [_passed_claim(values, calls) for _, values in ordered]
    if fixed:
        names = listed([code(name) for name in fixed], most=3)
        always = all(len(groups[name]) >= calls for name in fixed)
        conclusion = f"always the same for {names}" if always else f"the same wherever it is given for {names}"
    elif len(groups) == 1:
        ((name, values),) = groups.items()
        conclusion = f"{counted(len({value.text for value in values}), 'value')} for {code(name)}"
    else:
        conclusion = f"{counted(len(groups), 'parameter')}, at {counted(_sites(own), 'call')}"
    shown = weakest((each.confidence for each in own), "possible")
    unknown = () if record.callers_total <= len(record.callers) else ("the arguments of calls that are not listed",)
    interest = 0.9 if fixed else 0.3
    return kind.says(
        asked,
        conclusion,
        at_most(shown, "likely"),
        claims,
        unknown=unknown,
        interest=interest,
        glance=max(1, len(fixed)),
    )


def _sites(passed_: Sequence[Passed]) -> int:
    """At how many calls something is passed; arguments of one call lie on neighbouring places in one symbol."""
    return max(
        (sum(1 for each in passed_ if each.parameter == name) for name in {each.parameter for each in passed_}),
        default=0,
    )


def _passed_claim(each: Sequence[Passed], calls: int) -> Claim:
    """`key`: `name` in three calls, `"x"` in one; the commonest first. It is always so where all `calls` are known."""
    texts: dict[str, list[Passed]] = {}
    for value in each:
        texts.setdefault(value.text, []).append(value)
    ordered = sorted(texts.items(), key=lambda item: -len(item[1]))
    if len(ordered) == 1:
        text = ordered[0][0]
        shown = code(text, 50)
        if len(each) > 1:
            shown = _alike(shown, len(each), calls, literal=_LITERAL.match(text) is not None)
    else:
        shown = listed(
            [code(text, 40) + (f" ({len(values)}×)" if len(values) > 1 else "") for text, values in ordered],
            joint="or",
            most=4,
        )
    types = list(
        dict.fromkeys(
            name
            for value in each
            if value.type and not _LITERAL.match(value.text)
            for name in re.split(r", | or ", value.type)
            if not name.startswith("the ")  # The function or class that is written there: its name is shown already.
        )
    )
    kinds = f"; {listed([code(name, 40) for name in types], joint='or', most=3)}" if types else ""
    places = [values[0].place for _, values in ordered] + [value.place for _, values in ordered for value in values[1:]]
    return claim(f"{code(each[0].parameter)}: {shown}{kinds}", weakest(value.confidence for value in each), *places)


def _alike(shown: str, count: int, calls: int, *, literal: bool) -> str:
    """What several calls pass that write the same for a parameter, which some of all `calls` may leave out."""
    if count < calls:
        return f"{shown} wherever it is given" if literal else f"{shown} in {counted(count, 'call')}"
    return f"always {shown}" if literal else f"{shown} in {_every(count)} calls"


def _every(count: int) -> str:
    return "both" if count == 2 else f"all {number(count)}"


def comes_from(kind: Kind, asked: Asked) -> Answer | None:
    """Where does this value come from: who writes it, or, for a function, what its callers hand down to it."""
    record = asked.record
    if record.kind in HOLDER:
        return _written_from(kind, asked)
    found = {
        name: origin
        for name in dict.fromkeys(each.parameter for each in record.passed)
        if (origin := _origin(asked, name)) is not None
    }
    origins = list(found.values())
    if not origins:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        return (
            kind.not_known(asked, "an argument that a caller was itself given: none was found")
            if record.passed
            else None
        )
    shown = weakest((each.confidence for each in origins), "likely")
    verb = "is" if len(found) == 1 else "are"
    return kind.says(
        asked,
        f"{listed([code(name) for name in found], most=3)} {verb} handed down from further up",
        shown,
        origins,
        interest=0.7,
    )


def _written_from(kind: Kind, asked: Asked) -> Answer | None:
    writes = ranked_accesses([access for access in asked.record.accesses if access.writes], asked.record)
    if not writes:
        return kind.not_known(asked, "a write in this repository: none was found" if asked.deep else NOT_ANALYSED)
    claims = []
    for access in writes:
        line = clause_text(asked, access.place)
        who = doer(access.place.symbol, "its definition")
        value = assigned_value(line)
        claims.append(claim(f"{who}: {code(value or line)}" if line else who, access.confidence, access.place))
    writers_ = list(dict.fromkeys(access.place.symbol for access in writes))
    named = [doer(name, "its definition") for name in writers_]
    shown: Confidence = weakest((access.confidence for access in writes), "possible")
    return kind.says(asked, f"from {listed(named, most=3)}", shown, claims, interest=0.6 if len(writes) > 1 else 0.3)


def _origin(asked: Asked, parameter: str) -> Claim | None:
    """Follows an argument that is the caller's own parameter upwards, to the values that it starts from."""
    ends: list[Passed] = []
    from_tests: list[Passed] = []
    way: list[str] = []
    seen: set[tuple[str, str, str]] = set()
    queue: deque[tuple[Record, str, int]] = deque([(asked.record, parameter, 0)])
    while queue and len(seen) < RECORDS_MAX:
        record, name, steps = queue.popleft()
        if (key := (record.path, record.name, name)) in seen:
            continue
        seen.add(key)
        for each in record.passed:
            if each.parameter != name or each.confidence == "possible":
                continue
            above = _hands_down(asked, each) if steps < STEPS_MAX else None
            if above is not None:
                way.append(above.name)
                queue.append((above, each.text, steps + 1))
            elif steps:
                in_test = any(edge.test and edge.place.path == each.place.path for edge in record.callers)
                (from_tests if in_test else ends).append(each)
    ends = ends or from_tests
    if not ends:
        return None
    values = list(dict.fromkeys(each.text for each in ends))
    places: list[Place] = [each.place for each in ends]
    through = listed([code(short_name(name)) for name in dict.fromkeys(way)], most=3)
    starts = list(dict.fromkeys(each.place.symbol for each in ends))
    shown = listed([code(value, 40) for value in values], joint="or", most=3)
    where = f" in {code(short_name(starts[0]))}" if len(starts) == 1 and starts[0] else ""
    where += ", a test," if ends is from_tests and where else ""
    text = f"{code(parameter)} starts as {shown}{where} and is handed down by {through}"
    return claim(text, at_most(surest(each.confidence for each in ends), "likely"), *places)


def _hands_down(asked: Asked, each: Passed) -> Record | None:
    """The caller's record where the argument is nothing but one of the caller's own parameters."""
    if not _NAME.match(each.text) or not each.place.symbol:
        return None
    above = asked.neighbours.record(each.place.path, each.place.symbol)
    if above is None or not any(other.parameter == each.text for other in above.passed):
        return None
    return above


KINDS: tuple[Kind, ...] = (
    Kind(
        "why_none",
        "values",
        "Why can it be {none}?",
        CALLABLE | HOLDER,
        answer=why_none,
        said_by=("writers",),
        needs=("returns_none", "none_ways", "accesses", "source"),
        prior=0.9,
        features=(("frame", 2.0), ("failing_test", 1.5), ("diagnostic", 1.5)),
        latoza=("debugging.1",),
    ),
    Kind(
        "returns",
        "values",
        "What can it return?",
        CALLABLE,
        answer=returns,
        needs=("returns", "returns_none"),
        prior=0.35,
        features=(("complexity", 1.3),),
        latoza=("contracts.2", "intent.2"),
    ),
    Kind(
        "passed",
        "values",
        "What do callers pass?",
        CALLABLE,
        answer=passed,
        needs=("passed", "callers"),
        prior=0.45,
        features=(("frame", 1.8), ("fan_in", 1.2)),
        sillito=(18, 19),
        latoza=("control.2", "contracts.4", "method.2"),
    ),
    Kind(
        "comes_from",
        "values",
        "Where does its value come from?",
        anchors=CALLABLE | HOLDER,
        of_callable="Where do its arguments come from?",
        answer=comes_from,
        hover=False,
        needs=("passed", "accesses", "neighbours"),
        prior=0.4,
        features=(("frame", 1.5),),
        sillito=(28,),
        latoza=("data.1",),
    ),
)
