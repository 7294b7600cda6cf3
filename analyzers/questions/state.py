"""State: what changes when code runs, who writes and reads it, and what is taken for granted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzers.questions.answer import GLANCE_CLAIMS, Answer, Claim
from analyzers.questions.kind import CALLABLE, HOLDER, NOT_ANALYSED, Asked, Kind, at_most, claim, weakest
from analyzers.questions.prose import code, counted, doer, last_name, listed, number
from analyzers.questions.quote import (
    assigned_value,
    called_by_language,
    clause_text,
    is_private,
    line_span,
    line_text,
    place_of,
)
from analyzers.questions.values import ranked_accesses
from analyzers.records import CHANGED_OUTPUT, RANK, Access, Confidence, Way

NAMED_MAX = 3
"""Things that change, named in a conclusion; of more it only counts the rest."""
_IN_PLACE = re.compile(
    r"^(?:\s*\[[^\]]*\]\s*(?:[-+*/%|&^]|//|\*\*|>>|<<|\?\?)?=(?!=)"
    r"|\.(?:append|appendleft|add|insert|extend|update|setdefault|pop|popleft|popitem|remove|discard|clear|sort|reverse"
    r"|push|shift|unshift|splice|set|delete|fill)\()"
)
"""What follows a name where its line changes what the name holds without giving it another value."""
_GIVES = re.compile(r"\s*\[|\.(?:setdefault|pop|popleft|popitem|shift|splice|push|unshift|delete)\(")
"""Changes whose result is used as often as not."""
_IS_USED = re.compile(r"\breturn\b|(?<![=!<>])=(?!=)|[(,]")
_SET_BY_TEXT = re.compile(rb"\bsetattr\(\s*self\s*,\s*\w|\bthis\[[A-Za-z_$][\w$.]*\]\s*=(?!=)")
"""`setattr(self, name, value)`, `this[name] = value`: not with a text that is written there."""
_OF_AN_OBJECT = re.compile(r"^[^\W\d]\w*\s*\.")
"""How a field is written from outside its class: `table.style`."""
SHORT_LINES_MAX = 5
"""Lines of a function that is read at one glance, header included."""


def changes(kind: Kind, asked: Asked) -> Answer | None:
    """What changes when this runs."""
    ways = sorted(asked.record.changes, key=lambda way: (_is_expected(asked, way), RANK[way.confidence]))
    if not ways:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        if any(edge.confidence == "possible" for edge in asked.record.callees):
            return kind.not_known(
                asked, "a change here or in what it surely calls: none; some calls have unknown targets"
            )
        return kind.says(
            asked,
            "nothing that is known",
            "likely",
            interest=0.08,
            unknown=("what functions without source here change",) if asked.record.callees else (),
        )
    sure = [way for way in ways if way.confidence != "possible"]
    names = list(dict.fromkeys(way.text for way in sure or ways))
    conclusion = listed(names, most=NAMED_MAX)
    if sure and len(ways) > len(sure):
        conclusion += f"; {number(len(ways) - len(sure))} more possible"
    shown: Confidence = weakest((way.confidence for way in sure), "possible")
    if len(names) > NAMED_MAX or asked.record.callees:
        shown = at_most(shown, "likely")  # what is called may change more
    telling = len({way.text for way in sure if not _is_expected(asked, way) and not _is_in_view(asked, way)})
    return kind.says(
        asked,
        conclusion if sure else f"possibly {conclusion}",
        shown,
        _grouped(asked, ways),
        interest=1.0 if telling else 0.15 if sure else 0.2,
        glance=min(GLANCE_CLAIMS, telling) or GLANCE_CLAIMS,
    )


def _is_expected(asked: Asked, way: Way) -> bool:
    """Whether nobody looks for it: a constructor fills in the fields of what it makes, and much code prints or logs."""
    own = tuple(f"`{name}." for name in asked.words.own)
    makes = last_name(asked.record.name) in asked.words.constructors
    return way.text == CHANGED_OUTPUT or (makes and way.text.startswith(own))


def _is_in_view(asked: Asked, way: Way) -> bool:
    """Whether the change stands in plain sight: an assignment of a function that is hardly more than that."""
    source = asked.source()
    if source is None or not clause_text(asked, way.place).startswith(way.text.strip("`")):
        return False
    return source.count(b"\n", asked.record.name_start, way.place.end) < SHORT_LINES_MAX


def assumes(kind: Kind, asked: Asked) -> Answer | None:
    """What does it assume: guards that {raise}, asserts, what it takes for granted about its arguments."""
    ways = sorted(asked.record.assumes, key=lambda way: (RANK[way.confidence], way.place.start))
    if not ways:
        why = "a guard, an assert or an unchecked use: none was found" if asked.deep else NOT_ANALYSED
        return kind.not_known(asked, why)
    claims = _grouped(asked, ways)
    if len(ways) == 1 and (line := clause_text(asked, ways[0].place)):
        claims = [claim(code(line), ways[0].confidence, ways[0].place)]
    conclusion = ways[0].text if len(ways) == 1 else counted(len(ways), "thing")
    shown: Confidence = weakest(way.confidence for way in ways)
    if len(ways) > 1:
        shown = at_most(shown, "likely")
    return kind.says(asked, conclusion, shown, claims, interest=0.8)


def _grouped(asked: Asked, ways: Sequence[Way]) -> list[Claim]:
    groups: dict[str, list[Way]] = {}
    for way in ways:
        groups.setdefault(way.text, []).append(way)
    claims = []
    for text, each in groups.items():
        line = clause_text(asked, each[0].place)
        shown = text
        if line and line.startswith(text.strip("`")):
            shown = code(line)
        elif line and line not in text.replace("`", ""):
            shown = f"{text}: {code(line)}"
        more = f", and at {counted(len(each) - 1, 'other place')}" if len(each) > 1 else ""
        claims.append(claim(shown + more, each[0].confidence, *(way.place for way in each)))
    return claims


def writers(kind: Kind, asked: Asked) -> Answer | None:
    """Who writes this field or global."""
    accesses = ranked_accesses([access for access in asked.record.accesses if access.writes], asked.record)
    if not accesses:
        return kind.not_known(asked, "a write in this repository: none was found" if asked.deep else NOT_ANALYSED)
    owner = asked.record.name.rpartition(".")[0]
    inside = [each for each in ranked_accesses(asked.record.accesses, asked.record) if _changes_in_place(asked, each)]
    sure, claims = _sure(accesses), _access_claims(asked, accesses)
    if all(_at_start(asked, each, owner) for each in accesses):
        by_text = _set_by_text(asked, owner)
        claims += by_text
        named = " by its name" if by_text else ""
        conclusion = f"nobody{named} after {'it is made' if owner else 'its definition'}, as far as was found"
        interest = 0.35 if any(each.place.symbol not in ("", owner) for each in accesses) else 0.1
        if _sure(inside):
            conclusion = f"it is changed in place by {_who(asked, _sure(inside), 'function')}"
            claims, interest = _access_claims(asked, [*inside, *accesses]), 1.0
    else:
        outside = [each for each in sure if not each.test and owner and not each.place.symbol.startswith(owner)]
        conclusion = _who_and_perhaps(asked, accesses, "writer")
        if outside and len(outside) < len(sure):
            conclusion += f", {number(len({each.place.symbol for each in outside}))} outside {code(last_name(owner))}"
        if _sure(inside):
            conclusion += f"; changed in place by {_who(asked, _sure(inside), 'function')}"
            claims = _access_claims(asked, [*accesses, *inside])
        interest = 1.0 if sure else 0.2
    shown = at_most(weakest((each.confidence for each in sure), "possible"), "likely")
    return kind.says(asked, conclusion, shown, claims, interest=0.0 if _is_function(asked) else interest)


def _set_by_text(asked: Asked, owner: str) -> list[Claim]:
    """Where the field's class sets fields whose names come from elsewhere: any of them may be this one."""
    record = asked.neighbours.record(asked.record.path, owner) if owner else None
    source = asked.source()
    if record is None or source is None:
        return []
    found = _SET_BY_TEXT.search(source, record.start, record.end)
    if found is None:
        return []
    where = place_of(source, record.path, line_span(source, found.start()), owner)
    return [
        claim(f"a name that comes from elsewhere may mean it: {code(clause_text(asked, where))}", "possible", where)
    ]


