"""Lowering of expressions: names, chains, calls, objects, operators, markup, and the targets of assignments."""

from __future__ import annotations

import re
from typing import Any, Literal

from analyzers import ir
from analyzers.languages.typescript.lower_scope import (
    EXPRESSIONS,
    FUNCTIONS,
    Lowering,
    SyntaxNode,
    children,
    field,
    has,
    lowers,
    text,
)
from analyzers.languages.typescript.pieces import plain_string
from analyzers.languages.typescript.words import SUITES, TESTS, test_name

_HEAD = re.compile(r"[\w$]+")

EXPORTS = "module.exports"
"""What stands for the module whose file is running: no name can be written like this, so nothing hides it."""

CONST_CHARACTERS_MAX = 80
"""Longer string literals keep no value: they are texts, not names or keys."""


@lowers(EXPRESSIONS, "identifier", "shorthand_property_identifier", "undefined")
def name(low: Lowering, node: SyntaxNode) -> ir.Expr:
    written = text(node)
    if written == "undefined" and not low.known(written):
        return ir.Const(node.start_byte, node.end_byte, "none")
    if written == "arguments" and not low.known(written):
        for scope in reversed(low.scopes):
            if not scope.arrow:
                scope.arguments = True
                scope.declare(written, 0)
                break
    return ir.Name(node.start_byte, node.end_byte, low.read(written))


@lowers(EXPRESSIONS, "this")
def this(low: Lowering, node: SyntaxNode) -> ir.Expr:
    return ir.Name(node.start_byte, node.end_byte, low.read("this"))


@lowers(EXPRESSIONS, "super")
def super_(low: Lowering, node: SyntaxNode) -> ir.Expr:
    low.read("this")
    return ir.Super(node.start_byte, node.end_byte)


@lowers(EXPRESSIONS, "null", "true", "false", "number", "string", "regex")
def constant(low: Lowering, node: SyntaxNode) -> ir.Expr:
    start, end = node.start_byte, node.end_byte
    if node.type == "null":
        return ir.Const(start, end, "none")
    if node.type in {"true", "false"}:
        return ir.Const(start, end, "bool", node.type == "true")
    if node.type == "regex":
        return ir.Const(start, end, "regex")
    if node.type == "string":
        return ir.Const(start, end, "str", literal(node))
    written = text(node).replace("_", "").rstrip("n")
    try:
        return ir.Const(start, end, "int", int(written, 0) if len(written) < 12 else None)
    except ValueError:
        return ir.Const(start, end, "float")


def literal(node: SyntaxNode) -> str | None:
    """The value of a string literal; None where it is long."""
    if node.end_byte - node.start_byte > CONST_CHARACTERS_MAX:
        return None
    value = text(node)[1:-1]
    return value if "\\" not in value else _unescaped(value)


def _unescaped(value: str) -> str | None:
    for written, meant in (("\\'", "'"), ('\\"', '"'), ("\\n", "\n"), ("\\t", "\t"), ("\\/", "/")):
        value = value.replace(written, meant)
    return value if "\\" not in value else None


