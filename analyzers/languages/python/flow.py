"""Control flow inside one Python function, as far as its text alone says: ends, branches and handlers.

It must not know names: whether a call returns is taken from the few that never do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzers.syntax import Node

NESTING_MAX = 40
"""Statements nested deeper are taken to end normally."""
BRANCHES_MAX = 20
"""What is kept of one value's conditional expressions."""

_NEVER_RETURN = (b"sys.exit(", b"os._exit(", b"os.abort(", b"exit(", b"quit(")


def can_end(node: Node, data: bytes, depth: int = 0) -> bool:
    """Whether control can pass the end of a block or statement. Any loop but `while True` is taken to end."""
    if depth > NESTING_MAX:
        return True
    match node.type:
        case "block":
            last = _last_statement(node)
            return last is None or can_end(last, data, depth + 1)
        case "return_statement" | "raise_statement" | "continue_statement" | "break_statement":
            return False
        case "expression_statement":
            return not data.startswith(_NEVER_RETURN, node.start_byte)
        case "assert_statement":
            return not data.startswith(b"assert False", node.start_byte)
        case "if_statement":
            return _if_ends(node, data, depth)
        case "try_statement":
            return _try_ends(node, data, depth)
        case "with_statement":
            # A context manager can swallow an exception; only those that say so in their name are believed to.
            body = node.child_by_field_name("body")
            return (
                body is None
                or b"suppress(" in data[node.start_byte : body.start_byte]
                or can_end(body, data, depth + 1)
            )
        case "while_statement":
            condition = node.child_by_field_name("condition")
            endless = condition is not None and condition.type in ("true", "integer")
            return not endless or _has_break(node, depth)
        case "match_statement":
            return _match_ends(node, data, depth)
        case _:
            return True


def branches(value: Node) -> Iterator[Node]:
    """The values that an expression may turn out to be: the branches of `a if b else c`, or itself."""
    waiting = [value]
    for _ in range(BRANCHES_MAX):
        if not waiting:
            return
        node = waiting.pop()
        if node.type == "parenthesized_expression" and node.named_child_count == 1:
            waiting += node.named_children
        elif node.type == "conditional_expression" and node.named_child_count == 3:
            first, _condition, other = node.named_children
            waiting += [other, first]
        else:
            yield node


@dataclass(frozen=True, slots=True)
class Handler:
    """An `except` clause: its span, the types it catches as written, and the name it gives to what it caught."""

    start: int
    end: int
    types: tuple[str, ...]
    alias: str


class Try:
    """A `try` statement: the span of its body and its handlers."""

    __slots__ = ("body_end", "body_start", "caught", "handlers")

    def __init__(self, body_start: int, body_end: int, handlers: list[Handler]) -> None:
        self.body_start, self.body_end, self.handlers = body_start, body_end, handlers
        self.caught = tuple(kind for handler in handlers for kind in handler.types)

    def handles(self, offset: int) -> bool:
        """Whether `offset` lies in one of the handlers."""
        return any(handler.start <= offset < handler.end for handler in self.handlers)

    def types_at(self, offset: int, raised: str) -> tuple[str, ...]:
        """What a bare `raise` (`raised` is empty) or `raise error` at `offset` raises again; nothing if it is new."""
        for handler in self.handlers:
            if handler.start <= offset < handler.end and raised in ("", handler.alias):
                return handler.types
        return ()


def _last_statement(block: Node) -> Node | None:
    """The last child that is a statement; comments are children too."""
    for index in range(block.child_count - 1, -1, -1):
        child = block.child(index)
        if child is not None and child.is_named and child.type != "comment":
            return child
    return None


def _if_ends(node: Node, data: bytes, depth: int) -> bool:
    bodies = [node.child_by_field_name("consequence")]
    closed = False
    for branch in node.children_by_field_name("alternative"):
        closed = closed or branch.type == "else_clause"
        bodies.append(branch.child_by_field_name("consequence") or branch.child_by_field_name("body"))
    return not closed or _any_ends(bodies, data, depth)


def _try_ends(node: Node, data: bytes, depth: int) -> bool:
    bodies = [node.child_by_field_name("body")]
    for child in node.named_children:
        body = next((inner for inner in reversed(child.named_children) if inner.type == "block"), None)
        if child.type == "finally_clause":
            if body is not None and not can_end(body, data, depth + 1):
                return False
        elif child.type == "else_clause":
            bodies[0] = body  # Where the body ends, the `else` follows it.
        elif child.type.startswith("except"):
            bodies.append(body)
    return _any_ends(bodies, data, depth)


def _match_ends(node: Node, data: bytes, depth: int) -> bool:
    body = node.child_by_field_name("body")
    cases = body.children_by_field_name("alternative") if body is not None else []
    if not cases:
        return True
    pattern = cases[-1].named_child(0)
    catches_all = pattern is not None and data[pattern.start_byte : pattern.end_byte] == b"_"
    return not catches_all or _any_ends([case.child_by_field_name("consequence") for case in cases], data, depth)


def _any_ends(bodies: list[Node | None], data: bytes, depth: int) -> bool:
    return any(body is None or can_end(body, data, depth + 1) for body in bodies)


def _has_break(loop: Node, depth: int) -> bool:
    """Whether a `break` leaves this loop, and not one inside it."""
    waiting = [(child, depth) for child in loop.named_children]
    while waiting:
        node, level = waiting.pop()
        if node.type == "break_statement":
            return True
        inner = node.type in ("for_statement", "while_statement", "function_definition", "class_definition", "lambda")
        if level > NESTING_MAX:
            return True
        if not inner and (node.type.endswith(("statement", "clause")) or node.type == "block"):
            waiting += [(child, level + 1) for child in node.named_children]
    return False
