"""Change: what has to be looked at again when this is changed."""

from __future__ import annotations

from collections import deque

from analyzers.questions.answer import Answer, Claim
from analyzers.questions.kind import EVERYTHING, HOLDER, NOT_ANALYSED, Asked, Kind, at_most, claim, surest, weakest
from analyzers.questions.prose import code, counted, doer, last_name, listed, number, short_name
from analyzers.questions.quote import is_private, place_at
from analyzers.questions.tests import ranked_tests
from analyzers.questions.values import ranked_accesses
from analyzers.questions.ways import HANDED_ON, ranked_callers
from analyzers.records import RANK, Edge

STEPS_MAX = 5
RECORDS_MAX = 200
"""How far above the anchor a change is followed while somebody waits."""
SHOWN_MAX = 3
TEST_CALLS_MAX = 2
"""A test that is further away is not named: it may well turn off on the way."""


def impact(kind: Kind, asked: Asked) -> Answer | None:
    """What is affected if I change this: who uses it directly, who above them, what must follow, which tests to run."""
    record = asked.record
    users, indirect, cut = _above(asked)
    followers = sorted(record.overridden_by, key=lambda ref: (RANK[ref.confidence], ref.path, ref.line))
    tests = max(record.tests_total, len(record.tests))
    if not users and not followers and not tests:
        if not asked.deep:
            return kind.not_known(asked, NOT_ANALYSED)
        return kind.not_known(
            asked, *_outside(asked), "a use, an override or a test in this repository: none was found"
        )
    claims = _claims(asked, users, indirect)
    follows = "derives from it" if record.kind == "class" else "must keep in step with it"
    claims += [
        claim(
            f"{code(short_name(ref.name))} {follows}",
            ref.confidence,
            place_at(asked, ref.path, ref.name, ref.line) or asked.here,
        )
        for ref in followers[:SHOWN_MAX]
    ]
    for test in [each for each in ranked_tests(record.tests) if not users or each.distance <= TEST_CALLS_MAX][:1]:
        place = place_at(asked, test.path, test.name, test.line)
        which = "the only test that reaches it" if tests == 1 else f"the nearest of {counted(tests, 'test')}"
        claims.append(
            claim(
                f"run {code(last_name(test.name))} first, {which}",
                test.confidence,
                *([place] if place else [asked.here]),
            )
        )
    parts = []
    if users:
        files = len({path for path, _ in (*users, *indirect)})
        total = len(users) + len(indirect)
        parts.append(counted(total, "function") + (" or more" if cut else "") + f" in {counted(files, 'file')}")
    if followers:
        parts.append(
            counted(len(followers), *(("subclass", "subclasses") if record.kind == "class" else ("override",)))
        )
    if tests:
        parts.append(counted(tests, "test"))
    shown = at_most(weakest((edge.confidence for edge in users.values()), claims[0].confidence), "likely")
    return kind.says(
        asked,
        listed(parts),
        shown,
        claims,
        unknown=_outside(asked),
        # Who reads and writes a field is asked first, and says most of it.
        interest=0.9 if record.kind not in HOLDER and (len(indirect) > len(users) or (followers and users)) else 0.4,
    )


Users = dict[tuple[str, str], Edge]


def _above(asked: Asked) -> tuple[Users, Users, bool]:
    """Who uses it directly, who uses those, and whether a limit cut the search; tests are counted elsewhere."""
    record = asked.record
    direct: Users = {}
    for edge in ranked_callers(record):
        if not edge.test and edge.confidence != "possible":
            direct.setdefault((edge.place.path, edge.place.symbol), edge)
    for access in ranked_accesses(record.accesses, record):
        if not access.test and access.confidence != "possible":
            direct.setdefault(
                (access.place.path, access.place.symbol),
                Edge(access.place, record.path, record.name, access.confidence, "write" if access.writes else "read"),
            )
    direct.pop((record.path, record.name), None)
    indirect: Users = {}
    queue: deque[tuple[tuple[str, str], int]] = deque((key, 1) for key in direct)
    while queue:
        key, steps = queue.popleft()
        above = asked.neighbours.record(*key) if key[1] else None
        for edge in ranked_callers(above) if above is not None else ():
            who = (edge.place.path, edge.place.symbol)
            known = who in direct or who in indirect or who == (record.path, record.name)
            if known or edge.test or edge.confidence == "possible":
                continue
            if len(indirect) >= RECORDS_MAX or steps >= STEPS_MAX:
                return direct, indirect, True
            indirect[who] = edge
            queue.append((who, steps + 1))
    return direct, indirect, asked.neighbours.cut


def _claims(asked: Asked, users: Users, indirect: Users) -> list[Claim]:
    calls = "makes" if asked.record.kind == "class" else "calls"
    claims = []
    for (_, symbol), edge in list(users.items())[:SHOWN_MAX]:
        who = doer(symbol, "module-level code")
        verb = {"read": "reads", "write": "writes", HANDED_ON: "hands on"}.get(edge.via, calls)
        claims.append(claim(f"{who} {verb} it", edge.confidence, edge.place))
    rest = list(users.items())[SHOWN_MAX:]
    if rest:
        claims.append(
            claim(
                f"so do {number(len(rest))} more" if len(rest) > 1 else "so does one more",
                weakest(edge.confidence for _, edge in rest),
                *(edge.place for _, edge in rest),
            )
        )
    if indirect:
        names = [doer(symbol, "module-level code") for _, symbol in indirect]
        claims.append(
            claim(
                f"behind them {listed(names, most=3)}",
                at_most(surest(edge.confidence for edge in indirect.values()), "likely"),
                *(edge.place for edge in indirect.values()),
            )
        )
    return claims


def _outside(asked: Asked) -> tuple[str, ...]:
    return () if is_private(asked) else ("what uses it outside this repository",)


KINDS: tuple[Kind, ...] = (
    Kind(
        "impact",
        "change",
        "What is affected if I change it?",
        EVERYTHING,
        answer=impact,
        hover=False,
        needs=("callers", "accesses", "overridden_by", "tests", "neighbours"),
        prior=0.4,
        features=(("recent_edit", 2.0), ("fan_in", 1.5)),
        sillito=(42, 43),
        latoza=("implications.1", "refactoring.4", "dependencies.1"),
    ),
)
