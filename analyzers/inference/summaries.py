"""Summaries: what each body raises, returns, is called by and is reached from, once values have settled.

Owns the order in which these are worked out and keeps them current when some bodies ran again. `records` are made from
them by `recording`; the export of everything, without the limits of a record, is made here.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from analyzers import ir
from analyzers.inference.escapes import Escape, Flow, is_rejected, stopped, type_name
from analyzers.inference.linking import Edge, Links
from analyzers.inference.program import Program
from analyzers.inference.provoked import Provoked
from analyzers.inference.reach import Reach, by_body
from analyzers.inference.scopes import Body, ClassScope, Loose, ModuleScope, ReturnSite
from analyzers.inference.values import NONE, UNKNOWN, Parameter, Value, Values
from analyzers.records import RANK, Confidence, Verdict

Holder = ClassScope | ModuleScope | None

STEPS_PER_BODY = 1_000
"""For each body that ran, the steps that may be spent on what tests reach before their records are made."""

REACH_BODIES_MAX = 4_000
"""Bodies that are looked at for the tests of one body's record."""

TESTS_KEPT_MAX = 300
"""Tests that are counted for one body's record."""

CYCLE_BODIES_MAX = 300
"""Bodies that are looked at for a way from a body back to itself."""

SHARED_HOLDERS_MAX = 3
"""Other classes whose field a read or a write may mean, for it to be likely that it means this one's."""

UNKNOWN_HOLDERS_MAX = 2
"""Classes, of those that inherit from no other, that may have a field for a read of something unknown to be listed."""

HOLDERS_MAX = 60
"""Classes that are looked through for that; of a field that more have, nothing is said of what is unknown."""

EXPORTED_RAISES_MAX = 12
"""Exceptions named for one function in an export, surest and nearest first."""


