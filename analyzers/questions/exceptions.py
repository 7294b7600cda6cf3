"""Exceptions: what can leave a function, from where, and what becomes of it above."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

import msgspec

from analyzers.questions.answer import GLANCE_CLAIMS, Answer, Claim
from analyzers.questions.kind import CALLABLE, NOT_ANALYSED, Asked, Kind, at_most, claim, surest, weakest
from analyzers.questions.prose import code, counted, doer, last_name, listed, number, short_name
from analyzers.questions.quote import clause_text, condition_above
from analyzers.questions.ways import ranked_callers
from analyzers.records import RANK, Caught, Edge, Place, Raised, Record

NEAR_CALLS_MAX = 1
"""Calls between the anchor and what raises an exception, up to which it is told unasked."""
STEPS_MAX = 6
RECORDS_MAX = 150
"""How far above the anchor an exception is followed while somebody waits."""


def raises(kind: Kind, asked: Asked) -> Answer | None:
    """What can this raise, and from where."""
    groups = by_type(told(asked))
    if not groups:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        unread = [edge for edge in asked.record.callees if edge.confidence == "possible"]
        unknown = (f"what its calls of unknown targets {asked.words.raise_}",) if unread else ()
        return kind.says(
            asked, "nothing that is known", "likely" if not unread else "possible", unknown=unknown, interest=0.05
        )
    near = [each for each in groups if _is_near(asked, each[1][0])]
    far = [each for each in groups if each[1][0].confidence != "possible" and each not in near]
    maybe = [each for each in groups if each[1][0].confidence == "possible"]
    sure = near or far
    if sure:
        conclusion = listed([code(last_name(name)) for name, _ in sure], most=3 if len(sure) > 4 else 4)
        if near and far:
            conclusion += f"; {number(len(far))} more may come from further down"
    else:
        conclusion = f"possibly {listed([code(last_name(name)) for name, _ in groups], joint='or', most=3)}"
    rejecting = [each[0].rejects for _, each in sure or groups]
    if asked.words.rejects and all(rejecting):
        rejects = asked.words.rejects
        conclusion = f"{rejects} {conclusion}" if sure else conclusion.replace("possibly", f"possibly {rejects}", 1)
    claims = [_raised_claim(asked, each) for _, each in (*near, *far, *maybe)]
    shown = at_most(weakest((each[0].confidence for _, each in sure), "possible"), "likely")
    interest = (1.0 if any(not each[0].through for _, each in near) else 0.75) if near else 0.2
    return kind.says(asked, conclusion, shown, claims, interest=interest, glance=len(near) or GLANCE_CLAIMS)


def _is_near(asked: Asked, raised: Raised) -> bool:
    """Whether it comes from the own body or from one call down, by a statement that says its type.

    What comes from further down has passed through calls whose arguments may well keep it from coming; what a called
    function raises at arguments of a wrong kind does not come to a caller that is right; and where a value is raised
    that may be of several types, most of these are never its.
    """
    if raised.confidence == "possible" or len(raised.through) > NEAR_CALLS_MAX:
        return False
    if raised.through and last_name(raised.type) in asked.words.mistakes:
        return False
    origin = _origin(asked, raised)
    if raised.operation or origin is None:
        return True
    record, place = origin
    others = {each.type for each in record.raises if not each.through and each.place.start == place.start}
    return len(others) < 2 or last_name(raised.type) in place.quote


def _origin(asked: Asked, raised: Raised) -> tuple[Record, Place] | None:
    """The function whose own statement raises it, and that statement; None where it is further away or not known."""
    if not raised.through:
        return asked.record, raised.place
    if len(raised.through) > 1:
        return None
    targets = {(edge.target_path, edge.target) for edge in asked.record.callees if edge.target == raised.through[0]}
    for path, name in sorted(targets):
        record = asked.neighbours.record(path, name)
        for each in record.raises if record is not None else ():
            if record is not None and each.type == raised.type and not each.through:
                return record, each.place
    return None


def told(asked: Asked) -> list[Raised]:
    """What can leave it, with the confidence at which a person would want to hear of it.

    What an operation raises on a value of a wrong kind is left out: almost every line can. What it raises further down
    is true and yet seldom the cause.
    """
    found = []
    for each in asked.record.raises:
        if each.operation and last_name(each.type) in asked.words.mistakes:
            continue
        # A library's function is named as `module.function:Type`; the rest are the language's own operations.
        if each.through and last_name(each.type) in asked.words.abstract:
            each = msgspec.structs.replace(each, confidence="possible")
        distant = each.operation and len(each.through) > (":" in each.operation)
        found.append(msgspec.structs.replace(each, confidence="possible") if distant else each)
    return found


def by_type(raised: Sequence[Raised]) -> list[tuple[str, list[Raised]]]:
    """Grouped by exception type: the surest first, what is raised here before what comes from calls."""
    ordered = sorted(
        raised,
        key=lambda each: (RANK[each.confidence], each.operation != "", len(each.through), each.place.start),
    )
    groups: dict[str, list[Raised]] = {}
    for each in ordered:
        groups.setdefault(each.type, []).append(each)
    return list(groups.items())


def _raised_claim(asked: Asked, raised: Sequence[Raised]) -> Claim:
    first = raised[0]
    text = code(last_name(first.type))
    condition = _condition(asked, first)
    if first.rejects and asked.words.rejects:
        text = f"{asked.words.rejects} {text}"
    if not first.through:
        line = clause_text(asked, first.place)
        if line == asked.words.raise_:
            text += f", {asked.words.raised} again"
        elif condition:
            text += condition
        else:
            text += f": {code(line)}" if line else f", {asked.words.raised} here"
    else:
        hops = first.through if len(first.through) <= 3 else (first.through[0], "…", first.through[-1])
        text += " from " + " → ".join(hop if hop == "…" else code(short_name(hop)) for hop in hops)
        text += f",{condition} there" if condition else ""
    if len(raised) > 1:
        text += f", and {counted(len(raised) - 1, 'other way')}"
    return claim(text, first.confidence, *(each.place for each in raised))


def _condition(asked: Asked, raised: Raised) -> str:
    """` when …`: what the statement that raises it stands under, as written, with a blank before it."""
    origin = _origin(asked, raised) if not raised.operation else None
    if origin is None:
        return ""
    record, place = origin
    source = asked.neighbours.source(place.path)
    if source is None or (record is asked.record and asked.source() is None):
        return ""
    when, instead = condition_above(source, place.start, record.start)
    text = f" when {code(when)}" if when else f" in place of {code(instead)}" if instead else ""
    statement = rb"\b%b\b[^\n]*\b%b\b" % (asked.words.raise_.encode(), re.escape(last_name(raised.type)).encode())
    cases = len(re.findall(statement, source[record.start : record.end]))
    if text and cases > 1:
        return "" if raised.through else f"{text} and in {counted(cases - 1, 'other case')}"
    return text


def catches(kind: Kind, asked: Asked) -> Answer | None:
    """Who catches what leaves this function, and who lets it escape."""
    record = asked.record
    leaving = [name for name, each in by_type(told(asked)) if each[0].confidence != "possible"]
    known = {last_name(name) for name in leaving}
    # Its records also name handlers of what almost any line can raise: nobody waits to hear of those.
    handled = sorted(
        (each for each in record.caught if not each.type or last_name(each.type) in known),
        key=lambda each: (RANK[each.confidence], not each.swallows, each.place.start),
    )
    if not leaving and not handled:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        if record.raises:
            return kind.not_known(asked, f"handlers of what it possibly {asked.words.raises}: none that is sure")
        return None
    claims = [_caught_claim(asked, each) for each in _first_handlers(handled)]
    stopped = {last_name(each.type) for each in handled}
    escaping = [_escape(asked, name) for name in leaving]
    claims += [each for each in escaping if each is not None]
    parts = []
    if handled:
        who = list(dict.fromkeys(doer(each.by, "module-level code") for each in handled))
        swallowed = sum(each.swallows for each in handled)
        text = f"caught in {listed(who, most=2)}"
        if swallowed:
            text += ", which swallows it" if len(handled) == 1 else f", and swallowed {_times(swallowed)}"
        parts.append(text)
    loose = [name for name, each in zip(leaving, escaping, strict=True) if each is not None]
    if loose:
        names = [code(last_name(name)) for name in loose]
        verb = "escapes" if len(names) == 1 else "escape"
        parts.append(
            f"{listed(names, most=3)} {verb}"
            + (" elsewhere" if handled and stopped & set(map(last_name, loose)) else "")
        )
    unknown = [] if handled else [f"a handler above it: none was found within {number(STEPS_MAX)} calls"]
    if not parts:
        return kind.not_known(asked, *unknown)
    shown = at_most(surest((each.confidence for each in claims), "likely"), "likely")
    interest = 1.0 if any(each.swallows for each in handled) else 0.6 if handled else 0.35
    return kind.says(asked, "; ".join(parts), shown, claims, unknown=unknown, interest=interest)


def _first_handlers(handled: Sequence[Caught]) -> list[list[Caught]]:
    """Handlers of one exception type in one function belong together."""
    groups: dict[tuple[str, str, str], list[Caught]] = {}
    for each in handled:
        groups.setdefault((each.place.path, each.by, each.type), []).append(each)
    return list(groups.values())


def _caught_claim(asked: Asked, handled: Sequence[Caught]) -> Claim:
    first = handled[0]
    who = doer(first.by, "module-level code")
    text = f"{who} catches {code(last_name(first.type))}" if first.type else f"{who} catches everything"
    if first.swallows:
        text += " and swallows it"
    if len(handled) > 1:
        text += f" at {counted(len(handled), 'place')}"
    return claim(text, first.confidence, *(each.place for each in handled))


def _escape(asked: Asked, raised: str) -> Claim | None:
    """By which callers an exception leaves, as far up as it is known to go; None where no caller lets it through."""
    outermost: list[tuple[Record, tuple[Edge, ...]]] = []
    seen = {(asked.record.path, asked.record.name)}
    queue: deque[tuple[Record, tuple[Edge, ...]]] = deque([(asked.record, ())])
    while queue and len(seen) <= RECORDS_MAX:
        record, way = queue.popleft()
        root = True
        for edge in ranked_callers(record):
            key = (edge.place.path, edge.place.symbol)
            if edge.test:
                continue
            root = False
            if edge.confidence == "possible" or key in seen or not edge.place.symbol:
                continue
            above = asked.neighbours.record(*key)
            if above is None or len(way) >= STEPS_MAX or not _passes_on(above, record, edge.place, raised):
                continue
            seen.add(key)
            queue.append((above, (*way, edge)))
        if way and root:
            outermost.append((record, way))
    if not outermost:
        return None
    names = [code(short_name(record.name)) for record, _ in outermost]
    verb = "lets" if len(names) == 1 else "let"
    confidence = weakest((edge.confidence for _, way in outermost for edge in way), "likely")
    places = [way[-1].place for _, way in outermost]
    return claim(
        f"{listed(names, most=3)} {verb} {code(last_name(raised))} escape", at_most(confidence, "likely"), *places
    )


def _passes_on(above: Record, below: Record, place: Place, raised: str) -> bool:
    """Whether the caller's own record says that this exception leaves it by way of this callee."""
    name = last_name(below.name)
    return any(
        each.type == raised
        and (
            (each.through and last_name(each.through[0]) == name)
            or (each.place.start <= place.start and place.end <= each.place.end)
        )
        for each in above.raises
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{number(count)} times")


KINDS: tuple[Kind, ...] = (
    Kind(
        "raises",
        "exceptions",
        "What can it {raise_}, and from where?",
        CALLABLE,
        answer=raises,
        needs=("raises", "source"),
        prior=0.75,
        features=(("frame", 1.5), ("failing_test", 1.5), ("complexity", 1.3)),
        sillito=(32,),
        latoza=("contracts.3", "control.8", "intent.2"),
    ),
    Kind(
        "catches",
        "exceptions",
        "Who catches what it {raises}, and who lets it escape?",
        CALLABLE,
        answer=catches,
        needs=("caught", "raises", "callers", "neighbours"),
        prior=0.5,
        features=(("frame", 1.5), ("failing_test", 1.5)),
        latoza=("debugging.5", "control.9"),
    ),
)
