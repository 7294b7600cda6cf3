"""Records from summaries: what is known of each symbol of a file, cut to what a reader wants and cited by span.

Owns the clauses in which ways are put and the order in which things are kept. It runs nothing and infers nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from analyzers import ir, languages
from analyzers.facts import Symbol
from analyzers.inference import promised
from analyzers.inference.escapes import Escape, caught_by, is_rejected, stopped, type_name, way_out
from analyzers.inference.linking import Edge as Link
from analyzers.inference.nothing import Nothings
from analyzers.inference.pieces import (
    below,
    called,
    described,
    ends_surely,
    handler_header,
    header,
    held,
    is_local,
    last_reached,
    method,
    raised_name,
    through_super,
    verdict,
)
from analyzers.inference.scopes import Body, ClassScope, ModuleScope
from analyzers.inference.source import QUOTE_CHARACTERS_MAX, Source, Sources
from analyzers.inference.summaries import Summaries
from analyzers.inference.values import NONE, UNKNOWN, External, Value
from analyzers.languages.wording import Wording
from analyzers.records import (
    ACCESSES_MAX,
    CALLEES_MAX,
    CALLERS_MAX,
    CHANGED_OUTPUT,
    PASSED_MAX,
    RAISES_MAX,
    RANK,
    TESTS_MAX,
    Access,
    Caught,
    Confidence,
    Dependency,
    Depth,
    Edge,
    Passed,
    Place,
    Raised,
    ReachingTest,
    Record,
    Ref,
    Verdict,
    Way,
)
from analyzers.tables import enclosing

WAYS_MAX = 20
"""Ways of one kind that a record keeps."""

CAUGHT_CALLS_MAX = 4
"""How many calls up handlers of a function's exceptions are looked for."""

RESOURCES = frozenset({"files", "processes", "network", "locks"})
CHANGING = {
    "files": "files",
    "processes": "processes that it starts or ends",
    "network": "what goes over the network",
    "output": CHANGED_OUTPUT,
    "environment": "environment variables",
    "globals": "interpreter-wide state",
    "threads": "threads or tasks that it starts",
}


def words_of(path: str) -> Wording:
    """The words in which people speak of a file's language."""
    language = languages.for_path(path) or languages.LANGUAGES[0]
    return language.wording


LookupDigest = Callable[[str], str]
"""What the calls of a name come to, over all files, in the words of `graph.lookup_digest`."""


def records(summaries: Summaries, path: str, sources: Sources, lookup_digest: LookupDigest) -> list[Record]:
    """The records of all symbols of a file; empty where the file is not known."""
    module = summaries.program.modules.get(path)
    source = sources(path)
    if module is None or source is None:
        return []
    recorder = _Recorder(summaries, module, source, sources, lookup_digest)
    return [recorder.record(symbol) for symbol in source.facts.symbols]


