"""Edges with their confidence: what bodies were found to call, and what a call of an unknown object may mean by name.

Where the receiver is unknown, methods of that name in the repository are possible targets, ranked by how plausible each
is: whether the arguments fit, whether its class has what else is asked of the same receiver, how near it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from analyzers import ir
from analyzers.inference import expressions
from analyzers.inference.escapes import weakest
from analyzers.inference.program import Program
from analyzers.inference.scopes import Body, CallSite, ClassScope, ModuleScope
from analyzers.inference.values import FunctionValue, Wrapper
from analyzers.records import Confidence

POSSIBLE_MAX = 6
"""Targets that one call of an unknown object is matched with by name."""

CALL_CHOICES_MAX = 40
"""A call that may reach more functions than this is only a possible call of each. What is written as a call is meant
to reach many: a table of handlers, a loop over processors, a class that callers pass."""

IMPLICIT_CHOICES_MAX = 10
"""The same for calls that syntax makes: `len(x)`, `for`, `x == y`. Many methods there say that too little is known."""

Edge = tuple[CallSite, Confidence]

Table = dict[str, dict[ModuleScope, list[Body]]]
"""By name and module, the methods of that name."""


class Links:
    """All edges of a program, kept up to date body by body."""

    def __init__(self, program: Program, is_test: Callable[[str], bool]) -> None:
        self.program = program
        self.is_test = is_test
        self.out: dict[Body, list[Edge]] = {}
        self.callers: dict[Body | ClassScope, dict[Body, list[Edge]]] = defaultdict(dict)
        self._methods: Table = {}
        self._properties: Table = {}
        self._indexed: dict[ModuleScope, tuple[dict[str, list[Body]], dict[str, list[Body]]]] = {}
        self._asking: dict[str, dict[Body, None]] = {}
        """By name, the bodies that call a method of something unknown."""
        self._asked: dict[Body, dict[str, None]] = {}

    def update(self, bodies: Iterable[Body]) -> list[Body]:
        """Links the given bodies anew; returns those that now call something else, or not as surely."""
        others: list[Body] = []
        for body in bodies:
            before = [(site.target, confidence) for site, confidence in self.out.get(body, ())]
            for target in dict.fromkeys(site.target for site, _ in self.out.get(body, ())):
                self.callers[target].pop(body, None)
            self._index_asked(body)
            edges = self._edges(body)
            self.out[body] = edges
            for edge in edges:
                self.callers[edge[0].target].setdefault(body, []).append(edge)
            if before != [(site.target, confidence) for site, confidence in edges]:
                others.append(body)
        return others

    def _index_asked(self, body: Body) -> None:
        had = self._asked.pop(body, {})
        now = dict.fromkeys(name for _, name, _, _ in body.findings.unresolved.values())
        for name in had:
            if name not in now:
                self._asking[name].pop(body, None)
        for name in now:
            self._asking.setdefault(name, {})[body] = None
        if now:
            self._asked[body] = now

    def index_names(self, changed: Iterable[Body]) -> dict[Body, None]:
        """Learns which methods there are by name, after bodies ran and before `update`; who asks for a name that means
        something else now."""
        names: dict[str, None] = {}
        for module in dict.fromkeys(body.module for body in changed):
            known = self._indexed.get(module, ({}, {}))
            self._indexed[module] = found = self._named(module)
            for table, had, now in zip((self._methods, self._properties), known, found, strict=True):
                for name in {**had, **now}:
                    if had.get(name) == now.get(name):
                        continue
                    names[name] = None
                    if name in now:
                        table.setdefault(name, {})[module] = now[name]
                    else:
                        del table[name][module]
        return {body: None for name in names for body in self._asking.get(name, ())}

    def _named(self, module: ModuleScope) -> tuple[dict[str, list[Body]], dict[str, list[Body]]]:
        methods: dict[str, list[Body]] = defaultdict(list)
        properties: dict[str, list[Body]] = defaultdict(list)
        if self.program.modules.get(module.path) is not module:
            return methods, properties
        for cls in (*module.classes.values(), *module.makers.values()):
            for name, cell in cls.attrs.items():
                for value in cell.values:
                    if isinstance(value, FunctionValue) and value.body.cls is cls:
                        methods[name].append(value.body)
                    elif isinstance(value, Wrapper):
                        inner = value.inner
                        if isinstance(inner, FunctionValue) and inner.body.cls is cls:
                            table = methods if "method" in value.kind else properties
                            table[name].append(inner.body)
        for found in (*methods.values(), *properties.values()):
            found.sort(key=lambda b: (b.qualname, b.function.start if b.function else 0))
        return methods, properties

    def _edges(self, body: Body) -> list[Edge]:
        findings = body.findings
        by_node: dict[int, set[object]] = defaultdict(set)
        for site in findings.calls.values():
            if isinstance(site.target, Body):
                by_node[site.node.start].add(site.target)
        edges: list[Edge] = []
        for site in findings.calls.values():
            site.choices = max(1, len(by_node[site.node.start]))
            edges.append((site, confidence_of(site)))
        in_test = self.is_test(body.module.path)
        for node, name, receiver, guards in findings.unresolved.values():
            known = by_node.get(node.start)
            table = self._methods if isinstance(node, ir.Call) else self._properties
            for target in self._plausible(body, node, name, receiver, table, in_test):
                if known is None or target not in known:
                    site = CallSite(node, target, "", guards, direct=False, conditional=True)
                    site.fate = findings.fates.get(node, "kept") if self.program.dialect.eager else ""
                    edges.append((site, "possible"))
        edges.sort(key=_place)
        return edges

    def _plausible(
        self,
        body: Body,
        node: ir.Call | ir.Attr,
        name: str,
        receiver: ir.Expr | None,
        table: Table,
        in_test: bool,
    ) -> list[Body]:
        found = table.get(name, {})
        modules = [m for m in sorted(found, key=lambda m: m.path) if in_test or not self.is_test(m.path)]
        candidates = [
            c
            for module in modules
            for c in found[module]
            if not isinstance(node, ir.Call) or self.program.dialect.accepts(c, node)
        ]
        if len(candidates) <= 1:
            return candidates
        asked = _asked_of(body, receiver)
        scored = [(self._score(body, c, asked), i, c) for i, c in enumerate(candidates)]
        scored.sort(key=lambda s: (-s[0], s[1]))
        return [c for _, _, c in scored[:POSSIBLE_MAX]]

    def _score(self, body: Body, candidate: Body, asked: set[str]) -> float:
        cls = candidate.cls
        score = 0.0
        if cls is not None and asked:
            has = {n for scope in cls.mro() for n in (*scope.attrs, *scope.fields)}
            score += 2.0 * len(asked & has) - 1.0 * len(asked - has)
        if candidate.module is body.module or (cls is not None and body.module.find(cls.name) is not None):
            score += 1.0
        return score


def _place(edge: Edge) -> tuple[int, str, str]:
    """Where a call stands and where its target is defined: sets of values come in no order that every run has."""
    site = edge[0]
    return site.node.start, site.target.module.path, site.target.qualname


def confidence_of(site: CallSite) -> Confidence:
    """How sure it is that the call at a site leads to its target."""
    if site.via == "registered" or site.unsure:
        return "possible"
    written = isinstance(site.node, ir.Call) and site.via in {"", "__call__", "partial"}
    if site.choices > (CALL_CHOICES_MAX if written else IMPLICIT_CHOICES_MAX):
        return "possible"
    if site.direct and site.choices == 1 and not site.via:
        return "certain"
    return "likely"


def _asked_of(body: Body, receiver: ir.Expr | None) -> set[str]:
    """Names of other methods that the body calls on the same receiver."""
    if receiver is None:
        return set()
    key = expressions.path_of(receiver)
    if key is None:
        return set()
    return {
        name
        for _, name, other, _ in body.findings.unresolved.values()
        if other is not None and expressions.path_of(other) == key
    }


__all__ = ["Edge", "Links", "confidence_of", "weakest"]