@lowers(EXPRESSIONS, "template_string")
def template(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = _substitutions(low, node)
    if not parts:
        return ir.Const(node.start_byte, node.end_byte, "str", literal(node))
    return ir.Format(node.start_byte, node.end_byte, parts, ("str",) * len(parts))


def _substitutions(low: Lowering, node: SyntaxNode) -> tuple[ir.Expr, ...]:
    found = (c for c in node.named_children if c.type == "template_substitution")
    return tuple(low.expr(inner) for part in found for inner in children(part)[:1])


@lowers(EXPRESSIONS, "parenthesized_expression")
def inner(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = children(node)
    return low.expr(parts[0]) if parts else ir.Unknown(node.start_byte, node.end_byte)


@lowers(EXPRESSIONS, "as_expression", "satisfies_expression")
def typed(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = children(node)
    if node.type == "as_expression" and len(parts) > 1 and parts[1].type not in {"predefined_type", "literal_type"}:
        declared = low.type(parts[1])
        if declared is not None and not isinstance(declared, ir.Unknown):
            return ir.Typed(node.start_byte, node.end_byte, low.expr(parts[0]), declared)
    return low.expr(parts[0]) if parts else ir.Unknown(node.start_byte, node.end_byte)


@lowers(EXPRESSIONS, "type_assertion")
def asserted(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = children(node)
    return low.expr(parts[-1]) if parts else ir.Unknown(node.start_byte, node.end_byte)


@lowers(EXPRESSIONS, "instantiation_expression")
def instantiated(low: Lowering, node: SyntaxNode) -> ir.Expr:
    found: ir.Expr = inner(low, node)
    return found


@lowers(EXPRESSIONS, "sequence_expression")
def sequence(low: Lowering, node: SyntaxNode) -> ir.Expr:
    return ir.Sequence(node.start_byte, node.end_byte, tuple(low.expr(c) for c in children(node)))


# Chains.


@lowers(EXPRESSIONS, "member_expression", "subscript_expression", "call_expression", "non_null_expression")
def chain(low: Lowering, node: SyntaxNode) -> ir.Expr:
    """A whole chain: where something in it is optional, it may give nothing."""
    found, skips = _link(low, node)
    return ir.Chain(node.start_byte, node.end_byte, found) if skips else found


def _link(low: Lowering, node: SyntaxNode) -> tuple[ir.Expr, bool]:
    """One link of a chain and those before it, and whether any of them may be skipped."""
    start, end = node.start_byte, node.end_byte
    if node.type == "member_expression":
        return _member(low, node)
    if node.type == "subscript_expression":
        obj, skips = _object(low, node, field(node, "object"))
        index = field(node, "index")
        key = low.expr(index)
        if isinstance(key, ir.Const) and isinstance(key.value, str) and key.value.isidentifier():
            return ir.Attr(start, end, obj, key.value, key.start), skips  # `x["y"]` is `x.y`
        return ir.Index(start, end, obj, key), skips
    if node.type == "call_expression":
        return _call(low, node)
    if node.type == "non_null_expression":
        obj, skips = _link(low, node.named_children[0])
        return ir.Optional(start, end, obj, asserted=True), skips
    return low.expr(node), False


def _object(low: Lowering, node: SyntaxNode, obj: SyntaxNode | None) -> tuple[ir.Expr, bool]:
    if obj is None:
        return ir.Unknown(node.start_byte, node.end_byte), False
    found, skips = _link(low, obj)
    if has(node, "optional_chain") or has(node, "?."):
        return ir.Optional(obj.start_byte, obj.end_byte, found), True
    return found, skips


def _member(low: Lowering, node: SyntaxNode) -> tuple[ir.Expr, bool]:
    start, end = node.start_byte, node.end_byte
    prop = field(node, "property")
    written = text(prop)
    obj = field(node, "object")
    at = prop.start_byte if prop is not None else end
    if obj is not None and written == "exports" and text(obj) == "module" and not low.known("module"):
        return ir.Attr(start, end, ir.Name(obj.start_byte, obj.end_byte, EXPORTS), "=", at), False
    found, skips = _object(low, node, obj)
    return ir.Attr(start, end, found, written, at), skips


def _call(low: Lowering, node: SyntaxNode) -> tuple[ir.Expr, bool]:
    start, end = node.start_byte, node.end_byte
    func = field(node, "function")
    arguments = field(node, "arguments")
    module = _loaded_module(low, func, arguments)
    if module is not None:
        return ir.ImportExpr(start, end, module, promised=func is not None and func.type == "import"), False
    if func is not None and func.type == "super":
        low.read("this")
        above = ir.Super(func.start_byte, func.end_byte)
        target = ir.Attr(func.start_byte, func.end_byte, above, "constructor", func.start_byte)
        return ir.Call(start, end, target, call_arguments(low, arguments)), False
    found, skips = _object(low, node, func)
    if arguments is not None and arguments.type == "template_string":
        strings = ir.Display(arguments.start_byte, arguments.end_byte, "list", ())
        parts = (ir.Arg(strings), *(ir.Arg(p) for p in _substitutions(low, arguments)))
        return ir.Call(start, end, found, parts), skips
    titled = _title(func, arguments)
    if titled is not None:
        return ir.Call(start, end, found, _titled_arguments(low, arguments, *titled)), skips
    return ir.Call(start, end, found, call_arguments(low, arguments)), skips


def _title(func: SyntaxNode | None, arguments: SyntaxNode | None) -> tuple[str, SyntaxNode] | None:
    """The name of the test or group of tests that a call describes, and the body that goes by it."""
    given = children(arguments)
    if func is None or len(given) < 2 or given[0].type not in {"string", "template_string"}:
        return None
    written = text(func)
    match = _HEAD.match(written)
    head = match[0] if match else ""
    if head not in TESTS and head not in SUITES:
        if not written.endswith((".test", ".it")):
            return None
        head = "test"
    elif ".describe" in written or ".suite" in written:
        head = "describe"
    body = next((c for c in reversed(given) if c.type in FUNCTIONS), None)
    return (test_name(head, plain_string(text(given[0]))), body) if body is not None else None


def _titled_arguments(low: Lowering, arguments: SyntaxNode | None, title: str, body: SyntaxNode) -> tuple[ir.Arg, ...]:
    given = children(arguments)
    return tuple(
        ir.Arg(ir.Lambda(body.start_byte, body.end_byte, define(low, body, title, given[0])))
        if child is body
        else ir.Arg(low.expr(child))
        for child in given
    )


def _loaded_module(low: Lowering, func: SyntaxNode | None, arguments: SyntaxNode | None) -> str | None:
    given = children(arguments)
    if func is None or not given or given[0].type not in {"string", "template_string"}:
        return None
    required = func.type == "identifier" and text(func) == "require" and not low.known("require")
    return text(given[0])[1:-1] if required or func.type == "import" else None


def call_arguments(low: Lowering, node: SyntaxNode | None) -> tuple[ir.Arg, ...]:
    found = []
    for child in children(node):
        if child.type == "spread_element":
            found.append(ir.Arg(low.expr(child.named_children[0] if child.named_children else None), "", 1))
        else:
            found.append(ir.Arg(low.expr(child)))
    return tuple(found)


@lowers(EXPRESSIONS, "new_expression")
def new(low: Lowering, node: SyntaxNode) -> ir.Expr:
    func = low.expr(field(node, "constructor"))
    return ir.New(node.start_byte, node.end_byte, func, call_arguments(low, field(node, "arguments")))


# Objects and lists.


@lowers(EXPRESSIONS, "array")
def array(low: Lowering, node: SyntaxNode) -> ir.Expr:
    return ir.Display(node.start_byte, node.end_byte, "list", tuple(low.expr(c) for c in children(node)))


@lowers(EXPRESSIONS, "spread_element")
def spread(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = children(node)
    return ir.Starred(node.start_byte, node.end_byte, low.expr(parts[0] if parts else None))


@lowers(EXPRESSIONS, "object")
def object_(low: Lowering, node: SyntaxNode) -> ir.Expr:
    items: list[tuple[ir.Expr | None, ir.Expr]] = []
    for child in children(node):
        start, end = child.start_byte, child.end_byte
        if child.type == "pair":
            key_node = field(child, "key")
            key = property_key(low, key_node)
            items.append((key, named(low, field(child, "value"), member_name(key_node), key_node)))
        elif child.type == "shorthand_property_identifier":
            items.append((ir.Const(start, end, "str", text(child)), low.expr(child)))
        elif child.type == "spread_element":
            items.append((None, low.expr(children(child)[0] if children(child) else None)))
        elif child.type == "method_definition":
            key_node = field(child, "name")
            index = define(low, child, member_name(key_node), key_node)
            kind: Any = "get" if has(child, "get") else "set" if has(child, "set") else ""
            value: ir.Expr = ir.Accessor(start, end, kind, index) if kind else ir.Lambda(start, end, index)
            items.append((property_key(low, key_node), value))
    return ir.DictDisplay(node.start_byte, node.end_byte, tuple(items))


def property_key(low: Lowering, node: SyntaxNode | None) -> ir.Expr:
    """The key of a property or member: a text, or what a computed one evaluates to."""
    if node is None:
        return ir.Unknown(0, 0)
    if node.type == "computed_property_name":
        parts = children(node)
        symbol = member_name(node)
        if symbol.startswith("[Symbol."):
            return ir.Const(node.start_byte, node.end_byte, "str", symbol)
        return low.expr(parts[0] if parts else None)
    return ir.Const(node.start_byte, node.end_byte, "str", member_name(node))


def member_name(node: SyntaxNode | None) -> str:
    """The name of a property or member as people say it: a computed one with its brackets."""
    if node is None:
        return "?"
    if node.type == "string":
        return text(node)[1:-1]
    if node.type == "computed_property_name":
        parts = children(node)
        if parts and parts[0].type == "string":
            return text(parts[0])[1:-1]
    return "".join(text(node).split())


def define(low: Lowering, node: SyntaxNode, name_: str, name_node: SyntaxNode | None) -> int:
    """Lowers a function; its index."""
    from analyzers.languages.typescript.lower_declarations import function

    return function(low, node, name_, name_node or node)


def named(low: Lowering, node: SyntaxNode | None, name_: str, name_node: SyntaxNode | None) -> ir.Expr:
    """An expression that is given a name: a function or class without one of its own goes by it."""
    if node is None:
        return ir.Unknown(0, 0)
    start, end = node.start_byte, node.end_byte
    if node.type in FUNCTIONS:
        return ir.Lambda(start, end, define(low, node, name_, name_node))
    if node.type == "class":
        from analyzers.languages.typescript.lower_declarations import class_

        return ir.ClassExpr(start, end, class_(low, node, name_, name_node or node))
    if node.type == "object":
        outer, low.qualname = low.qualname, low.nested(name_)
        found = low.expr(node)
        low.qualname = outer
        return found
    if node.type in {"parenthesized_expression", "as_expression", "satisfies_expression"} and children(node):
        return named(low, children(node)[0], name_, name_node)
    if node.type == "call_expression":
        return _named_call(low, node, name_, name_node)
    return low.expr(node)


def _named_call(low: Lowering, node: SyntaxNode, name_: str, name_node: SyntaxNode | None) -> ir.Expr:
    """`const f = wrap(function () {})`: what is wrapped goes by the name that the result gets."""
    arguments = field(node, "arguments")
    func = field(node, "function")
    given = children(arguments) if arguments is not None and arguments.type == "arguments" else []
    anonymous = [
        c for c in given if c.type in {"function_expression", "function", "class"} and field(c, "name") is None
    ]
    if len(anonymous) != 1 or func is None or func.type in {"super", "import"}:
        return low.expr(node)
    target, skips = _object(low, node, func)
    found = tuple(
        ir.Arg(named(low, child, name_, name_node))
        if child is anonymous[0]
        else ir.Arg(low.expr(children(child)[0] if children(child) else None), "", 1)
        if child.type == "spread_element"
        else ir.Arg(low.expr(child))
        for child in given
    )
    call: ir.Expr = ir.Call(node.start_byte, node.end_byte, target, found)
    return ir.Chain(node.start_byte, node.end_byte, call) if skips else call


# Functions and classes as values.


@lowers(EXPRESSIONS, "function_expression", "generator_function", "function", "arrow_function")
def function_value(low: Lowering, node: SyntaxNode) -> ir.Expr:
    own = field(node, "name")
    default = "<arrow>" if node.type == "arrow_function" else "<function>"
    index = define(low, node, text(own) if own is not None else default, own)
    return ir.Lambda(node.start_byte, node.end_byte, index)


@lowers(EXPRESSIONS, "class")
def class_value(low: Lowering, node: SyntaxNode) -> ir.Expr:
    from analyzers.languages.typescript.lower_declarations import class_

    own = field(node, "name")
    name_ = text(own) if own is not None else "<class>"
    return ir.ClassExpr(node.start_byte, node.end_byte, class_(low, node, name_, own or node))


# Operators.


@lowers(EXPRESSIONS, "unary_expression")
def unary(low: Lowering, node: SyntaxNode) -> ir.Expr:
    start, end = node.start_byte, node.end_byte
    operator = text(field(node, "operator"))
    operand = low.expr(field(node, "argument"))
    if operator == "void":
        return ir.Sequence(start, end, (operand, ir.Const(start, end, "none")))
    return ir.Unary(start, end, "not" if operator == "!" else operator, operand)


_COMPARISONS = {
    "===": "is", "!==": "is not", "==": "is", "!=": "is not", "<": "<", ">": ">", "<=": "<=", ">=": ">=",
    "in": "has", "instanceof": "instanceof",
}  # fmt: skip
BOOLEANS: dict[str, Literal["and", "or", "??"]] = {"&&": "and", "||": "or", "??": "??"}


@lowers(EXPRESSIONS, "binary_expression")
def binary(low: Lowering, node: SyntaxNode) -> ir.Expr:
    start, end = node.start_byte, node.end_byte
    operator = text(field(node, "operator"))
    left, right = low.expr(field(node, "left")), low.expr(field(node, "right"))
    if operator in BOOLEANS:
        return ir.Bool(start, end, BOOLEANS[operator], left, right)
    if operator in _COMPARISONS:
        return ir.Compare(start, end, (_COMPARISONS[operator],), (left, right))
    return ir.Binary(start, end, operator, left, right)


@lowers(EXPRESSIONS, "ternary_expression")
def conditional(low: Lowering, node: SyntaxNode) -> ir.Expr:
    test, body, orelse = (low.expr(field(node, part)) for part in ("condition", "consequence", "alternative"))
    return ir.Conditional(node.start_byte, node.end_byte, test, body, orelse)


@lowers(EXPRESSIONS, "await_expression")
def await_(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = children(node)
    return ir.Await(node.start_byte, node.end_byte, low.expr(parts[0] if parts else None))


@lowers(EXPRESSIONS, "yield_expression")
def yield_(low: Lowering, node: SyntaxNode) -> ir.Expr:
    low.scope.generator = True
    parts = children(node)
    return ir.Yield(node.start_byte, node.end_byte, low.expr(parts[0]) if parts else None, has(node, "*"))


@lowers(EXPRESSIONS, "meta_property", "import")
def meta(low: Lowering, node: SyntaxNode) -> ir.Expr:
    return ir.Unknown(node.start_byte, node.end_byte)
