"""Lowering of functions, classes, interfaces and enumerations, and of the types that they declare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzers import ir
from analyzers.languages.typescript.lower_expressions import (
    constant,
    member_name,
    name,
    named,
    property_key,
)
from analyzers.languages.typescript.lower_scope import (
    FUNCTIONS,
    TYPES,
    Lowering,
    Scope,
    SyntaxNode,
    children,
    field,
    has,
    hoist,
    lowers,
    names_in,
    text,
)
from analyzers.languages.typescript.lower_targets import target

INITIAL = -2
"""Index of a scope that stands for the initial value of a class's field."""

PATTERN_CHARACTERS_MAX = 40
"""Length at which the name of a parameter that is taken apart is cut."""


def function(
    low: Lowering,
    node: SyntaxNode,
    written: str,
    name_node: SyntaxNode,
    *,
    cls: int = -1,
    static: bool = False,
    first: tuple[ir.Stmt, ...] = (),
    owns_this: bool | None = None,
) -> int:
    """Lowers a function, method, accessor or signature; its index. `first` runs before its body."""
    index = len(low.functions)
    low.functions.append(None)
    arrow = node.type == "arrow_function"
    if arrow and low.scope.index == INITIAL:
        # An arrow in a field's initial value runs on the instance, which is not there when the class is made.
        owns_this, cls = True, low.holders[-1][0]
    if owns_this is None:
        owns_this = not arrow and not (low.ambient and cls < 0) and not (low.ambient and static)
    parent = next((s.index for s in reversed(low.scopes) if s.index >= 0), -1)
    outer, qualname = low.qualname, low.nested(written)
    anonymous = written in {"<arrow>", "<function>"}
    if not anonymous:
        low.qualname = qualname
    scope = Scope(index, arrow=not owns_this)
    low.scopes.append(scope)
    own = field(node, "name")
    if node.type in {"function_expression", "generator_function", "function"} and own is not None:
        # Its own name is bound inside it alone.
        scope.blocks.insert(0, {text(own): text(own)})
        scope.bound.add(text(own))
        scope.taken[text(own)] = 1
    parameters: list[ir.Parameter] = []
    if owns_this:
        scope.declare("this")
        parameters.append(ir.Parameter(name_node.start_byte, name_node.start_byte, "this", "normal"))
    before: list[ir.Stmt] = [*first]
    _parameters(low, node, parameters, before)
    body_node = field(node, "body")
    depth, low.depth = low.depth, 0
    hoist(low, body_node)
    if own is not None and scope.blocks[0] is not scope.blocks[-1]:
        before.append(_itself(node, own, index))
    body = _body(low, body_node)
    low.depth = depth
    low.scopes.pop()
    low.qualname = outer
    own_names = scope.bound
    free = scope.used - own_names
    _resolve_free(low, free - scope.globals)
    if scope.arguments:
        parameters.append(ir.Parameter(name_node.start_byte, name_node.start_byte, "arguments", "all"))
    low.functions[index] = ir.Function(
        node.start_byte,
        node.end_byte,
        written,
        qualname,
        name_node.start_byte,
        name_node.end_byte,
        parent,
        cls,
        tuple(parameters),
        (),
        low.type(field(node, "return_type") or (field(node, "type") if node.type == "construct_signature" else None)),
        (*before, *body),
        has(node, "async"),
        scope.generator or has(node, "*") or node.type.startswith("generator_function"),
        frozenset(own_names),
        frozenset(scope.captured & own_names),
        frozenset(scope.nonlocals),
        frozenset(scope.globals),
        static=static,
        arrow=arrow,
        anonymous=anonymous,
        variable=name_node.type == "identifier" and own is None,
        declared=body_node is None,
    )
    return index


def _itself(node: SyntaxNode, own: SyntaxNode, index: int) -> ir.Stmt:
    start, end = own.start_byte, own.end_byte
    return ir.Assign(start, end, (ir.Name(start, end, text(own)),), ir.Lambda(node.start_byte, node.end_byte, index))


def _body(low: Lowering, node: SyntaxNode | None) -> tuple[ir.Stmt, ...]:
    if node is None:
        return ()
    if node.type != "statement_block":
        return (ir.Return(node.start_byte, node.end_byte, low.expr(node)),)
    return low.block(children(node))