class Summaries:
    """What is known of every body of a program."""

    def __init__(
        self, program: Program, is_test_path: Callable[[str], bool], is_test_name: Callable[[str], bool]
    ) -> None:
        self.program = program
        self.is_test_path = is_test_path
        self.is_test_name = is_test_name
        self.links = Links(program, is_test_path)
        self.flow = Flow(program.dialect.may_be_false, is_test_path)
        self.provoked = Provoked(self.flow, is_test_path, program.dialect.may_be_false)
        self._inside: dict[Body, list[Body]] | None = None
        self.reach = Reach(self.links, self.tests, self.inside, is_test_path)
        self._accessing: dict[tuple[Holder, str], dict[Body, None]] = {}
        """Who reads or writes a field or a module's name."""
        self._accessed: dict[Body, set[tuple[Holder, str]]] = {}
        self._holders: dict[str, dict[ClassScope, int]] = {}
        """For the name of a field, the classes that have it, each with how many bodies read or write it there."""

    def refresh(self) -> dict[Body, None]:
        """Takes in what ran since the last call; returns the bodies whose summaries may have changed."""
        changed = self.program.take_changed()
        if not changed:
            return {}
        changed |= self.links.index_names(changed)
        self.reach.edges_changed(self.links.update(changed), len(changed) * STEPS_PER_BODY)
        changed |= self.flow.compute(changed, self.links.out, self.links.callers)
        changed |= self.provoked.update(changed, self.links.out, self.links.callers)
        for body in changed:
            self._index_accesses(body)
        self._inside = None
        return changed

    def _index_accesses(self, body: Body) -> None:
        had = self._accessed.pop(body, set())
        now = {(holder, field) for _, holder, field, _ in body.findings.accesses.values()}
        for key in had - now:
            self._accessing[key].pop(body, None)
            self._count_holder(*key, -1)
        for key in now - had:
            self._accessing.setdefault(key, {})[body] = None
            self._count_holder(*key, 1)
        if now:
            self._accessed[body] = now

    def _count_holder(self, holder: Holder, field: str, by: int) -> None:
        if isinstance(holder, ClassScope):
            holders = self._holders.setdefault(field, {})
            holders[holder] = holders.get(holder, 0) + by
            if not holders[holder]:
                del holders[holder]

    # Tests.

    def tests(self) -> Iterable[Body]:
        """Functions that a test runner would run."""
        for body in self.program.bodies():
            if body.function is not None and self.is_test(body):
                yield body

    def reached(self) -> Mapping[Body, dict[Body, int]]:
        """For each body, the tests that reach it, in how many calls: all of them, which takes its time."""
        return by_body(self.tests(), self.reach)

    def inside(self, body: Body) -> Sequence[Body]:
        """Functions without a name that are written in a body: what they do is told of it, whoever calls them."""
        if self._inside is None:
            self._inside = defaultdict(list)
            for each in self.program.bodies():
                if each.named is not each:
                    self._inside[each.named].append(each)
        return self._inside.get(body, ())

    def calls(self, body: Body) -> list[Edge]:
        """What a body calls, and what the functions without a name in it do."""
        own = (body, *self.inside(body))
        links = [link for each in own for link in self.links.out.get(each, ())]
        return [link for link in links if not (isinstance(link[0].target, Body) and link[0].target in own[1:])]

    def tests_of(self, body: Body) -> dict[Body, int]:
        """The nearest tests that reach a body, each with the number of calls between, up to `TESTS_KEPT_MAX`."""
        return {test: calls for test, calls in self._tests_above(body).items() if self.reach.does_reach(test, body)}

    def _tests_above(self, body: Body) -> dict[Body, int]:
        """Tests from which calls lead to a body, whatever they make objects of."""
        found: dict[Body, int] = {}
        distance = {body: 0}
        queue = deque([body])
        while queue and len(found) < TESTS_KEPT_MAX and len(distance) < REACH_BODIES_MAX:
            current = queue.popleft()
            around = current.named
            if around not in distance:
                distance[around] = distance[current]
                queue.append(around)
                if around.function is not None and self.is_test(around):
                    found[around] = distance[around]
            callers = self.links.callers.get(current, {})
            calling = [c for c, edges in callers.items() if any(confidence != "possible" for _, confidence in edges)]
            for caller in (*calling, *self.reach.tests_needing(current)):
                if caller not in distance:
                    distance[caller] = distance[current] + 1
                    queue.append(caller)
                    if caller.function is not None and self.is_test(caller):
                        found[caller] = distance[caller]
        return found

    def is_test(self, body: Body) -> bool:
        """Whether a test runner would run this function."""
        if body.parent is not None and not self.program.dialect.nested_tests:
            return False
        return self.is_test_path(body.module.path) and self.is_test_name(body.qualname)

    # One body.

    def site_values(self, site: ReturnSite) -> Values:
        """What one `return` gives, over all callers."""
        return self._resolved(site.values)

    def _resolved(self, values: Values) -> Values:
        result: set[Value] = set()
        for value in values:
            if isinstance(value, Parameter):
                passed = value.body.param(value.name).values | value.body.param("=" + value.name).values
                result |= self.program.universe.given(value, passed)
            else:
                result.add(value)
        return frozenset(result)

    def accesses(self, owner: ClassScope | ModuleScope, name: str) -> list[tuple[Body, ir.Node, bool, Confidence]]:
        """Reads and writes of a field or a module's name: by whom, where, whether it writes, how surely it is this one.

        One of something that may be of many classes, or of something unknown, is possibly this one.
        """
        found: list[tuple[Body, ir.Node, bool, Confidence]] = []
        for body in self._accessing.get((owner, name), ()):
            holders: dict[int, list[ClassScope]] = defaultdict(list)
            for node, holder, field, _ in body.findings.accesses.values():
                if field == name and isinstance(holder, ClassScope):
                    holders[node.start].append(holder)
            for node, holder, field, writes in body.findings.accesses.values():
                if holder is owner and field == name:
                    unknown = (node.start, None, name, writes) in body.findings.accesses
                    found.append((body, node, writes, _surely(owner, holders[node.start], unknown)))
        holding = self._holders.get(name, {})
        if isinstance(owner, ClassScope) and len(holding) <= HOLDERS_MAX and _unrelated(holding) <= UNKNOWN_HOLDERS_MAX:
            found += [
                (body, node, writes, "possible")
                for body in self._accessing.get((None, name), ())
                for node, holder, field, writes in body.findings.accesses.values()
                if holder is None and field == name and (node.start, owner, name, writes) not in body.findings.accesses
            ]
        return sorted(found, key=lambda f: (f[0].module.path, f[1].start))

    def passed(self, body: Body) -> list[tuple[Body, ir.Expr, str, Values]]:
        """What callers pass to a function: the caller, the argument, the parameter, what it evaluates to."""
        found = [
            (caller, expression, parameter, values)
            for caller in self.links.callers.get(body, ())
            for expression, target, parameter, values in caller.findings.passed.values()
            if target is body
        ]
        return sorted(found, key=lambda p: (self.is_test_path(p[0].module.path), p[0].module.path, p[1].start))

    def cycle(self, body: Body) -> list[str]:
        """The names on the shortest way from a body back to itself along likely calls; empty where there is none."""
        origin: dict[Body, Body] = {}
        queue = deque([body])
        while queue and len(origin) < CYCLE_BODIES_MAX:
            current = queue.popleft()
            for site, confidence in self.links.out.get(current, ()):
                target = site.target
                if not isinstance(target, Body) or confidence == "possible":
                    continue
                if target is body:
                    names = [current.qualname]
                    while current is not body:
                        current = origin[current]
                        names.append(current.qualname)
                    return [*reversed(names), body.qualname]
                if target not in origin:
                    origin[target] = current
                    queue.append(target)
        return []

    def callers(self, body: Body | ClassScope) -> list[tuple[Body, Edge]]:
        """Who calls a body, each caller with its surest call."""
        told: dict[Body, list[Edge]] = {}
        for caller, edges in self.links.callers.get(body, {}).items():
            if not caller.module.library:
                told.setdefault(caller.named, []).extend(edges)
        found = [(caller, min(edges, key=lambda e: (RANK[e[1]], e[0].node.start))) for caller, edges in told.items()]
        return sorted(
            found, key=lambda f: (self.is_test_path(f[0].module.path), RANK[f[1][1]], f[0].module.path, f[0].qualname)
        )

    def raises(self, body: Body) -> list[Escape]:
        """What can leave a body, surest and nearest first."""
        escapes = [self.provoked.weighed(body, ways[0]) for ways in self.flow.escapes.get(body, {}).values()]
        return sorted(escapes, key=lambda e: (RANK[e.confidence], -e.odds, e.node.start, type_name(e.type)))

    def loose(self, body: Body) -> list[tuple[Body, Loose, list[Escape]]]:
        """Promises that nobody waits for in a body and the functions without a name in it: whose, and what they may be
        rejected with."""
        found: list[tuple[Body, Loose, list[Escape]]] = []
        for each in (body, *self.inside(body)):
            for loose in each.findings.loose.values():
                places = set(self.program.dialect.promising(loose.value))
                found.append((each, loose, list(self._rejections(each, places))))
        return sorted(found, key=lambda f: f[1].node.start)

    def _rejections(self, body: Body, places: set[ir.Node]) -> Iterator[Escape]:
        """What the promises that some calls give may be rejected with, less what their own handlers take."""
        for call, confidence in self.links.out.get(body, ()):
            if call.node not in places or confidence == "possible" or not isinstance(call.target, Body):
                continue
            for escape, *_ in self.flow.escapes.get(call.target, {}).values():
                rejected = call.outcome == "rejects" or is_rejected(call.target, escape)
                own = tuple(guard for guard in call.guards if guard.promised)
                if rejected and call.outcome != "lost" and not stopped(escape.type, own):
                    yield escape

    def returns_none(self, body: Body) -> Verdict:
        """Whether a function can return None: by what was found to be returned, else by what it is declared to."""
        if body.function is None:
            return "unknown"
        if body.function.generator:
            return "never"
        values = self.returned(body)
        if NONE in values:
            return "always" if len(values) == 1 else "sometimes"
        if values and UNKNOWN not in values:
            return "never"
        return self.declared_none(body)

    def declared_none(self, body: Body) -> Verdict:
        """Whether a function's annotation lets it return None; what has no annotation, or one that says nothing, is
        unknown."""
        annotation = body.function.returns if body.function is not None else None
        if annotation is None:
            return "unknown"
        allowed = self.program.dialect.allows_none(self.program, body.module, annotation)
        return "unknown" if allowed is None else "sometimes" if allowed else "never"

    def returned(self, body: Body) -> Values:
        """What a function returns over all of its callers."""
        return frozenset().union(*(self.site_values(site) for site in body.findings.returns.values()))

    def _named_callers(self, body: Body) -> Iterator[tuple[Body, str, Edge]]:
        """Callers as they are called at run time, where a class's body is one of its own."""
        for caller, surest in self.callers(body):
            yield caller, caller.qualname, surest
            within: dict[str, Edge] = {}
            for edge in self.links.callers[body].get(caller, ()):
                cls = caller.class_around(edge[0].node)
                if cls is not None:
                    known = within.get(cls.qualname)
                    if known is None or RANK[edge[1]] < RANK[known[1]]:
                        within[cls.qualname] = edge
            for name, edge in within.items():
                yield caller, name, edge

    def export(self, line_of: Callable[[str, int], int]) -> Iterator[dict[str, Any]]:
        """One object for each function and method, in the format of the ground truth's scorer."""
        reached = self.reached()
        for body in self.program.bodies():
            function = body.function
            if function is None or function.name == "<lambda>" or function.anonymous:
                continue
            path = body.module.path
            yield {
                "path": path,
                "name": function.qualname,
                "kind": "method" if body.cls is not None else "function",
                "line": line_of(path, function.name_start),
                "callers": [
                    {
                        "path": caller.module.path,
                        "name": name,
                        "line": line_of(caller.module.path, edge[0].node.start),
                        "confidence": edge[1],
                    }
                    for caller, name, edge in self._named_callers(body)
                ],
                "raises": [
                    {
                        "type": type_name(escape.type),
                        "confidence": escape.confidence,
                        "line": line_of(path, escape.node.start),
                        "through": [b.qualname for b in escape.through],
                    }
                    for escape in [e for e in self.raises(body) if not e.rejected][:EXPORTED_RAISES_MAX]
                ],
                "returns_none": self.returns_none(body),
                "tests": [
                    {"path": test.module.path, "name": test.qualname, "confidence": "likely"}
                    for test in reached.get(body, {})
                ],
            }


def _surely(owner: ClassScope | ModuleScope, holders: Sequence[ClassScope], unknown: bool) -> Confidence:
    """How surely a field of an object of one of the holders, or of something unknown, is the owner's.

    What inherits from the owner has the owner's field.
    """
    others = [holder for holder in holders if isinstance(owner, ClassScope) and not holder.is_subclass(owner)]
    return "possible" if len(others) > (0 if unknown else SHARED_HOLDERS_MAX) else "likely"


def _unrelated(holders: Iterable[ClassScope]) -> int:
    """How many of the classes inherit from none of the others."""
    found = list(holders)
    return sum(not any(other is not one and one.is_subclass(other) for other in found) for one in found)
