"""The definitions of one file: everything that has a name and a body, whatever way the name comes to it.

A function gets its name from its own header, from the variable, field, property or export that it is assigned to, or
from the title of the test whose body it is. It must not know calls or other uses of names.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from analyzers.facts import ASYNC, GENERATOR, GETTER, MODULE, SETTER
from analyzers.languages.typescript.pieces import Definition, member_name, plain_string, scopes
from analyzers.languages.typescript.statements import DEFAULT
from analyzers.languages.typescript.text import Text
from analyzers.languages.typescript.words import SUITES, TESTS, test_name
from analyzers.syntax import Node

NESTING_MAX = 20
"""Definitions that are nested deeper are left out: each level's text is digested again."""

_FUNCTIONS = ("arrow_function", "function_expression", "generator_function")
_HEAD = re.compile(r"[\w$]+")
_HERITAGE = re.compile(r"\b(?:extends|implements)\b")
_BASE = re.compile(r"\s*([\w$.]+)\s*(\()?")
_EXPORTED_NAME = re.compile(r"(?:module\.)?exports\.([\w$]+)$")
_PROTOTYPE = re.compile(r"([\w$.]+)\.prototype(?:\.([\w$]+))?$")
_STATIC = re.compile(r"([\w$]+)\.([\w$]+)$")
_DEFAULT_VALUE = re.compile(r"export\s+default\s+|export\s*=\s*")


