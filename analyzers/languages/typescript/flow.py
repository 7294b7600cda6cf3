"""Control flow inside one function, as far as its text alone says: ends and branches.

It must not know names: whether a call returns is taken from the one that never does.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.syntax import Node

NESTING_MAX = 40
"""Statements nested deeper are taken to end normally."""
BRANCHES_MAX = 20
"""What is kept of one value's conditional expressions."""

_LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement", "switch_statement"})


def can_end(node: Node, data: bytes, depth: int = 0) -> bool:
    """Whether control can pass the end of a block or statement. Any loop but an endless one is taken to end."""
    if depth > NESTING_MAX:
        return True
    match node.type:
        case "statement_block" | "else_clause":
            last = _last_statement(node)
            return last is None or can_end(last, data, depth + 1)
        case "return_statement" | "throw_statement" | "continue_statement" | "break_statement":
            return False
        case "expression_statement":
            return not data.startswith(b"process.exit(", node.start_byte)
        case "if_statement":
            other = node.child_by_field_name("alternative")
            return other is None or _any_ends([node.child_by_field_name("consequence"), other], data, depth)
        case "try_statement":
            return _try_ends(node, data, depth)
        case "while_statement":
            return not _endless(node, data) or _has_break(node, depth)
        case "for_statement":
            condition = node.child_by_field_name("condition")
            return not (condition is None or condition.type in ("empty_statement", "true")) or _has_break(node, depth)
        case "switch_statement":
            return _switch_ends(node, data, depth)
        case "labeled_statement":
            return True
        case _:
            return True


def branches(value: Node) -> Iterator[Node]:
    """The values that an expression may turn out to be: the branches of `a ? b : c`, or itself without wrapping."""
    waiting = [value]
    for _ in range(BRANCHES_MAX):
        if not waiting:
            return
        node = waiting.pop()
        kind = node.type
        if kind in _WRAPPERS and node.named_child_count >= 1:
            waiting += node.named_children[:1]
        elif kind == "ternary_expression" and node.named_child_count == 3:
            _condition, first, other = node.named_children
            waiting += [other, first]
        else:
            yield node


_WRAPPERS = frozenset(
    {"parenthesized_expression", "await_expression", "as_expression", "satisfies_expression", "non_null_expression"}
)


def _last_statement(block: Node) -> Node | None:
    """The last child that is a statement; comments and functions, which are hoisted, are children too."""
    for index in range(block.child_count - 1, -1, -1):
        child = block.child(index)
        if child is not None and child.is_named and child.type not in ("comment", "function_declaration"):
            return child
    return None


def _try_ends(node: Node, data: bytes, depth: int) -> bool:
    last = node.child_by_field_name("finalizer")
    block = last.child_by_field_name("body") if last is not None else None
    if block is not None and not can_end(block, data, depth + 1):
        return False
    handler = node.child_by_field_name("handler")
    bodies = [node.child_by_field_name("body")]
    if handler is not None:
        bodies.append(handler.child_by_field_name("body"))
    return _any_ends(bodies, data, depth)


def _switch_ends(node: Node, data: bytes, depth: int) -> bool:
    body = node.child_by_field_name("body")
    cases = body.named_children if body is not None else []
    if not any(case.type == "switch_default" for case in cases) or _has_break(node, depth):
        return True
    last = cases[-1].named_children[-1] if cases and cases[-1].named_children else None
    return last is None or can_end(last, data, depth + 1)


def _any_ends(bodies: list[Node | None], data: bytes, depth: int) -> bool:
    return any(body is None or can_end(body, data, depth + 1) for body in bodies)


def _endless(loop: Node, data: bytes) -> bool:
    condition = loop.child_by_field_name("condition")
    return condition is not None and data[condition.start_byte : condition.end_byte] in (b"(true)", b"(1)")


def _has_break(loop: Node, depth: int) -> bool:
    """Whether a `break` leaves this loop, and not one inside it; a labelled one is taken to."""
    waiting = [(child, depth) for child in loop.named_children]
    while waiting:
        node, level = waiting.pop()
        if node.type == "break_statement":
            return True
        if level > NESTING_MAX:
            return True
        kind = node.type
        if kind in _LOOPS or "function" in kind or kind == "class_declaration":
            continue
        if kind.endswith(("statement", "clause", "_block", "_body", "_case", "_default")):
            waiting += [(child, level + 1) for child in node.named_children]
    return False
