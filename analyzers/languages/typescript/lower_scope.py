"""What lowering carries along: the functions and classes found so far, and what each name means where it is written.

Owns the rules by which names are bound (`var` in functions, `let`, `const` and `class` in blocks, functions before the
rest of their block). A name that is bound anew in an inner block of the same function gets another name, since what
runs knows one scope a function. It knows nothing of other files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from analyzers import ir
from analyzers.languages.typescript.pieces import member_name

SyntaxNode = Any
"""A node of the parser's tree; its type belongs to `syntax`, the only module that may import the parser."""

DEPTH_MAX = 120
"""Nesting of expressions beyond which an expression is unknown; real code stays below thirty."""

TRIVIA = frozenset({"comment", "html_comment"})

FUNCTIONS = frozenset({
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition", "function",
})  # fmt: skip
"""Nodes that begin a function of their own."""

CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})


class Scope:
    """Names seen in one function or at a module's top level while it is lowered."""

    __slots__ = (
        "arguments", "arrow", "blocks", "bound", "captured", "generator", "globals", "index", "nonlocals", "taken",
        "used",
    )  # fmt: skip

    def __init__(self, index: int, arrow: bool) -> None:
        self.index = index
        """Index of the function, -1 for a module."""
        self.arrow = arrow
        self.blocks: list[dict[str, str]] = [{}]
        """What the blocks that are open bind: the name as it is written, and the name that it has when it runs."""
        self.taken: dict[str, int] = {}
        self.bound: set[str] = set()
        self.used: set[str] = set()
        self.captured: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.generator = False
        self.arguments = False
        """Whether it reads `arguments`."""

    def declare(self, name: str, block: int = -1) -> str:
        """Binds a name in an open block, by default the innermost one; the name that it has when it runs."""
        table = self.blocks[block]
        if name not in table:
            times = self.taken.get(name, 0)
            self.taken[name] = times + 1
            table[name] = name if times == 0 else f"{name}~{times + 1}"
            self.bound.add(table[name])
        return table[name]

    def find(self, name: str) -> str | None:
        """The name that a name has when it runs, where an open block of this function binds it."""
        for table in reversed(self.blocks):
            if name in table:
                return table[name]
        return None


Handler = Callable[["Lowering", SyntaxNode], Any]

EXPRESSIONS: dict[str, Handler] = {}
"""By node type, what lowers an expression."""

STATEMENTS: dict[str, Handler] = {}
"""By node type, what lowers a statement; it gives any number of statements."""

TYPES: dict[str, Handler] = {}
"""By node type, what lowers a declared type to an expression."""


def lowers(table: dict[str, Handler], *types: str) -> Callable[[Handler], Handler]:
    """Enters a function in a table for some node types."""

    def enter(handler: Handler) -> Handler:
        for each in types:
            table[each] = handler
        return handler

    return enter


class Lowering:
    """One file's lowering; used once."""

    def __init__(self) -> None:
        self.functions: list[ir.Function | None] = []
        self.classes: list[ir.Class | None] = []
        self.scopes: list[Scope] = [Scope(-1, arrow=False)]
        self.qualname = ""
        """Of what is being lowered."""
        self.holders: list[tuple[int, str]] = []
        """Index and qualified name of the classes around it."""
        self.exports: dict[str, str] = {}
        self.aliases: dict[str, ir.Expr] = {}
        self.pending_decorators: list[SyntaxNode] = []
        """Decorators that stand before the `export` of a class."""
        self.depth = 0
        self.ambient = False
        """Whether declarations without bodies are all there is: a declaration file or `declare …`."""

    @property
    def scope(self) -> Scope:
        return self.scopes[-1]

    # Names.

    def read(self, name: str) -> str:
        """A name is read here; the name that it has when it runs."""
        for scope in reversed(self.scopes):
            found = scope.find(name)
            if found is not None:
                self.scope.used.add(found)
                return found
        self.scope.used.add(name)
        return name

    def write(self, name: str) -> str:
        """A name is assigned here; the name that it has when it runs. Nobody's belongs to the module."""
        current = self.scope
        found = current.find(name)
        if found is not None:
            return found
        for scope in reversed(self.scopes[:-1]):
            found = scope.find(name)
            if found is None:
                continue
            if scope.index < 0:
                current.globals.add(found)
            else:
                current.nonlocals.add(found)
                current.used.add(found)
            return found
        self.scopes[0].declare(name, 0)
        if current.index >= 0:
            current.globals.add(name)
        return name

    def known(self, name: str) -> bool:
        """Whether anything in this file binds the name here."""
        return any(scope.find(name) is not None for scope in self.scopes)

    def nested(self, name: str) -> str:
        """The qualified name of something called `name` inside what is being lowered."""
        if name.startswith("["):
            name = member_name(name)
        return f"{self.qualname}.{name}" if self.qualname else name

    def class_name(self) -> str:
        """The qualified name of the class around what is being lowered; empty where there is none."""
        return self.holders[-1][1] if self.holders else ""

    # Dispatch.

    def expr(self, node: SyntaxNode | None) -> ir.Expr:
        return ir.Unknown(0, 0) if node is None else self._lowered(EXPRESSIONS, node)

    def optional(self, node: SyntaxNode | None) -> ir.Expr | None:
        return None if node is None else self.expr(node)

    def type(self, node: SyntaxNode | None) -> ir.Expr | None:
        """A declared type; None where there is none, something unknown where it says nothing."""
        return None if node is None else self._lowered(TYPES, node)

    def _lowered(self, table: dict[str, Handler], node: SyntaxNode) -> ir.Expr:
        handler = table.get(node.type)
        if handler is None or self.depth > DEPTH_MAX:
            return ir.Unknown(node.start_byte, node.end_byte)
        self.depth += 1
        try:
            found: ir.Expr = handler(self, node)
            return found
        finally:
            self.depth -= 1

    def statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        handler = STATEMENTS.get(node.type)
        if handler is not None:
            yield from handler(self, node)
        elif node.type == "ERROR":
            for child in node.named_children:
                if child.type in STATEMENTS:
                    yield from self.statement(child)
        elif node.type in EXPRESSIONS:
            yield ir.ExprStmt(node.start_byte, node.end_byte, self.expr(node))

    def block(self, nodes: list[SyntaxNode], opened: bool = False) -> tuple[ir.Stmt, ...]:
        """Statements that share a block; `opened` where their block is open already."""
        if not opened:
            self.scope.blocks.append({})
        declare_all(self, nodes)
        hoisted = [n for n in nodes if declared_function(n) is not None]
        rest = [n for n in nodes if declared_function(n) is None]
        found = tuple(stmt for node in (*hoisted, *rest) for stmt in self.statement(node))
        if not opened:
            self.scope.blocks.pop()
        return found

    def body(self, node: SyntaxNode | None) -> tuple[ir.Stmt, ...]:
        """The statements of a block, or the one statement that stands in its place."""
        if node is None:
            return ()
        if node.type in {"statement_block", "class_static_block"}:
            return self.block(children(node))
        return self.block([node])