class Definitions:
    """All definitions of a file, those without a name included, with parents before what they hold."""

    __slots__ = ("_by_start", "_named", "all", "assigned", "bodies", "declared", "innermost", "passed", "text")

    def __init__(self, text: Text) -> None:
        self.text = text
        self._by_start: dict[int, Definition] = {}
        """Where a function or class without a name of its own starts → what will hold its name."""
        self.declared: list[tuple[Node, Node, Node]] = []
        """Declarators that define no function, class or object with functions: (declarator, name, value)."""
        self.assigned: list[tuple[Node, Node, Node]] = []
        """The same for assignments."""
        self._named: list[tuple[Definition, str]] = []
        """Definitions that belong to something by its name: `Shop.prototype.open`."""
        self.passed: list[str] = []
        """Names of definitions that are the module's default export."""
        self.all: list[Definition] = []
        self._anonymous()
        self._headed()
        wanted = self._assignments()
        self._declarators(wanted)
        self._members()
        self._tests()
        self._defaults()
        self._signatures()
        self._own_names()
        self.all += [each for each in self._by_start.values() if not each.name]
        self._nest()
        self.bodies, self.innermost = scopes(self.all, "holds")
        """Sorted offsets, and the innermost definition, with a name or without, that holds what follows each."""

    def holder_at(self, offset: int, through: bool = False) -> int:
        """The innermost definition around an offset, or `MODULE`; with `through`, what `this` is there."""
        at = self.innermost[bisect_right(self.bodies, offset) - 1]
        return self._holder(at) if through else at

    def own(self, offset: int) -> int:
        """The definition whose own statement stands at an offset; -2 inside a function without a name."""
        at = self.innermost[bisect_right(self.bodies, offset) - 1]
        return at if at < 0 or self.all[at].used else -2

    def is_default(self, each: Definition) -> bool:
        """Whether a definition is what its module exports by default."""
        return each.name == DEFAULT or each.default

    def objects(self) -> list[Definition]:
        """The objects at module level."""
        return [
            each for each in self.all if each.kind == "object" and each.parent < 0 and each.body_end > each.body_start
        ]

    # ---- what has a name -------------------------------------------------------------------------------------------

    def _anonymous(self) -> None:
        for node, body in self.text.steps("lambda", "body"):
            start = node.start_byte
            span, inner = (start, node.end_byte), (body.start_byte, body.end_byte)
            made = self._by_start[start] = Definition("lambda", "", node, span, inner)
            made.flags = self._header_flags(start, body.start_byte)
        for node, body in self.text.steps("class_expression", "body"):
            start, inner = node.start_byte, (body.start_byte, body.end_byte)
            made = Definition("class", "", node, (start, node.end_byte), inner)
            made.bases = self._bases(start, body.start_byte)
            self._by_start[start] = made

    def _headed(self) -> None:
        text = self.text
        for capture in ("function", "class", "method", "namespace"):
            for node, name, body in text.steps(capture, "name", "body"):
                span, inner = (node.start_byte, node.end_byte), (body.start_byte, body.end_byte)
                made = Definition(capture, text.of(name), node, span, inner)
                made.name_start, made.name_end = name.start_byte, name.end_byte
                if capture == "class":
                    made.bases = self._bases(made.name_end, made.body_start)
                    if text.latin.startswith("@", made.start):
                        made.decorators = self._decorators(node)
                elif capture == "namespace":
                    made.name = made.name.strip("'\"")
                else:
                    made.flags = self._header_flags(made.start, made.name_start)
                    if capture == "method":
                        made.name = member_name(made.name)
                self.all.append(made)
        for node, name, value in text.steps("alias", "name", "value"):
            start, end = value.start_byte, value.end_byte
            if text.latin[start] == "{":
                self.all.append(self._of("class", text.of(name), node, name, (start, end)))

    def _assignments(self) -> set[str]:
        """Defines what is assigned; returns the names of variables to which functions are assigned as members."""
        text, wanted = self.text, set()
        for node, name, value in text.steps("assignment", "name", "value"):
            target = "".join(text.of(name).split())
            if not self._assign(target, node, name, value):
                self.assigned.append((node, name, value))
            elif (static := _STATIC.match(target)) and not target.startswith(("this.", "exports.", "module.")):
                wanted.add(static[1])
        return wanted

    def _assign(self, target: str, node: Node, name: Node, value: Node) -> bool:
        """Gives what an assignment defines its name; False where it defines nothing."""
        parent = ""
        if target in ("module.exports", "exports"):
            called = DEFAULT
        elif match := _EXPORTED_NAME.match(target):
            called = match[1]
        elif match := _PROTOTYPE.match(target):
            parent, called = match[1].rpartition(".")[2], match[2] or ""
        elif target.startswith("this.") and "." not in target[5:]:
            parent, called = "this", target[5:]
        elif match := _STATIC.match(target):
            parent, called = match[1], match[2]
        elif "." not in target and "[" not in target:
            called = target
        else:
            return False
        made = self._value(called, node, name, value)
        if made is None:
            return False
        if called == DEFAULT:
            made.default = True
            made.name = (self._own_name(made) if made.kind in ("function", "class") else "") or DEFAULT
        if parent:
            self._named.append((made, parent))
            if made.kind == "function":
                made.kind = "method"
        return True

    def _declarators(self, wanted: set[str]) -> None:
        text = self.text
        for node, name, value in text.steps("declarator", "name", "value"):
            called = text.of(name)
            if called[:1] in "{[":
                self.declared.append((node, name, value))
                continue
            made = self._value(called, node, name, value)
            if made is None and (last := self._last_assigned(value)) is not None and last.name == DEFAULT:
                last.name = called  # `const shop = module.exports = function () { … }`
                self.passed.append(called)
            elif made is None and called in wanted:
                self.all.append(self._of("object", called, node, name, (value.end_byte, value.end_byte)))
                self.declared.append((node, name, value))
            elif made is None or made.kind == "object":
                self.declared.append((node, name, value))

    def _members(self) -> None:
        text = self.text
        for node, name, value in text.steps("pair", "name", "value"):
            written = text.of(name)
            called = member_name(written) if written[:1] == "[" else plain_string(written)
            made = self._value(called, node, name, value)
            if made is not None and made.kind == "function":
                made.kind = "method"
        for node, name in text.steps("field", "name"):
            if node.type in ("public_field_definition", "field_definition"):
                given = node.child_by_field_name("value")
                made = self._value(text.of(name), node, name, given) if given is not None else None
                if made is not None and made.kind == "function":
                    made.kind = "method"

    def _tests(self) -> None:
        text = self.text
        for node, function, first, arguments in text.steps("titled", "function", "first", "arguments"):
            start = function.start_byte
            match = _HEAD.match(text.latin, start)
            head = match[0] if match else ""
            written = text.latin[start : function.end_byte]
            if head not in TESTS and head not in SUITES:
                if not written.endswith((".test", ".it")):
                    continue
                head = "test"
            elif ".describe" in written or ".suite" in written:
                head = "describe"
            called = test_name(head, plain_string(text.of(first)))
            for each in reversed(arguments.named_children):
                if each.type in _FUNCTIONS:
                    self._value(called, node, first, each)
                    break

    def _defaults(self) -> None:
        text = self.text
        for node in text.nodes("export"):
            match = _DEFAULT_VALUE.match(text.latin, node.start_byte)
            if match is None:
                continue
            value = node.child_by_field_name("value") or (node.named_child(0) if node.named_child_count else None)
            if value is not None and value.type not in ("function_declaration", "class_declaration"):
                made = self._value(DEFAULT, node, value, value)
                if made is not None:
                    made.name_start, made.name_end = node.start_byte, node.start_byte + len("export")
                    made.name = (self._own_name(made) if made.kind != "object" else "") or DEFAULT
                    made.default = True

    def _own_names(self) -> None:
        """What nothing else gives a name goes by the one in its own header."""
        for node, name in self.text.steps("own", "name"):
            made = self._by_start.get(node.start_byte)
            if made is not None and not made.name:
                self._value(self.text.of(name), node, name, node)

    def _signatures(self) -> None:
        """Functions and methods without a body: overloads, interfaces, declarations."""
        text = self.text
        for node, name in text.steps("signature", "name"):
            kind = "function" if node.type == "function_signature" else "method"
            end = node.end_byte
            made = self._of(kind, text.of(name), node, name, (end, end))
            made.is_signature = True
            self.all.append(made)

    # ---- how it gets there -----------------------------------------------------------------------------------------

    def _value(self, called: str, node: Node, name: Node, value: Node) -> Definition | None:
        """Gives a value its name, where it is a function, a class or an object."""
        start, end = value.start_byte, value.end_byte
        made = self._by_start.get(start)
        if made is not None and made.end == end and made.kind in ("lambda", "class") and not made.name:
            if made.kind == "lambda":
                made.kind = "function"
            made.name = made.qualname = called
            made.start, made.end = node.start_byte, node.end_byte
            made.name_start, made.name_end = name.start_byte, name.end_byte
            self.all.append(made)
            return made
        if self.text.latin.startswith("{", start):
            if not self.text.latin.startswith("}", end - 1):  # `{ … } as const`
                inner = value.named_child(0) if value.named_child_count else None
                if inner is None or inner.type != "object":
                    return None
                start, end = inner.start_byte, inner.end_byte
            made = self._of("object", called, node, name, (start, end))
            self.all.append(made)
            return made
        return None

    def _of(self, kind: str, called: str, node: Node, name: Node, body: tuple[int, int]) -> Definition:
        made = Definition(kind, called, node, (node.start_byte, node.end_byte), body)
        made.name_start, made.name_end = name.start_byte, name.end_byte
        return made

    def _last_assigned(self, value: Node) -> Definition | None:
        """What stands at the end of `a = b = function () { … }`."""
        last: Node | None = value
        while last is not None and last.type == "assignment_expression":
            last = last.child_by_field_name("right")
        made = self._by_start.get(last.start_byte) if last is not None and last is not value else None
        return made if made is not None and last is not None and made.body_end <= last.end_byte else None

    def _own_name(self, made: Definition) -> str:
        """The name in the header of a function or class that is a value."""
        name = made.node.child_by_field_name("name")
        return self.text.of(name) if name is not None else ""

    def _header_flags(self, start: int, end: int) -> int:
        words = self.text.latin[start : min(end, start + 80)]
        flags = ASYNC if words.startswith("async") or " async " in words[:40] else 0
        if "*" in words.partition("(")[0]:
            flags |= GENERATOR
        if "get " in words:
            flags |= GETTER if re.search(r"(?:^|\s)get\s$", words) else 0
        elif "set " in words:
            flags |= SETTER if re.search(r"(?:^|\s)set\s$", words) else 0
        return flags

    def _bases(self, start: int, end: int) -> tuple[str, ...]:
        """Base classes and interfaces, from the text between a class's name and its body."""
        written = self.text.span(start, end)
        if "extends" not in written and "implements" not in written:
            return ()
        found: list[str] = []
        for part in _HERITAGE.split(_without_types(written))[1:]:
            depth = 0
            for each in part.split(","):
                if depth == 0 and (match := _BASE.match(each)):
                    found.append(match[1] + ("()" if match[2] else ""))
                depth += each.count("(") - each.count(")")
        return tuple(found)

    def _decorators(self, node: Node) -> tuple[str, ...]:
        found = []
        for child in node.named_children:
            if child.type == "decorator":
                named: Node | None = child.named_child(0)
                if named is not None and named.type == "call_expression":
                    named = named.child_by_field_name("function")
                found.append(self.text.dotted(named))
        return tuple(found)

    # ---- what holds what -------------------------------------------------------------------------------------------

    def _nest(self) -> None:
        """Finds parents and qualified names, and leaves out what needs no symbol."""
        # A definition comes before what its body holds, since that starts later.
        self.all.sort(key=lambda each: (each.body_start, -each.body_end))
        self._place()
        self._adopt()
        self._leave_out()
        for each in self.all:
            if each.parent >= 0 and not self.all[each.parent].used:
                each.parent = self._above(each.parent)
            if each.parent >= 0 and self.all[each.parent].kind == "class" and each.kind == "function":
                each.kind = "method"
            prefix = self.all[each.parent].qualname if each.parent >= 0 else each.prefix
            each.qualname = f"{prefix}.{each.name}" if prefix else each.name

    def _place(self) -> None:
        """Each definition's parent is the innermost one whose body holds it."""
        open_ends: list[tuple[int, int]] = []
        for place, each in enumerate(self.all):
            while open_ends and open_ends[-1][0] <= each.body_start:
                open_ends.pop()
            each.parent = open_ends[-1][1] if open_ends else MODULE
            if each.body_end > each.body_start:
                open_ends.append((each.body_end, place))

    def _adopt(self) -> None:
        """Gives what is assigned as a member of something to what it is a member of."""
        places = {id(each): place for place, each in enumerate(self.all)}
        by_name: dict[str, list[int]] = {}
        for place, each in enumerate(self.all):
            if each.kind in ("class", "function", "object") and each.name:
                by_name.setdefault(each.name, []).append(place)
        for each, name in self._named:
            at = places[id(each)]
            owner = self._holder(each.parent) if name == "this" else self._nearest(by_name.get(name, ()), at)
            if not each.name:  # `Shop.prototype = { … }`: its functions are the methods of `Shop`.
                for inner in self.all:
                    if inner.parent == at:
                        inner.parent, inner.prefix = owner, name
            elif owner >= 0:
                each.parent = owner
                self.all[owner].wanted = True
            elif name != "this":
                each.parent, each.prefix = MODULE, name

    def _holder(self, at: int) -> int:
        """What `this` is inside a definition: its class, or the function itself that makes an object."""
        while at >= 0:
            each = self.all[at]
            if each.kind == "class" or (each.kind == "function" and not each.is_signature):
                return at
            if each.kind == "method" and each.parent >= 0 and self.all[each.parent].kind in ("class", "function"):
                return each.parent
            at = each.parent
        return MODULE

    def _nearest(self, candidates: Sequence[int], at: int) -> int:
        """The candidate that is visible from a definition, the innermost one."""
        around = [MODULE]
        above = self.all[at].parent
        while above >= 0:
            around.append(above)
            above = self.all[above].parent
        visible = [each for each in candidates if each != at and self.all[each].parent in around]
        return max(visible, key=lambda each: around.index(self.all[each].parent), default=MODULE)

    def _leave_out(self) -> None:
        """Functions without a name, objects without functions, overloads beside what they overload, the deepest."""
        bodies = {
            (each.parent, each.name)
            for each in self.all
            if each.kind in ("function", "method") and not each.is_signature
        }
        depths: list[int] = []
        for each in self.all:
            depth = depths[each.parent] + 1 if 0 <= each.parent < len(depths) else 0
            depths.append(depth)
            overloads = each.is_signature and (each.parent, each.name) in bodies
            each.used = (
                bool(each.name) and not overloads and depth <= NESTING_MAX and (each.kind != "object" or each.wanted)
            )
        for each in reversed(self.all):
            above = each.parent
            while each.used and each.kind != "object" and above >= 0 and not self.all[above].used:
                if self.all[above].kind == "object" and self.all[above].name and depths[above] <= NESTING_MAX:
                    self.all[above].used = True
                above = self.all[above].parent

    def _above(self, at: int) -> int:
        while at >= 0 and not self.all[at].used:
            at = self.all[at].parent
        return at


def _without_types(written: str) -> str:
    """A class's heritage without type arguments: `extends Map<K, V>` becomes `extends Map`."""
    kept: list[str] = []
    depth = 0
    for char in written:
        if char == ">" and kept[-1:] != ["="]:
            depth = max(0, depth - 1)
        elif char == "<":
            depth += 1
        elif depth == 0:
            kept.append(char)
    return "".join(kept)
