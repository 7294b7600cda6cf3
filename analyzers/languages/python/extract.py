"""A Python blob's facts: one query, then one pass over what it captured.

This is where a cold start spends its time, so nodes are read by byte span and texts are sliced out of one string.
It never raises for what a file holds: what cannot be read becomes a note beside partial facts. It must not know
other files; what a name means is `graph`'s business.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from operator import attrgetter

from analyzers import syntax
from analyzers.facts import (
    ASYNC,
    CALLS_VALUE,
    FALLS_OFF_END,
    GENERATOR,
    MODULE,
    OPAQUE,
    Call,
    FileFacts,
    Import,
    Local,
    Raise,
    Return,
    Symbol,
)
from analyzers.languages.python.flow import Handler, Try, branches, can_end
from analyzers.languages.python.pieces import Binding, Definition, fields, scopes, without_arguments
from analyzers.syntax import Grammar, Node, Query, Syntax
from analyzers.text import line_starts, span_digest

SOURCE_BYTES_MAX = 16 << 20
"""A longer file is read up to `PREFIX_BYTES` only."""
PREFIX_BYTES = 256 << 10
"""What is read of a file that costs too much to parse whole."""
ITEMS_MAX = 200_000
"""What is kept of each kind of fact in one file."""
NAME_BYTES_MAX = 200
"""A longer dotted name is cut to its last part."""
NAMES_KEPT_MAX = 4_096
"""Texts that are remembered from file to file with what was made of them."""
ANNOTATION_CHARS_MAX = 200
NESTING_MAX = 20
"""Definitions that are nested deeper are left out: each level's text is digested again."""
TRIES_MAX = 500
"""What is kept of one function's `try` statements."""

_DOTTED = re.compile(r"[^\W\d]\w*(?:\(\))?(?:\s*\.\s*[^\W\d]\w*(?:\(\))?)*")
_LITERAL = re.compile(r"""[rbufRBUF]{0,2}["']""")
_SPACE = re.compile(r"\s+")
_PLAIN_PARAMETERS = re.compile(r"\((?:\s*\*{0,2}\w+\s*,)*\s*(?:\*{0,2}\w+\s*)?\)")
_STRING = re.compile(r"""[rbuRBU]{0,2}(?:"{3}|'{3}|"|')(.*?)(?:"{3}|'{3}|"|')""", re.DOTALL)


def facts(grammar: Grammar, raw: bytes) -> FileFacts:
    """The facts of a blob."""
    data, note = syntax.decode(raw)
    notes = [note] if note else []
    parsed = syntax.parse(grammar, data) if len(data) <= SOURCE_BYTES_MAX else None
    if parsed is None:
        cut = data.rfind(b"\n", 0, PREFIX_BYTES) + 1 or PREFIX_BYTES
        lines = data.count(b"\n", 0, cut)
        notes.append(f"too costly to read whole: read up to line {lines}" if lines else "too costly to read")
        parsed = syntax.parse(grammar, data[:cut])
    if parsed is None:
        return FileFacts("python", line_starts=line_starts(data), notes=tuple(notes))
    return _Reading(grammar, parsed, data, notes).facts()


@lru_cache(NAMES_KEPT_MAX)
def dotted_name(written: str) -> str:
    """An expression as a dotted name whose called steps end in `()`; `OPAQUE` where it is not one."""
    if len(written) > NAME_BYTES_MAX:
        return OPAQUE
    if _LITERAL.match(written):
        return "str()"
    if "(" in written:
        written = without_arguments(written)
    return _SPACE.sub("", written) if _DOTTED.fullmatch(written) else OPAQUE


def facts_of_syntax(grammar: Grammar, parsed: Syntax) -> FileFacts:
    """The facts of a text whose tree is known."""
    return _Reading(grammar, parsed, parsed.data, []).facts()


