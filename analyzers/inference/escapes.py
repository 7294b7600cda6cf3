"""Which exceptions leave each body: its own and its callees', less what the handlers around the place stop.

Runs over the findings of bodies after values have settled, as a fixpoint of its own: an exception set only grows.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analyzers import ir
from analyzers.inference.scopes import Body, CallSite, Caught, ClassScope, Guard, RaiseSite
from analyzers.inference.values import ClassValue, External, Value, Values
from analyzers.records import RANK, Confidence

THROUGH_MAX = 6
"""Calls that an exception is followed through by name; it is followed further, without saying each one."""

TYPES_MAX = 60
"""Exception types that one body is said to raise; the surest are kept."""

RAISED_ODDS = 0.6
"""How often a `raise` under a condition is seen to leave its function, where a test suite runs that function.

This and the odds below were counted over ten packages' test suites; only their order of magnitude matters.
"""

UNCONDITIONAL_ODDS = 0.95
UNREACHABLE_ODDS = 0.08
"""Of an assertion written as a `raise` under a condition: who writes it says that it does not happen."""
OPERATION_ODDS = 0.05
"""Of an operation or a library call that commonly raises: indexing, `int`, `open`."""
RARE_ODDS = 0.008
CALL_ODDS = 0.75
"""How often what leaves a function leaves its caller too, where the caller always makes the call."""
CONDITIONAL_CALL_ODDS = 0.45
POSSIBLE_CALL_ODDS = 0.15
LIKELY_ODDS = 0.12
"""Odds from which on an exception is likely; below, it is possible."""
ODDS_MIN = 0.0002
"""Odds below which an exception is not followed further: its path is too long for anybody to want it."""
TURNS_MAX = 30
"""How often one body is looked at again for one change; circles of calls longer than `THROUGH_MAX` end here."""


@dataclass(slots=True, eq=False)
class Escape:
    """An exception type that can leave a body: where it comes from, and through whom."""

    type: Value
    confidence: Confidence
    node: ir.Node
    through: tuple[Body, ...]
    distance: int
    operation: str
    odds: float
    """How plausible it is that a run shows it, for ranking: of the raise itself, lessened by each call on the way."""
    flag: tuple[str, bool] | None = None
    """A parameter of the body and what it must be for this to happen."""


Escapes = dict[Value, Escape]


def weakest(*confidences: Confidence) -> Confidence:
    """The least sure of several."""
    return max(confidences, key=RANK.__getitem__)


class Flow:
    """The exceptions of all bodies. `edges` are calls with the confidence that a caller's call leads there."""

    def __init__(self) -> None:
        self.escapes: dict[Body, Escapes] = {}

    def compute(
        self,
        bodies: Iterable[Body],
        edges: Mapping[Body, list[tuple[CallSite, Confidence]]],
        callers: Mapping[Body | ClassScope, Iterable[Body]],
    ) -> dict[Body, None]:
        """Brings the given bodies, and all that depend on them, up to date; returns those whose set changed."""
        queue = deque(bodies)
        waiting = set(queue)
        changed: dict[Body, None] = {}
        turns: dict[Body, int] = {}
        while queue:
            body = queue.popleft()
            waiting.discard(body)
            before = self.escapes.get(body)
            now = self._of(body, edges.get(body, []))
            # The places may have moved even where nothing else changed.
            self.escapes[body] = now
            turns[body] = turns.get(body, 0) + 1
            if before is not None and (_same(before, now) or turns[body] > TURNS_MAX):
                continue
            changed[body] = None
            for caller in callers.get(body, ()):
                if caller not in waiting:
                    waiting.add(caller)
                    queue.append(caller)
        return changed

    def _of(self, body: Body, edges: list[tuple[CallSite, Confidence]]) -> Escapes:
        found: Escapes = {}
        for site in body.findings.raises.values():
            for kind in site.types:
                odds = _site_odds(site, kind)
                if isinstance(kind, ClassValue | External) and not stopped(kind, site.guards):
                    sure: Confidence = "certain" if not site.operation and not site.conditional else _confidence(odds)
                    _keep(found, Escape(kind, sure, site.node, (), 0, site.operation, odds, site.flag))
        for call, confidence in edges:
            if not isinstance(call.target, Body) or call.via == "registered":
                continue
            weight = _call_odds(call, confidence)
            for escape in self.escapes.get(call.target, {}).values():
                odds = escape.odds * weight
                if odds < ODDS_MIN or stopped(escape.type, call.guards):
                    continue
                if escape.flag is not None and _spared(call, *escape.flag):
                    continue
                if body in escape.through:
                    # What has come out of this body already needs no second way, and after an edit must not be one.
                    continue
                sure = weakest(confidence, _confidence(odds))
                through = (call.target, *escape.through)[:THROUGH_MAX]
                _keep(found, Escape(escape.type, sure, call.node, through, escape.distance + 1, escape.operation, odds))
        if len(found) > TYPES_MAX:
            kept = sorted(found.values(), key=_rank)[:TYPES_MAX]
            return {e.type: e for e in kept}
        return found