def _sure(accesses: Sequence[Access]) -> list[Access]:
    return [each for each in accesses if each.confidence != "possible"]


def _changes_in_place(asked: Asked, access: Access) -> bool:
    """Whether a read is for changing what is read: `self.items.append(x)`, `self.table[key] = value`."""
    if access.writes:
        return False
    text, name = clause_text(asked, access.place), last_name(asked.record.name)
    for each in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
        done = _IN_PLACE.match(text[each.end() :])
        # What gives something back may be no change: `return self.table.update(new)` of a map that never changes.
        if done is not None and (_GIVES.match(done.group()) or not _IS_USED.search(text[: each.start()])):
            return True
    return text.startswith("del ") and f"{name}[" in text


def _at_start(asked: Asked, access: Access, owner: str) -> bool:
    """Whether a write is part of the definition, or of making the object whose field it is."""
    symbol = access.place.symbol
    if symbol in ("", owner):
        return symbol == owner or not _OF_AN_OBJECT.match(access.place.quote)
    own = access.place.quote.startswith(tuple(f"{name}." for name in asked.words.own))
    return last_name(symbol) in asked.words.constructors and (own or symbol.rpartition(".")[0] == owner)


def _is_function(asked: Asked) -> bool:
    """Whether a field is a function under another name: a method that the language calls, or an alias of one."""
    record, owner = asked.record, asked.record.name.rpartition(".")[0]
    if not owner:
        return False
    if called_by_language(asked) and last_name(record.name) not in ("__slots__", "__match_args__", "__doc__"):
        return True
    source = asked.source()
    if source is None or not (value := assigned_value(line_text(source, record.name_start))).isidentifier():
        return False
    found = asked.neighbours.record(record.path, f"{owner}.{value}") or asked.neighbours.record(record.path, value)
    return found is not None and found.kind in CALLABLE


