"""Which exceptions leave each body: its own and its callees', less what the handlers around the place stop.

Runs over the findings of bodies after values have settled, as a fixpoint of its own: an exception set only grows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from analyzers import ir
from analyzers.inference.conditions import CONDITIONS_MAX, Conditions, carried, of_raised
from analyzers.inference.scopes import Body, CallSite, Caught, ClassScope, Fate, Guard, RaiseSite
from analyzers.inference.values import ClassValue, External, Value, Values
from analyzers.records import RANK, Confidence

THROUGH_MAX = 6
"""Calls that an exception is followed through by name; it is followed further, without saying each one."""

TYPES_MAX = 60
"""Exception types that one body is said to raise; the surest are kept."""

RAISED_ODDS = 0.5
"""How often a `raise` under a condition is seen to leave its function, where a test suite runs that function.

This and the odds below were counted over ten packages' test suites; only their order of magnitude matters.
"""

UNCONDITIONAL_ODDS = 0.9
UNREACHABLE_ODDS = 0.08
"""Of an assertion written as a `raise` under a condition: who writes it says that it does not happen."""
OPERATION_ODDS = 0.03
"""Of an operation or a library call that commonly raises: indexing, `open`."""
RARE_ODDS = 0.008
INPUT_ODDS = 0.15
"""Of an operation on what comes from outside, which is often not what is wanted: `open(path)`."""
INPUT_OPERATIONS = frozenset({"builtins.open:FileNotFoundError"})
MISUSE_ODDS = 0.3
"""Of a `raise` under a condition of an exception by which programs say that they are used wrongly."""
MISUSES = frozenset({"TypeError", "RuntimeError"})
BUILT_IN_WEIGHT = 0.25
"""For a built-in exception that leaves the caller of whoever raises it: callers that are right never see it, while a
program's own exceptions are made to be seen."""
LOOKUP_METHODS = frozenset({"__getitem__", "__delitem__", "__getattr__", "__delattr__", "__missing__"})
"""Methods that are there to look something up, and say by an exception that it is missing."""
LOOKUP_ODDS = 0.45
CALL_ODDS = (0.97, 0.8, 0.65, 0.6, 0.5, 0.45)
"""How often what leaves a function leaves a caller, by how many callers it has: it came through one of them."""
MANY_CALLERS_ODDS = 0.36
POSSIBLE_CALL_WEIGHT = 0.3
"""For a call of which it is not known that it leads there."""
IMPLICIT_CALL_WEIGHT = 0.15
"""For a call that syntax makes, such as `x[key]` or `x.name`, whose failing is rarely meant."""
OPEN_CONDITION_ODDS = 0.6
"""For each condition on an argument of which it is not known whether the call fulfils it."""
LIKELY_ODDS = 0.12
"""Odds from which on an exception is likely; below, it is possible."""
ODDS_MIN = 0.0002
"""Odds below which an exception is not followed further: its path is too long for anybody to want it."""
WAYS_MAX = 4
"""Ways that are kept of one type to leave one body, under different conditions."""
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
    conditions: Conditions = ()
    """What must hold of the body's parameters for this to happen."""
    rejected: bool = False
    """Whether it is not thrown: the promise that the body gives is rejected with it."""


Escapes = dict[Value, tuple[Escape, ...]]
"""By type, the ways in which it leaves, the surest first; where that depends on arguments, others follow."""


def weakest(*confidences: Confidence) -> Confidence:
    """The least sure of several."""
    return max(confidences, key=RANK.__getitem__)


