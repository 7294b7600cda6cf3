"""Lowering of assignments, of the patterns that take values apart, and of markup."""

from __future__ import annotations

from analyzers import ir
from analyzers.languages.typescript.lower_expressions import BOOLEANS, named, property_key
from analyzers.languages.typescript.lower_scope import (
    EXPRESSIONS,
    FUNCTIONS,
    Lowering,
    SyntaxNode,
    children,
    field,
    lowers,
    text,
)


@lowers(EXPRESSIONS, "assignment_expression")
def assignment(low: Lowering, node: SyntaxNode) -> ir.Expr:
    goal = target(low, field(node, "left"))
    value = assigned_value(low, node)
    return ir.Set(node.start_byte, node.end_byte, goal, value)


def assigned_value(low: Lowering, node: SyntaxNode) -> ir.Expr:
    """The right side of an assignment; a function there goes by what it is assigned to."""
    left = field(node, "left")
    right = field(node, "right")
    if left is None:
        return low.expr(right)
    outer = low.qualname
    path = _assigned_to(low, left)
    low.qualname, _, name_ = path.rpartition(".") if "." in path else (low.qualname, "", path)
    found = named(low, right, name_, left) if name_ else low.expr(right)
    low.qualname = outer
    return found


def _assigned_to(low: Lowering, left: SyntaxNode) -> str:
    """The qualified name that a function gets by being assigned there."""
    if left.type == "identifier":
        return low.nested(text(left))
    if left.type != "member_expression":
        return ""
    written = "".join(text(left).split()).replace("?.", ".")
    if written == "module.exports":
        return ""
    if written.startswith("this."):
        holder = low.class_name()
        return f"{holder}.{written[5:]}" if holder else written[5:]
    for prefix in ("module.exports.", "exports."):
        written = written.removeprefix(prefix)
    written = written.replace(".prototype.", ".").removesuffix(".prototype")
    return low.nested(written) if all(part.isidentifier() for part in written.split(".")) else ""


@lowers(EXPRESSIONS, "augmented_assignment_expression")
def augmented(low: Lowering, node: SyntaxNode) -> ir.Expr:
    start, end = node.start_byte, node.end_byte
    left = field(node, "left")
    operator = text(field(node, "operator")).removesuffix("=")
    before = low.expr(left)
    goal = target(low, left)
    right = assigned_value(low, node) if operator in BOOLEANS else low.expr(field(node, "right"))
    value: ir.Expr
    if operator in BOOLEANS:
        value = ir.Bool(start, end, BOOLEANS[operator], before, right)
    else:
        value = ir.Binary(start, end, operator, before, right)
    return ir.Set(start, end, goal, value)


@lowers(EXPRESSIONS, "update_expression")
def update(low: Lowering, node: SyntaxNode) -> ir.Expr:
    start, end = node.start_byte, node.end_byte
    argument = field(node, "argument")
    before = low.expr(argument)
    value = ir.Binary(start, end, text(field(node, "operator"))[:1], before, ir.Const(start, end, "int", 1))
    return ir.Set(start, end, target(low, argument), value)


def target(low: Lowering, node: SyntaxNode | None, declares: bool = False) -> ir.Expr:
    """What is assigned to; with `declares`, its names are bound already."""
    if node is None:
        return ir.Unknown(0, 0)
    start, end = node.start_byte, node.end_byte
    if node.type in {"identifier", "shorthand_property_identifier_pattern"}:
        return ir.Name(start, end, low.write(text(node)))
    if node.type == "array_pattern":
        return ir.Display(start, end, "tuple", tuple(_holes(low, node, declares)))
    if node.type == "object_pattern":
        return ir.Pattern(start, end, tuple(_parts(low, node, declares)))
    if node.type in {"assignment_pattern", "object_assignment_pattern"}:
        goal = target(low, field(node, "left"), declares)
        left = field(node, "left")
        return ir.Defaulted(start, end, goal, named(low, field(node, "right"), text(left), left))
    if node.type == "rest_pattern":
        parts = children(node)
        return ir.Starred(start, end, target(low, parts[0] if parts else None, declares))
    if node.type in {"parenthesized_expression", "non_null_expression", "as_expression"} and children(node):
        return target(low, children(node)[0], declares)
    return low.expr(node)


