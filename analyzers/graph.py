"""The graph by name: a symbol's record put together at read time from facts and lookups, before the deep analysis ran.

A reader waits for this, so every walk has a limit. Confidence is honest: `certain` only where scopes, imports, classes
and annotations lead to one definition, `possible` where nothing but the name matches. It must not know the store, the
editor or what a question is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from analyzers import exceptions
from analyzers.facts import (
    DEFAULT_EXPORT,
    FALLS_OFF_END,
    GENERATOR,
    MODULE,
    Call,
    FileFacts,
    Return,
    Symbol,
    default_keys,
)
from analyzers.records import (
    CALLEES_MAX,
    CALLERS_MAX,
    RAISES_MAX,
    RANK,
    TESTS_MAX,
    Confidence,
    Dependency,
    Depth,
    Edge,
    Link,
    Place,
    Raised,
    ReachingTest,
    Record,
    Ref,
    Verdict,
    Way,
)
from analyzers.resolve import Definition, Lookups, Resolver, Value, Values, weaker
from analyzers.syntax import Syntax
from analyzers.tables import File, enclosing

__all__ = ["Lookups", "enclosing", "linked_record", "links_at", "lookup_digest", "symbol_at", "targets_of"]

CALLER_FILES_MAX = 32
"""Files in which calls of one name are looked at for one record, the nearest first."""
CALLER_SITES_MAX = 200
"""Calls that are resolved for one record."""
PASSING_FILES_MAX = 12
"""Files that are looked at for other names under which they pass a symbol on."""
SUBCLASSES_MAX = 30
SUBCLASS_FILES_MAX = 12
FILES_READ_MAX = 48
"""Files that are read for one record in all; reading them from the store is most of what a cold hover costs."""
GUESSES_MAX = 3
"""A call on an unknown receiver names its possible targets only where no more methods have that name."""
TEST_LEVELS = 3
TEST_WALK_FILES_MAX = 16
"""Files that are looked at for all callers of callers together, on the way up to tests."""
LOOKUP_FILES_MAX = 16
"""Files whose calls are counted for a lookup's digest; beyond that only the files are."""


def linked_record(path: str, name: str, lookups: Lookups) -> Record | None:
    """What facts and names say about the symbol with this qualified name; None where there is no such symbol."""
    resolver = Resolver(lookups, FILES_READ_MAX)
    file = resolver.file(path)
    symbol = file.named(name) if file else MODULE
    if file is None or symbol == MODULE:
        return None
    return _Linking(resolver, file, symbol).record()


def targets_of(path: str, call: Call, lookups: Lookups) -> list[Link]:
    """The definitions that a call in the file at `path` may run, the surest first."""
    resolver = Resolver(lookups)
    file = resolver.file(path)
    return [] if file is None else [_link(resolver, call, it) for it in _targets(resolver, file, call)]


def links_at(path: str, offset: int, parsed: Syntax, lookups: Lookups) -> list[Link]:
    """The definitions that the name at a byte offset of an open text may mean, the surest first; a module has no name.

    `lookups` has the facts of this very text.
    """
    resolver = Resolver(lookups)
    file = resolver.file(path)
    use = file.language.use_at(parsed, offset) if file else None
    if file is None or use is None:
        return []
    at = Call(enclosing(file.facts, offset), *_split(use.name), use.start, use.end)
    if any(call.start == use.start and call.end == use.end for call in file.facts.calls):
        return [_link(resolver, at, it) for it in _targets(resolver, file, at)]
    values = resolver.imported(file, use.module, use.name) if use.module else resolver.named(file, at.scope, use.name)
    if values is None and at.receiver:
        return [_link(resolver, at, it) for it in _guesses(resolver, at)]
    return [_link(resolver, at, it) for it in _sorted(values or ()) if it.kind == "itself"]


def symbol_at(facts: FileFacts, offset: int) -> int:
    """The symbol whose name is written at a byte offset; `MODULE` where there is none."""
    for index, symbol in enumerate(facts.symbols):
        if symbol.name_start <= offset <= symbol.name_end:
            return index
    return MODULE