class Flow:
    """The exceptions of all bodies. `edges` are calls with the confidence that a caller's call leads there."""

    def __init__(self, may_be_false: Callable[[Value], bool], is_test: Callable[[str], bool]) -> None:
        self.escapes: dict[Body, Escapes] = {}
        self._may_be_false = may_be_false
        self._is_test = is_test
        self._targets: dict[Body, tuple[Body, ...]] = {}
        """What each body was last seen to call."""
        self._callers: dict[Body, int] = {}
        """For each body, the functions outside tests that call it, up to as many as make a difference."""
        self._iterating: dict[Body, dict[Body, None]] = {}
        """By generator, the bodies that run it step by step."""

    def compute(
        self,
        bodies: Iterable[Body],
        edges: Mapping[Body, list[tuple[CallSite, Confidence]]],
        callers: Mapping[Body | ClassScope, Iterable[Body]],
    ) -> dict[Body, None]:
        """Brings the given bodies, and all that depend on them, up to date; returns those whose set changed."""
        waiting = dict.fromkeys(bodies)
        for body in tuple(waiting):
            for site in body.findings.iterated.values():
                if isinstance(site.target, Body):
                    self._iterating.setdefault(site.target, {})[body] = None
        for target in self._recount(tuple(waiting), edges, callers):
            waiting.update(dict.fromkeys(callers.get(target, ())))
        queue = deque(waiting)
        changed: dict[Body, None] = {}
        turns: dict[Body, int] = {}
        while queue:
            body = queue.popleft()
            waiting.pop(body, None)
            before = self.escapes.get(body)
            now = self._of(body, [*edges.get(body, ()), *_iterated(body)])
            # The places may have moved even where nothing else changed.
            self.escapes[body] = now
            turns[body] = turns.get(body, 0) + 1
            if before is not None and (_same(before, now) or turns[body] > TURNS_MAX):
                continue
            changed[body] = None
            for caller in (*callers.get(body, ()), *self._iterating.get(body, ())):
                if caller not in waiting:
                    waiting[caller] = None
                    queue.append(caller)
        return changed

    def _recount(
        self,
        bodies: Iterable[Body],
        edges: Mapping[Body, list[tuple[CallSite, Confidence]]],
        callers: Mapping[Body | ClassScope, Iterable[Body]],
    ) -> list[Body]:
        """Counts anew who calls what the given bodies call, or called before; returns whose count has changed."""
        touched: dict[Body, None] = {}
        for body in bodies:
            now = dict.fromkeys(site.target for site, _ in edges.get(body, ()) if isinstance(site.target, Body))
            touched.update(dict.fromkeys(self._targets.get(body, ())))
            touched.update(now)
            self._targets[body] = tuple(now)
        changed: list[Body] = []
        for target in touched:
            count = sum(1 for caller in callers.get(target, ()) if not self._is_test(caller.module.path))
            count = min(count, len(CALL_ODDS) + 1)
            if self._callers.get(target) != count:
                self._callers[target] = count
                changed.append(target)
        return changed

    def _of(self, body: Body, edges: list[tuple[CallSite, Confidence]]) -> Escapes:
        ways: dict[Value, list[Escape]] = {}
        for site in body.findings.raises.values():
            for kind in site.types:
                odds = _site_odds(body, site, kind)
                if not isinstance(kind, ClassValue | External):
                    continue
                out = _leaving(body, site.guards, site.fate, bool(site.fate))
                if not out.lost and not stopped(kind, out.guards):
                    sure: Confidence = "certain" if not site.operation and not site.conditional else _confidence(odds)
                    holds = (*site.conditions, of_raised(site.chosen, kind)) if site.chosen else site.conditions
                    kept = holds[-CONDITIONS_MAX:]
                    _keep(ways, Escape(kind, sure, site.node, (), 0, site.operation, odds, kept, out.rejected))
        for call, confidence in edges:
            target = call.target
            if not isinstance(target, Body) or call.via == "registered":
                continue
            if target.function is not None and target.function.generator and call.via != "iterated":
                # Calling it only makes the generator; what leaves it comes to whoever iterates.
                continue
            weight = _call_odds(call, confidence, self._callers.get(target, 0))
            for escape in (e for alternatives in self.escapes.get(target, {}).values() for e in alternatives):
                odds = escape.odds * weight
                out = way_out(body, call, escape)
                if not escape.distance and _built_in(escape.type):
                    odds *= BUILT_IN_WEIGHT
                if odds < ODDS_MIN or out.lost or stopped(escape.type, out.guards):
                    continue
                if body in escape.through:
                    # What has come out of this body already needs no second way, and after an edit must not be one.
                    continue
                left = carried(escape.conditions, call, self._may_be_false)
                if left is None:
                    continue
                odds *= OPEN_CONDITION_ODDS ** left[1]
                sure = weakest(confidence, _confidence(odds))
                through = (target, *escape.through)[:THROUGH_MAX]
                kept = tuple(dict.fromkeys((*call.conditions, *left[0])))[-CONDITIONS_MAX:]
                distance = escape.distance + 1
                known = Escape(escape.type, sure, call.node, through, distance, escape.operation, odds, kept)
                known.rejected = out.rejected
                _keep(ways, known)
        found = {kind: _alternatives(escapes) for kind, escapes in ways.items()}
        if len(found) > TYPES_MAX:
            best = sorted(found.items(), key=lambda f: _rank(f[1][0]))[:TYPES_MAX]
            return dict(best)
        return found


@dataclass(frozen=True, slots=True)
class WayOut:
    """How something leaves a body."""

    guards: tuple[Guard, ...]
    """The handlers that may stop it."""
    rejected: bool = False
    """Whether a promise carries it."""
    lost: bool = False
    """Whether it reaches nobody beyond those handlers: nobody waits for the promise, or somebody else calls."""


def way_out(body: Body, call: CallSite, escape: Escape) -> WayOut:
    """How what leaves the target of a call leaves the caller."""
    if call.outcome == "lost":
        return WayOut((), lost=True)
    rejection = call.fate != "" and (call.outcome == "rejects" or is_rejected(call.target, escape))
    return _leaving(body, call.guards, call.fate, rejection)


