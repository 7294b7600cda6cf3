"""The way that a value took to where a program stopped, step by step, as one sentence with its places.

Joins what one file's syntax tells (`analyzers.evidence.origins`) with records, and goes up the debugger's stack where a
value was passed in. Nothing here knows errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzers import languages
from analyzers.evidence import blame, origins
from analyzers.evidence.origins import Origin
from analyzers.facts import Call, FileFacts, Symbol
from analyzers.graph import targets_of
from analyzers.languages.expressions import ExpressionSyntax
from analyzers.languages.language import Words
from analyzers.questions.answer import Claim
from analyzers.questions.kind import claim as claim_of
from analyzers.questions.prose import code
from analyzers.records import RANK, Place, Record, Way
from analyzers.syntax import Node, Syntax, parse
from analyzers.text import Lines
from lsp_server import prepared
from lsp_server.shapes import Stop, StopFrame, StopLocal
from lsp_server.view import View

STEPS_MAX = 8
FILE_BYTES_MAX = 2 * 1024 * 1024
WAYS_MAX = 3
SPAN_BYTES_MAX = 200


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is now, parsed."""

    path: str
    syntax: Syntax
    table: ExpressionSyntax
    words: Words
    lines: Lines


def parsed(view: View, path: str) -> File | None:
    """A file's tree; None where it is too large, not there, or of a language whose expressions nobody described."""
    language, text, lines = languages.for_path(path), view.text(path), view.lines(path)
    if language is None or language.expressions is None or text is None or lines is None or len(text) > FILE_BYTES_MAX:
        return None
    syntax = view.tree(path) or parse(language.grammar(), text)
    return File(path, syntax, language.expressions, language.words, lines) if syntax is not None else None


FileOf = Callable[[View, StopFrame], str]
"""The repository's file that a frame is in; empty where it is in none."""


@dataclass(frozen=True, slots=True)
class Trail:
    """Follows values for one stop, from the frame at `level` of its stack, whose locals are `shown`."""

    view: View
    stop: Stop
    file: File
    level: int
    shown: Sequence[StopLocal]
    file_of: FileOf

    def claim(self, said: str, node: Node, subject: str = "it") -> Claim:
        """`said`, and where the value of `node` came from."""
        walk = _Walk(self)
        walk.follow(node)
        story = ", which ".join(walk.clauses)
        text = f"{said}; {subject} {story}" if story else said
        text = "; ".join([text, *walk.besides])
        places = walk.places or [_place(self.file, node)]
        return claim_of(text, "likely", *dict.fromkeys(places), provenance="runtime")


