"""Lowering: a Python syntax tree becomes what runs, an `ir.Unit`.

Owns the knowledge of the grammar's node types and of Python's scoping of names. It knows nothing of other files.
Trees with errors lower as far as they go: what cannot be read becomes `ir.Unknown` or an empty statement.

This file is long because every kind of node in the grammar has its case here, each a few lines.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from analyzers import ir
from analyzers.languages.python import documented

SyntaxNode = Any
"""A node of the parser's tree; its type belongs to `syntax`, the only module that may import the parser."""

DEPTH_MAX = 120
"""Nesting of expressions beyond which an expression is unknown; real code stays below twenty."""

CONST_CHARACTERS_MAX = 80
"""Longer string literals keep no value: they are texts, not names or keys."""


def lower(root: SyntaxNode) -> ir.Unit:
    """The unit of a module's tree."""
    return _Lowering().module(root)


class _Scope:
    """Names seen in one function, class or module body while it is lowered."""

    __slots__ = ("bound", "captured", "generator", "globals", "index", "kind", "nonlocals", "qualname", "used")

    def __init__(self, kind: str, index: int, qualname: str) -> None:
        self.kind = kind
        self.index = index
        self.qualname = qualname
        self.bound: set[str] = set()
        self.used: set[str] = set()
        self.captured: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.generator = False

    def locals(self) -> set[str]:
        return self.bound - self.globals - self.nonlocals