def is_rejected(target: Body | ClassScope, escape: Escape) -> bool:
    """Whether an escape reaches a caller as a rejected promise."""
    return escape.rejected or (isinstance(target, Body) and _gives_promise(target))


def _gives_promise(body: Body) -> bool:
    function = body.function
    eager = body.findings.eager
    return eager and function is not None and function.asynchronous and not function.generator


def _leaving(body: Body, guards: tuple[Guard, ...], fate: Fate, rejection: bool) -> WayOut:
    """How an exception, or what a promise is rejected with, leaves a body."""
    if not rejection:
        return WayOut(tuple(g for g in guards if not g.promised) if fate else guards)
    if fate == "awaited" or (fate == "kept" and _gives_promise(body)):
        return WayOut(guards)
    return WayOut(tuple(g for g in guards if g.promised), rejected=True, lost=fate == "dropped")


def _site_odds(body: Body, site: RaiseSite, kind: Value) -> float:
    name = type_name(kind)
    if site.operation:
        if body.name in LOOKUP_METHODS and name in {"KeyError", "IndexError", "AttributeError"} and not site.rare:
            return LOOKUP_ODDS
        if site.operation == "sys.exit" or _passes_on(site, kind):
            return RAISED_ODDS
        if site.operation in INPUT_OPERATIONS:
            return INPUT_ODDS
        return RARE_ODDS if site.rare else OPERATION_ODDS
    if name == "NotImplementedError" or (site.conditional and name == "AssertionError"):
        return UNREACHABLE_ODDS
    if not site.conditional:
        return UNCONDITIONAL_ODDS
    return MISUSE_ODDS if name in MISUSES and _built_in(kind) else RAISED_ODDS


def _built_in(kind: Value) -> bool:
    return isinstance(kind, ClassValue) and kind.scope.library and kind.scope.name != "SystemExit"


def _passes_on(site: RaiseSite, kind: Value) -> bool:
    """Whether a handler that names this type is there for it and raises it again: somebody has seen it happen."""
    handlers = (caught_by(kind, guard) for guard in site.guards)
    return any(h is not None and h.again and h.types is not None and kind in h.types for h in handlers)


def _call_odds(call: CallSite, confidence: Confidence, callers: int) -> float:
    odds = CALL_ODDS[max(callers, 1) - 1] if callers <= len(CALL_ODDS) else MANY_CALLERS_ODDS
    if confidence == "possible":
        odds *= POSSIBLE_CALL_WEIGHT / call.choices
    elif call.via and not isinstance(call.node, ir.Call) and call.via not in {"iterated", "property", "for", "with"}:
        odds *= IMPLICIT_CALL_WEIGHT
    return odds


def _confidence(odds: float) -> Confidence:
    return "likely" if odds >= LIKELY_ODDS else "possible"


def likelihood(escape: Escape, odds: float) -> Confidence:
    """How sure an escape is with other odds; what is certain stays so."""
    return "certain" if escape.confidence == "certain" else _confidence(odds)


def _rank(escape: Escape) -> tuple[int, float]:
    return (RANK[escape.confidence], -escape.odds)


def _iterated(body: Body) -> list[tuple[CallSite, Confidence]]:
    return [(site, "likely") for site in body.findings.iterated.values()]


def _keep(ways: dict[Value, list[Escape]], escape: Escape) -> None:
    """One way for each set of conditions, the surest."""
    known = ways.setdefault(escape.type, [])
    for index, other in enumerate(known):
        if other.conditions == escape.conditions:
            if _rank(escape) < _rank(other):
                known[index] = escape
            return
    known.append(escape)


def _alternatives(escapes: list[Escape]) -> tuple[Escape, ...]:
    """The surest way, and where it depends on arguments, those that may be left when it does not happen."""
    kept: list[Escape] = []
    for escape in sorted(escapes, key=_rank):
        kept.append(escape)
        if not escape.conditions or len(kept) == WAYS_MAX:
            break
    return tuple(kept)


def _same(first: Escapes, second: Escapes) -> bool:
    if first.keys() != second.keys():
        return False
    return all(
        len(first[k]) == len(second[k])
        and all(_rank(a) == _rank(b) and _is_alike(a, b) for a, b in zip(first[k], second[k], strict=True))
        for k in first
    )


def _is_alike(first: Escape, second: Escape) -> bool:
    return first.conditions == second.conditions and first.rejected == second.rejected


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
        if handler.types is None or covers(handler.types, kind):
            return handler
    return None


def covers(types: Values, kind: Value) -> bool:
    """Whether a handler of some types takes an exception of this type."""
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