class _Reading:
    """One file while it is read. Lives only inside the two functions above."""

    __slots__ = (
        "ascii",
        "bounds",
        "captures",
        "data",
        "fields",
        "full_data",
        "locals",
        "notes",
        "owners",
        "receivers",
        "symbols",
        "text",
    )

    def __init__(self, grammar: Grammar, parsed: Syntax, full_data: bytes, notes: list[str]) -> None:
        self.data = parsed.data
        self.full_data = full_data
        # Latin-1 has one character a byte, so byte spans index it; what is not ASCII is decoded on the way out.
        self.text = parsed.data.decode("latin-1")
        self.ascii = self.text.isascii()
        self.fields = fields(grammar)
        self.captures = _query(grammar).captures(parsed.root)
        self.notes = notes
        self.receivers: dict[str, str] = {}
        self.symbols: list[Symbol] = []
        self.locals: dict[tuple[int, str], list[tuple[str, str, int]]] = {}
        error = syntax.first_error(parsed)
        if error >= 0:
            line = parsed.data.count(b"\n", 0, error) + 1
            notes.append(f"syntax error near line {line}")

    def facts(self) -> FileFacts:
        definitions = self.definitions()
        # The sweep below needs scopes before fields and variables, which are symbols too, can be put in between.
        self.bounds, self.owners = scopes(definitions)
        generators = {self.scope(node.start_byte) for node in self.nodes("yield")}
        exports, bindings = self.bindings(definitions)
        places = self.put_symbols(definitions, bindings, generators)
        self.owners = [places[owner] for owner in self.owners]
        return FileFacts(
            "python",
            symbols=tuple(self.symbols),
            imports=tuple(self.imports()),
            calls=tuple(sorted(self.calls(), key=attrgetter("end"))),
            raises=tuple(self.raises()),
            returns=tuple(self.returns()),
            exports=exports,
            line_starts=line_starts(self.full_data),
            notes=tuple(self.notes),
            locals=tuple(self.kept_locals(places)),
        )

    def nodes(self, capture: str) -> list[Node]:
        found = self.captures.get(capture, [])
        if len(found) > ITEMS_MAX:
            self.notes.append(f"more than {ITEMS_MAX} of {capture}: the rest is left out")
            return found[:ITEMS_MAX]
        return found

    def scope(self, offset: int) -> int:
        return self.owners[bisect_right(self.bounds, offset) - 1]

    def text_of(self, node: Node) -> str:
        if self.ascii:
            return self.text[node.start_byte : node.end_byte]
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    # ---- definitions -----------------------------------------------------------------------------------------------

    def definitions(self) -> list[Definition]:
        """Functions and classes in the order of the source; a parent comes before what it holds."""
        decorators: dict[int, Node] = {}
        for node in self.nodes("decorated"):
            inner = node.child_by_field_id(self.fields.definition)
            if inner is not None:
                decorators[inner.start_byte] = node
        found = [self.definition("function", node, decorators) for node in self.nodes("function")]
        found += [self.definition("class", node, decorators) for node in self.nodes("class")]
        whole = [definition for definition in found if definition is not None]
        whole.sort(key=lambda definition: definition.inner_start)
        parents: list[tuple[int, int]] = []
        kept: list[Definition] = []
        for definition in whole:
            while parents and parents[-1][0] <= definition.inner_start:
                parents.pop()
            if len(parents) >= NESTING_MAX:
                continue
            if parents:
                definition.parent = parents[-1][1]
                above = kept[definition.parent]
                definition.qualname = f"{above.qualname}.{definition.name}"
                if definition.kind == "function" and above.kind == "class":
                    definition.kind = "method"
            parents.append((definition.end, len(kept)))
            kept.append(definition)
        if len(kept) < len(whole):
            self.notes.append(f"definitions nested deeper than {NESTING_MAX} are left out")
        return kept

    def definition(self, kind: str, node: Node, decorators: dict[int, Node]) -> Definition | None:
        name, body = node.child_by_field_id(self.fields.name), node.child_by_field_id(self.fields.body)
        if name is None or body is None:
            return None
        found = Definition(kind, node, name, body, self.text_of(name))
        decorated = decorators.get(found.start)
        if decorated is not None:
            found.start = decorated.start_byte
            found.decorators = tuple(self.decorators(decorated))
        return found

    def decorators(self, decorated: Node) -> Iterator[str]:
        for child in decorated.named_children:
            if child.type == "decorator":
                value = child.named_child(0) if child.named_child_count else None
                if value is not None and value.type == "call":
                    value = value.child_by_field_id(self.fields.function)
                yield self.dotted(value)

    def bases(self, node: Node) -> Iterator[str]:
        listed = node.child_by_field_id(self.fields.superclasses)
        for child in listed.named_children if listed is not None else ():
            if child.type == "subscript":
                yield self.dotted(child.child_by_field_id(self.fields.value))
            elif child.type not in ("keyword_argument", "comment", "list_splat", "dictionary_splat"):
                yield self.dotted(child)

    def header(self, definition: Definition, generator: bool) -> tuple[tuple[str, ...], str, int]:
        """A function's parameters, return annotation and flags."""
        node = definition.node
        parameters = node.child_by_field_id(self.fields.parameters)
        returns = node.child_by_field_id(self.fields.return_type)
        flags = GENERATOR if generator else 0
        if self.text.startswith("async", definition.inner_start):
            flags |= ASYNC
        if can_end(definition.body, self.data):
            flags |= FALLS_OFF_END
        listed = self.parameters(parameters) if parameters is not None else ()
        return listed, self.annotation(returns) if returns is not None else "", flags

    def parameters(self, node: Node) -> tuple[str, ...]:
        text = self.text_of(node)
        plain = _plain_parameters(text)
        if plain is not None:
            return plain
        return tuple(found for found in map(self.parameter, node.named_children) if found)

    def parameter(self, node: Node) -> str:
        match node.type:
            case "identifier" | "list_splat_pattern" | "dictionary_splat_pattern":
                return self.text_of(node)
            case "positional_separator":
                return "/"
            case "keyword_separator":
                return "*"
            case "default_parameter":
                name = node.child_by_field_id(self.fields.name)
                return f"{self.text_of(name)}=" if name is not None else ""
            case "typed_parameter":
                annotation = node.child_by_field_id(self.fields.type)
                name = node.named_child(0)
                return f"{self.text_of(name)}: {self.annotation(annotation)}" if annotation is not None else ""
            case "typed_default_parameter":
                name, annotation = node.child_by_field_id(self.fields.name), node.child_by_field_id(self.fields.type)
                if name is None or annotation is None:
                    return ""
                return f"{self.text_of(name)}: {self.annotation(annotation)}="
            case _:
                return ""

    def annotation(self, node: Node) -> str:
        return _SPACE.sub(" ", self.text_of(node))[:ANNOTATION_CHARS_MAX]

    # ---- fields, module variables, exports -------------------------------------------------------------------------

    def bindings(self, definitions: list[Definition]) -> tuple[tuple[str, ...] | None, list[Binding]]:
        """`__all__`, and what is assigned at module level, in class bodies and on `self`, where it is first."""
        exports: list[str] | None = None
        found: dict[tuple[int, str], Binding] = {}
        for node in self.nodes("assignment"):
            left = node.child_by_field_id(self.fields.left)
            if left is None:
                continue
            owner = self.scope(node.start_byte)
            kind = left.type
            plain = kind == "identifier"
            in_function = owner >= 0 and definitions[owner].kind != "class"
            if plain and in_function:
                self.local(owner, left, node)
                continue
            targets = left.named_children if kind in ("pattern_list", "tuple_pattern") else [left]
            for target in targets:
                parent, name = owner, target
                kind = target.type
                if kind == "attribute":
                    parent = self.class_of_self(target, owner, definitions)
                    attribute = target.child_by_field_id(self.fields.attribute)
                    if parent < 0 or attribute is None:
                        continue
                    name = attribute
                elif in_function or kind != "identifier":
                    continue
                text = self.text_of(name)
                known = found.get((parent, text))
                if known is None:
                    known = found[parent, text] = Binding(parent, text, node, name)
                if target is left and not (known.annotation or known.value):
                    value, known.annotation, known.flags = self.value(node)
                    known.value = "" if value == OPAQUE else value
            if plain and owner < 0 and self.text_of(left) == "__all__":
                exports = [*(exports or ()), *self.strings(node)]
        for node in self.nodes("augmented"):
            left = node.child_by_field_id(self.fields.left)
            if left is not None and self.scope(node.start_byte) < 0 and self.text_of(left) == "__all__":
                exports = [*(exports or ()), *self.strings(node)]
        return None if exports is None else tuple(exports), list(found.values())

    def local(self, owner: int, name: Node, node: Node) -> None:
        """Keeps what an assignment tells about a local variable."""
        value, annotation, flags = self.value(node)
        if value or annotation:
            self.locals.setdefault((owner, self.text_of(name)), []).append((value, annotation, flags))

    def kept_locals(self, places: dict[int, int]) -> Iterator[Local]:
        """The local variables about which at least one assignment tells something."""
        for (owner, name), many in self.locals.items():
            if any(annotation or value != OPAQUE for value, annotation, _ in many):
                for value, annotation, flags in many:
                    yield Local(places[owner], name, value, annotation, flags)

    def class_of_self(self, target: Node, owner: int, definitions: list[Definition]) -> int:
        """The class whose instance `self` is, for an assignment to `self.x` inside a method; -1 where it is none."""
        if owner < 0 or not self.text.startswith(("self", "cls"), target.start_byte):
            return -1
        receiver = target.child_by_field_id(self.fields.object)
        if receiver is None or self.text_of(receiver) not in ("self", "cls"):
            return -1
        while owner >= 0 and definitions[owner].kind != "class":
            owner = definitions[owner].parent
        return owner

    def value(self, node: Node) -> tuple[str, str, int]:
        """What an assignment gives: a dotted name, `OPAQUE`, or nothing for None; an annotation; and flags."""
        declared = node.child_by_field_id(self.fields.type)
        annotation = self.annotation(declared) if declared is not None else ""
        right = node.child_by_field_id(self.fields.right)
        while right is not None and right.type == "assignment":
            right = right.child_by_field_id(self.fields.right)
        if right is None or right.type == "none":
            return "", annotation, 0
        if right.type == "call":
            name = self.dotted(right.child_by_field_id(self.fields.function))
            return name, annotation, CALLS_VALUE if name != OPAQUE else 0
        return self.dotted(right) if right.type in ("identifier", "attribute") else OPAQUE, annotation, 0

    def strings(self, node: Node) -> Iterator[str]:
        """The plain strings that are written anywhere in an assignment's value."""
        right = node.child_by_field_id(self.fields.right)
        for match in _STRING.finditer(self.text_of(right)) if right is not None else ():
            yield match[1]

    def put_symbols(
        self, definitions: list[Definition], bindings: list[Binding], generators: set[int]
    ) -> dict[int, int]:
        """Makes the symbols in the order of the source; says which index each definition got."""
        order: list[tuple[int, int, int]] = [(it.start, 0, index) for index, it in enumerate(definitions)]
        order += [(it.start, 1, index) for index, it in enumerate(bindings)]
        order.sort()
        places = {index: place for place, (_, which, index) in enumerate(order) if which == 0}
        places[MODULE] = MODULE
        for _, which, index in order:
            if which == 0:
                self.symbols.append(self.symbol(definitions[index], places, index in generators))
            else:
                bound = bindings[index]
                above = bound.parent >= 0
                self.symbols.append(
                    Symbol(
                        "field" if above else "variable",
                        bound.name,
                        f"{definitions[bound.parent].qualname}.{bound.name}" if above else bound.name,
                        bound.start,
                        bound.end,
                        bound.name_start,
                        bound.name_end,
                        places[bound.parent],
                        "",
                        annotation=bound.annotation,
                        flags=bound.flags,
                        value=bound.value,
                    )
                )
        return places

    def symbol(self, it: Definition, places: dict[int, int], generator: bool) -> Symbol:
        bases: tuple[str, ...] = ()
        parameters: tuple[str, ...] = ()
        annotation, flags = "", 0
        if it.kind == "class":
            bases = tuple(self.bases(it.node))
        else:
            parameters, annotation, flags = self.header(it, generator)
        return Symbol(
            it.kind,
            it.name,
            it.qualname,
            it.start,
            it.end,
            it.name_start,
            it.name_end,
            places[it.parent],
            span_digest(self.data, it.start, it.end),
            it.decorators,
            bases,
            parameters,
            annotation,
            flags,
        )

    # ---- uses ------------------------------------------------------------------------------------------------------

    def imports(self) -> Iterator[Import]:
        for node in self.nodes("import"):
            scope = self.scope(node.start_byte)
            for child in node.children_by_field_name("name"):
                name, alias = self.aliased(child)
                yield Import(scope, name, "", alias or name.partition(".")[0], child.start_byte, child.end_byte)
        for node in self.nodes("import_from"):
            source = node.child_by_field_id(self.fields.module_name)
            if source is None:
                continue
            scope = self.scope(node.start_byte)
            module = _SPACE.sub("", self.text_of(source))
            for child in node.children_by_field_name("name"):
                name, alias = self.aliased(child)
                yield Import(scope, module, name, alias or name, child.start_byte, child.end_byte)
            last = node.named_child(node.named_child_count - 1)
            if last is not None and last.type == "wildcard_import":
                yield Import(scope, module, "*", "*", last.start_byte, last.end_byte)

    def aliased(self, node: Node) -> tuple[str, str]:
        """(name, alias) of one part of an import; the alias is empty where there is none."""
        if node.type != "aliased_import":
            return _SPACE.sub("", self.text_of(node)), ""
        name, alias = node.child_by_field_id(self.fields.name), node.child_by_field_id(self.fields.alias)
        return (
            _SPACE.sub("", self.text_of(name)) if name is not None else "",
            self.text_of(alias) if alias is not None else "",
        )

    def calls(self) -> Iterator[Call]:
        # The busiest loop of a cold start: nothing is called for the plain cases.
        text, ascii_only, bounds, owners, receivers = self.text, self.ascii, self.bounds, self.owners, self.receivers
        for node in self.nodes("call"):
            start, end = node.start_byte, node.end_byte
            # A chain of n calls has n functions, each with all the calls before it in its text.
            whole = end - start <= NAME_BYTES_MAX
            written = text[start if whole else end - NAME_BYTES_MAX : end]
            if not (ascii_only or written.isascii()):
                written = self.data[end - len(written) : end].decode("utf-8", "replace")
            before, dot, name = written.rpartition(".")
            if dot:
                if not name.isidentifier():
                    name = name.strip()
                known = receivers.get(before)
                if known is None:
                    known = receivers[before] = dotted_name(before) if whole else OPAQUE
                before = known
            size = len(name) if ascii_only else len(name.encode())
            yield Call(owners[bisect_right(bounds, start) - 1], before, name, end - size, end)

    def dotted(self, node: Node | None) -> str:
        """A dotted name as written, without its arguments; `OPAQUE` for anything else."""
        if node is None or node.end_byte - node.start_byte > NAME_BYTES_MAX:
            return OPAQUE
        written = self.text_of(node)
        return written if written.isidentifier() else dotted_name(written)

    def raises(self) -> Iterator[Raise]:
        nodes = self.nodes("raise")
        if not nodes:
            return
        all_tries = self.tries()
        for node in nodes:
            start, end = node.start_byte, node.end_byte
            scope = self.scope(start)
            tries = all_tries.get(scope, [])
            around = [it for it in tries if it.body_start <= start < it.body_end]
            caught = tuple(dict.fromkeys(kind for it in reversed(around) for kind in it.caught))
            value = node.named_child(0) if node.named_child_count else None
            if value is not None and value.type == "call":
                value = value.child_by_field_id(self.fields.function)
            kind = "" if value is None else self.dotted(value)
            # `raise` and `raise error` inside a handler raise what the handler caught.
            handlers = [it for it in tries if it.handles(start)]
            again = handlers[-1].types_at(start, kind) if handlers else ()
            for each in again or (kind,):
                yield Raise(scope, each, start, end, caught)

    def tries(self) -> dict[int, list[Try]]:
        """The `try` statements of each scope, outer ones before those inside them."""
        found: dict[int, list[Try]] = {}
        for node in self.nodes("try"):
            body = node.child_by_field_id(self.fields.body)
            known = found.setdefault(self.scope(node.start_byte), [])
            if body is not None and len(known) < TRIES_MAX:
                handlers = [self.handler(child) for child in node.named_children if child.type.startswith("except")]
                known.append(Try(body.start_byte, body.end_byte, handlers))
        return found

    def handler(self, node: Node) -> Handler:
        value, alias = node.child_by_field_id(self.fields.value), ""
        if value is not None and value.type == "as_pattern":
            target = value.child_by_field_id(self.fields.alias)
            alias = self.text_of(target) if target is not None else ""
            value = value.named_child(0)
        if value is None:
            types: tuple[str, ...] = ("BaseException",)
        elif value.type == "tuple":
            types = tuple(self.dotted(child) for child in value.named_children if child.type != "comment")
        else:
            types = (self.dotted(value),)
        return Handler(node.start_byte, node.end_byte, types, alias)

    def returns(self) -> Iterator[Return]:
        for node in self.nodes("return"):
            start, end = node.start_byte, node.end_byte
            scope = self.scope(start)
            value = node.named_child(0) if node.named_child_count else None
            if value is None:
                yield Return(scope, "", start, end)
                continue
            for each in branches(value):
                yield Return(scope, self.returned(each), start, end)

    def returned(self, node: Node) -> str:
        if node.type == "none":
            return "None"
        if node.type != "call":
            return OPAQUE
        name = self.dotted(node.child_by_field_id(self.fields.function))
        return OPAQUE if name == OPAQUE else f"{name}()"


@lru_cache(NAMES_KEPT_MAX)
def _plain_parameters(text: str) -> tuple[str, ...] | None:
    """A parameter list that is nothing but names and stars; None for any other. Most lists are like many others."""
    return tuple(text[1:-1].replace(",", " ").split()) if _PLAIN_PARAMETERS.fullmatch(text) else None


@cache
def _query(grammar: Grammar) -> Query:
    return grammar.query(files("analyzers.languages.python").joinpath("facts.scm").read_text("utf-8"))