def _resolve_free(low: Lowering, free: set[str]) -> None:
    """Names that a finished function reads are captured in the function around it, or pass through it."""
    for scope in reversed(low.scopes):
        if scope.index >= 0:
            scope.captured |= free
            scope.used |= free
            return


def _parameters(low: Lowering, node: SyntaxNode, found: list[ir.Parameter], before: list[ir.Stmt]) -> None:
    single = field(node, "parameter")
    if single is not None:
        low.scope.declare(text(single))
        found.append(ir.Parameter(single.start_byte, single.end_byte, text(single), "normal"))
        return
    for child in children(field(node, "parameters")):
        pattern = field(child, "pattern") if child.type in {"required_parameter", "optional_parameter"} else child
        if pattern is None or pattern.type in {"decorator", "accessibility_modifier"}:
            continue
        declared = low.type(field(child, "type"))
        if pattern.type == "this":
            if found and found[0].name == "this":
                found[0] = ir.Parameter(child.start_byte, child.end_byte, "this", "normal", declared)
            continue
        default = field(child, "value") if pattern is not child else None
        if pattern.type == "assignment_pattern":
            default = field(pattern, "right")
            pattern = field(pattern, "left") or pattern
        if child.type == "optional_parameter" and declared is not None:
            declared = _or_nothing(declared)
        kind: Any = "normal"
        if pattern.type == "rest_pattern":
            kind = "star"
            pattern = children(pattern)[0] if children(pattern) else pattern
        for each in names_in(pattern):
            low.scope.declare(each)
        value = named(low, default, text(pattern), pattern) if default is not None else None
        if value is None and child.type == "optional_parameter":
            value = ir.Const(child.end_byte, child.end_byte, "none")
        start, end = child.start_byte, child.end_byte
        if pattern.type == "identifier":
            called = text(pattern)
            if any(c.type in {"accessibility_modifier", "readonly"} for c in child.children):
                # `constructor(private x)` declares a field and fills it.
                field_ = ir.Attr(start, end, ir.Name(start, start, "this"), called, pattern.start_byte)
                before.append(ir.Assign(start, end, (field_,), ir.Name(pattern.start_byte, pattern.end_byte, called)))
        else:
            called = low.scope.declare(" ".join(text(pattern).split())[:PATTERN_CHARACTERS_MAX])
            before.append(ir.Assign(start, end, (target(low, pattern),), ir.Name(start, start, called)))
        found.append(ir.Parameter(start, end, called, kind, declared, value))


def _or_nothing(declared: ir.Expr) -> ir.Expr:
    return ir.Binary(declared.start, declared.end, "|", declared, ir.Const(declared.end, declared.end, "none"))


# Classes.


def class_(low: Lowering, node: SyntaxNode, written: str, name_node: SyntaxNode) -> int:
    """Lowers a class, an interface or an enumeration; its index."""
    index = len(low.classes)
    low.classes.append(None)
    parent = next((s.index for s in reversed(low.scopes) if s.index >= 0), -1)
    bases = tuple(ir.Arg(each) for each in _bases(low, node))
    decorators = [c for c in node.named_children if c.type == "decorator"] + low.pending_decorators
    low.pending_decorators = []
    lowered = tuple(low.expr(children(d)[0]) for d in decorators if children(d))
    cls = low.holders[-1][0] if low.holders and low.qualname == low.holders[-1][1] else -1
    outer, low.qualname = low.qualname, low.nested(written)
    low.holders.append((index, low.qualname))
    body_node = field(node, "body")
    body: tuple[ir.Stmt, ...]
    if node.type == "enum_declaration":
        body = tuple(_enumerators(low, body_node))
    elif node.type == "interface_declaration":
        body = tuple(_signatures(low, index, body_node))
    else:
        body = tuple(_members(low, index, body_node))
    low.holders.pop()
    low.qualname, qualname = outer, low.qualname
    kind: Any = {"enum_declaration": "enum", "interface_declaration": "interface"}.get(node.type, "class")
    low.classes[index] = ir.Class(
        node.start_byte,
        node.end_byte,
        written,
        qualname,
        name_node.start_byte,
        name_node.end_byte,
        parent,
        cls,
        bases,
        lowered,
        body,
        tuple(text(field(p, "name")) for p in children(field(node, "type_parameters"))),
        kind,
    )
    return index


