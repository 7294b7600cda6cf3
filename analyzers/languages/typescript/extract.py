"""A JavaScript or TypeScript blob's facts: one query, then one pass over what it captured.

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
    CALLS_VALUE,
    FALLS_OFF_END,
    GENERATOR,
    MODULE,
    OPAQUE,
    FileFacts,
    Import,
    Local,
    Return,
    Symbol,
)
from analyzers.languages.typescript import statements
from analyzers.languages.typescript.define import Definitions
from analyzers.languages.typescript.flow import can_end
from analyzers.languages.typescript.pieces import (
    NAME_BYTES_MAX,
    Binding,
    Definition,
    dotted_name,
    plain_string,
    scopes,
)
from analyzers.languages.typescript.statements import DEFAULT, Imported
from analyzers.languages.typescript.text import Text
from analyzers.languages.typescript.uses import Uses, returns
from analyzers.languages.typescript.words import NOTHING
from analyzers.syntax import Grammar, Node, Query, Syntax
from analyzers.text import line_starts, span_digest

SOURCE_BYTES_MAX = 16 << 20
"""A longer file is read up to `PREFIX_BYTES` only."""
PREFIX_BYTES = 256 << 10
"""What is read of a file that costs too much to parse whole."""
MADE_BYTES_MIN = 16 << 10
MADE_LINE_BYTES_MIN = 500
"""A file with lines this long on average was made by a program: minified or bundled."""
ANNOTATION_CHARS_MAX = 200
PATTERN_CHARS_MAX = 60
"""A destructured parameter that is longer is cut."""

_SPACE = re.compile(r"\s+")
_PLAIN_PARAMETERS = re.compile(r"\((?:\s*[\w$]+\s*,)*\s*(?:[\w$]+\s*,?\s*)?\)")
_REQUIRE = re.compile(
    r"""(?:await\s+)?(?:require|import)\(\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`$\n]*)`)\s*\)((?:\.[\w$]+)*)$"""
)
_LAZY = re.compile(r"""[\w$.]*\(\s*\(\)\s*=>\s*import\(\s*['"]([^'"]+)['"]\s*\)\s*\)""")
_CHAINED = re.compile(r"(?:[\w$.]+\s*=(?![=>])\s*)+")
_EXPORTS = re.compile(r"(?:module\.)?exports\.[\w$]+$")
_OBJECT_BYTES_MAX = 20_000
"""A longer object is data."""
_MEMBER = re.compile(r"(?:(?<=,)|(?<=^ ))\s*(?P<name>[\w$]+)\s*(?::\s*(?P<source>[A-Za-z_$][\w$.]*)\s*)?(?=,|\s*$)")
_BRACKETS = re.compile(r"([{}\[\]()])")
_LITERALS = frozenset({"true", "false", "this", "String()", "Array()", "NaN", "Infinity"})

Bound = dict[tuple[int, str], Binding]
"""(index of what holds it, name) → a variable or a field."""

QUERIES = {
    "typescript": ("facts.scm", "typescript.scm"),
    "tsx": ("facts.scm", "typescript.scm", "tsx.scm"),
    "javascript": ("facts.scm", "javascript.scm"),
}
"""Dialect → the queries that fit its grammar."""


def facts(dialect: str, grammar: Grammar, raw: bytes) -> FileFacts:
    """The facts of a blob."""
    data, note = syntax.decode(raw)
    notes = [note] if note else []
    if _is_made(data):
        return FileFacts(dialect, line_starts=line_starts(data), notes=("looks minified or bundled: not read",))
    parsed = syntax.parse(grammar, data) if len(data) <= SOURCE_BYTES_MAX else None
    if parsed is None:
        cut = data.rfind(b"\n", 0, PREFIX_BYTES) + 1 or PREFIX_BYTES
        lines = data.count(b"\n", 0, cut)
        notes.append(f"too costly to read whole: read up to line {lines}" if lines else "too costly to read")
        parsed = syntax.parse(grammar, data[:cut])
    if parsed is None:
        return FileFacts(dialect, line_starts=line_starts(data), notes=tuple(notes))
    return _Reading(dialect, grammar, parsed, data, notes).facts()


def facts_of_syntax(dialect: str, grammar: Grammar, parsed: Syntax) -> FileFacts:
    """The facts of a text whose tree is known."""
    return _Reading(dialect, grammar, parsed, parsed.data, []).facts()


def _is_made(data: bytes) -> bool:
    """Whether a file was minified or bundled."""
    return len(data) > MADE_BYTES_MIN and len(data) > MADE_LINE_BYTES_MIN * (1 + data.count(b"\n"))


class _Reading:
    """One file while it is read. Lives only inside the two functions above."""

    __slots__ = (
        "bounds",
        "definitions",
        "dialect",
        "exports",
        "found",
        "full_data",
        "imports",
        "locals",
        "notes",
        "owners",
        "places",
        "symbols",
        "text",
    )

    def __init__(self, dialect: str, grammar: Grammar, parsed: Syntax, full_data: bytes, notes: list[str]) -> None:
        self.dialect, self.full_data, self.notes = dialect, full_data, notes
        self.text = Text(parsed.data, _query(dialect, grammar).captures(parsed.root), notes)
        self.imports: list[tuple[int, Imported, int]] = []
        """(definition, what is imported, the offset from which its own offsets count)."""
        self.exports: list[str] = []
        self.symbols: list[Symbol] = []
        self.locals: dict[tuple[int, str], list[tuple[str, str, int]]] = {}
        self.places: dict[int, int] = {MODULE: MODULE}
        error = syntax.first_error(parsed)
        if error >= 0:
            line = parsed.data.count(b"\n", 0, error) + 1
            notes.append(f"syntax error near line {line}")

    def facts(self) -> FileFacts:
        self.found = Definitions(self.text)
        self.definitions = self.found.all
        self.bounds, self.owners = scopes(self.definitions, "runs")
        self.es_modules()
        bindings = self.bindings()
        returned = list(returns(self.found))
        generators = {self.found.own(node.start_byte) for node in self.text.nodes("yield")}
        self.put_symbols(bindings, generators)
        self.owners = [self.places[owner] for owner in self.owners]
        uses = Uses(self.text, self.bounds, self.owners)
        calls = [*uses.calls(), *uses.made_and_rendered()]
        calls.sort(key=attrgetter("start"))
        return FileFacts(
            self.dialect,
            symbols=tuple(self.symbols),
            imports=tuple(self.kept_imports()),
            calls=tuple(calls),
            raises=tuple(uses.raises()),
            returns=tuple(Return(self.places[at], value, start, end) for at, value, start, end in returned),
            exports=tuple(dict.fromkeys(self.exports)) if self.exports else None,
            line_starts=line_starts(self.full_data),
            notes=tuple(self.notes),
            locals=tuple(self.kept_locals()),
        )

    def scope(self, offset: int) -> int:
        """In whose name code at an offset runs."""
        return self.owners[bisect_right(self.bounds, offset) - 1]

    # ---- imports and exports ---------------------------------------------------------------------------------------

    def es_modules(self) -> None:
        text = self.text
        for node in text.nodes("import"):
            start = node.start_byte
            self.imports += [(MODULE, each, start) for each in statements.imported(text.latin[start : node.end_byte])]
        for node in text.nodes("export"):
            start = node.start_byte
            passed, names = statements.exported(text.latin[start : node.end_byte])
            self.imports += [(MODULE, each, start) for each in passed]
            self.exports += names
        self.imports += [(MODULE, Imported("", name, DEFAULT, 0, 0), 0) for name in self.found.passed]
        for each in self.definitions:
            if each.parent < 0 and each.used and self.found.is_default(each):
                if each.name != DEFAULT:
                    span = (each.name_start, each.name_end)
                    self.imports.append((MODULE, Imported("", each.name, DEFAULT, *span), 0))
                self.exports.append(DEFAULT)
        for node, _, first, _ in text.steps("titled", "function", "first", "arguments"):
            if text.latin.startswith(("require(", "import("), node.start_byte):
                module = plain_string(text.of(first))
                span = (first.start_byte, first.end_byte)
                self.imports.append((self.scope(span[0]), Imported(module, "", "", *span), 0))

    def kept_imports(self) -> Iterator[Import]:
        said = {each.module for _, each, _ in self.imports if each.alias}
        for at, each, start in self.imports:
            if each.alias or each.name or each.module not in said:
                yield Import(self.places[at], each.module, each.name, each.alias, start + each.start, start + each.end)

    def required(self, owner: int, name: Node, value: str) -> bool:
        """Takes `const x = require("m")` and its like for the import that it is; False where it is none."""
        match = _REQUIRE.match(value)
        if match is None:
            if lazy := _LAZY.match(value):
                span = (name.start_byte, name.end_byte)
                self.imports.append((owner, Imported(lazy[1], DEFAULT, self.text.of(name), *span), 0))
            return lazy is not None
        module, steps = match[1] or match[2] or match[3] or "", match[4].split(".")[1:]
        written = self.text.of(name)
        if written.startswith("{"):
            found = list(statements.destructured(written))
            start = name.start_byte
            self.imports += [(owner, Imported(module, each, alias, at, end), start) for each, alias, at, end in found]
            return bool(found)
        if len(steps) > 1 or written[:1] == "[":
            return False
        brought = steps[0] if steps else ""
        alias = written.rpartition(".")[2]
        span = (name.start_byte, name.end_byte)
        self.imports.append((owner, Imported(module, brought, alias, *span), 0))
        if not brought:  # What a module exports as a whole may be called by this name.
            self.imports.append((owner, Imported(module, DEFAULT, "", *span), 0))
        return True

    # ---- fields, variables, locals ---------------------------------------------------------------------------------

    def bindings(self) -> list[Binding]:
        """What is declared at module level, in classes and on `this`, where it is first. Notes local variables."""
        found: dict[tuple[int, str], Binding] = {}
        named = {each.name_start for each in self.definitions if each.used}
        for node, name, value in self.found.declared:
            if name.start_byte not in named:
                self.declared(node, name, value, found)
            else:
                self.chained(self.text.of(name), value)
        for node, name in self.text.steps("declared", "name"):
            self.bind(found, self.scope(node.start_byte), self.text.of(name), node, name, node)
        for node, name, value in self.found.assigned:
            self.assigned(node, name, value, found)
        for node, name in self.text.steps("field", "name"):
            at = self.found.holder_at(node.start_byte)
            if at >= 0 and name.start_byte not in named and self.definitions[at].used:
                self.bind(found, at, self.text.of(name).strip("'\""), node, name, node)
        self.exported_objects(found)
        return list(found.values())

    def declared(self, node: Node, name: Node, value: Node, found: Bound) -> None:
        owner = self.scope(node.start_byte)
        written = self.text.of(name)
        start, end = value.start_byte, value.end_byte
        right = self.text.latin[start:end] if end - start <= 2 * NAME_BYTES_MAX else ""
        if ("require" in right or "import(" in right) and self.required(owner, name, right):
            return
        if written[:1] == "{":
            source = self.text.dotted(value)
            for each, alias, at, until in statements.destructured(written) if source != OPAQUE else ():
                span = (name.start_byte + at, name.start_byte + until)
                if owner >= 0 and self.definitions[owner].kind != "namespace":
                    self.locals.setdefault((owner, alias), []).append((f"{source}.{each}", "", 0))
                else:
                    bound = Binding(owner, alias, span, span)
                    bound.value = f"{source}.{each}"
                    found.setdefault((owner, alias), bound)
        elif written[:1] != "[":
            self.chained(written, value)
            self.bind(found, owner, written, node, name, node, value)

    def chained(self, written: str, value: Node) -> None:
        """`const app = exports = module.exports = {}` makes `app` the default export."""
        match = _CHAINED.match(self.text.latin, value.start_byte, value.end_byte)
        if match and "exports" in match[0] and value.type == "assignment_expression":
            self.imports.append((MODULE, Imported("", written, DEFAULT, match.start(), match.end()), 0))
            self.exports.append(DEFAULT)

    def assigned(self, node: Node, name: Node, value: Node, found: Bound) -> None:
        target = "".join(self.text.of(name).split())
        owner = self.scope(node.start_byte)
        if target in ("module.exports", "exports") or _EXPORTS.match(target):
            alias = DEFAULT if target in ("module.exports", "exports") else target.rpartition(".")[2]
            self.exports.append(alias)
            self.exported_value(alias, node, name, value, found)
        elif target.startswith("this.") and "." not in target[5:]:
            at = self.found.holder_at(node.start_byte, through=True)
            if at >= 0 and self.definitions[at].used and (self.definitions[at].kind == "class" or self.makes(at)):
                last = name.end_byte - len(target[5:].encode())
                self.bind(found, at, target[5:], node, name, node, value, (last, name.end_byte))
        elif target.isidentifier() and owner >= 0:
            said, flags = self.value(value)
            if said:
                self.locals.setdefault((owner, target), []).append((said, "", flags))

    def makes(self, at: int) -> bool:
        """Whether a function is written to make objects: it has methods, or a name like a class's."""
        each = self.definitions[at]
        return each.kind == "function" and (each.wanted or each.name[:1].isupper())

    def exported_value(
        self, alias: str, node: Node, name: Node, value: Node, found: dict[tuple[int, str], Binding]
    ) -> None:
        span = (name.start_byte, name.end_byte)
        text = self.text.of(value) if value.end_byte - value.start_byte <= 2 * NAME_BYTES_MAX else ""
        last = _CHAINED.sub("", text) if "=" in text else text
        if match := _REQUIRE.match(last):
            steps = match[4].split(".")[1:]
            module = match[1] or match[2] or match[3] or ""
            self.imports.append((MODULE, Imported(module, steps[0] if steps else "", alias, *span), 0))
        elif last.isidentifier():
            if last != alias:
                self.imports.append((MODULE, Imported("", last, alias, *span), 0))
        elif last[:1] != "{":
            self.bind(found, MODULE, alias, node, name, node, value)

    def exported_objects(self, found: Bound) -> None:
        """`module.exports = { a, b: c }` and `export default { a }` export names; other objects only hold them."""
        for node in self.found.objects():
            start, end = node.body_start, node.body_end
            default = node.name == DEFAULT
            if end - start > _OBJECT_BYTES_MAX or not (node.used or default):
                continue
            at = self.definitions.index(node) if node.used else MODULE
            written = self.text.latin[start:end]
            for match in _MEMBER.finditer(_blanked(written)):
                name, source = match["name"], match["source"] or match["name"]
                span = (start + match.start("name"), start + match.end("name"))
                if default:
                    self.exports.append(name)
                    if name != source and source.isidentifier():
                        self.imports.append((MODULE, Imported("", source, name, *span), 0))
                if node.used and (at, name) not in found:
                    bound = found[at, name] = Binding(at, name, span, span)
                    bound.value = source

    def bind(
        self,
        found: Bound,
        owner: int,
        name: str,
        node: Node,
        name_node: Node,
        typed: Node,
        value: Node | None = None,
        name_span: tuple[int, int] | None = None,
    ) -> None:
        """Notes a variable, a field or, inside a function, what is known of a local variable."""
        declared = typed.child_by_field_name("type") if self.dialect != "javascript" else None
        annotation = self.annotation(declared) if declared is not None else ""
        if value is None:
            value = node.child_by_field_name("value")
        said, flags = self.value(value) if value is not None else ("", 0)
        if owner >= 0 and self.definitions[owner].kind in ("function", "method") and name_span is None:
            if said or annotation:
                self.locals.setdefault((owner, name), []).append((said, annotation, flags))
            return
        known = found.get((owner, name))
        if known is None:
            span = name_span or (name_node.start_byte, name_node.end_byte)
            known = found[owner, name] = Binding(owner, name, (node.start_byte, node.end_byte), span)
        if not (known.annotation or known.value):
            known.annotation, known.flags = annotation, flags
            known.value = "" if said == OPAQUE else said

    def value(self, node: Node) -> tuple[str, int]:
        """What an assignment gives: a dotted name, `OPAQUE`, or nothing for `undefined` and `null`; and flags."""
        start, end = node.start_byte, node.end_byte
        if end - start > NAME_BYTES_MAX:
            return self.long_value(node)
        written = self.text.span(start, end)
        if written in NOTHING:
            return "", 0
        if written[0] in "{[0123456789'\"`-" or "=>" in written:
            return OPAQUE, 0
        name = dotted_name(written)
        if name.endswith("()"):
            return name[:-2], CALLS_VALUE
        if written.startswith("new "):
            return name, CALLS_VALUE
        return (OPAQUE, 0) if name in _LITERALS else (name, 0)

    def long_value(self, node: Node) -> tuple[str, int]:
        inner: Node | None = node
        if node.type == "await_expression":
            inner = node.named_child(0)
        if inner is not None and inner.type in ("call_expression", "new_expression"):
            name = self.text.dotted(inner.child_by_field_name("function") or inner.child_by_field_name("constructor"))
            return (OPAQUE, 0) if name == OPAQUE else (name, CALLS_VALUE)
        return OPAQUE, 0

    def kept_locals(self) -> Iterator[Local]:
        """The local variables about which at least one assignment tells something, or that hide something else."""
        if not self.locals:
            return
        outer = {each.name for each in self.symbols if each.parent < 0} | {each.alias for _, each, _ in self.imports}
        for (owner, name), many in self.locals.items():
            if name in outer or any(annotation or value != OPAQUE for value, annotation, _ in many):
                for value, annotation, flags in many:
                    yield Local(self.places[owner], name, value, annotation, flags)

    def annotation(self, node: Node) -> str:
        return _SPACE.sub(" ", self.text.of(node)).removeprefix(":").strip()[:ANNOTATION_CHARS_MAX]

    # ---- symbols ---------------------------------------------------------------------------------------------------

    def put_symbols(self, bindings: list[Binding], generators: set[int]) -> None:
        """Makes the symbols in the order of the source, and notes which index each definition got."""
        order = [(it.start, -it.end, 0, index) for index, it in enumerate(self.definitions) if it.used]
        order += [(it.start, -it.end, 1, index) for index, it in enumerate(bindings)]
        order.sort()
        self.places.update({index: place for place, (_, _, which, index) in enumerate(order) if which == 0})
        for _, _, which, index in order:
            self.symbols.append(self.symbol(index, index in generators) if which == 0 else self.bound(bindings[index]))

    def bound(self, it: Binding) -> Symbol:
        above = it.parent >= 0
        return Symbol(
            "field" if above and self.definitions[it.parent].kind != "namespace" else "variable",
            it.name,
            f"{self.definitions[it.parent].qualname}.{it.name}" if above else it.name,
            it.start,
            it.end,
            it.name_start,
            it.name_end,
            self.places[it.parent],
            "",
            annotation=it.annotation,
            flags=it.flags,
            value=it.value,
        )

    def symbol(self, index: int, generator: bool) -> Symbol:
        it = self.definitions[index]
        parameters: tuple[str, ...] = ()
        annotation, flags, kind = "", it.flags, it.kind
        if kind == "object":
            kind = "field" if it.parent >= 0 and self.definitions[it.parent].kind != "namespace" else "variable"
        elif kind in ("function", "method"):
            parameters, annotation = self.header(it)
            if generator:
                flags |= GENERATOR
            if not it.is_signature and it.name != "constructor" and self.falls_off(it):
                flags |= FALLS_OFF_END
        return Symbol(
            kind,
            it.name,
            it.qualname,
            it.start,
            it.end,
            it.name_start,
            it.name_end,
            self.places.get(it.parent, MODULE),
            span_digest(self.text.data, it.start, it.end),
            it.decorators,
            it.bases,
            parameters,
            annotation,
            flags,
        )

    def falls_off(self, it: Definition) -> bool:
        if not self.text.latin.startswith("{", it.body_start):
            return False
        body = it.node.child_by_field_name("body")
        return body is not None and body.type == "statement_block" and can_end(body, self.text.data)

    def header(self, it: Definition) -> tuple[tuple[str, ...], str]:
        """A function's parameters and return annotation."""
        node = it.node
        listed = node.child_by_field_name("parameters")
        if listed is None:
            single = node.child_by_field_name("parameter")
            return ((self.text.of(single),) if single is not None else ()), ""
        written = self.text.of(listed)
        plain = _plain_parameters(written)
        if plain is None:
            plain = tuple(found for found in map(self.parameter, listed.named_children) if found)
        returns = node.child_by_field_name("return_type") if self.dialect != "javascript" else None
        return plain, self.annotation(returns) if returns is not None else ""

    def parameter(self, node: Node) -> str:
        match node.type:
            case "required_parameter" | "optional_parameter":
                pattern = node.child_by_field_name("pattern")
                declared = node.child_by_field_name("type")
                name = self.pattern(pattern) if pattern is not None else ""
                if not name or name == "this":
                    return ""
                annotation = f": {self.annotation(declared)}" if declared is not None else ""
                optional = node.type == "optional_parameter" or node.child_by_field_name("value") is not None
                return f"{name}{annotation}{'=' if optional else ''}"
            case "assignment_pattern":
                left = node.child_by_field_name("left")
                return f"{self.pattern(left)}=" if left is not None else ""
            case "comment" | "decorator":
                return ""
            case _:
                return self.pattern(node)

    def pattern(self, node: Node) -> str:
        written = _SPACE.sub(" ", self.text.of(node))
        return written if len(written) <= PATTERN_CHARS_MAX else f"{written[0]}…{written[-1]}"


@lru_cache(4_096)
def _plain_parameters(text: str) -> tuple[str, ...] | None:
    """A parameter list that is nothing but names; None for any other. Most lists are like many others."""
    return tuple(text[1:-1].replace(",", " ").split()) if _PLAIN_PARAMETERS.fullmatch(text) else None


def _blanked(written: str) -> str:
    """An object's text with blanks for what is nested in it, so that only its own members are left."""
    kept: list[str] = []
    depth = 0
    for part in _BRACKETS.split(written[1:-1]):
        if part in ("{", "[", "("):
            depth += 1
        elif part in ("}", "]", ")"):
            depth = max(0, depth - 1)
        kept.append(part if depth == 0 else " " * len(part))
    return " " + "".join(kept) + " "


@cache
def _query(dialect: str, grammar: Grammar) -> Query:
    folder = files("analyzers.languages.typescript")
    return grammar.query("\n".join(folder.joinpath(name).read_text("utf-8") for name in QUERIES[dialect]))
