"""Lowering of statements: declarations of names, the flow of control, imports and exports."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import ir
from analyzers.languages.typescript.lower_declarations import class_, function
from analyzers.languages.typescript.lower_expressions import EXPORTS, literal, named
from analyzers.languages.typescript.lower_scope import (
    STATEMENTS,
    Lowering,
    SyntaxNode,
    children,
    declared_function,
    declared_names,
    field,
    has,
    imported_names,
    lowers,
    names_in,
    text,
)
from analyzers.languages.typescript.lower_targets import assigned_value, target

Statements = Iterator[ir.Stmt]


@lowers(STATEMENTS, "expression_statement")
def expression_statement(low: Lowering, node: SyntaxNode) -> Statements:
    for child in children(node):
        if child.type == "internal_module":
            yield from low.statement(child)
        elif child.type == "assignment_expression":
            yield from assign(low, child)
        else:
            yield _run(low.expr(child))


def _run(value: ir.Expr) -> ir.Stmt:
    """An expression whose value nobody takes; `a && f();` is a condition in other words."""
    if isinstance(value, ir.Bool) and value.op != "??":
        negated = ir.Unary(value.left.start, value.left.end, "not", value.left)
        return ir.If(value.start, value.end, value.left if value.op == "and" else negated, (_run(value.right),))
    if isinstance(value, ir.Conditional):
        return ir.If(value.start, value.end, value.test, (_run(value.body),), (_run(value.orelse),))
    return ir.ExprStmt(value.start, value.end, value)


def assign(low: Lowering, node: SyntaxNode) -> Statements:
    """`a = b = value;` as one statement, so that it is told where a name got its value."""
    targets = []
    right: SyntaxNode | None = node
    last = node
    while right is not None and right.type == "assignment_expression":
        targets.append(target(low, field(right, "left")))
        last = right
        right = field(right, "right")
    value = assigned_value(low, last)
    # The leftmost target is assigned last.
    yield ir.Assign(node.start_byte, node.end_byte, tuple(reversed(targets)), value)


@lowers(STATEMENTS, "lexical_declaration", "variable_declaration")
def declaration(low: Lowering, node: SyntaxNode) -> Statements:
    for child in node.named_children:
        if child.type != "variable_declarator":
            continue
        left = field(child, "name")
        goal = target(low, left, declares=True)
        right = field(child, "value")
        declared = low.type(field(child, "type"))
        value: ir.Expr | None = None
        if right is not None:
            name = text(left) if left is not None and left.type == "identifier" else ""
            value = named(low, right, name, left) if name else low.expr(right)
        elif declared is None and node.type == "lexical_declaration":
            value = ir.Const(child.start_byte, child.end_byte, "none")
        if value is None and declared is None:
            continue
        yield ir.Assign(child.start_byte, child.end_byte, (goal,), value, declared)


@lowers(STATEMENTS, "function_declaration", "generator_function_declaration")
def function_declaration(low: Lowering, node: SyntaxNode) -> Statements:
    name = field(node, "name")
    written = text(name) if name is not None else "default"
    index = function(low, node, written, name or node)
    bound = low.scope.find(written) or low.scope.declare(written)
    yield _defined(node, written, bound, index)


def _defined(node: SyntaxNode, written: str, bound: str, index: int) -> ir.Stmt:
    start, end = node.start_byte, node.end_byte
    if bound == written:
        return ir.Define(start, end, index)
    return ir.Assign(start, end, (ir.Name(start, end, bound),), ir.Lambda(start, end, index))


@lowers(STATEMENTS, "function_signature")
def function_signature(low: Lowering, node: SyntaxNode) -> Statements:
    """In ordinary code an overload says nothing of what runs; in a declaration file it is all there is."""
    if low.ambient:
        name = field(node, "name")
        index = function(low, node, text(name), name or node)
        low.scope.declare(text(name))
        yield ir.Define(node.start_byte, node.end_byte, index)


@lowers(STATEMENTS, "class_declaration", "abstract_class_declaration")
def class_declaration(low: Lowering, node: SyntaxNode) -> Statements:
    name = field(node, "name")
    written = text(name) if name is not None else "default"
    index = class_(low, node, written, name or node)
    bound = low.scope.find(written) or low.scope.declare(written)
    start, end = node.start_byte, node.end_byte
    if bound == written:
        yield ir.DefineClass(start, end, index)
    else:
        yield ir.Assign(start, end, (ir.Name(start, end, bound),), ir.ClassExpr(start, end, index))


@lowers(STATEMENTS, "interface_declaration", "enum_declaration")
def interface_declaration(low: Lowering, node: SyntaxNode) -> Statements:
    name = field(node, "name")
    index = class_(low, node, text(name), name or node)
    low.scope.declare(text(name))
    yield ir.DefineClass(node.start_byte, node.end_byte, index)


@lowers(STATEMENTS, "type_alias_declaration")
def type_alias(low: Lowering, node: SyntaxNode) -> Statements:
    declared = low.type(field(node, "value"))
    if declared is not None:
        low.aliases[text(field(node, "name"))] = declared
    yield from ()


@lowers(STATEMENTS, "internal_module", "module")
def namespace(low: Lowering, node: SyntaxNode) -> Statements:
    """A namespace runs in place; its name then holds an object of what it exports."""
    name_node = field(node, "name")
    body = field(node, "body")
    if name_node is None or body is None:
        return
    if name_node.type == "string":  # `declare module "m"` describes another module
        return
    written = text(name_node)
    outer, low.qualname = low.qualname, low.nested(written)
    exports, low.exports = low.exports, {}
    low.scope.blocks.append({})
    yield from low.block(children(body), opened=True)
    low.scope.blocks.pop()
    start, end = name_node.start_byte, name_node.end_byte
    items: list[tuple[ir.Expr | None, ir.Expr]] = [
        (ir.Const(start, end, "str", given), ir.Name(start, end, bound)) for given, bound in low.exports.items()
    ]
    low.exports = exports
    low.qualname = outer
    top, _, rest = written.partition(".")
    for part in reversed(rest.split(".") if rest else []):
        items = [(ir.Const(start, end, "str", part), ir.DictDisplay(start, end, tuple(items)))]
    goal = ir.Name(start, end, low.write(top))
    made: ir.Expr = ir.DictDisplay(node.start_byte, node.end_byte, tuple(items))
    if any(f is not None and f.qualname == low.nested(top) for f in (*low.functions, *low.classes)):
        # It adds to a function or class of that name, which stays what it is.
        made = ir.Conditional(start, end, ir.Unknown(start, start), ir.Name(start, end, goal.id), made)
    yield ir.Assign(start, end, (goal,), made)


@lowers(STATEMENTS, "ambient_declaration")
def ambient(low: Lowering, node: SyntaxNode) -> Statements:
    before, low.ambient = low.ambient, True
    for child in children(node):
        if child.type == "statement_block":  # `declare global { … }`
            yield from low.block(children(child))
        else:
            yield from low.statement(child)
    low.ambient = before


# The flow of control.


@lowers(STATEMENTS, "statement_block")
def block(low: Lowering, node: SyntaxNode) -> Statements:
    yield from low.block(children(node))


@lowers(STATEMENTS, "return_statement")
def return_(low: Lowering, node: SyntaxNode) -> Statements:
    parts = children(node)
    yield ir.Return(node.start_byte, node.end_byte, low.expr(parts[0]) if parts else None)


@lowers(STATEMENTS, "throw_statement")
def throw(low: Lowering, node: SyntaxNode) -> Statements:
    parts = children(node)
    yield ir.Raise(node.start_byte, node.end_byte, low.expr(parts[0] if parts else None))


@lowers(STATEMENTS, "if_statement")
def if_(low: Lowering, node: SyntaxNode) -> Statements:
    test = low.expr(field(node, "condition"))
    body = low.body(field(node, "consequence"))
    clause = field(node, "alternative")
    orelse = low.body(children(clause)[0]) if clause is not None and children(clause) else ()
    yield ir.If(node.start_byte, node.end_byte, test, body, orelse)


@lowers(STATEMENTS, "while_statement")
def while_(low: Lowering, node: SyntaxNode) -> Statements:
    test = low.expr(field(node, "condition"))
    yield ir.While(node.start_byte, node.end_byte, test, low.body(field(node, "body")))


@lowers(STATEMENTS, "do_statement")
def do(low: Lowering, node: SyntaxNode) -> Statements:
    start, end = node.start_byte, node.end_byte
    body = low.body(field(node, "body"))
    test = low.expr(field(node, "condition"))
    stop = ir.If(test.start, test.end, ir.Unary(test.start, test.end, "not", test), (ir.Jump(end, end, "break"),))
    yield ir.While(start, end, ir.Const(start, start, "bool", True), (*body, stop))


@lowers(STATEMENTS, "for_statement")
def for_(low: Lowering, node: SyntaxNode) -> Statements:
    start, end = node.start_byte, node.end_byte
    low.scope.blocks.append({})
    initial = field(node, "initializer")
    if initial is not None:
        if initial.type == "lexical_declaration":
            for name in declared_names(initial):
                low.scope.declare(name)
        yield from low.statement(initial)
    condition = field(node, "condition")
    tested = condition is not None and condition.is_named and condition.type != "empty_statement"
    test = low.expr(condition) if tested else ir.Const(start, start, "bool", True)
    body = low.body(field(node, "body"))
    step = field(node, "increment")
    if step is not None:
        body = (*body, ir.ExprStmt(step.start_byte, step.end_byte, low.expr(step)))
    low.scope.blocks.pop()
    yield ir.While(start, end, test, body)


@lowers(STATEMENTS, "for_in_statement")
def for_in(low: Lowering, node: SyntaxNode) -> Statements:
    iterable = low.expr(field(node, "right"))
    if text(field(node, "operator")) == "in":
        start, end = iterable.start, iterable.end
        keys = ir.Display(start, end, "list", (ir.Starred(start, end, ir.Keys(start, end, iterable)),))
        iterable = keys
    low.scope.blocks.append({})
    left = field(node, "left")
    if field(node, "kind") is not None and text(field(node, "kind")) != "var":
        for name in declared_names(node):
            low.scope.declare(name)
    goal = target(low, left)
    body = low.body(field(node, "body"))
    low.scope.blocks.pop()
    yield ir.For(node.start_byte, node.end_byte, goal, iterable, body, (), has(node, "await"))


@lowers(STATEMENTS, "switch_statement")
def switch(low: Lowering, node: SyntaxNode) -> Statements:
    subject = low.expr(field(node, "value"))
    cases = children(field(node, "body"))
    low.scope.blocks.append({})
    found = []
    for case in cases:
        value = field(case, "value")
        test = low.expr(value) if value is not None else None
        statements = [c for c in children(case) if value is None or c.start_byte > value.start_byte]
        found.append(ir.Branch(case.start_byte, case.end_byte, test, low.block(statements, opened=True)))
    low.scope.blocks.pop()
    yield ir.Switch(node.start_byte, node.end_byte, subject, tuple(found))


@lowers(STATEMENTS, "try_statement")
def try_(low: Lowering, node: SyntaxNode) -> Statements:
    body = low.body(field(node, "body"))
    clause = field(node, "handler")
    handlers: tuple[ir.Handler, ...] = ()
    if clause is not None:
        handlers = (_handler(low, clause),)
    last = field(node, "finalizer")
    final = low.body(field(last, "body")) if last is not None else ()
    yield ir.Try(node.start_byte, node.end_byte, body, handlers, (), final)


def _handler(low: Lowering, node: SyntaxNode) -> ir.Handler:
    parameter = field(node, "parameter")
    low.scope.blocks.append({})
    name = ""
    first: tuple[ir.Stmt, ...] = ()
    if parameter is not None:
        if parameter.type == "identifier":
            name = low.scope.declare(text(parameter))
        else:
            name = low.scope.declare(f"{text(parameter)}")
            for inner in names_in(parameter):
                low.scope.declare(inner)
            start, end = parameter.start_byte, parameter.end_byte
            first = (ir.Assign(start, end, (target(low, parameter),), ir.Name(start, end, name)),)
    statements = low.body(field(node, "body"))
    low.scope.blocks.pop()
    return ir.Handler(node.start_byte, node.end_byte, None, name, (*first, *statements))


@lowers(STATEMENTS, "break_statement", "continue_statement")
def jump(low: Lowering, node: SyntaxNode) -> Statements:
    yield ir.Jump(node.start_byte, node.end_byte, "break" if node.type == "break_statement" else "continue")


@lowers(STATEMENTS, "labeled_statement")
def labeled(low: Lowering, node: SyntaxNode) -> Statements:
    inner = field(node, "body")
    if inner is not None:
        yield from low.statement(inner)


@lowers(STATEMENTS, "empty_statement", "debugger_statement", "comment", "hash_bang_line")
def nothing(low: Lowering, node: SyntaxNode) -> Statements:
    yield from ()


@lowers(STATEMENTS, "with_statement")
def with_(low: Lowering, node: SyntaxNode) -> Statements:
    yield from low.body(field(node, "body"))


# Modules.


@lowers(STATEMENTS, "import_statement")
def import_(low: Lowering, node: SyntaxNode) -> Statements:
    source = field(node, "source")
    start, end = node.start_byte, node.end_byte
    for clause in node.named_children:
        if clause.type == "import_require_clause":
            module = _module(field(clause, "source"))
            for name in imported_names(node):
                yield ir.Import(start, end, module, 0, "=", low.scope.declare(name))
    if source is None:
        return
    module = _module(source)
    clause = next((c for c in node.named_children if c.type == "import_clause"), None)
    if clause is None:
        yield ir.Import(start, end, module, 0, "", "")
        return
    for part in clause.named_children:
        at = (part.start_byte, part.end_byte)
        if part.type == "identifier":
            yield ir.Import(*at, module, 0, "default", low.scope.declare(text(part)))
        elif part.type == "namespace_import":
            for name_node in part.named_children:
                yield ir.Import(*at, module, 0, "", low.scope.declare(text(name_node)))
        elif part.type == "named_imports":
            for spec in part.named_children:
                if spec.type == "import_specifier":
                    given, alias = field(spec, "name"), field(spec, "alias")
                    bound = low.scope.declare(text(alias or given))
                    yield ir.Import(spec.start_byte, spec.end_byte, module, 0, _given(given), bound)


def _module(node: SyntaxNode | None) -> str:
    return (literal(node) or text(node)[1:-1]) if node is not None else ""


def _given(node: SyntaxNode | None) -> str:
    return text(node).strip("'\"")


@lowers(STATEMENTS, "export_statement")
def export(low: Lowering, node: SyntaxNode) -> Statements:
    inner = field(node, "declaration")
    source = field(node, "source")
    if source is not None:
        yield from _reexport(low, node, _module(source))
        return
    if inner is not None:
        yield from _exported_declaration(low, node, inner)
        return
    value = field(node, "value")
    start, end = node.start_byte, node.end_byte
    clause = next((c for c in node.named_children if c.type == "export_clause"), None)
    if clause is not None:
        for spec in clause.named_children:
            if spec.type == "export_specifier":
                given = field(spec, "name")
                bound = low.read(text(given))
                low.exports[_given(field(spec, "alias") or given)] = bound
                at = given.start_byte if given is not None else start
                yield ir.ExprStmt(spec.start_byte, spec.end_byte, ir.Name(at, at + len(bound), bound))
    elif has(node, "=") and children(node):  # `export = value`
        exports = ir.Attr(start, end, ir.Name(start, end, EXPORTS), "=", start)
        yield ir.Assign(start, end, (exports,), low.expr(children(node)[-1]))
    elif value is not None:
        goal = ir.Name(start, end, low.scope.declare("default", 0))
        low.exports["default"] = goal.id
        yield ir.Assign(start, end, (goal,), named(low, value, "default", None))


def _exported_declaration(low: Lowering, node: SyntaxNode, inner: SyntaxNode) -> Statements:
    default = has(node, "default")
    names = list(declared_names(inner))
    if not names and field(inner, "name") is not None:
        names = [text(field(inner, "name")).split(".")[0]]
    if not names and default:
        names = ["default"]
        low.scope.declare("default")
    decorators = [c for c in node.named_children if c.type == "decorator"]
    if decorators and inner.type in {"class_declaration", "abstract_class_declaration"}:
        low.pending_decorators = decorators
    yield from low.statement(inner)
    for name in names:
        low.exports["default" if default else name] = low.scope.find(name) or name


def _reexport(low: Lowering, node: SyntaxNode, module: str) -> Statements:
    for child in node.named_children:
        if child.type == "export_clause":
            for spec in child.named_children:
                if spec.type == "export_specifier":
                    given, alias = field(spec, "name"), field(spec, "alias")
                    exported = _given(alias or given)
                    # Nothing can be written like this, so the name that carries it meets no other.
                    hidden = low.scope.declare(f"export {exported}", 0)
                    low.exports[exported] = hidden
                    yield ir.Import(spec.start_byte, spec.end_byte, module, 0, _given(given), hidden)
            return
        if child.type == "namespace_export":
            exported = _given(children(child)[-1])
            hidden = low.scope.declare(f"export {exported}", 0)
            low.exports[exported] = hidden
            yield ir.Import(child.start_byte, child.end_byte, module, 0, "", hidden)
            return
    yield ir.Import(node.start_byte, node.end_byte, module, 0, "*", "")


__all__ = ["declared_function"]
