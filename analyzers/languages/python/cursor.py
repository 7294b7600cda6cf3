"""The name under a cursor, as linking wants it: a dotted name, or the module of an import.

It must not know what the name means.
"""

from __future__ import annotations

from analyzers.languages.language import Use
from analyzers.languages.python.extract import dotted_name
from analyzers.syntax import Node, Syntax

_STEPS_MAX = 4
"""How far above an identifier its import statement can be."""


def use_at(parsed: Syntax, offset: int) -> Use | None:
    """The use of a name at a byte offset; None on anything that is not one, such as a keyword argument's name."""
    node = _identifier_at(parsed, offset)
    above = node.parent if node is not None else None
    if node is None or above is None:
        return None
    start, end = node.start_byte, node.end_byte
    name = parsed.data[start:end].decode("utf-8", "replace")
    match above.type:
        case "attribute" if end == above.end_byte:
            written = parsed.data[above.start_byte : start].decode("utf-8", "replace").rstrip().removesuffix(".")
            return Use(start, end, f"{dotted_name(written)}.{name}")
        case "dotted_name":
            return _imported(parsed, node, above, name)
        case "keyword_argument" if start == above.start_byte:
            return None
        case _:
            return Use(start, end, name)


def _identifier_at(parsed: Syntax, offset: int) -> Node | None:
    """The identifier that holds an offset or ends at it: a cursor stands between two characters."""
    for at in (offset, offset - 1):
        if at >= 0:
            node = parsed.root.named_descendant_for_byte_range(at, at + 1)
            if node is not None and node.type == "identifier":
                return node
    return None


def _imported(parsed: Syntax, node: Node, dotted: Node, name: str) -> Use:
    """A part of an import: of its module's name up to the cursor, or one of the names that it brings."""
    until = parsed.data[dotted.start_byte : node.end_byte].decode("utf-8", "replace")
    statement: Node | None = dotted
    for _ in range(_STEPS_MAX):
        if statement is None or statement.type.startswith("import_"):
            break
        statement = statement.parent
    if statement is not None and statement.type == "import_from_statement":
        module = statement.child_by_field_name("module_name")
        if module is not None and not (module.start_byte <= node.start_byte < module.end_byte):
            source = parsed.data[module.start_byte : module.end_byte].decode("utf-8", "replace")
            return Use(node.start_byte, node.end_byte, name, module="".join(source.split()))
        if module is not None:
            until = parsed.data[module.start_byte : node.end_byte].decode("utf-8", "replace")
    return Use(node.start_byte, node.end_byte, "", module="".join(until.split()))