def _bases(low: Lowering, node: SyntaxNode) -> Iterator[ir.Expr]:
    """What a class extends and implements, generics' arguments included."""
    heritage = [c for c in node.named_children if c.type in {"class_heritage", "extends_type_clause", "extends_clause"}]
    for clause in heritage:
        if clause.type == "extends_type_clause":
            yield from (low.type(t) or ir.Unknown(0, 0) for t in clause.children_by_field_name("type"))
            continue
        parts = children(clause)
        if parts and parts[0].type not in {"extends_clause", "implements_clause"}:
            yield low.expr(parts[0])  # JavaScript has no clause around it
            continue
        for part in parts:
            if part.type == "extends_clause":
                value = low.expr(field(part, "value"))
                given = children(field(part, "type_arguments"))
                yield _subscripted(part, value, [low.type(g) for g in given]) if given else value
            elif part.type == "implements_clause":
                yield from (low.type(t) or ir.Unknown(0, 0) for t in children(part))


def _members(low: Lowering, index: int, node: SyntaxNode | None) -> Iterator[ir.Stmt]:
    """A class's body. Initial values of fields run with the constructor where there is one, else with the class."""
    decorators: list[SyntaxNode] = []
    members = children(node)
    implemented = {(text(field(m, "name")), has(m, "static")) for m in members if m.type == "method_definition"}
    maker = next(
        (m for m in members if text(field(m, "name")) == "constructor" and m.type == "method_definition"), None
    )
    initial: list[ir.Stmt] = []
    for member in members:
        if member.type == "decorator":
            decorators.append(member)
            continue
        key = field(member, "name")
        inside = [c for c in member.named_children if c.type == "decorator"]
        for decorator in (*decorators, *inside):
            yield _decorated(low, decorator, key)
        decorators = []
        if member.type == "class_static_block":
            yield from low.body(field(member, "body"))
        elif member.type in {"method_definition", "method_signature", "abstract_method_signature"}:
            signature = member.type != "method_definition"
            if signature and (text(key), has(member, "static")) in implemented:
                continue
            if member is not maker:
                yield _method(low, index, member, key)
        elif member.type in {"public_field_definition", "field_definition"}:
            key = key or field(member, "property")
            yield from _field(low, index, member, key, initial if maker is not None else None)
        elif member.type in {"call_signature", "construct_signature", "index_signature"}:
            continue
        elif key is not None and member.type == "property_signature":
            yield _declared_field(low, member, key)
    if maker is not None:
        yield _method(low, index, maker, field(maker, "name"), tuple(initial))


def _decorated(low: Lowering, decorator: SyntaxNode, key: SyntaxNode | None) -> ir.Stmt:
    start, end = decorator.start_byte, decorator.end_byte
    parts = children(decorator)
    given = (
        ir.Arg(ir.Name(start, start, "this")),
        ir.Arg(ir.Const(start, start, "str", member_name(key))),
        ir.Arg(ir.Unknown(start, start)),
    )
    return ir.ExprStmt(start, end, ir.Call(start, end, low.expr(parts[0] if parts else None), given))


def _method(
    low: Lowering, index: int, node: SyntaxNode, key: SyntaxNode | None, first: tuple[ir.Stmt, ...] = ()
) -> ir.Stmt:
    start, end = node.start_byte, node.end_byte
    written = member_name(key)
    static = has(node, "static")
    made = function(low, node, written, key or node, cls=index, static=static, first=first)
    kind: Any = "get" if has(node, "get") else "set" if has(node, "set") else "method"
    value = ir.Lambda(start, end, made)
    if key is not None and key.type == "computed_property_name":
        known = property_key(low, key)
        written = str(known.value) if isinstance(known, ir.Const) and known.value is not None else written
    return ir.Member(start, end, written, kind, static, value)


