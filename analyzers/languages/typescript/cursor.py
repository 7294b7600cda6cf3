"""The name under a cursor, as linking wants it: a dotted name, or the module of an import.

It must not know what the name means.
"""

from __future__ import annotations

from analyzers.languages.language import Use
from analyzers.languages.typescript.pieces import dotted_name, plain_string
from analyzers.syntax import Node, Syntax

_NAMES = frozenset(
    {"identifier", "property_identifier", "private_property_identifier", "type_identifier"}
    | {"shorthand_property_identifier", "shorthand_property_identifier_pattern", "this", "super"}
)
_STEPS_MAX = 4
"""How far above an identifier its import or export statement can be."""


def use_at(parsed: Syntax, offset: int) -> Use | None:
    """The use of a name at a byte offset; None on anything that is not one, such as an object's key."""
    node = _name_at(parsed, offset)
    if node is None:
        return _module_at(parsed, offset)
    above = node.parent
    if above is None:
        return None
    start, end = node.start_byte, node.end_byte
    name = _text(parsed, node)
    match above.type:
        case "member_expression" | "nested_type_identifier" | "nested_identifier" if start > above.start_byte:
            left = above.named_child(0)
            return Use(start, end, f"{dotted_name(_text(parsed, left))}.{name}") if left is not None else None
        case "import_specifier" | "export_specifier":
            module = _module_of(parsed, above)
            first = above.child_by_field_name("name")
            if module:
                return Use(start, end, _text(parsed, first) if first is not None else name, module)
            return Use(start, end, name)
        case "import_clause":
            return Use(start, end, "default", _module_of(parsed, above))
        case "namespace_import" | "namespace_export":
            return Use(start, end, "", _module_of(parsed, above))
        case "pair" if start == above.start_byte:
            return None
        case _:
            return Use(start, end, name)


def _name_at(parsed: Syntax, offset: int) -> Node | None:
    """The name that holds an offset or ends at it: a cursor stands between two characters."""
    for at in (offset, offset - 1):
        if at >= 0:
            node = parsed.root.named_descendant_for_byte_range(at, at + 1)
            if node is not None and node.type in _NAMES:
                return node
    return None


def _module_at(parsed: Syntax, offset: int) -> Use | None:
    """The module that a string names, where it is the source of an import or the argument of `require`."""
    node = parsed.root.named_descendant_for_byte_range(offset, offset + 1)
    if node is not None and node.type == "string_fragment":
        node = node.parent
    if node is None or node.type != "string" or node.parent is None:
        return None
    above = node.parent
    called = above.parent.child_by_field_name("function") if above.type == "arguments" and above.parent else None
    if above.type in ("import_statement", "export_statement", "import_require_clause") or (
        called is not None and _text(parsed, called) in ("require", "import", "require.resolve")
    ):
        return Use(node.start_byte, node.end_byte, "", plain_string(_text(parsed, node)))
    return None


def _module_of(parsed: Syntax, node: Node) -> str:
    """The module that the import or export statement around a node names; empty where it names none."""
    statement: Node | None = node
    for _ in range(_STEPS_MAX):
        if statement is None or statement.type in ("import_statement", "export_statement"):
            break
        statement = statement.parent
    source = statement.child_by_field_name("source") if statement is not None else None
    return plain_string(_text(parsed, source)) if source is not None else ""


def _text(parsed: Syntax, node: Node) -> str:
    return parsed.data[node.start_byte : node.end_byte].decode("utf-8", "replace")