class _Lowering:
    """One file's lowering; used once, by `lower`."""

    def __init__(self) -> None:
        self.functions: list[ir.Function | None] = []
        self.classes: list[ir.Class | None] = []
        self.scopes: list[_Scope] = []
        self.depth = 0

    def module(self, root: SyntaxNode) -> ir.Unit:
        scope = _Scope("module", -1, "")
        self.scopes.append(scope)
        body = self.block(root)
        return ir.Unit(
            "python",
            tuple(f for f in self.functions if f is not None),
            tuple(c for c in self.classes if c is not None),
            body,
            frozenset(scope.bound),
        )

    # Statements.

    def block(self, node: SyntaxNode | None) -> tuple[ir.Stmt, ...]:
        if node is None:
            return ()
        return tuple(stmt for child in node.named_children for stmt in self.statement(child))

    def statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        handler = _STATEMENTS.get(node.type)
        if handler is not None:
            yield from handler(self, node)
        elif node.type == "ERROR":
            for child in node.named_children:
                if child.type in _STATEMENTS:
                    yield from self.statement(child)
        elif node.type in _EXPRESSIONS:
            yield ir.ExprStmt(node.start_byte, node.end_byte, self.expr(node))

    def expression_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        children = [c for c in node.named_children if c.type not in _TRIVIA]
        if len(children) == 1 and children[0].type == "assignment":
            yield self.assignment(children[0])
        elif len(children) == 1 and children[0].type == "augmented_assignment":
            child = children[0]
            value = self.expr(child.child_by_field_name("right"))
            operator = child.child_by_field_name("operator")
            target = self.target(child.child_by_field_name("left"))
            if isinstance(target, ir.Name):
                self.scopes[-1].used.add(target.id)
            yield ir.Augment(node.start_byte, node.end_byte, target, operator.type.removesuffix("="), value)
        else:
            for child in children:
                yield ir.ExprStmt(child.start_byte, child.end_byte, self.expr(child))

    def assignment(self, node: SyntaxNode) -> ir.Stmt:
        lefts = []
        annotation = None
        right: SyntaxNode | None = node
        while right is not None and right.type == "assignment":
            lefts.append(right.child_by_field_name("left"))
            annotated = right.child_by_field_name("type")
            annotation = annotation or annotated
            right = right.child_by_field_name("right")
        value = self.expr(right) if right is not None else None
        declared = self.expr(annotation) if annotation is not None else None
        targets = tuple(self.target(left) for left in lefts)
        return ir.Assign(node.start_byte, node.end_byte, targets, value, declared)

    def return_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        yield ir.Return(node.start_byte, node.end_byte, self.optional(_first(node)))

    def raise_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        cause = node.child_by_field_name("cause")
        value = next((c for c in node.named_children if c.type not in _TRIVIA and c != cause), None)
        yield ir.Raise(node.start_byte, node.end_byte, self.optional(value), self.optional(cause))

    def if_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        test = self.expr(node.child_by_field_name("condition"))
        body = self.block(node.child_by_field_name("consequence"))
        yield ir.If(node.start_byte, node.end_byte, test, body, self.alternatives(_alternatives(node)))

    def alternatives(self, clauses: list[SyntaxNode]) -> tuple[ir.Stmt, ...]:
        if not clauses:
            return ()
        clause, *rest = clauses
        if clause.type != "elif_clause":
            return self.block(clause.child_by_field_name("body"))
        test = self.expr(clause.child_by_field_name("condition"))
        body = self.block(clause.child_by_field_name("consequence"))
        return (ir.If(clause.start_byte, clause.end_byte, test, body, self.alternatives(rest)),)

    def while_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        test = self.expr(node.child_by_field_name("condition"))
        body = self.block(node.child_by_field_name("body"))
        yield ir.While(node.start_byte, node.end_byte, test, body, self.alternatives(_alternatives(node)))

    def for_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        iterable = self.expr(node.child_by_field_name("right"))
        target = self.target(node.child_by_field_name("left"))
        body = self.block(node.child_by_field_name("body"))
        orelse = self.alternatives(_alternatives(node))
        yield ir.For(node.start_byte, node.end_byte, target, iterable, body, orelse, _is_async(node))

    def try_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        body = self.block(node.child_by_field_name("body"))
        handlers = []
        orelse: tuple[ir.Stmt, ...] = ()
        final: tuple[ir.Stmt, ...] = ()
        for child in node.named_children:
            if child.type in {"except_clause", "except_group_clause"}:
                handlers.append(self.handler(child))
            elif child.type == "else_clause":
                orelse = self.block(child.child_by_field_name("body"))
            elif child.type == "finally_clause":
                final = self.block(_block(child))
        yield ir.Try(node.start_byte, node.end_byte, body, tuple(handlers), orelse, final)

    def handler(self, node: SyntaxNode) -> ir.Handler:
        types = [c for c in node.named_children if c.type not in _TRIVIA and c.type != "block"]
        name = ""
        caught: ir.Expr | None = None
        if types:
            first = types[0]
            if first.type == "as_pattern":
                alias = first.child_by_field_name("alias")
                caught = self.expr(first.named_children[0])
                if alias is not None:
                    name = _text(alias)
                    self.bind(name)
            elif len(types) > 1:  # `except A, B:`, which newer versions of the language read as a tuple
                caught = ir.Display(first.start_byte, types[-1].end_byte, "tuple", tuple(self.expr(t) for t in types))
            else:
                caught = self.expr(first)
        return ir.Handler(node.start_byte, node.end_byte, caught, name, self.block(_block(node)))

    def with_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        items: list[tuple[ir.Expr, ir.Expr | None]] = []
        for clause in node.named_children:
            if clause.type != "with_clause":
                continue
            for item in clause.named_children:
                value = item.child_by_field_name("value")
                if value is None:
                    continue
                if value.type == "as_pattern":
                    alias = value.child_by_field_name("alias")
                    context = self.expr(value.named_children[0])
                    items.append((context, self.target(alias.named_children[0]) if alias is not None else None))
                else:
                    items.append((self.expr(value), None))
        body = self.block(node.child_by_field_name("body"))
        yield ir.With(node.start_byte, node.end_byte, tuple(items), body, _is_async(node))

    def match_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        subject = self.expr(node.child_by_field_name("subject"))
        block = node.child_by_field_name("body")
        cases = [self.case(child) for child in (block.named_children if block else ()) if child.type == "case_clause"]
        yield ir.Match(node.start_byte, node.end_byte, subject, tuple(cases))

    def case(self, node: SyntaxNode) -> ir.Case:
        values: list[ir.Expr] = []
        classes: list[ir.Expr] = []
        binds: list[str] = []
        patterns = [c for c in node.named_children if c.type == "case_pattern"]
        for pattern in patterns:
            self.pattern(pattern, values, classes, binds)
        for name in binds:
            self.bind(name)
        clause = node.child_by_field_name("guard")
        guard = self.optional(_first(clause)) if clause is not None else None
        body = self.block(node.child_by_field_name("consequence"))
        irrefutable = guard is None and not values and not classes and len(patterns) == 1 and _is_capture(patterns[0])
        return ir.Case(
            node.start_byte, node.end_byte, tuple(values), tuple(classes), tuple(binds), guard, body, irrefutable
        )

    def pattern(self, node: SyntaxNode, values: list[ir.Expr], classes: list[ir.Expr], binds: list[str]) -> None:
        if node.type == "dotted_name":
            if node.named_child_count == 1:
                if _text(node) != "_":
                    binds.append(_text(node))
            else:
                values.append(self.dotted(node))
        elif node.type == "class_pattern":
            classes.append(self.dotted(node.named_children[0]))
            for child in node.named_children[1:]:
                self.pattern(child, values, classes, binds)
        elif node.type == "keyword_pattern":
            for child in node.named_children[1:]:
                self.pattern(child, values, classes, binds)
        elif node.type == "as_pattern":
            for child in node.named_children[:-1]:
                self.pattern(child, values, classes, binds)
            binds.append(_text(node.named_children[-1]))
        elif node.type == "splat_pattern":
            binds.extend(_text(c) for c in node.named_children if c.type == "identifier" and _text(c) != "_")
        elif node.type in _EXPRESSIONS and node.type not in {"list_pattern", "tuple_pattern"}:
            values.append(self.expr(node))
        else:
            for child in node.named_children:
                self.pattern(child, values, classes, binds)

    def dotted(self, node: SyntaxNode) -> ir.Expr:
        result: ir.Expr | None = None
        for part in node.named_children:
            if result is None:
                result = self.expr(part)
            else:
                result = ir.Attr(node.start_byte, part.end_byte, result, _text(part), part.start_byte)
        return result or ir.Unknown(node.start_byte, node.end_byte)

    def delete_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        targets = [c for c in node.named_children if c.type not in _TRIVIA]
        if len(targets) == 1 and targets[0].type in {"expression_list", "tuple", "list"}:
            targets = list(targets[0].named_children)
        yield ir.Delete(node.start_byte, node.end_byte, tuple(self.target(t) for t in targets))

    def assert_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        parts = [self.expr(c) for c in node.named_children if c.type not in _TRIVIA]
        if parts:
            yield ir.Assert(node.start_byte, node.end_byte, parts[0], parts[1] if len(parts) > 1 else None)

    def jump_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        yield ir.Jump(node.start_byte, node.end_byte, "break" if node.type == "break_statement" else "continue")

    def scope_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        names = [_text(c) for c in node.named_children if c.type == "identifier"]
        scope = self.scopes[-1]
        if node.type == "global_statement":
            scope.globals.update(names)
            self.scopes[0].bound.update(names)
        else:
            scope.nonlocals.update(names)
            scope.used.update(names)
        yield from ()

    def import_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        for child in node.children_by_field_name("name"):
            module, alias = _aliased(child)
            bound = alias or module.split(".")[0]
            self.bind(bound)
            yield ir.Import(child.start_byte, child.end_byte, module, 0, "", alias)

    def import_from_statement(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        source = node.child_by_field_name("module_name")
        text = _text(source) if source is not None else ""
        module = text.lstrip(".")
        level = len(text) - len(module)
        module = module.strip()
        for child in node.children_by_field_name("name"):
            name, alias = _aliased(child)
            self.bind(alias or name)
            yield ir.Import(child.start_byte, child.end_byte, module, level, name, alias or name)
        for child in node.named_children:
            if child.type == "wildcard_import":
                yield ir.Import(child.start_byte, child.end_byte, module, level, "*", "")

    def nothing(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        yield from ()

    # Definitions.

    def decorated_definition(self, node: SyntaxNode) -> Iterator[ir.Stmt]:
        decorators = [_first(c) for c in node.named_children if c.type == "decorator"]
        definition = node.child_by_field_name("definition")
        exprs = tuple(self.expr(d) for d in decorators if d is not None)
        if definition is None:
            return
        if definition.type == "class_definition":
            yield from self.class_definition(definition, exprs)
        else:
            yield from self.function_definition(definition, exprs)

    def function_definition(self, node: SyntaxNode, decorators: tuple[ir.Expr, ...] = ()) -> Iterator[ir.Stmt]:
        name = node.child_by_field_name("name")
        text = _text(name) if name is not None else "?"
        self.bind(text)
        returns = self.optional(node.child_by_field_name("return_type"))
        index = self.function(
            node,
            text,
            name or node,
            node.child_by_field_name("parameters"),
            decorators,
            returns,
            lambda: self.block(node.child_by_field_name("body")),
        )
        yield ir.Define(node.start_byte, node.end_byte, index)

    def function(
        self,
        node: SyntaxNode,
        name: str,
        name_node: SyntaxNode,
        parameters_node: SyntaxNode | None,
        decorators: tuple[ir.Expr, ...],
        returns: ir.Expr | None,
        body_of: Callable[[], tuple[ir.Stmt, ...]],
    ) -> int:
        index = len(self.functions)
        self.functions.append(None)
        outer = self.scopes[-1]
        parent = next((s.index for s in reversed(self.scopes) if s.kind == "function"), -1)
        cls = outer.index if outer.kind == "class" else -1
        parameters = tuple(self.parameters(parameters_node))
        scope = _Scope("function", index, f"{outer.qualname}.{name}" if outer.qualname else name)
        scope.bound.update(p.name for p in parameters)
        self.scopes.append(scope)
        depth, self.depth = self.depth, 0
        body = body_of()
        self.depth = depth
        self.scopes.pop()
        own = scope.locals()
        self._resolve_free(scope.used - own - scope.globals)
        self.functions[index] = ir.Function(
            node.start_byte,
            node.end_byte,
            name,
            scope.qualname,
            name_node.start_byte,
            name_node.end_byte,
            parent,
            cls,
            parameters,
            decorators,
            returns,
            body,
            _is_async(node),
            scope.generator,
            frozenset(own),
            frozenset(scope.captured & own),
            frozenset(scope.nonlocals),
            frozenset(scope.globals),
            static=any(isinstance(d, ir.Name) and d.id == "staticmethod" for d in decorators),
            documented=documented.raised(_docstring(node)),
        )
        return index

    def _resolve_free(self, free: set[str]) -> None:
        """Marks names that a finished inner scope reads as captured in the nearest function that binds them."""
        for scope in reversed(self.scopes):
            if scope.kind == "function":
                scope.captured |= free & scope.locals()
                # Locals may be bound further down than here, so the name counts as used on the way out as well.
                scope.captured |= free
                scope.used |= free
                return
            if scope.kind == "class":
                continue

    def parameters(self, node: SyntaxNode | None) -> Iterator[ir.Parameter]:
        if node is None:
            return
        children = [c for c in node.named_children if c.type not in _TRIVIA]
        slash = next((i for i, c in enumerate(children) if c.type == "positional_separator"), -1)
        after_star = False
        for i, child in enumerate(children):
            if child.type == "keyword_separator":
                after_star = True
                continue
            if child.type == "positional_separator":
                continue
            stars, name, annotation, default = _parameter(child)
            if not name:
                continue
            kind: Any = "normal"
            if stars:
                kind = "star" if stars == 1 else "starstar"
                after_star = after_star or stars == 1
            elif after_star:
                kind = "keyword"
            elif i < slash:
                kind = "positional"
            yield ir.Parameter(
                child.start_byte, child.end_byte, name, kind, self.optional(annotation), self.optional(default)
            )

    def class_definition(self, node: SyntaxNode, decorators: tuple[ir.Expr, ...] = ()) -> Iterator[ir.Stmt]:
        name = node.child_by_field_name("name")
        text = _text(name) if name is not None else "?"
        self.bind(text)
        bases = self.arguments(node.child_by_field_name("superclasses"))
        index = len(self.classes)
        self.classes.append(None)
        outer = self.scopes[-1]
        parent = next((s.index for s in reversed(self.scopes) if s.kind == "function"), -1)
        cls = outer.index if outer.kind == "class" else -1
        scope = _Scope("class", index, f"{outer.qualname}.{text}" if outer.qualname else text)
        self.scopes.append(scope)
        body = self.block(node.child_by_field_name("body"))
        self.scopes.pop()
        self._resolve_free(scope.used - scope.globals)
        span = name or node
        self.classes[index] = ir.Class(
            node.start_byte,
            node.end_byte,
            text,
            scope.qualname,
            span.start_byte,
            span.end_byte,
            parent,
            cls,
            bases,
            decorators,
            body,
        )
        yield ir.DefineClass(node.start_byte, node.end_byte, index)

    def bind(self, name: str) -> None:
        self.scopes[-1].bound.add(name)

    # Targets.

    def target(self, node: SyntaxNode | None) -> ir.Expr:
        if node is None:
            return ir.Unknown(0, 0)
        if node.type == "identifier":
            self.bind(_text(node))
            return ir.Name(node.start_byte, node.end_byte, _text(node))
        if node.type in {"pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"}:
            items = tuple(self.target(c) for c in node.named_children if c.type not in _TRIVIA)
            return ir.Display(node.start_byte, node.end_byte, "tuple", items)
        if node.type in {"list_splat_pattern", "list_splat"}:
            return ir.Starred(node.start_byte, node.end_byte, self.target(_first(node)))
        if node.type == "parenthesized_expression":
            return self.target(_first(node))
        return self.expr(node)

    # Expressions.

    def optional(self, node: SyntaxNode | None) -> ir.Expr | None:
        return None if node is None else self.expr(node)

    def expr(self, node: SyntaxNode | None) -> ir.Expr:
        if node is None:
            return ir.Unknown(0, 0)
        handler = _EXPRESSIONS.get(node.type)
        if handler is None or self.depth > DEPTH_MAX:
            return ir.Unknown(node.start_byte, node.end_byte)
        self.depth += 1
        try:
            return handler(self, node)
        finally:
            self.depth -= 1

    def identifier(self, node: SyntaxNode) -> ir.Expr:
        name = _text(node)
        self.scopes[-1].used.add(name)
        return ir.Name(node.start_byte, node.end_byte, name)

    def constant(self, node: SyntaxNode) -> ir.Expr:
        kind = node.type
        if kind == "none":
            return ir.Const(node.start_byte, node.end_byte, "none")
        if kind in {"true", "false"}:
            return ir.Const(node.start_byte, node.end_byte, "bool", kind == "true")
        if kind == "ellipsis":
            return ir.Const(node.start_byte, node.end_byte, "ellipsis")
        text = _text(node).lower()
        if text.endswith("j"):
            return ir.Const(node.start_byte, node.end_byte, "complex")
        if kind == "float":
            return ir.Const(node.start_byte, node.end_byte, "float")
        try:
            value = int(text.replace("_", "").rstrip("l"), 0) if len(text) < 12 else None
        except ValueError:
            value = None
        return ir.Const(node.start_byte, node.end_byte, "int", value)

    def string(self, node: SyntaxNode) -> ir.Expr:
        parts: list[ir.Expr] = []
        conversions: list[str] = []
        self._interpolations(node, parts, conversions)
        if parts or any(_text(c)[:1] in "fFtT" for c in node.named_children[:1]):
            before, after = _around(node)
            return ir.Format(node.start_byte, node.end_byte, tuple(parts), tuple(conversions), before, after)
        value = _literal(node)
        if isinstance(value, bytes):
            return ir.Const(node.start_byte, node.end_byte, "bytes")
        return ir.Const(node.start_byte, node.end_byte, "str", value)

    def _interpolations(self, node: SyntaxNode, parts: list[ir.Expr], conversions: list[str]) -> None:
        for child in node.named_children:
            if child.type == "interpolation":
                conversion = child.child_by_field_name("type_conversion")
                text = _text(conversion) if conversion is not None else ""
                parts.append(self.expr(child.child_by_field_name("expression")))
                conversions.append("repr" if text in {"!r", "!a"} else "str" if text == "!s" else "format")
                spec = child.child_by_field_name("format_specifier")
                if spec is not None:
                    for inner in spec.named_children:
                        parts.append(self.expr(inner.child_by_field_name("expression")))
                        conversions.append("format")
            elif child.type == "string":
                self._interpolations(child, parts, conversions)

    def attribute(self, node: SyntaxNode) -> ir.Expr:
        name = node.child_by_field_name("attribute")
        obj = self.expr(node.child_by_field_name("object"))
        return ir.Attr(
            node.start_byte, node.end_byte, obj, _text(name) if name else "?", name.start_byte if name else 0
        )

    def call(self, node: SyntaxNode) -> ir.Expr:
        func = self.expr(node.child_by_field_name("function"))
        arguments = node.child_by_field_name("arguments")
        if isinstance(func, ir.Name) and func.id in {"super", "locals", "vars"}:
            self.scopes[-1].used.add("__class__")
        return ir.Call(node.start_byte, node.end_byte, func, self.arguments(arguments))

    def arguments(self, node: SyntaxNode | None) -> tuple[ir.Arg, ...]:
        if node is None:
            return ()
        if node.type == "generator_expression":
            return (ir.Arg(self.expr(node)),)
        args = []
        for child in node.named_children:
            if child.type in _TRIVIA:
                continue
            if child.type == "keyword_argument":
                name = child.child_by_field_name("name")
                args.append(ir.Arg(self.expr(child.child_by_field_name("value")), _text(name) if name else ""))
            elif child.type == "list_splat":
                args.append(ir.Arg(self.expr(_first(child)), "", 1))
            elif child.type == "dictionary_splat":
                args.append(ir.Arg(self.expr(_first(child)), "", 2))
            else:
                args.append(ir.Arg(self.expr(child)))
        return tuple(args)

    def subscript(self, node: SyntaxNode) -> ir.Expr:
        obj = self.expr(node.child_by_field_name("value"))
        keys = [self.expr(c) for c in node.children_by_field_name("subscript")]
        key = keys[0] if len(keys) == 1 else self._tuple_of(node, keys)
        return ir.Index(node.start_byte, node.end_byte, obj, key)

    def _tuple_of(self, node: SyntaxNode, items: Iterable[ir.Expr]) -> ir.Expr:
        return ir.Display(node.start_byte, node.end_byte, "tuple", tuple(items))

    def slice(self, node: SyntaxNode) -> ir.Expr:
        bounds: list[ir.Expr | None] = [None]
        for child in node.children:
            if child.type == ":":
                bounds.append(None)
            elif child.is_named and child.type not in _TRIVIA:
                bounds[-1] = self.expr(child)
        return ir.Slice(node.start_byte, node.end_byte, tuple(bounds))

    def parts(self, node: SyntaxNode) -> tuple[ir.Expr, ...]:
        return tuple(self.expr(c) for c in node.named_children if c.type not in _TRIVIA)

    def binary(self, node: SyntaxNode) -> ir.Expr:
        operator = node.child_by_field_name("operator")
        left = self.expr(node.child_by_field_name("left"))
        right = self.expr(node.child_by_field_name("right"))
        return ir.Binary(node.start_byte, node.end_byte, operator.type if operator else "?", left, right)

    def unary(self, node: SyntaxNode) -> ir.Expr:
        operator = node.child_by_field_name("operator")
        operand = self.expr(node.child_by_field_name("argument"))
        return ir.Unary(node.start_byte, node.end_byte, operator.type if operator else "not", operand)

    def boolean(self, node: SyntaxNode) -> ir.Expr:
        operator = node.child_by_field_name("operator")
        left = self.expr(node.child_by_field_name("left"))
        right = self.expr(node.child_by_field_name("right"))
        op: Any = "or" if operator is not None and operator.type == "or" else "and"
        return ir.Bool(node.start_byte, node.end_byte, op, left, right)

    def comparison(self, node: SyntaxNode) -> ir.Expr:
        operators = node.children_by_field_name("operators")
        spans = {(o.start_byte, o.end_byte) for o in operators}
        operands = tuple(
            self.expr(c)
            for c in node.named_children
            if c.type not in _TRIVIA and (c.start_byte, c.end_byte) not in spans
        )
        return ir.Compare(node.start_byte, node.end_byte, tuple(o.type for o in operators), operands)

    def conditional(self, node: SyntaxNode) -> ir.Expr:
        parts = [c for c in node.named_children if c.type not in _TRIVIA]
        if len(parts) != 3:
            return ir.Unknown(node.start_byte, node.end_byte, self.parts(node))
        body, test, orelse = (self.expr(p) for p in parts)
        return ir.Conditional(node.start_byte, node.end_byte, test, body, orelse)

    def lambda_(self, node: SyntaxNode) -> ir.Expr:
        body = node.child_by_field_name("body")

        def body_of() -> tuple[ir.Stmt, ...]:
            if body is None:
                return ()
            return (ir.Return(body.start_byte, body.end_byte, self.expr(body)),)

        index = self.function(node, "<lambda>", node, node.child_by_field_name("parameters"), (), None, body_of)
        return ir.Lambda(node.start_byte, node.end_byte, index)

    def display(self, node: SyntaxNode) -> ir.Expr:
        kind: Any = node.type if node.type in {"list", "set"} else "tuple"
        return ir.Display(node.start_byte, node.end_byte, kind, self.parts(node))

    def dictionary(self, node: SyntaxNode) -> ir.Expr:
        items: list[tuple[ir.Expr | None, ir.Expr]] = []
        for child in node.named_children:
            if child.type == "pair":
                key = self.expr(child.child_by_field_name("key"))
                items.append((key, self.expr(child.child_by_field_name("value"))))
            elif child.type == "dictionary_splat":
                items.append((None, self.expr(_first(child))))
        return ir.DictDisplay(node.start_byte, node.end_byte, tuple(items))

    def comprehension(self, node: SyntaxNode) -> ir.Expr:
        clauses: list[ir.Clause] = []
        for child in node.named_children:
            if child.type == "for_in_clause":
                rights = child.children_by_field_name("right")
                iterable = self.expr(rights[0]) if rights else ir.Unknown(child.start_byte, child.end_byte)
                target = self.target(child.child_by_field_name("left"))
                clauses.append(ir.Clause(target, iterable, (), _is_async(child)))
            elif child.type == "if_clause" and clauses:
                last = clauses[-1]
                condition = self.expr(_first(child))
                clauses[-1] = ir.Clause(last.target, last.iterable, (*last.conditions, condition), last.asynchronous)
        body = node.child_by_field_name("body")
        value: ir.Expr | None = None
        if body is not None and body.type == "pair":
            element = self.expr(body.child_by_field_name("key"))
            value = self.expr(body.child_by_field_name("value"))
        else:
            element = self.expr(body)
        return ir.Comprehension(
            node.start_byte, node.end_byte, _COMPREHENSIONS[node.type], element, value, tuple(clauses)
        )

    def await_(self, node: SyntaxNode) -> ir.Expr:
        return ir.Await(node.start_byte, node.end_byte, self.expr(_first(node)))

    def yield_(self, node: SyntaxNode) -> ir.Expr:
        for scope in reversed(self.scopes):
            if scope.kind == "function":
                scope.generator = True
                break
        delegate = any(c.type == "from" for c in node.children)
        return ir.Yield(node.start_byte, node.end_byte, self.optional(_first(node)), delegate)

    def starred(self, node: SyntaxNode) -> ir.Expr:
        return ir.Starred(node.start_byte, node.end_byte, self.expr(_first(node)))

    def inner(self, node: SyntaxNode) -> ir.Expr:
        first = _first(node)
        return self.expr(first) if first is not None else ir.Unknown(node.start_byte, node.end_byte)

    def named(self, node: SyntaxNode) -> ir.Expr:
        name = node.child_by_field_name("name")
        value = self.expr(node.child_by_field_name("value"))
        text = _text(name) if name is not None else "_"
        self.bind(text)
        return ir.Bind(node.start_byte, node.end_byte, text, value)

    def generic_type(self, node: SyntaxNode) -> ir.Expr:
        children = [c for c in node.named_children if c.type not in _TRIVIA]
        if len(children) < 2:
            return self.inner(node)
        keys = [self.expr(c) for c in children[1].named_children if c.type not in _TRIVIA]
        key = keys[0] if len(keys) == 1 else self._tuple_of(children[1], keys)
        return ir.Index(node.start_byte, node.end_byte, self.expr(children[0]), key)

    def union_type(self, node: SyntaxNode) -> ir.Expr:
        parts = self.parts(node)
        if len(parts) != 2:
            return ir.Unknown(node.start_byte, node.end_byte, parts)
        return ir.Binary(node.start_byte, node.end_byte, "|", parts[0], parts[1])

    def member_type(self, node: SyntaxNode) -> ir.Expr:
        children = node.named_children
        name = children[-1]
        return ir.Attr(node.start_byte, node.end_byte, self.expr(children[0]), _text(name), name.start_byte)

    def unknown(self, node: SyntaxNode) -> ir.Expr:
        return ir.Unknown(node.start_byte, node.end_byte, self.parts(node))


_TRIVIA = frozenset({"comment", "line_continuation"})

_COMPREHENSIONS: dict[str, Any] = {
    "list_comprehension": "list",
    "set_comprehension": "set",
    "dictionary_comprehension": "dict",
    "generator_expression": "generator",
}

_STATEMENTS: dict[str, Callable[[_Lowering, SyntaxNode], Iterator[ir.Stmt]]] = {
    "expression_statement": _Lowering.expression_statement,
    "return_statement": _Lowering.return_statement,
    "raise_statement": _Lowering.raise_statement,
    "if_statement": _Lowering.if_statement,
    "while_statement": _Lowering.while_statement,
    "for_statement": _Lowering.for_statement,
    "try_statement": _Lowering.try_statement,
    "with_statement": _Lowering.with_statement,
    "match_statement": _Lowering.match_statement,
    "delete_statement": _Lowering.delete_statement,
    "assert_statement": _Lowering.assert_statement,
    "break_statement": _Lowering.jump_statement,
    "continue_statement": _Lowering.jump_statement,
    "pass_statement": _Lowering.nothing,
    "global_statement": _Lowering.scope_statement,
    "nonlocal_statement": _Lowering.scope_statement,
    "import_statement": _Lowering.import_statement,
    "import_from_statement": _Lowering.import_from_statement,
    "future_import_statement": _Lowering.nothing,
    "decorated_definition": _Lowering.decorated_definition,
    "function_definition": _Lowering.function_definition,
    "class_definition": _Lowering.class_definition,
}

_EXPRESSIONS: dict[str, Callable[[_Lowering, SyntaxNode], ir.Expr]] = {
    "identifier": _Lowering.identifier,
    "none": _Lowering.constant,
    "true": _Lowering.constant,
    "false": _Lowering.constant,
    "ellipsis": _Lowering.constant,
    "integer": _Lowering.constant,
    "float": _Lowering.constant,
    "string": _Lowering.string,
    "concatenated_string": _Lowering.string,
    "attribute": _Lowering.attribute,
    "call": _Lowering.call,
    "subscript": _Lowering.subscript,
    "slice": _Lowering.slice,
    "binary_operator": _Lowering.binary,
    "unary_operator": _Lowering.unary,
    "not_operator": _Lowering.unary,
    "boolean_operator": _Lowering.boolean,
    "comparison_operator": _Lowering.comparison,
    "conditional_expression": _Lowering.conditional,
    "lambda": _Lowering.lambda_,
    "list": _Lowering.display,
    "tuple": _Lowering.display,
    "set": _Lowering.display,
    "expression_list": _Lowering.display,
    "pattern_list": _Lowering.display,
    "dictionary": _Lowering.dictionary,
    "list_comprehension": _Lowering.comprehension,
    "set_comprehension": _Lowering.comprehension,
    "dictionary_comprehension": _Lowering.comprehension,
    "generator_expression": _Lowering.comprehension,
    "await": _Lowering.await_,
    "yield": _Lowering.yield_,
    "list_splat": _Lowering.starred,
    "list_splat_pattern": _Lowering.starred,
    "dictionary_splat": _Lowering.starred,
    "parenthesized_expression": _Lowering.inner,
    "named_expression": _Lowering.named,
    "type": _Lowering.inner,
    "generic_type": _Lowering.generic_type,
    "union_type": _Lowering.union_type,
    "member_type": _Lowering.member_type,
    "constrained_type": _Lowering.inner,
    "splat_type": _Lowering.starred,
    "assignment": _Lowering.unknown,
    "ERROR": _Lowering.unknown,
}


def _text(node: SyntaxNode) -> str:
    text: bytes = node.text or b""
    return text.decode("utf-8", "replace")


def _first(node: SyntaxNode) -> SyntaxNode | None:
    return next((c for c in node.named_children if c.type not in _TRIVIA), None)


def _block(node: SyntaxNode) -> SyntaxNode | None:
    return next((c for c in node.named_children if c.type == "block"), None)


def _alternatives(node: SyntaxNode) -> list[SyntaxNode]:
    return list(node.children_by_field_name("alternative"))


def _docstring(node: SyntaxNode) -> str:
    """The string that a function begins with; empty where there is none."""
    body = node.child_by_field_name("body")
    first = body.named_children[0] if body is not None and body.named_child_count else None
    if first is None or first.type != "expression_statement" or not first.named_child_count:
        return ""
    text = first.named_children[0]
    return _text(text) if text.type == "string" else ""


def _is_async(node: SyntaxNode) -> bool:
    return bool(node.child_count) and node.children[0].type == "async"


def _is_capture(pattern: SyntaxNode) -> bool:
    text = _text(pattern)
    return text.isidentifier()


def _aliased(node: SyntaxNode) -> tuple[str, str]:
    if node.type == "aliased_import":
        name = node.child_by_field_name("name")
        alias = node.child_by_field_name("alias")
        return (_text(name) if name else ""), (_text(alias) if alias else "")
    return _text(node), ""


def _parameter(node: SyntaxNode) -> tuple[int, str, SyntaxNode | None, SyntaxNode | None]:
    """(stars, name, annotation, default) of one parameter."""
    annotation = node.child_by_field_name("type")
    default = node.child_by_field_name("value")
    name = node.child_by_field_name("name")
    if name is None:
        name = _first(node) if node.type == "typed_parameter" else node
    if name is None:
        return 0, "", None, None
    stars = {"list_splat_pattern": 1, "dictionary_splat_pattern": 2}.get(name.type, 0)
    if stars:
        name = _first(name)
    return stars, _text(name) if name is not None else "", annotation, default


def _around(node: SyntaxNode) -> tuple[str, str]:
    """The text of a formatted string before its first expression, and behind its last."""
    inner = [c for c in node.children if c.type in {"string_content", "interpolation"}]
    before = _text(inner[0]) if inner and inner[0].type == "string_content" else ""
    after = _text(inner[-1]) if len(inner) > 1 and inner[-1].type == "string_content" else ""
    return before, after


def _literal(node: SyntaxNode) -> str | bytes | None:
    """The value of a string literal without interpolations; `None` where it is long or cannot be read."""
    text = _text(node)
    if len(text) > CONST_CHARACTERS_MAX + 8:
        return b"" if text[:2].lower() in {"b'", 'b"', "br", "rb"} else None
    try:
        value = ast.literal_eval(text if node.type == "string" else f"({text})")
    except (ValueError, SyntaxError, MemoryError):
        return None
    return value if isinstance(value, str | bytes) else None