def _field(
    low: Lowering, index: int, node: SyntaxNode, key: SyntaxNode | None, initial: list[ir.Stmt] | None
) -> Iterator[ir.Stmt]:
    start, end = node.start_byte, node.end_byte
    static = has(node, "static")
    written = member_name(key)
    declared = low.type(field(node, "type"))
    if declared is not None and has(node, "?"):
        declared = _or_nothing(declared)
    value = field(node, "value")
    if declared is not None and (value is None or initial is not None):
        yield ir.Member(start, end, written, "field", static, None, declared)
    if value is None:
        return
    lowered: ir.Expr
    if value.type in FUNCTIONS:
        # Each instance has its own, and its `this` is the instance.
        made = function(low, value, written, key or node, cls=index, static=static, owns_this=True)
        lowered = ir.Lambda(value.start_byte, value.end_byte, made)
    elif initial is not None and not static:
        this = ir.Name(start, start, "this")
        goal = ir.Attr(start, end, this, written, key.start_byte if key is not None else start)
        initial.append(ir.Assign(start, end, (goal,), _initial(low, value, written, key)))
        return
    else:
        lowered = _initial(low, value, written, key)
    yield ir.Member(start, end, written, "field", static, lowered, declared)


def _initial(low: Lowering, value: SyntaxNode, written: str, key: SyntaxNode | None) -> ir.Expr:
    low.scopes.append(Scope(INITIAL, arrow=False))
    low.scope.declare("this")
    found = named(low, value, written, key)
    used = low.scopes.pop().used
    _resolve_free(low, used - {"this"})
    return found


def _declared_field(low: Lowering, node: SyntaxNode, key: SyntaxNode) -> ir.Stmt:
    declared = low.type(field(node, "type")) or ir.Unknown(node.start_byte, node.end_byte)
    if has(node, "?"):
        declared = _or_nothing(declared)
    return ir.Member(node.start_byte, node.end_byte, member_name(key), "field", False, None, declared)


def _signatures(low: Lowering, index: int, node: SyntaxNode | None) -> Iterator[ir.Stmt]:
    """An interface's body: what it declares and nothing that runs."""
    before, low.ambient = low.ambient, True
    for member in children(node):
        key = field(member, "name")
        if member.type == "method_signature" and key is not None:
            yield _method(low, index, member, key)
        elif member.type == "property_signature" and key is not None:
            yield _declared_field(low, member, key)
        elif member.type in _SIGNATURES:
            written = _SIGNATURES[member.type]
            made = function(low, member, written, member, cls=index)
            value = ir.Lambda(member.start_byte, member.end_byte, made)
            yield ir.Member(member.start_byte, member.end_byte, written, "method", False, value)
    low.ambient = before


CALLED = "()"
MADE = "new"
"""The names under which an interface keeps what calling it, or `new`, gives."""

_SIGNATURES = {"call_signature": CALLED, "construct_signature": MADE}


def _enumerators(low: Lowering, node: SyntaxNode | None) -> Iterator[ir.Stmt]:
    following = 0
    for child in children(node):
        key = field(child, "name") if child.type == "enum_assignment" else child
        given = field(child, "value") if child.type == "enum_assignment" else None
        value = low.expr(given) if given is not None else ir.Const(child.start_byte, child.end_byte, "int", following)
        if isinstance(value, ir.Const) and isinstance(value.value, int):
            following = value.value + 1
        yield ir.Member(child.start_byte, child.end_byte, member_name(key), "field", True, value)


# Types.