class _Recorder:
    """One file's records while they are made."""

    def __init__(
        self,
        summaries: Summaries,
        module: ModuleScope,
        source: Source,
        sources: Sources,
        lookup_digest: LookupDigest,
    ) -> None:
        self.summaries = summaries
        self.module = module
        self.source = source
        self.sources = sources
        self.lookup_digest = lookup_digest
        self.words = words_of(module.path)
        self.nothings = Nothings(summaries, sources, self.words)
        self.bodies = {b.function.name_start: b for b in module.bodies.values() if b.function is not None}
        self.classes = {c.ir.name_start: c for c in module.classes.values()}

    def record(self, symbol: Symbol) -> Record:
        body = self.bodies.get(symbol.name_start)
        cls = self.classes.get(symbol.name_start)
        if body is not None:
            return self.function(symbol, body)
        if cls is not None:
            return self.cls(symbol, cls)
        return self.data(symbol)

    def base(self, symbol: Symbol) -> Record:
        return Record(
            self.module.path,
            symbol.qualname,
            symbol.kind,
            self.source.line(symbol.name_start),
            symbol.start,
            symbol.end,
            symbol.name_start,
            symbol.name_end,
            symbol.digest,
            Depth.DEEP,
        )

    def function(self, symbol: Symbol, body: Body) -> Record:
        summaries = self.summaries
        callers = self.callers(body)
        raises = [self.raised(body, e) for e in summaries.raises(body)]
        tests, total = self.tests(body)
        verdict = summaries.returns_none(body)
        caught = list(self.caught(body))
        return _with(
            self.base(symbol),
            callers=tuple(callers[:CALLERS_MAX]),
            callers_total=len(callers),
            callees=tuple(self.callees(body)),
            raises=tuple(raises[:RAISES_MAX]),
            returns_none=verdict,
            none_ways=(*self.none_ways(body), *self.declared_way(body, verdict)),
            tests=tests,
            tests_total=total,
            changes=tuple(self.changes(body))[:WAYS_MAX],
            assumes=tuple(self.assumes(body))[:WAYS_MAX],
            returns=tuple(self.returns(body))[:WAYS_MAX],
            passed=tuple(self.passed(body))[:PASSED_MAX],
            caught=tuple(caught)[:WAYS_MAX],
            overrides=tuple(self.overridden(body)),
            overridden_by=tuple(self.overriding(body)),
            settings=tuple(self.settings(body))[:WAYS_MAX],
            resources=tuple(self.resources(body))[:WAYS_MAX],
            cycle=tuple(summaries.cycle(body)),
            loose=tuple(self.loose(body))[:WAYS_MAX],
            depends=tuple(self.depends(symbol, callers, raises)),
            score=self.score(body, len(callers)),
        )

    def cls(self, symbol: Symbol, cls: ClassScope) -> Record:
        callers = self.callers(cls)
        above = [Ref(b.module.path, b.qualname, self.line(b), "certain") for b in cls.mro()[1:] if not b.library]
        under = [Ref(s.module.path, s.qualname, self.line(s), "certain") for s in below(cls)]
        return _with(
            self.base(symbol),
            callers=tuple(callers[:CALLERS_MAX]),
            callers_total=len(callers),
            overrides=tuple(above[:WAYS_MAX]),
            overridden_by=tuple(under[:CALLERS_MAX]),
            depends=tuple(self.depends(symbol, callers, [])),
            score=math.log1p(len(callers)),
        )

    def data(self, symbol: Symbol) -> Record:
        owner: ClassScope | ModuleScope | None = self.module
        if symbol.parent >= 0:
            parent = self.source.facts.symbols[symbol.parent]
            owner = self.classes.get(parent.name_start)
        accesses = [] if owner is None else sorted(self.accesses(owner, symbol.name), key=lambda a: RANK[a.confidence])
        values = held(owner, symbol.name)
        return _with(
            self.base(symbol),
            returns_none=verdict(values),
            accesses=tuple(accesses[:ACCESSES_MAX]),
            depends=tuple(self.depends(symbol, (), [])),
            score=0.3 * math.log1p(sum(access.confidence != "possible" for access in accesses)),
        )

    # Parts.

    def place(self, body: Body | None, node: ir.Node, module: ModuleScope | None = None) -> Place:
        module = body.module if body is not None else module or self.module
        source, name = self.sources(module.path), body.named.qualname if body is not None else ""
        if node.start >= node.end and body is not None and body.function is not None:  # An iteration without text.
            node = ir.Node(body.function.name_start, body.function.name_end)
        if source is None:
            return Place(module.path, node.start, node.end, 1, name)
        quote = source.quote(node.start, node.end)
        return Place(module.path, node.start, node.end, source.line(node.start), name, quote)

    def line(self, scope: ClassScope | Body) -> int:
        source = self.sources(scope.module.path)
        node = scope.ir if isinstance(scope, ClassScope) else scope.function
        return source.line(node.name_start) if source is not None and node is not None else 1

    def edge(self, caller: Body, link: Link, target: Body | ClassScope) -> Edge:
        site, confidence = link
        test = self.summaries.is_test_path(caller.module.path)
        place = self.place(caller, called(site.node))
        via = site.via or ("super()" if through_super(site.node) else "")
        return Edge(place, target.module.path, target.qualname, confidence, via, test)

    def callers(self, target: Body | ClassScope) -> list[Edge]:
        return [self.edge(caller, link, target) for caller, link in self.summaries.callers(target)]

    def callees(self, body: Body) -> list[Edge]:
        links = self.summaries.calls(body)
        made = {
            (site.node.start, scope)
            for site, _ in links
            if isinstance(site.target, Body)
            and site.target.cls is not None
            and site.target.name in {"__init__", "__new__"}
            for scope in (site.target.cls, *below(site.target.cls))
        }
        # A class and the constructor that runs for it are one target.
        kept = [link for link in links if (link[0].node.start, link[0].target) not in made]
        found = [self.edge(body, link, link[0].target) for link in kept]
        found.sort(key=lambda e: (e.place.start, RANK[e.confidence], e.target, e.target_path, e.via))
        return found[:CALLEES_MAX]

    def raised(self, body: Body, escape: Escape) -> Raised:
        through = tuple(dict.fromkeys(b.named.qualname for b in escape.through if b.named is not body))
        is_test = self.summaries.is_test_path
        # A test's own subclass or callback says nothing of the program.
        foreign = any(is_test(b.module.path) for b in escape.through) and not is_test(body.module.path)
        confidence: Confidence = "possible" if foreign else escape.confidence
        place = self.place(body, escape.node)
        rejects = is_rejected(body, escape)
        return Raised(type_name(escape.type), confidence, place, through, escape.operation, rejects)

    def tests(self, body: Body) -> tuple[tuple[ReachingTest, ...], int]:
        found = self.summaries.tests_of(body)
        nearest = sorted(found.items(), key=lambda f: (f[1], f[0].module.path, f[0].qualname))
        kept = tuple(
            ReachingTest(test.module.path, test.qualname, self.line(test), distance, "likely")
            for test, distance in nearest[:TESTS_MAX]
        )
        return kept, len(found)

    def declared_way(self, body: Body, verdict: Verdict) -> Iterator[Way]:
        """What the annotation says, where nothing that was found says as much."""
        annotation = body.function.returns if body.function is not None else None
        values = self.summaries.returned(body)
        if annotation is None or verdict not in {"never", "sometimes"} or NONE in values:
            return
        if UNKNOWN in values or not values:
            sure: Confidence = "likely" if verdict == "never" else "possible"
            yield Way(f"it is declared to return `{self.quote(annotation)}`", sure, self.place(body, annotation))

    def none_ways(self, body: Body) -> Iterator[Way]:
        for site in sorted(body.findings.returns.values(), key=lambda r: r.node.start if r.node else 1 << 60):
            if NONE not in self.summaries.site_values(site):
                continue
            if site.node is None:
                assert body.function is not None
                sure: Confidence = "certain" if ends_surely(body.function.body) else "likely"
                yield Way("its end is reached without a `return`", sure, self.last_line(body))
                continue
            place = self.place(body, site.node)
            if site.value is None:
                yield Way("a bare `return`", "certain", place)
            elif isinstance(site.value, ir.Const):
                yield Way(f"`return {self.quote(site.value)}`", "certain", place)
            else:
                yield from self.none_origins(body, site.value, place)

    def none_origins(self, body: Body, value: ir.Expr, place: Place) -> Iterator[Way]:
        """Where a returned name or expression got its None from, as near as it can be said."""
        if isinstance(value, ir.Name):
            origins = body.findings.none_sources.get(value.id, {})
            for stmt in list(origins.values())[:3]:
                given = stmt.value if isinstance(stmt, ir.Assign) else None
                text = f"`{value.id}` can be {self.nothings.said(body, given)}"
                yield Way(text, "likely", self.place(body, stmt))
            if origins:
                return
            if body.function is not None and any(p.name == value.id for p in body.function.parameters):
                text = f"the caller passed {self.nothings.passed(body, value.id)} for `{value.id}`"
                yield Way(text, "likely", place)
                return
        none = self.nothings.said(body, value)
        if isinstance(value, ir.Call):
            yield Way(f"`{self.quote(value.func)}` can return {none}", "likely", place)
        elif isinstance(value, ir.Attr | ir.Index | ir.Name):
            yield Way(f"`{self.quote(value)}` can be {none}", "likely", place)
        else:
            yield Way(f"what it returns can be {none}", "likely", place)

    def last_line(self, body: Body) -> Place:
        """The statement after which nothing follows; of one that holds others, its first line."""
        assert body.function is not None
        last = last_reached(body.function.body)
        return self.on_line(body, last) if last is not None else self.place(body, header(body.function))

    def on_line(self, body: Body, node: ir.Node) -> Place:
        """The line on which a node stands: a name alone says little."""
        source = self.source if body.module is self.module else self.sources(body.module.path)
        if source is None:
            return self.place(body, node)
        data = source.data
        end = data.find(b"\n", node.start)
        line = data[data.rfind(b"\n", 0, node.start) + 1 : end if end >= 0 else len(data)]
        start = node.start - len(line[: node.start - data.rfind(b"\n", 0, node.start) - 1].lstrip())
        text = data[start : start + len(line.lstrip())].rstrip()
        comment = text.rfind(b"  #")
        if comment > node.start - start and not {b'"'[0], b"'"[0]} & set(text[comment:]):
            text = text[:comment].rstrip()
        place = self.place(body, ir.Node(start, start + len(text)))
        if body.function is None:
            at = enclosing(source.facts, node.start, ("class",))
            around = source.facts.symbols[at].qualname if at >= 0 else ""
            return Place(place.path, place.start, place.end, place.line, around, place.quote)
        return place

    def returns(self, body: Body) -> Iterator[Way]:
        function = body.function
        if function is None:
            return
        if function.generator:
            yielded = described(body.yielded.values, self.words.kinds)
            if yielded:
                yield Way(f"an iterator of {yielded}", "likely", self.place(body, header(function)))
            return
        for site in sorted(body.findings.returns.values(), key=lambda r: r.node.start if r.node else 1 << 60):
            if site.node is None:
                continue
            text = described(self.summaries.site_values(site) - {NONE}, self.words.kinds)
            if text:
                yield Way(text, "likely", self.place(body, site.node))

    def changes(self, body: Body) -> Iterator[Way]:
        for effect in sorted(body.findings.effects.values(), key=lambda e: e.node.start):
            place = self.on_line(body, effect.node)
            if effect.kind in {"field", "item"}:
                if is_local(body, effect.text):
                    continue
                yield Way(f"`{effect.text}`", "certain" if effect.certain else "likely", place)
            elif effect.kind == "global":
                yield Way(f"the module's `{effect.text}`", "certain", place)
            elif effect.kind in CHANGING and effect.text.startswith("change"):
                yield Way(CHANGING[effect.kind], "likely", place)

    def settings(self, body: Body) -> Iterator[Way]:
        for effect in sorted(body.findings.effects.values(), key=lambda e: e.node.start):
            if effect.kind == "environment":
                place = self.place(body, effect.node)
                yield Way(f"`{place.quote}`", "likely", place)

    def resources(self, body: Body) -> Iterator[Way]:
        for effect in sorted(body.findings.effects.values(), key=lambda e: e.node.start):
            if effect.kind in RESOURCES and (effect.text.startswith("open") or effect.kind == "locks"):
                place = self.place(body, effect.node)
                yield Way(f"`{place.quote}`", "likely", place)

    def assumes(self, body: Body) -> Iterator[Way]:
        function = body.function
        for stmt in function.body if function is not None else ():
            if isinstance(stmt, ir.Assert):
                yield Way(f"`{self.quote(stmt.test)}`", "certain", self.place(body, stmt))
            elif isinstance(stmt, ir.If) and stmt.body and isinstance(stmt.body[-1], ir.Raise):
                raised = stmt.body[-1]
                name = raised_name(raised)
                test = self.quote(stmt.test)
                what = f"`{name}`" if name else f"an {self.words.exception}"
                text = f"{self.words.raises} {what} when `{test}`"
                yield Way(text, "certain", self.place(body, raised))

    def loose(self, body: Body) -> Iterator[Way]:
        """Promises that somebody should have waited for."""
        for owner, loose, rejections in self.summaries.loose(body):
            text = promised.clause(loose, self.quote(called(loose.value)), self.quote(loose.value), rejections)
            if text:
                yield Way(text, "likely", self.place(owner, loose.node))

    def quote(self, node: ir.Node) -> str:
        return self.source.quote(node.start, node.end)

    def passed(self, body: Body) -> Iterator[Passed]:
        for caller, expression, parameter, values in self.summaries.passed(body):
            place = self.place(caller, expression)
            source = self.sources(caller.module.path)
            text = place.quote
            if source is not None and text.endswith("…") and expression.end - expression.start < QUOTE_CHARACTERS_MAX:
                text = " ".join(source.data[expression.start : expression.end].decode("utf-8", "replace").split())
            confidence: Confidence = "likely"
            yield Passed(parameter, text, described(values, self.words.kinds).replace("`", ""), confidence, place)

    def caught(self, body: Body) -> Iterator[Caught]:
        """Handlers up the callers that stop what leaves this function."""
        escapes = self.summaries.flow.escapes.get(body, {})
        if not escapes:
            return
        seen = {body}
        level: list[tuple[Body, frozenset[Value]]] = [(body, frozenset(escapes))]
        for _ in range(CAUGHT_CALLS_MAX):
            above: list[tuple[Body, frozenset[Value]]] = []
            for inner, kinds in level:
                for caller, link in self.summaries.callers(inner)[:WAYS_MAX]:
                    site, confidence = link
                    if confidence == "possible" or self.summaries.is_test_path(caller.module.path):
                        continue
                    ways = {k: way_out(caller, site, escape) for k, escape in self.leaving(inner, kinds)}
                    left = frozenset(k for k, way in ways.items() if not way.lost and not stopped(k, way.guards))
                    for kind in sorted(ways, key=type_name):
                        for guard in reversed(ways[kind].guards):
                            handler = caught_by(kind, guard)
                            if handler is not None:
                                place = self.place(caller, handler_header(handler.node))
                                yield Caught(
                                    type_name(kind), caller.named.qualname, confidence, place, handler.swallows
                                )
                                break
                    if caller not in seen and left:
                        seen.add(caller)
                        above.append((caller, left))
            level = above

    def leaving(self, body: Body, kinds: Iterable[Value]) -> Iterator[tuple[Value, Escape]]:
        """What is known to leave a body, of some kinds."""
        escapes = self.summaries.flow.escapes.get(body, {})
        return ((kind, escapes[kind][0]) for kind in kinds if kind in escapes)

    def accesses(self, owner: ClassScope | ModuleScope, name: str) -> Iterator[Access]:
        said: set[tuple[str, int, bool]] = set()
        for body, node, writes, confidence in self.summaries.accesses(owner, name):
            test = self.summaries.is_test_path(body.module.path)
            place = self.on_line(body, node)
            key = (place.path, place.start, writes)
            if key not in said:
                said.add(key)
                yield Access(place, writes, confidence, test)

    def overridden(self, body: Body) -> Iterator[Ref]:
        if body.cls is not None and body.function is not None:
            for scope in body.cls.mro()[1:]:
                other = method(scope, body.function.name)
                if other is not None and not scope.library:
                    yield Ref(scope.module.path, other.qualname, self.line(other), "certain")
                    return
            yield from self.overridden_outside(body, body.cls, body.function.name)

    def overridden_outside(self, body: Body, cls: ClassScope, name: str) -> Iterator[Ref]:
        """The library's method that a method stands in for, or what its unknown base class may have."""
        if name.startswith("__"):
            return
        for scope in cls.mro()[1:]:
            if scope.library and scope.attrs.get(name) is not None:
                yield Ref("", f"{scope.module.name}.{scope.qualname}.{name}", 0, "certain")
                return
        for scope in cls.mro():
            for base in scope.bases:
                for value in base:
                    if isinstance(value, External):
                        yield Ref("", f"{value.name}.{name}", 0, "possible")
                        return

    def overriding(self, body: Body) -> Iterator[Ref]:
        if body.cls is not None and body.function is not None:
            for scope in below(body.cls):
                other = method(scope, body.function.name)
                if other is not None and other is not body:
                    yield Ref(scope.module.path, other.qualname, self.line(other), "certain")

    def depends(self, symbol: Symbol, callers: Sequence[Edge], raises: Sequence[Raised]) -> Iterator[Dependency]:
        """The texts that the record was made from: this one's and its callers', by digest, and who calls the name."""
        said = {(self.module.path, symbol.qualname)}
        yield Dependency("span", self.module.path, symbol.qualname, symbol.digest)
        for edge in callers[:CALLERS_MAX]:
            key = (edge.place.path, edge.place.symbol)
            digest = self.digest(*key)
            if key not in said and digest:
                said.add(key)
                yield Dependency("span", *key, digest)
        name = symbol.name if symbol.name not in {"__init__", "__new__"} else symbol.qualname.split(".")[-2]
        yield Dependency("lookup", "", name, self.lookup_digest(name))

    def digest(self, path: str, qualname: str) -> str:
        source = self.sources(path)
        if source is None:
            return ""
        return next((s.digest for s in source.facts.symbols if s.qualname == qualname), "")

    def score(self, body: Body, callers: int) -> float:
        """How likely a question about it is before anything is known of the user: use, size, and what can go wrong."""
        function = body.function
        assert function is not None
        lines = self.source.line(function.end) - self.source.line(function.start) + 1
        score = math.log1p(callers) + 0.7 * math.log1p(lines) + 0.3 * len(body.findings.raises)
        if self.summaries.returns_none(body) == "sometimes":
            score += 0.8
        return score * (0.2 if self.summaries.is_test_path(body.module.path) else 1.0)


def _with(record: Record, **changes: object) -> Record:
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    fields.update(changes)
    return Record(**fields)


def ordered_paths(summaries: Summaries, bodies: Iterable[Body]) -> list[str]:
    """The files of some bodies, those with the most to ask about first, tests last."""
    weights: dict[str, float] = {}
    for body in bodies:
        weight = math.log1p(len(summaries.links.callers.get(body, {})))
        weights[body.module.path] = weights.get(body.module.path, 0.0) + weight
    return sorted(weights, key=lambda p: (summaries.is_test_path(p), -weights[p], p))