def _site_odds(site: RaiseSite, kind: Value) -> float:
    if site.operation:
        return RARE_ODDS if site.rare else OPERATION_ODDS
    if site.conditional and type_name(kind) == "AssertionError":
        return UNREACHABLE_ODDS
    return RAISED_ODDS if site.conditional else UNCONDITIONAL_ODDS


def _call_odds(call: CallSite, confidence: Confidence) -> float:
    if confidence == "possible":
        return POSSIBLE_CALL_ODDS / call.choices
    often = CONDITIONAL_CALL_ODDS if call.conditional else CALL_ODDS
    return often / math.sqrt(call.choices)


def _confidence(odds: float) -> Confidence:
    return "likely" if odds >= LIKELY_ODDS else "possible"


def _rank(escape: Escape) -> tuple[int, float]:
    return (RANK[escape.confidence], -escape.odds)


def _spared(call: CallSite, name: str, needed: bool) -> bool:
    """Whether a call says by a constant, or by leaving the default, that what needs this flag does not happen."""
    if not isinstance(call.node, ir.Call) or call.via or not isinstance(call.target, Body):
        return False
    function = call.target.function
    if function is None or any(argument.stars for argument in call.node.args):
        return False
    given = next((argument.value for argument in call.node.args if argument.keyword == name), None)
    if given is None:
        parameters = [p for p in function.parameters if p.kind in {"positional", "normal"}]
        at = next((i for i, p in enumerate(parameters) if p.name == name), -1)
        positional = [argument.value for argument in call.node.args if not argument.keyword]
        bound = call.target.cls is not None and isinstance(call.node.func, ir.Attr)
        at -= bound
        if 0 <= at < len(positional):
            given = positional[at]
        elif not bound:
            given = next((p.default for p in function.parameters if p.name == name), None)
    return isinstance(given, ir.Const) and given.kind in {"bool", "none"} and bool(given.value) is not needed


def _keep(found: Escapes, escape: Escape) -> None:
    known = found.get(escape.type)
    if known is None or _rank(escape) < _rank(known):
        found[escape.type] = escape


def _same(first: Escapes, second: Escapes) -> bool:
    if first.keys() != second.keys():
        return False
    return all(_rank(first[k]) == _rank(second[k]) for k in first)


def stopped(kind: Value, guards: tuple[Guard, ...]) -> bool:
    """Whether an exception of this type surely does not get out of the handlers around the place."""
    for guard in reversed(guards):
        handler = caught_by(kind, guard)
        if handler is not None and not handler.again:
            return True
    return False


def caught_by(kind: Value, guard: Guard) -> Caught | None:
    """The handler of a guard that surely takes an exception of this type."""
    for handler in guard.handlers:
        if handler.types is None or _covers(handler.types, kind):
            return handler
    return None


def _covers(types: Values, kind: Value) -> bool:
    for caught in types:
        if caught is kind:
            return True
        if isinstance(caught, ClassValue):
            if isinstance(kind, ClassValue) and kind.scope.is_subclass(caught.scope):
                return True
            if caught.scope.library and caught.scope.name == "BaseException":
                return True
            if caught.scope.library and caught.scope.name == "Exception" and not _outside_exception(kind):
                return True
        elif isinstance(caught, External) and isinstance(kind, External) and caught.name == kind.name:
            return True
    return False


def _outside_exception(kind: Value) -> bool:
    """Whether the type is known not to be an `Exception`: `SystemExit`, `KeyboardInterrupt` and their like."""
    if not isinstance(kind, ClassValue):
        return False
    names = [s.name for s in kind.scope.mro()]
    return "BaseException" in names and "Exception" not in names


def type_name(kind: Value) -> str:
    """The name by which people call an exception type."""
    if isinstance(kind, ClassValue):
        return kind.scope.qualname
    return kind.name.rpartition(".")[2] if isinstance(kind, External) else "?"


__all__ = ["ClassScope", "Escape", "Flow", "caught_by", "stopped", "type_name", "weakest"]
