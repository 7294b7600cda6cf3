"""A small world for the questions' fixtures: source text in, records out, by rules simple enough to see through.

Names stand for what they are defined as in the fixture, wherever they are used. What no name shows (what is raised,
what can be None, what changes) a fixture states itself, each item as `text @ source that shows it ! confidence`. So
the fixtures test how questions answer a record and do not change when the analysis gets better.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from analyzers.questions.answer import Answer
from analyzers.records import (
    Access,
    Caught,
    Confidence,
    Depth,
    Edge,
    Passed,
    Place,
    Raised,
    ReachingTest,
    Record,
    Ref,
    Way,
)
from analyzers.text import Lines
from tests.fixture import fixture

_LIBRARIES = ("os", "os.path", "threading", "signal", "subprocess", "asyncio", "sys", "concurrent.futures")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(slots=True)
class Defined:
    path: str
    name: str
    node: Definition
    start: int
    end: int
    name_start: int


@dataclass(slots=True)
class World:
    """Implements `Neighbours` over a fixture."""

    text: str
    depth: Depth = Depth.DEEP
    files: dict[str, bytes] = field(default_factory=dict)
    lines: dict[str, Lines] = field(default_factory=dict)
    defined: list[Defined] = field(default_factory=list)
    edges: list[tuple[Edge, ast.Call | None]] = field(default_factory=list)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = dict(fixture(self.text).files)
        trees = {path: ast.parse(data) for path, data in self.files.items()}
        self.lines = {path: Lines(data) for path, data in self.files.items()}
        for path, tree in trees.items():
            self._define(path, tree, "")
        for path, tree in trees.items():
            self._link(path, tree)
        for each in self.defined:
            self.records[each.path, each.name] = self._record(each)

    def record(self, path: str, name: str) -> Record | None:
        return self.records.get((path, name))

    def source(self, path: str) -> bytes | None:
        return self.files.get(path)

    def state(self, name: str, **facts: Sequence[str] | str) -> Record:
        """Adds to a symbol's record what its fixture says about it; a field or a variable is made on the spot."""
        record = next((each for each in self.records.values() if each.name == name), None) or self._held(name)
        changes: dict[str, object] = {}
        for key, value in facts.items():
            if key in ("returns_none", "kind"):
                changes[key] = value
            elif key == "raises":
                changes[key] = tuple(self._raised(text) for text in value)
            elif key == "caught":
                changes[key] = tuple(self._caught(text) for text in value)
            else:
                changes[key] = tuple(self._way(text) for text in value)
        record = msgspec.structs.replace(record, **changes)
        self.records[record.path, record.name] = record
        return record

    def at(self, snippet: str) -> Place:
        """The place of a piece of source; `«»` marks the part that is meant within it."""
        plain = snippet.replace("«", "").replace("»", "")
        for path, data in self.files.items():
            begin = data.find(plain.encode())
            if begin >= 0:
                before = len(snippet.partition("«")[0].encode()) if "«" in snippet else 0
                inner = snippet.partition("«")[2].partition("»")[0] or plain
                return self._place(path, begin + before, begin + before + len(inner.encode()), plain == inner)
        raise AssertionError(f"the fixture does not hold {plain!r}")

    def _place(self, path: str, start: int, end: int, quoted: bool = False) -> Place:
        inside = [each for each in self.defined if each.path == path and each.start <= start and end <= each.end]
        symbol = max(inside, key=lambda each: each.start).name if inside else ""
        quote = self.files[path][start:end].decode() if quoted else ""
        return Place(path, start, end, self.lines[path].line_of(start) + 1, symbol, quote)

    def _way(self, text: str) -> Way:
        said, snippet, confidence = _spec(text)
        return Way(said, confidence, self.at(snippet))

    def _raised(self, text: str) -> Raised:
        said, snippet, confidence = _spec(text)
        name, _, through = said.partition(" via ")
        return Raised(name, confidence, self.at(snippet), tuple(through.split(", ")) if through else ())

    def _caught(self, text: str) -> Caught:
        said, snippet, confidence = _spec(text)
        place = self.at(snippet)
        name, _, swallows = said.partition(" swallowed")
        return Caught(name, place.symbol, confidence, place, swallows=swallows == "" and said.endswith("swallowed"))

    def _define(self, path: str, node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, Definition):
                first = min([child, *child.decorator_list], key=lambda each: each.lineno)
                start = self._offset(path, first.lineno, first.col_offset) - (first is not child)
                word = {ast.ClassDef: "class ", ast.AsyncFunctionDef: "async def "}.get(type(child), "def ")
                name_start = self._offset(path, child.lineno, child.col_offset) + len(word)
                name = f"{prefix}{child.name}"
                self.defined.append(Defined(path, name, child, start, self._end(path, child), name_start))
                inner = f"{name}."
            self._define(path, child, inner)

    def _link(self, path: str, tree: ast.AST) -> None:
        called = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
                continue
            name = node.id if isinstance(node, ast.Name) else node.attr
            end = self._end(path, node)
            place = self._place(path, end - len(name), end)
            call = called.get(id(node))
            targets, sure = self._targets(node, name, place)
            via = "" if call else "callback"
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "super()":
                via = "super()"
            if via == "callback" and not _handed_on(tree, node, self.defined):
                continue
            for each in targets:
                several: Confidence = "likely" if sure else "possible"
                confidence: Confidence = several if len(targets) > 1 else "certain" if sure else "likely"
                edge = Edge(place, each.path, each.name, confidence, via, _is_test(path))
                self.edges.append((edge, call))

    def _targets(self, node: ast.Name | ast.Attribute, name: str, place: Place) -> tuple[list[Defined], bool]:
        """What a used name may mean, and whether its receiver says so."""
        named = [each for each in self.defined if each.node.name == name]
        if isinstance(node, ast.Name):
            return named, True
        receiver = ast.unparse(node.value)
        if receiver in _LIBRARIES:
            return [], True
        owner = place.symbol.rpartition(".")[0]
        maker = receiver.partition("(")[0]
        above = self._lineage(owner)
        if receiver == "super()":
            return [each for each in named if each.name.rpartition(".")[0] in above[1:]][:1], True
        if receiver in ("self", "cls"):
            own = [each for each in named if each.name.rpartition(".")[0] in above][:1]
            below = [each for each in named if owner in self._lineage(each.name.rpartition(".")[0])[1:]]
            return [*own, *below], True
        if any(each.name == maker for each in self.defined):
            return [each for each in named if each.name.rpartition(".")[0] == maker], True
        return named, False

    def _lineage(self, name: str) -> list[str]:
        """A class and its bases, the nearest first."""
        found = [name]
        for each in self.defined:
            if each.name == name and isinstance(each.node, ast.ClassDef):
                for base in each.node.bases:
                    found += self._lineage(ast.unparse(base).rpartition(".")[2])
        return found

    def _record(self, each: Defined) -> Record:
        callers = [
            (edge, call) for edge, call in self.edges if (edge.target_path, edge.target) == (each.path, each.name)
        ]
        callees = [edge for edge, _ in self.edges if (edge.place.path, edge.place.symbol) == (each.path, each.name)]
        is_class = isinstance(each.node, ast.ClassDef)
        owner = each.name.rpartition(".")[0]
        in_class = any(isinstance(other.node, ast.ClassDef) and other.name == owner for other in self.defined)
        above, below = self._family(each)
        tests = self._tests(each)
        return Record(
            each.path,
            each.name,
            "class" if is_class else "method" if in_class else "function",
            self.lines[each.path].line_of(each.name_start) + 1,
            each.start,
            each.end,
            each.name_start,
            each.name_start + len(each.node.name),
            "",
            self.depth,
            callers=tuple(edge for edge, _ in callers),
            callers_total=len(callers),
            callees=tuple(callees),
            passed=() if is_class else tuple(self._passed(each, callers, in_class)),
            tests=tuple(tests),
            tests_total=len(tests),
            overrides=above,
            overridden_by=below,
            cycle=self._cycle(each),
        )

    def _held(self, name: str) -> Record:
        """A field of a class or a module-level name: its accesses are every use of the name."""
        last = name.rpartition(".")[2]
        accesses = []
        for path, data in self.files.items():
            for node in ast.walk(ast.parse(data)):
                used = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
                if used == last:
                    end = self._end(path, node)
                    place = self._place(path, end - len(last), end)
                    own = not isinstance(node, ast.Attribute) or ast.unparse(node.value) == "self"
                    accesses.append(
                        Access(place, isinstance(node.ctx, ast.Store), "certain" if own else "likely", _is_test(path))
                    )
        first = min((each.place for each in accesses if each.writes), key=lambda place: place.line)
        return Record(
            first.path, name, "field" if "." in name else "variable", first.line, first.start, first.end, first.start,
            first.end, "", self.depth, accesses=tuple(accesses),
        )  # fmt: skip

    def _passed(self, each: Defined, callers: Sequence[tuple[Edge, ast.Call | None]], method: bool) -> list[Passed]:
        assert not isinstance(each.node, ast.ClassDef)
        names = [arg.arg for arg in each.node.args.args][1 if method else 0 :]
        found = []
        for edge, call in callers:
            if call is None:
                continue
            given = [*zip(names, call.args, strict=False), *((key.arg, key.value) for key in call.keywords if key.arg)]
            for name, value in given:
                start = self._offset(edge.place.path, value.lineno, value.col_offset)
                place = replace_symbol(self._place(edge.place.path, start, self._end(edge.place.path, value)), edge)
                kind = type(value.value).__name__ if isinstance(value, ast.Constant) else ""
                found.append(Passed(str(name), ast.unparse(value), kind, edge.confidence, place))
        return found

    def _family(self, each: Defined) -> tuple[tuple[Ref, ...], tuple[Ref, ...]]:
        """What it overrides or derives from, and what does so with it."""
        classes = {other.name: other for other in self.defined if isinstance(other.node, ast.ClassDef)}

        def bases(name: str) -> list[str]:
            node = classes[name].node
            assert isinstance(node, ast.ClassDef)
            return [text for base in node.bases if (text := ast.unparse(base).rpartition(".")[2]) in classes]

        def ancestors(name: str) -> list[str]:
            return [found for base in bases(name) for found in (base, *ancestors(base))]

        if each.name in classes:
            return (
                tuple(self._ref(name) for name in bases(each.name)),
                tuple(self._ref(name) for name in classes if each.name in ancestors(name)),
            )
        owner, _, last = each.name.rpartition(".")
        names = {other.name for other in self.defined}
        if owner not in classes:
            return (), ()
        above = [f"{name}.{last}" for name in ancestors(owner) if f"{name}.{last}" in names]
        below = [f"{name}.{last}" for name in classes if owner in ancestors(name) and f"{name}.{last}" in names]
        return tuple(map(self._ref, above[:1])), tuple(map(self._ref, below))

    def _ref(self, name: str) -> Ref:
        each = next(each for each in self.defined if each.name == name)
        return Ref(each.path, name, self.lines[each.path].line_of(each.name_start) + 1, "certain")

    def _tests(self, each: Defined) -> list[ReachingTest]:
        found: list[ReachingTest] = []
        seen = {(each.path, each.name)}
        queue = deque([((each.path, each.name), 1)])
        while queue:
            key, distance = queue.popleft()
            for edge, _ in self.edges:
                who = (edge.place.path, edge.place.symbol)
                if (edge.target_path, edge.target) != key or who in seen or not who[1]:
                    continue
                seen.add(who)
                if edge.place.symbol.rpartition(".")[2].startswith("test"):
                    line = next(other.node.lineno for other in self.defined if (other.path, other.name) == who)
                    found.append(ReachingTest(*who, line, distance, edge.confidence))
                queue.append((who, distance + 1))
        return found

    def _cycle(self, each: Defined) -> tuple[str, ...]:
        queue: deque[tuple[str, ...]] = deque([(each.name,)])
        seen: set[str] = set()
        while queue:
            way = queue.popleft()
            for edge, call in self.edges:
                if edge.place.symbol != way[-1] or call is None or edge.via or edge.confidence == "possible":
                    continue
                if edge.target == each.name:
                    return way
                if edge.target not in seen:
                    seen.add(edge.target)
                    queue.append((*way, edge.target))
        return ()

    def _offset(self, path: str, line: int, column: int) -> int:
        return self.lines[path].starts[line - 1] + column

    def _end(self, path: str, node: ast.AST) -> int:
        assert isinstance(node, ast.expr | ast.stmt)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._offset(path, node.end_lineno, node.end_col_offset)