def lookup_digest(name: str, lookups: Lookups) -> str:
    """What the calls of a name come to: files and sites, so that an answer sees a new one, or one that is gone."""
    paths = lookups.paths_calling(name)
    if len(paths) > LOOKUP_FILES_MAX:
        return f"{len(paths)} files"
    sites = 0
    for path in paths:
        facts = lookups.facts(path)
        sites += len(facts.calls_named((name,))) if facts else 0
    return f"{len(paths)} files, {sites} sites"


class _Linking:
    """One symbol while its record is put together."""

    __slots__ = ("definition", "file", "resolver", "symbol")

    def __init__(self, resolver: Resolver, file: File, at: int) -> None:
        self.resolver, self.file = resolver, file
        self.definition = Definition(file.path, at)
        self.symbol = file.facts.symbols[at]

    def record(self) -> Record:
        symbol, file = self.symbol, self.file
        callers, _, unread = _callers(self.resolver, self.definition, CALLER_FILES_MAX)
        callees = tuple(self.callees())[:CALLEES_MAX]
        raises = tuple(self.raises())[:RAISES_MAX]
        verdict, ways = self.none_ways()
        overrides, overridden_by = tuple(self.overrides()), tuple(self.overridden_by())
        tests = self.tests(callers)  # Last, since it may use up the files that may be read.
        return Record(
            file.path,
            symbol.qualname,
            symbol.kind,
            file.line(symbol.name_start),
            symbol.start,
            symbol.end,
            symbol.name_start,
            symbol.name_end,
            symbol.digest,
            Depth.LINKED,
            callers=tuple(callers[:CALLERS_MAX]),
            callers_total=len(callers) + unread,
            callees=callees,
            raises=raises,
            returns_none=verdict,
            none_ways=ways,
            tests=tuple(tests[:TESTS_MAX]),
            tests_total=len(tests),
            overrides=overrides,
            overridden_by=overridden_by,
            depends=tuple(self.depends(callers)),
        )

    def place(self, start: int, end: int) -> Place:
        return Place(self.file.path, start, end, self.file.line(start), self.symbol.qualname)

    def callees(self) -> Iterator[Edge]:
        at = self.definition.at
        for call in self.file.facts.calls:
            if call.scope != at:
                continue
            for value in _targets(self.resolver, self.file, call):
                target = self.resolver.symbol(value.of)
                if target is not None:
                    place = self.place(call.start, call.end)
                    yield Edge(place, value.of.path, target.qualname, value.confidence, _via(self.file, call))

    def raises(self) -> Iterator[Raised]:
        """What its own `raise` statements let out."""
        said: set[str] = set()
        for each in self.file.facts.raises:
            if each.scope != self.definition.at or each.type in said or not each.type:
                continue
            confidence = exceptions.escapes(self.resolver, self.file, each)
            if confidence is not None:
                said.add(each.type)
                yield Raised(each.type, confidence, self.place(each.start, each.end))

    def none_ways(self) -> tuple[Verdict, tuple[Way, ...]]:
        """How its own text lets it return None. What its calls return is not known at this depth."""
        symbol = self.symbol
        if symbol.kind not in ("function", "method"):
            return "unknown", ()
        if symbol.flags & GENERATOR:
            return "never", ()
        returns = [it for it in self.file.facts.returns if it.scope == self.definition.at]
        nothing = ("", *self.file.language.words.nothing)
        ways = [self.none_way(it) for it in returns if it.value in nothing]
        if symbol.flags & FALLS_OFF_END:
            ways.append(Way("its end is reached without a `return`", "certain", self.place(*self.last_line())))
        others = any(it.value not in nothing for it in returns)
        if not ways:
            return "unknown", ()
        return "sometimes" if others else "always", tuple(ways)

    def none_way(self, each: Return) -> Way:
        text = "a bare `return`" if not each.value else f"`return {each.value}`"
        return Way(text, "certain", self.place(each.start, each.end))

    def last_line(self) -> tuple[int, int]:
        """The function's last line; its text is not at hand, so the line is cut at the function's end."""
        starts = self.file.facts.line_starts
        end = self.symbol.end
        start = starts[self.file.line(end - 1) - 1] if starts else end
        return max(start, self.symbol.start), end

    def overrides(self) -> Iterator[Ref]:
        for each in _overridden(self.resolver, self.definition):
            yield from self.ref(each)

    def overridden_by(self) -> Iterator[Ref]:
        owner = Definition(self.file.path, self.symbol.parent)
        if self.symbol.kind != "method":
            owner = self.definition
        for each in _subclasses(self.resolver, owner) if self.symbol.kind in ("method", "class") else ():
            file = self.resolver.file(each.path)
            inner = file.child(each.at, self.symbol.name) if file and self.symbol.kind == "method" else each.at
            if inner is not None:
                yield from self.ref(Definition(each.path, inner))

    def ref(self, each: Definition) -> Iterator[Ref]:
        file, symbol = self.resolver.file(each.path), self.resolver.symbol(each)
        if file and symbol:
            yield Ref(each.path, symbol.qualname, file.line(symbol.name_start), "certain")

    def tests(self, callers: Sequence[Edge]) -> list[ReachingTest]:
        """Test functions from which this is reached in a few calls."""
        found: dict[tuple[str, str], ReachingTest] = {}
        seen = {(self.file.path, self.symbol.qualname)}
        level: list[tuple[Edge, Confidence]] = [(edge, edge.confidence) for edge in callers]
        files_left = TEST_WALK_FILES_MAX
        for distance in range(1, TEST_LEVELS + 1):
            above: list[tuple[str, str, Confidence]] = []
            for edge, confidence in level:
                key = edge.place.path, edge.place.symbol
                if key in seen or not edge.place.symbol:
                    continue
                seen.add(key)
                file = self.resolver.file(key[0])
                if edge.test and file and file.language.is_test_name(key[1]):
                    line = file.line(file.facts.symbols[file.named(key[1])].name_start)
                    found[key] = ReachingTest(*key, line, distance, confidence)
                elif confidence != "possible":
                    above.append((*key, confidence))
            if distance == TEST_LEVELS or len(found) >= TESTS_MAX:
                break
            level = []
            for path, name, confidence in above:
                file = self.resolver.file(path)
                if file is None or files_left <= 0:
                    break
                definition = Definition(path, file.named(name))
                edges, files, _ = _callers(self.resolver, definition, min(files_left, CALLER_FILES_MAX // 4))
                files_left -= files
                level += [(edge, weaker(edge.confidence, confidence)) for edge in edges]
        return sorted(found.values(), key=lambda it: (it.distance, RANK[it.confidence], it.path, it.line))

    def depends(self, callers: Sequence[Edge]) -> Iterator[Dependency]:
        said = {(self.file.path, self.symbol.qualname): self.symbol.digest}
        for edge in callers[:CALLERS_MAX]:
            file = self.resolver.file(edge.place.path)
            if file and edge.place.symbol:
                at = file.named(edge.place.symbol)
                said[edge.place.path, edge.place.symbol] = file.facts.symbols[at].digest
        for (path, name), digest in said.items():
            yield Dependency("span", path, name, digest)
        yield Dependency("lookup", "", self.symbol.name, lookup_digest(self.symbol.name, self.resolver.lookups))


def _split(dotted: str) -> tuple[str, str]:
    receiver, _, name = dotted.rpartition(".")
    return receiver, name


def _link(resolver: Resolver, call: Call, value: Value) -> Link:
    symbol = resolver.symbol(value.of)
    return Link(call.start, call.end, value.of.path, symbol.qualname if symbol else "", value.confidence)


def _sorted(values: Iterable[Value]) -> list[Value]:
    """Each definition once, the surest first."""
    best: dict[Definition, Value] = {}
    for value in values:
        known = best.get(value.of)
        if known is None or RANK[value.confidence] < RANK[known.confidence]:
            best[value.of] = value
    return sorted(best.values(), key=lambda value: RANK[value.confidence])


def _targets(resolver: Resolver, file: File, call: Call) -> list[Value]:
    """What a call runs: for a class its constructor, for an unknown receiver whatever has a method of that name."""
    called = resolver.called(file, call)
    if called is None:
        return _guesses(resolver, call) if call.receiver else []
    return _sorted(_run(resolver, value) for value in called)


def _run(resolver: Resolver, value: Value) -> Value:
    """The function that runs when the value is called."""
    symbol = resolver.symbol(value.of)
    file = resolver.file(value.of.path)
    if symbol is None or file is None or symbol.kind != "class":
        return value
    for name in file.language.words.constructors:
        constructor = resolver.member(value.of, name)
        if constructor is not None:
            return value._replace(of=constructor)
    return value


def _guesses(resolver: Resolver, call: Call) -> list[Value]:
    found: list[Value] = []
    paths = resolver.lookups.paths_defining(call.name)
    for path in paths if len(paths) <= GUESSES_MAX else ():
        file = resolver.file(path)
        for at, symbol in enumerate(file.facts.symbols) if file else ():
            if symbol.kind == "method" and symbol.name == call.name:
                found.append(Value("itself", Definition(path, at), "possible"))
    return found if len(found) <= GUESSES_MAX else []


def _callers(resolver: Resolver, definition: Definition, files_max: int) -> tuple[list[Edge], int, int]:
    """Who calls a symbol, the surest and the program's own first; how many files were looked at; and how many more
    call a method by its name, each of which is one possible caller at least."""
    symbol, home = resolver.symbol(definition), resolver.file(definition.path)
    if symbol is None or home is None or symbol.kind in ("field", "variable"):
        return [], 0, 0
    wanted = _wanted(resolver, definition, symbol, home)
    names = {name for name, _ in wanted}
    others = _other_names(resolver, names, home)
    if any(each != definition and (it := resolver.symbol(each)) and it.kind == "class" for _, each in wanted):
        names |= home.language.words.own  # `cls()`
    candidates = _candidates(resolver, wanted, definition.path, others)
    names |= others
    paths = candidates[:files_max]
    method = symbol.kind == "method"
    sure = {definition: confidence for (_, definition), confidence in wanted.items()}
    found: list[Edge] = []
    sites = 0
    for path in paths:
        file = resolver.file(path)
        if file is None:
            continue
        test = file.language.is_test_path(path)
        for call in file.calls_of(names):
            sites += 1
            confidence = _match(resolver, file, call, sure, method and call.name == symbol.name)
            if confidence is not None:
                found.append(Edge(_site(file, call), *_key(symbol, home), confidence, _via(file, call), test))
        if sites > CALLER_SITES_MAX:
            break
    found.sort(key=lambda edge: (RANK[edge.confidence], edge.test, edge.place.path != definition.path))
    guesses = method and symbol.name not in home.language.words.constructors
    return found, len(paths), len(candidates) - len(paths) if guesses else 0


def _key(symbol: Symbol, home: File) -> tuple[str, str]:
    return home.path, symbol.qualname


Wanted = dict[tuple[str, Definition], Confidence]
"""What a call may resolve to, by the name it is called by, and how sure it then is that the symbol runs."""


def _wanted(resolver: Resolver, definition: Definition, symbol: Symbol, home: File) -> Wanted:
    wanted: Wanted = {(symbol.name, definition): "certain"}
    # A call that means the method of a base class may run this one.
    for each in _overridden(resolver, definition):
        wanted[symbol.name, each] = "likely"
    words = home.language.words
    owner = Definition(home.path, symbol.parent)
    if symbol.kind == "method" and symbol.name in words.constructors:
        # A constructor runs where its class is called, and where a class is that inherits it.
        above = resolver.symbol(owner)
        if above is not None:
            wanted[above.name, owner] = "certain"
        for each in _subclasses(resolver, owner):
            below = resolver.symbol(each)
            if below is not None and _run(resolver, Value("itself", each, "certain")).of == definition:
                wanted[below.name, each] = "certain"
    return wanted


def _other_names(resolver: Resolver, names: set[str], home: File) -> set[str]:
    """Names under which files pass on what is called by one of `names`: `export { open as unlock } from "./shop"`."""
    found = {other for name in names for other in home.other_names(name)}
    if not home.language.words.dotted_modules:
        for name in (*names, *found):
            for key in _keys(name, home):
                for path in resolver.lookups.paths_calling(key)[:PASSING_FILES_MAX]:
                    file = resolver.file(path)
                    found |= file.other_names(name) if file is not None and path != home.path else set()
    return found


def _keys(name: str, home: File | None) -> tuple[str, ...]:
    """By what files that use a name are found. Importers choose their own for what a module exports as a whole."""
    if home is None or name != DEFAULT_EXPORT or DEFAULT_EXPORT not in (home.facts.exports or ()):
        return (name,)
    return default_keys(home.path, home.language.words.package_file)


def _candidates(resolver: Resolver, wanted: Wanted, home: str, others: set[str]) -> list[str]:
    """The files that may call one of the names, the likeliest first: near ones before far ones, tests last."""
    found: dict[str, None] = {home: None}
    classes = [each.path for name, each in wanted if (it := resolver.symbol(each)) and it.kind == "class"]
    if classes:
        # Calls of `__init__` itself are `super()` calls in subclasses; every other file only names the class.
        found.update(dict.fromkeys(classes))
        names = {name for name, each in wanted if (it := resolver.symbol(each)) and it.kind == "class"}
    else:
        names = {name for name, _ in wanted}
    file = resolver.file(home)
    for name in names | others:
        for each in _keys(name, file):
            found.update(dict.fromkeys(resolver.lookups.paths_calling(each)))
    folders = home.split("/")

    def distance(path: str) -> tuple[bool, int]:
        shared = 0
        for one, two in zip(folders, path.split("/"), strict=False):
            if one != two:
                break
            shared += 1
        file_language = resolver.file(home)
        return bool(file_language and file_language.language.is_test_path(path)), -shared

    return sorted(found, key=distance)


def _match(
    resolver: Resolver, file: File, call: Call, sure: dict[Definition, Confidence], guess: bool
) -> Confidence | None:
    """How surely a call runs what is wanted; None where it does not. `sure` says how surely each definition does."""
    called: Values = resolver.called(file, call)
    if called is None:
        return "possible" if guess and call.receiver else None
    best: Confidence | None = None
    upwards = call.receiver in file.language.words.parent
    for value in called:
        surely = sure.get(value.of)
        # What is called on the base classes on purpose does not come back down to an override.
        if surely is not None and not (upwards and surely != "certain"):
            surely = weaker(surely, value.confidence)
            best = surely if best is None or RANK[surely] < RANK[best] else best
    return best


def _site(file: File, call: Call) -> Place:
    symbol = file.facts.symbols[call.scope].qualname if call.scope >= 0 else ""
    return Place(file.path, call.start, call.end, file.line(call.start), symbol)


def _via(file: File, call: Call) -> str:
    """How a call comes about where that is not plain."""
    if call.receiver in file.language.words.parent:
        return call.receiver
    symbol = file.symbol_before(call.start)
    return "decorator" if symbol and symbol.decorators and call.end <= symbol.name_start else ""


def _overridden(resolver: Resolver, definition: Definition) -> list[Definition]:
    """The methods of base classes that a method stands in for."""
    symbol = resolver.symbol(definition)
    if symbol is None or symbol.kind != "method":
        return []
    found: list[Definition] = []
    for each in resolver.bases(Definition(definition.path, symbol.parent))[1:]:
        file = resolver.file(each.path)
        inner = file.child(each.at, symbol.name) if file else None
        if inner is not None:
            found.append(Definition(each.path, inner))
    return found


def _subclasses(resolver: Resolver, owner: Definition) -> list[Definition]:
    """Classes below a class, nearest first."""
    found: dict[Definition, None] = {}
    waiting = [owner]
    files_left = SUBCLASS_FILES_MAX
    while waiting and len(found) < SUBCLASSES_MAX and files_left > 0:
        above = waiting.pop(0)
        symbol = resolver.symbol(above)
        if symbol is None or symbol.kind != "class":
            continue
        for path in resolver.lookups.paths_calling(symbol.name)[:files_left]:
            file = resolver.file(path)
            classes = file.below(file.names_for(symbol.name)) if file is not None else ()
            if not classes:
                continue
            files_left -= 1
            for at in classes:
                below = Definition(path, at)
                if below not in found and above in resolver.direct_bases(below):
                    found[below] = None
                    waiting.append(below)
    return list(found)[:SUBCLASSES_MAX]