def readers(kind: Kind, asked: Asked) -> Answer | None:
    """Who reads this field or global."""
    accesses = ranked_accesses([access for access in asked.record.accesses if not access.writes], asked.record)
    if not accesses:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        unknown = (
            f"a read of {code(last_name(asked.record.name))}: none was found",
            "whether a name that is put together when it runs reads it",
        )
        if _named_elsewhere(asked):
            return kind.not_known(asked, *unknown)
        # What is not private may be read from outside, and what nobody reads is often read by its name as text.
        interest = 0.4 if is_private(asked) else 0.2
        return kind.says(asked, "nobody that was found", "possible", unknown=unknown, interest=interest)
    sure = _sure(accesses)
    shown = at_most(weakest((each.confidence for each in sure), "possible"), "likely")
    own = len({(each.place.path, each.place.symbol) for each in sure or accesses if not each.test})
    return kind.says(
        asked,
        _who_and_perhaps(asked, accesses, "reader"),
        shown,
        _access_claims(asked, accesses),
        interest=0.6 if sure else 0.15,
        glance=min(GLANCE_CLAIMS, own) if own > 1 else 2,
    )


def _named_elsewhere(asked: Asked) -> bool:
    """Whether its own file names it in a way that no access was found for: after a dot or as text."""
    source = asked.source()
    name = re.escape(last_name(asked.record.name).encode())
    found = re.finditer(rb"[.\"']" + name + rb"\b", source) if source is not None else iter(())
    known = {access.place.line for access in asked.record.accesses if access.place.path == asked.record.path}
    return source is not None and any(source.count(b"\n", 0, each.start()) + 1 not in known for each in found)


def _who_and_perhaps(asked: Asked, accesses: Sequence[Access], noun: str) -> str:
    """Who surely does, and how many more may: what they read is of unknown class, or of one of many."""
    sure = _sure(accesses)
    known = {(each.place.path, each.place.symbol) for each in sure}
    more = {(each.place.path, each.place.symbol) for each in accesses} - known
    if not sure:
        return f"{counted(len(more), 'place')} that may mean another {code(last_name(asked.record.name))}"
    return _who(asked, sure, noun) + (f", and {counted(len(more), 'place')} that may mean it" if more else "")


def _who(asked: Asked, accesses: Sequence[Access], noun: str) -> str:
    own = {(each.place.path, each.place.symbol) for each in accesses if not each.test}
    tests = {(each.place.path, each.place.symbol) for each in accesses if each.test}
    if len(own) == 1 and not tests:
        ((_, symbol),) = own
        return doer(symbol)
    real = all(last_name(symbol).startswith(asked.words.test_names) for _, symbol in tests)
    in_tests = counted(len(tests), *(("test",) if real else ("place in test code", "places in test code")))
    if not own:
        return f"{in_tests} and nobody else that was found"
    return counted(len(own), noun) + (f" and {in_tests}" if tests else "")


def _access_claims(asked: Asked, accesses: Sequence[Access]) -> list[Claim]:
    """One claim for each function that reads or writes, with its first line quoted."""
    groups: dict[tuple[str, str, str], list[Access]] = {}
    for each in accesses:
        groups.setdefault((each.place.path, each.place.symbol, each.confidence), []).append(each)
    claims = []
    for (_, symbol, _), same in groups.items():
        who = doer(symbol)
        line = clause_text(asked, same[0].place)
        text = f"{who}: {code(line)}" if line else who
        if len(same) > 1:
            text += f", and at {counted(len(same) - 1, 'other place')}"
        claims.append(claim(text, same[0].confidence, *(one.place for one in same)))
    return claims


KINDS: tuple[Kind, ...] = (
    Kind(
        "changes",
        "state",
        "What changes when it runs?",
        CALLABLE,
        answer=changes,
        needs=("changes", "callees", "source"),
        prior=0.55,
        features=(("complexity", 1.3), ("frame", 1.2)),
        sillito=(20, 33),
        latoza=("debugging.2", "data.3", "data.6", "intent.2"),
    ),
    Kind(
        "writers",
        "state",
        "Who writes it?",
        HOLDER,
        answer=writers,
        needs=("accesses", "source"),
        prior=0.7,
        features=(("recent_edit", 1.3), ("frame", 1.3)),
        sillito=(15,),
        latoza=("debugging.3", "contracts.4", "contracts.6", "data.3", "data.4"),
    ),
    Kind(
        "readers",
        "state",
        "Who reads it?",
        HOLDER,
        answer=readers,
        needs=("accesses", "source"),
        prior=0.55,
        sillito=(15,),
        latoza=("data.2", "data.5"),
    ),
    Kind(
        "assumes",
        "state",
        "What does it assume?",
        CALLABLE,
        answer=assumes,
        hover=False,
        needs=("assumes", "source"),
        prior=0.4,
        features=(("frame", 1.5), ("failing_test", 1.3)),
        sillito=(41,),
        latoza=("contracts.1", "contracts.2"),
    ),
)