def replace_symbol(place: Place, edge: Edge) -> Place:
    return msgspec.structs.replace(place, symbol=edge.place.symbol)


def plain(answer: Answer | None) -> str:
    """An answer as text: the conclusion, then a line for each claim with its places, then what is not known."""
    if answer is None:
        return "no answer"
    lines = [f"{answer.question} {answer.conclusion} · {answer.confidence}"]
    for each in answer.claims:
        places = " ".join(f"{place.path}:{place.line}" for place in each.places)
        mark = "" if each.confidence == answer.confidence else f" ({each.confidence})"
        lines.append(f"- {each.text}{mark} [{places}]")
    lines += [f"? {each}" for each in answer.unknown]
    return "\n".join(lines)


def _spec(text: str) -> tuple[str, str, Confidence]:
    rest, _, confidence = text.partition(" ! ")
    said, _, snippet = rest.partition(" @ ")
    found: Confidence = confidence or "certain"  # type: ignore[assignment]
    return said, snippet or said, found


def _handed_on(tree: ast.AST, node: ast.expr, defined: Sequence[Defined]) -> bool:
    """Whether a name that is not called is an argument, and stands for a function rather than for a parameter."""
    calls = [call for call in ast.walk(tree) if isinstance(call, ast.Call)]
    calls = [call for call in calls if node in call.args or node in [key.value for key in call.keywords]]
    parameters = {
        arg.arg
        for each in defined
        if not isinstance(each.node, ast.ClassDef) and node in ast.walk(each.node)
        for arg in each.node.args.args
    }
    known = any(isinstance(call.func, ast.Name) and call.func.id == "isinstance" for call in calls)
    return bool(calls) and not known and not (isinstance(node, ast.Name) and node.id in parameters)


def _is_test(path: str) -> bool:
    return path.rpartition("/")[2].startswith("test_")
