"""What a Python file is taken apart into while `extract` reads it, and how its offsets are cut into scopes and lines.

Mutable on purpose, and never outside the reading of one file.
"""

from __future__ import annotations

from functools import cache

from analyzers.facts import MODULE
from analyzers.syntax import Grammar, Node


class Definition:
    """A function or a class while its file is read."""

    __slots__ = (
        "body",
        "body_start",
        "decorators",
        "end",
        "inner_start",
        "kind",
        "name",
        "name_end",
        "name_start",
        "node",
        "parent",
        "qualname",
        "start",
    )

    def __init__(self, kind: str, node: Node, name: Node, body: Node, text: str) -> None:
        self.kind, self.node, self.body = kind, node, body
        self.inner_start = self.start = node.start_byte
        self.end, self.body_start = node.end_byte, body.start_byte
        self.name_start, self.name_end = name.start_byte, name.end_byte
        self.name = self.qualname = text
        self.parent = MODULE
        self.decorators: tuple[str, ...] = ()


class Binding:
    """A field or a module variable while its file is read."""

    __slots__ = ("annotation", "end", "flags", "name", "name_end", "name_start", "parent", "start", "value")

    def __init__(self, parent: int, name: str, node: Node, name_node: Node) -> None:
        self.parent, self.name = parent, name
        self.start, self.end = node.start_byte, node.end_byte
        self.name_start, self.name_end = name_node.start_byte, name_node.end_byte
        self.annotation = self.value = ""
        self.flags = 0


class Fields:
    """The numbers of the fields by which children are found."""

    __slots__ = (
        "alias",
        "attribute",
        "body",
        "definition",
        "function",
        "left",
        "module_name",
        "name",
        "object",
        "parameters",
        "return_type",
        "right",
        "superclasses",
        "type",
        "value",
    )

    def __init__(self, grammar: Grammar) -> None:
        self.alias = grammar.field("alias")
        self.attribute = grammar.field("attribute")
        self.body = grammar.field("body")
        self.definition = grammar.field("definition")
        self.function = grammar.field("function")
        self.left = grammar.field("left")
        self.module_name = grammar.field("module_name")
        self.name = grammar.field("name")
        self.object = grammar.field("object")
        self.parameters = grammar.field("parameters")
        self.return_type = grammar.field("return_type")
        self.right = grammar.field("right")
        self.superclasses = grammar.field("superclasses")
        self.type = grammar.field("type")
        self.value = grammar.field("value")


@cache
def fields(grammar: Grammar) -> Fields:
    """Those of the grammar, which is one for all files."""
    return Fields(grammar)


def scopes(definitions: list[Definition]) -> tuple[list[int], list[int]]:
    """Sorted offsets and the definition whose body holds what follows each; what a header holds runs outside it."""
    bounds, owners = [0], [MODULE]
    open_ends: list[tuple[int, int]] = []

    def close(until: int) -> None:
        while open_ends and open_ends[-1][0] <= until:
            end, _ = open_ends.pop()
            bounds.append(end)
            owners.append(open_ends[-1][1] if open_ends else MODULE)

    for index, definition in enumerate(definitions):
        close(definition.inner_start)
        bounds.append(definition.body_start)
        owners.append(index)
        open_ends.append((definition.end, index))
    close(definitions[-1].end if definitions else 0)
    close(1 << 62)
    return bounds, owners


def without_arguments(written: str) -> str:
    """`a.b(c, d(e)).f` becomes `a.b().f`. Brackets in strings may mislead it; then it is no dotted name any more."""
    kept: list[str] = []
    depth = 0
    for char in written:
        if char == ")":
            depth -= 1
        if depth == 0:
            kept.append(char)
        if char == "(":
            depth += 1
    return "".join(kept)