class _Walk:
    """One value's way: clauses that follow each other, and the places that show them, the last step's first."""

    def __init__(self, trail: Trail) -> None:
        self.view, self.stop, self.file_of = trail.view, trail.stop, trail.file_of
        self.file, self.level = trail.file, trail.level
        self.shown = trail.shown
        """Of the frame that `file` and `level` name now; empty once the way has left the first one."""
        self.clauses: list[str] = []
        self.besides: list[str] = []
        self.places: list[Place] = []
        self.made = False
        """Whether the last step was into what a comprehension is made from."""

    def follow(self, node: Node) -> None:
        at: Node | None = node
        seen: set[tuple[str, int, int]] = set()
        for _ in range(STEPS_MAX):
            if at is None or (key := (self.file.path, at.start_byte, at.end_byte)) in seen:
                return
            seen.add(key)
            found = self._origin(at)
            at = self._step(found) if found is not None else None

    def _origin(self, node: Node) -> Origin | None:
        """The likeliest of the alternatives: a call that can return nothing before nothing itself before the rest."""
        found = origins.origins(self.file.syntax, self.file.table, node, self._nothing)
        calls = [each for each in found if each.kind == "call" and self._ways(self._record(each.node))]
        nothing = [each for each in found if each.kind == "nothing"]
        return next(iter([*calls, *nothing, *found]), None)

    def _step(self, origin: Origin) -> Node | None:
        """Says one step, and returns what to look at next."""
        text = code(_text(self.file, origin.node) or "…")
        match origin.kind:
            case "value":
                self.places.append(_place(self.file, origin.node))
                return origin.node
            case "element" | "part" | "item":
                says = {"element": "is an element of", "part": "is unpacked from", "item": "is an item of"}[origin.kind]
                self._say(f"{says} {text}", _place(self.file, origin.node))
                return origin.node
            case "made":
                self.made = True
                return origin.node
            case "call":
                self._call(origin.node)
            case "nothing":
                self._say(f"is set to {text}", _place(self.file, origin.node))
            case "given":
                self._say(
                    f"is what {_head(self.file, origin.node)} hands to its function", _place(self.file, origin.node)
                )
            case "parameter":
                return self._parameter(origin)
            case "field":
                return self._field(origin)
            case "name":
                pass
        return None

    def _call(self, name: Node) -> None:
        record = self._record(name)
        comes = "gets its elements from" if self.made else "comes from"
        if record is None:
            call = name
            while call.parent is not None and call.type not in self.file.table.calls:
                call = call.parent
            self._say(f"{comes} {code(_text(self.file, call) or _text(self.file, name))}", _place(self.file, name))
            return
        ways = self._ways(record)
        self._say(f"{comes} {code(record.name.rpartition('.')[2])}", *(() if ways else (_own_place(record),)))
        if ways:
            self.clauses.append(self._returns_nothing(record, ways))
            self.places[:0] = [way.place for way in ways]

    def _returns_nothing(self, record: Record, ways: list[Way]) -> str:
        """`returns None when …`, with the conditions that stand around its returns."""
        file = parsed(self.view, record.path)
        none = next(iter(file.words.nothing), "None") if file is not None else "None"
        clauses = []
        for way in ways:
            condition = ""
            if file is not None:
                start = self.view.offset_now(way.place)
                condition = blame.condition_at(file.syntax, file.table, start, start + way.place.end - way.place.start)[
                    0
                ]
            if "`return" in way.text or "its end is reached" in way.text:
                clauses.append(condition or ("at its end" if "its end" in way.text else ""))
            else:
                clauses.append(f"where {way.text}")
        said = [each for each in dict.fromkeys(clauses) if each]
        return f"returns {none}" + (f" {', or '.join(said)}" if said else "")

    def _parameter(self, origin: Origin) -> Node | None:
        """What the calling frame passed; where there is none, what callers are known to pass."""
        symbol = self._symbol(origin.node)
        if symbol is None:
            return None
        name, own = symbol.name, self.file.words.own
        parameters = [each.split(":")[0].rstrip("=").strip("* ") for each in symbol.parameters]
        parameters = [each for each in parameters if each and each != "/"]
        position = parameters.index(origin.name) if origin.name in parameters else -1
        if symbol.kind == "method" and parameters and parameters[0] in own:
            position -= 1
        if name in self.file.words.constructors:
            name = symbol.qualname.rpartition(".")[0].rpartition(".")[2]
        below = self.file
        while self.level + 1 < len(self.stop.frames):
            self.level += 1
            frame = self.stop.frames[self.level]
            path = self.file_of(self.view, frame)
            file = parsed(self.view, path) if path else None
            if file is None or not 1 <= frame.line <= len(file.lines.starts):
                break
            start, end = file.lines.span_of_line(frame.line - 1)
            passed = origins.argument(file.syntax, file.table, start, end, name, position, origin.name)
            if passed is not None:
                self.file, self.shown = file, ()
                caller = self._symbol(passed)
                by = code(caller.qualname) if caller is not None else "the module"
                self._say(f"is passed by {by} as {code(_text(file, passed) or '…')}", _place(file, passed))
                return passed
            if path != below.path:
                break
        self.file = below
        self._passed(symbol, origin.name)
        return None

    def _passed(self, symbol: Symbol, parameter: str) -> None:
        record = prepared.record(self.view, self.file.path, symbol.qualname)
        passed = [each for each in (record.passed if record else ()) if each.parameter.lstrip("*") == parameter]
        if passed:
            self._say(
                f"is a parameter, for which callers pass {code(passed[0].text)}", *(each.place for each in passed)
            )
        elif record is not None:
            self._say(f"is a parameter of {code(symbol.qualname)}", _own_place(record))

    def _field(self, origin: Origin) -> Node | None:
        """Who sets a field, in the class that it belongs to."""
        held = self._class_of(origin.node)
        if held is None:
            return None
        file, body, symbol = held
        found = [
            (target, value)
            for target, value in origins.writes(file.syntax, file.table, body, origin.name)
            if _text(file, target).rpartition(".")[0] in file.words.own
        ]
        self.file = file
        if not found:
            return None
        best = next((each for each in found if self._can_be_nothing(each[1])), None)
        empty = [each for each in found if _text(file, each[1]) in self._nothing]
        target, value = best or next(iter(empty), None) or found[0]
        by = self._symbol(target)
        who = code(by.qualname if by is not None else symbol.qualname)
        if (target, value) in empty:
            self._say(f"is set to {code(_text(file, value))} by {who}", _place(file, target))
            return None
        self._say(f"is set by {who}", _place(file, target))
        for other, nothing in empty[:1]:
            setter = self._symbol(other)
            name = code(setter.qualname if setter is not None else symbol.qualname)
            self.besides.append(f"{name} sets it to {code(_text(file, nothing))}")
            self.places.append(_place(file, other))
        self.clauses[-1] += f" to {code(_text(file, value) or '…')}"
        return value

    def _can_be_nothing(self, value: Node) -> bool:
        found = origins.origins(self.file.syntax, self.file.table, value, self._nothing)
        return any(each.kind == "call" and self._ways(self._record(each.node)) for each in found)

    def _class_of(self, member: Node) -> tuple[File, Node, Symbol] | None:
        """The class whose object holds a member: the one around `self`, or the type that the debugger shows."""
        held = member.child_by_field_name(self.file.table.members[member.type][0])
        name = _text(self.file, held) if held is not None else ""
        if name in self.file.words.own:
            facts = self.view.facts(self.file.path)
            around = [
                each
                for each in (facts.symbols if facts is not None else ())
                if each.kind == "class" and each.start <= member.start_byte and member.end_byte <= each.end
            ]
            if not around:
                return None
            symbol = min(around, key=lambda each: each.end - each.start)
            return self.file, self._node(self.file, symbol), symbol
        shown = next((each.type for each in self.shown if each.name == name), "")
        for path in self.view.paths_defining(shown)[:1] if shown else ():
            facts, file = self.view.facts(path), parsed(self.view, path)
            for each in facts.symbols if facts is not None and file is not None else ():
                if each.kind == "class" and each.name == shown and file is not None:
                    return file, self._node(file, each), each
        return None

    def _node(self, file: File, symbol: Symbol) -> Node:
        return file.syntax.root.named_descendant_for_byte_range(symbol.start, symbol.end - 1) or file.syntax.root

    def _symbol(self, node: Node) -> Symbol | None:
        """The function, method or class around a node, or the one that it is."""
        facts = self.view.facts(self.file.path)
        best: Symbol | None = None
        for each in facts.symbols if facts is not None else ():
            around = each.digest and each.start <= node.start_byte and node.end_byte <= each.end
            if around and (best is None or each.end - each.start <= best.end - best.start):
                best = each
        return best

    def _record(self, name: Node) -> Record | None:
        """What is prepared for the function that a called name means."""
        facts = self.view.facts(self.file.path)
        call = _call_at(facts, name) if facts is not None else None
        for link in targets_of(self.file.path, call, self.view)[:1] if call is not None else ():
            return prepared.record(self.view, link.target_path, link.target)
        return None

    def _ways(self, record: Record | None) -> list[Way]:
        if record is None or record.returns_none == "never":
            return []
        return sorted(record.none_ways, key=lambda way: RANK[way.confidence])[:WAYS_MAX]

    @property
    def _nothing(self) -> frozenset[str]:
        return frozenset(self.file.words.nothing)

    def _say(self, clause: str, *places: Place) -> None:
        self.clauses.append(clause)
        # The end of the way is what a person wants to see first.
        self.places[:0] = places


def _call_at(facts: FileFacts, name: Node) -> Call | None:
    return next((each for each in facts.calls if each.start == name.start_byte and each.end == name.end_byte), None)


def _own_place(record: Record) -> Place:
    return Place(record.path, record.name_start, record.name_end, record.line, record.name)


def _place(file: File, node: Node) -> Place:
    start = node.start_byte
    end = min(node.end_byte, start + SPAN_BYTES_MAX)
    quote = file.syntax.data[start:end].split(b"\n")[0].decode("utf-8", "replace")
    return Place(file.path, start, end, file.lines.line_of(start) + 1, quote=quote)


def _head(file: File, call: Node) -> str:
    fields = file.table.calls.get(call.type)
    called = call.child_by_field_name(fields[0]) if fields is not None else None
    return code(f"{_text(file, called)}(…)") if called is not None else "a caller"


def _text(file: File, node: Node) -> str:
    return blame.text_of(file.syntax, node)
