"""What tests provoke: exceptions that a test says are there, and on which way they come.

`with pytest.raises(KeyError): f()` shows that `KeyError` leaves `f`, and whatever it comes through on its likeliest
way. It also shows what nobody thought of: where tests provoke one exception of a function, the others are less
likely. It reads escapes and edges, and changes neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from analyzers.inference.conditions import carried
from analyzers.inference.escapes import Escape, Flow, covers, likelihood, type_name
from analyzers.inference.scopes import Body, CallSite, ClassScope
from analyzers.inference.values import ClassValue, Value, Values
from analyzers.records import Confidence

PROVOKED_ODDS = 0.95
"""Of an exception that a test expects of a function, or documentation promises."""

SHOWN_WEIGHT = 0.3
"""For what comes through a function of which a test expects it, by another way than the test's: that the function was
tried by itself explains why the exception is there."""

OTHERS_WEIGHT = 0.5
"""For what tests do not expect of a function of which they expect something else."""

SUBCLASSES_MAX = 2
"""Exceptions that a test may mean which names a base class of theirs; the likeliest are taken."""


class Provoked:
    """For each body, the exception types that tests show to leave it."""

    def __init__(self, flow: Flow, is_test: Callable[[str], bool], may_be_false: Callable[[Value], bool]) -> None:
        self._flow = flow
        self._is_test = is_test
        self._may_be_false = may_be_false
        self._expected: dict[Body, tuple[tuple[CallSite, Values], ...]] = {}
        """By test, the calls that are expected to raise, and what."""
        self.types: dict[Body, frozenset[Value]] = {}
        self._asked: dict[Body, frozenset[Value]] = {}
        """What tests expect of the functions that they call themselves."""

    def update(
        self,
        bodies: Iterable[Body],
        edges: Mapping[Body, list[tuple[CallSite, Confidence]]],
        callers: Mapping[Body | ClassScope, Iterable[Body]],
    ) -> dict[Body, None]:
        """Takes in what changed; returns the bodies of which other exceptions are known to be provoked."""
        for body in bodies:
            self._expected.pop(body, None)
            if self._is_test(body.module.path) and not body.gone:
                found = tuple((site, wanted) for site, _ in edges.get(body, ()) if (wanted := _expected(site)))
                if found:
                    self._expected[body] = found
        types: dict[Body, set[Value]] = {}
        asked: dict[Body, set[Value]] = {}
        for expected in self._expected.values():
            for site, wanted in expected:
                target = site.target
                assert isinstance(target, Body)
                for kind in self._meant(site, target, wanted):
                    asked.setdefault(target, set()).add(kind)
                    self._follow(target, kind, types)
        before, self.types = self.types, {body: frozenset(kinds) for body, kinds in types.items()}
        asked_before, self._asked = self._asked, {body: frozenset(kinds) for body, kinds in asked.items()}
        changed = {b: None for b in (*before, *self.types) if before.get(b) != self.types.get(b)}
        changed |= {b: None for b in (*asked_before, *self._asked) if asked_before.get(b) != self._asked.get(b)}
        # What comes through a function is weighed by what is known of it.
        waiting = list(changed)
        while waiting:
            above = [caller for caller in callers.get(waiting.pop(), ()) if caller not in changed]
            changed.update(dict.fromkeys(above))
            waiting.extend(above)
        return changed

    def _meant(self, site: CallSite, target: Body, wanted: Values) -> list[Value]:
        """The types that leave the function and are among what a test expects."""
        found: list[Value] = []
        for kind in wanted:
            ways = {k: w for k, w in self._flow.escapes.get(target, {}).items() if covers(frozenset((kind,)), k)}
            possible = {k: w for k, w in ways.items() if self._fits(w, site)}
            if kind in (possible or ways):
                found.append(kind)
                continue
            chosen = possible or ways
            found.extend(sorted(chosen, key=lambda k: (-chosen[k][0].odds, k.serial))[:SUBCLASSES_MAX])
        return found

    def _fits(self, ways: tuple[Escape, ...], site: CallSite) -> bool:
        return any(carried(way.conditions, site, self._may_be_false) is not None for way in ways)

    def _follow(self, body: Body, kind: Value, types: dict[Body, set[Value]]) -> None:
        """Marks the likeliest way on which an exception comes."""
        current: Body | None = body
        while current is not None and kind not in types.setdefault(current, set()):
            types[current].add(kind)
            ways = self._flow.escapes.get(current, {}).get(kind)
            current = ways[0].through[0] if ways and ways[0].through else None

    def weighed(self, body: Body, escape: Escape) -> Escape:
        """An escape in the light of what tests and documentation say."""
        function = body.function
        documented = function is not None and type_name(escape.type).rpartition(".")[2] in function.documented
        if documented or escape.type in self.types.get(body, ()):
            odds = max(escape.odds, PROVOKED_ODDS)
            return replace(
                escape, odds=odds, confidence=escape.confidence if escape.confidence == "certain" else "likely"
            )
        odds = escape.odds
        shown = next((b for b in escape.through if escape.type in self.types.get(b, ())), None)
        if shown is not None:
            odds *= SHOWN_WEIGHT
        elif self._asked.get(body) or (escape.through and self._asked.get(escape.through[-1])):
            odds *= OTHERS_WEIGHT
        return replace(escape, odds=odds, confidence=likelihood(escape, odds))


def _expected(site: CallSite) -> Values:
    """What a test expects a call to raise; nothing for a call that it expects nothing of."""
    if not isinstance(site.target, Body) or site.via == "registered":
        return frozenset()
    for guard in reversed(site.guards):
        for handler in guard.handlers:
            if handler.expected and handler.types:
                return frozenset(t for t in handler.types if isinstance(t, ClassValue))
    return frozenset()