def _holes(low: Lowering, node: SyntaxNode, declares: bool) -> list[ir.Expr]:
    """The items of a list pattern; one that is left out takes its place and binds nothing."""
    found: list[ir.Expr] = []
    filled = False
    for child in node.children:
        if child.type == ",":
            if not filled:
                found.append(ir.Unknown(child.start_byte, child.start_byte))
            filled = False
        elif child.is_named and child.type != "comment":
            found.append(target(low, child, declares))
            filled = True
    return found


def _parts(low: Lowering, node: SyntaxNode, declares: bool) -> list[tuple[ir.Expr | None, ir.Expr]]:
    found: list[tuple[ir.Expr | None, ir.Expr]] = []
    for child in children(node):
        if child.type == "pair_pattern":
            found.append((property_key(low, field(child, "key")), target(low, field(child, "value"), declares)))
        elif child.type == "rest_pattern":
            parts = children(child)
            found.append((None, target(low, parts[0] if parts else None, declares)))
        else:
            left = field(child, "left") or child
            key = ir.Const(left.start_byte, left.end_byte, "str", text(left))
            found.append((key, target(low, child, declares)))
    return found


# Markup.


@lowers(EXPRESSIONS, "jsx_element", "jsx_self_closing_element", "jsx_fragment")
def markup(low: Lowering, node: SyntaxNode) -> ir.Expr:
    """A component is called with an object of its attributes and what stands inside; other elements hold parts."""
    opening = field(node, "open_tag") or node
    tag = field(opening, "name")
    items: list[tuple[ir.Expr | None, ir.Expr]] = []
    for attribute in opening.children_by_field_name("attribute"):
        items.append(_attribute(low, attribute))
    inside = (
        [low.expr(c) for c in children(node) if c.type in _INSIDE] if node.type != "jsx_self_closing_element" else []
    )
    start, end = node.start_byte, node.end_byte
    written = text(tag)
    if tag is None or (written[:1].islower() and tag.type == "identifier") or tag.type == "jsx_namespace_name":
        return ir.Markup(start, end, (*(value for _, value in items), *inside))
    if inside:
        content = inside[0] if len(inside) == 1 else ir.Display(start, end, "list", tuple(inside))
        items.append((ir.Const(start, start, "str", "children"), content))
    props = ir.DictDisplay(opening.start_byte, opening.end_byte, tuple(items))
    return ir.Element(tag.start_byte, end, low.expr(tag), (ir.Arg(props),))


_INSIDE = frozenset({"jsx_element", "jsx_self_closing_element", "jsx_fragment", "jsx_expression"})


def _attribute(low: Lowering, node: SyntaxNode) -> tuple[ir.Expr | None, ir.Expr]:
    parts = children(node)
    if node.type == "jsx_expression":
        spread_ = children(parts[0]) if parts and parts[0].type == "spread_element" else parts
        return None, low.expr(spread_[0] if spread_ else None)
    key = ir.Const(node.start_byte, node.end_byte, "str", text(parts[0]) if parts else "?")
    if len(parts) < 2:
        return key, ir.Const(node.start_byte, node.end_byte, "bool", True)
    value = parts[1]
    if value.type == "jsx_expression" and children(value):
        value = children(value)[0]
        return key, named(low, value, text(parts[0]), parts[0]) if value.type in FUNCTIONS else low.expr(value)
    return key, low.expr(value)


@lowers(EXPRESSIONS, "jsx_expression")
def embedded(low: Lowering, node: SyntaxNode) -> ir.Expr:
    parts = children(node)
    return low.expr(parts[0]) if parts else ir.Unknown(node.start_byte, node.end_byte)