@lowers(TYPES, "type_annotation", "parenthesized_type", "readonly_type", "constraint", "opting_type_annotation")
def inner_type(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = children(node)
    found = low.type(parts[-1]) if parts else None
    return found or ir.Unknown(node.start_byte, node.end_byte)


@lowers(TYPES, "type_identifier", "identifier", "predefined_type", "this_type")
def named_type(low: Lowering, node: SyntaxNode) -> ir.Expr:
    written = text(node)
    return ir.Name(node.start_byte, node.end_byte, low.read(written))


@lowers(TYPES, "nested_type_identifier", "nested_identifier")
def nested_type(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = children(node)
    obj = low.type(parts[0]) or ir.Unknown(0, 0)
    return ir.Attr(node.start_byte, node.end_byte, obj, text(parts[-1]), parts[-1].start_byte)


@lowers(TYPES, "literal_type")
def literal_type(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = children(node)
    if parts and parts[0].type in {"undefined", "null"}:
        return ir.Const(node.start_byte, node.end_byte, "none")
    if parts and parts[0].type in {"string", "number", "true", "false"}:
        found: ir.Expr = constant(low, parts[0])
        return found
    return ir.Unknown(node.start_byte, node.end_byte)


@lowers(TYPES, "union_type", "intersection_type")
def union_type(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = [low.type(p) or ir.Unknown(0, 0) for p in children(node)]
    found = parts[0] if parts else ir.Unknown(node.start_byte, node.end_byte)
    for part in parts[1:]:
        found = ir.Binary(node.start_byte, node.end_byte, "|" if node.type == "union_type" else "&", found, part)
    return found


@lowers(TYPES, "generic_type")
def generic_type(low: Lowering, node: SyntaxNode) -> ir.Expr:
    head = low.type(field(node, "name")) or ir.Unknown(0, 0)
    return _subscripted(node, head, [low.type(t) for t in children(field(node, "type_arguments"))])


def _subscripted(node: SyntaxNode, head: ir.Expr, given: list[ir.Expr | None]) -> ir.Expr:
    start, end = node.start_byte, node.end_byte
    keys = tuple(g if g is not None else ir.Unknown(start, end) for g in given)
    key = keys[0] if len(keys) == 1 else ir.Display(start, end, "tuple", keys)
    return ir.Index(start, end, head, key)


@lowers(TYPES, "array_type")
def array_type(low: Lowering, node: SyntaxNode) -> ir.Expr:
    start, end = node.start_byte, node.end_byte
    parts = children(node)
    return ir.Index(start, end, ir.Name(start, start, "Array"), low.type(parts[0]) or ir.Unknown(start, end))


@lowers(TYPES, "tuple_type")
def tuple_type(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = tuple(low.type(p) or ir.Unknown(0, 0) for p in children(node))
    return ir.Display(node.start_byte, node.end_byte, "tuple", parts)


@lowers(TYPES, "type_query")
def type_query(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = children(node)
    value = low.expr(parts[0]) if parts else ir.Unknown(0, 0)
    return ir.Unary(node.start_byte, node.end_byte, "typeof", value)


@lowers(TYPES, "object_type")
def object_type(low: Lowering, node: SyntaxNode) -> ir.Expr:
    items: list[tuple[ir.Expr | None, ir.Expr]] = []
    for child in children(node):
        key = field(child, "name")
        if child.type == "property_signature" and key is not None:
            declared = low.type(field(child, "type")) or ir.Unknown(child.start_byte, child.end_byte)
            if has(child, "?"):
                declared = _or_nothing(declared)
            items.append((ir.Const(key.start_byte, key.end_byte, "str", member_name(key)), declared))
    return ir.DictDisplay(node.start_byte, node.end_byte, tuple(items))


@lowers(TYPES, "type_predicate_annotation", "asserts_annotation")
def annotated_predicate(low: Lowering, node: SyntaxNode) -> ir.Expr:
    return low.type(children(node)[0]) or ir.Unknown(node.start_byte, node.end_byte)


@lowers(TYPES, "type_predicate")
def predicate(low: Lowering, node: SyntaxNode) -> ir.Expr:
    """`x is T`, of what a function says that returns whether it is so."""
    subject = field(node, "name")
    name = ir.Name(node.start_byte, node.start_byte, text(subject))
    declared = low.type(field(node, "type")) or ir.Unknown(node.start_byte, node.end_byte)
    return ir.Binary(node.start_byte, node.end_byte, "is", name, declared)


@lowers(TYPES, "asserts")
def asserts(low: Lowering, node: SyntaxNode) -> ir.Expr:
    """`asserts x`, `asserts x is T`: after a call that comes back, it is so."""
    inner = children(node)[0]
    if inner.type == "type_predicate":
        found = low.type(inner)
        if isinstance(found, ir.Binary):
            return ir.Binary(node.start_byte, node.end_byte, "asserts", found.left, found.right)
    name = ir.Name(node.start_byte, node.start_byte, text(inner))
    return ir.Binary(node.start_byte, node.end_byte, "asserts", name, ir.Unknown(node.start_byte, node.end_byte))


__all__ = ["class_", "function", "name"]