def text(node: SyntaxNode | None) -> str:
    """The source of a node."""
    data: bytes = (node.text or b"") if node is not None else b""
    return data.decode("utf-8", "replace")


def children(node: SyntaxNode | None) -> list[SyntaxNode]:
    """The named children of a node without comments."""
    return [c for c in node.named_children if c.type not in TRIVIA] if node is not None else []


def field(node: SyntaxNode, name: str) -> SyntaxNode | None:
    return node.child_by_field_name(name)


def has(node: SyntaxNode, word: str) -> bool:
    """Whether a keyword or sign stands directly in a node."""
    return any(c.type == word for c in node.children)


def declared_function(node: SyntaxNode) -> SyntaxNode | None:
    """The function that a statement declares, exported or not; None for any other statement."""
    if node.type == "export_statement":
        node = field(node, "declaration") or node
    return node if node.type in {"function_declaration", "generator_function_declaration"} else None


def declare_all(low: Lowering, nodes: list[SyntaxNode]) -> None:
    """Binds what the statements of a block declare, before any of them is lowered."""
    for node in nodes:
        if node.type == "export_statement":
            node = field(node, "declaration") or node
        if node.type == "ambient_declaration":
            declare_all(low, children(node))
        elif node.type == "lexical_declaration":
            for name in declared_names(node):
                low.scope.declare(name)
        elif node.type in _NAMED:
            low.scope.declare(text(field(node, "name")))
        elif node.type == "expression_statement" and node.named_children[:1]:
            inner = node.named_children[0]
            if inner.type == "internal_module" and field(inner, "name") is not None:
                low.scope.declare(text(field(inner, "name")).split(".")[0])
        elif node.type == "internal_module":
            low.scope.declare(text(field(node, "name")).split(".")[0])
        elif node.type == "import_statement":
            for name in imported_names(node):
                low.scope.declare(name)


_NAMED = frozenset({
    "function_declaration", "generator_function_declaration", "class_declaration", "abstract_class_declaration",
    "enum_declaration", "interface_declaration",
})  # fmt: skip


def hoist(low: Lowering, node: SyntaxNode | None) -> None:
    """Binds the `var`s of a function's body, however deep in its blocks."""
    stack = [node] if node is not None else []
    while stack:
        current = stack.pop()
        if current.type == "variable_declaration" or (
            current.type == "for_in_statement" and text(field(current, "kind")) == "var"
        ):
            for name in declared_names(current):
                low.scope.declare(name, 0)
        for child in current.named_children:
            if child.type not in FUNCTIONS and child.type not in CLASSES and child.type not in _NO_VARS:
                stack.append(child)


_NO_VARS = frozenset({
    "string", "template_string", "identifier", "comment", "arguments", "call_expression", "member_expression",
    "binary_expression", "object", "array", "interface_declaration", "type_alias_declaration", "import_statement",
    "type_annotation", "internal_module",
})  # fmt: skip


def declared_names(node: SyntaxNode) -> Iterator[str]:
    """The names that a declaration, or the head of a loop, binds."""
    if node.type == "for_in_statement":
        yield from names_in(field(node, "left"))
    for child in node.named_children:
        if child.type == "variable_declarator":
            yield from names_in(field(child, "name"))


def names_in(pattern: SyntaxNode | None) -> Iterator[str]:
    """The names that a pattern binds."""
    if pattern is None:
        return
    if pattern.type in {"identifier", "shorthand_property_identifier_pattern"}:
        yield text(pattern)
    elif pattern.type == "pair_pattern":
        yield from names_in(field(pattern, "value"))
    elif pattern.type in {"assignment_pattern", "object_assignment_pattern"}:
        yield from names_in(field(pattern, "left"))
    elif pattern.type in {"object_pattern", "array_pattern", "rest_pattern"}:
        for child in pattern.named_children:
            yield from names_in(child)


def imported_names(node: SyntaxNode) -> Iterator[str]:
    for child in node.named_children:
        if child.type == "import_require_clause":
            yield from (text(c) for c in child.named_children if c.type == "identifier")
        if child.type != "import_clause":
            continue
        for part in child.named_children:
            if part.type == "identifier":
                yield text(part)
            elif part.type == "namespace_import":
                yield from (text(c) for c in part.named_children if c.type == "identifier")
            elif part.type == "named_imports":
                for spec in part.named_children:
                    if spec.type == "import_specifier":
                        yield text(field(spec, "alias") or field(spec, "name"))
