"""How a value came to be where it is used, one step back: the call, the loop, the parameter or the field it is from.

Reads one file's syntax tree. Which function a call means and what that returns, the caller looks up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analyzers.evidence.blame import text_of, unwrapped, walk
from analyzers.languages.expressions import ExpressionSyntax
from analyzers.syntax import Node, Syntax

Kind = Literal["call", "value", "nothing", "element", "part", "given", "parameter", "field", "item", "made", "name"]
"""`value`: what was assigned; `given`: what a function without a name is called with; `part`: what is unpacked.
`made`: the expression that gives a comprehension its elements."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One step back. `node` is what to look at next, or the called name of a `call`."""

    kind: Kind
    node: Node
    name: str = ""
    """Of a parameter or a field."""


def origins(syntax: Syntax, table: ExpressionSyntax, node: Node, nothing: frozenset[str]) -> list[Origin]:
    """Where the value of an expression comes from: one step, or one for each alternative."""
    node = unwrapped(table, node)
    if fields := table.choices.get(node.type):
        return [each for part in _alternatives(node, fields) for each in origins(syntax, table, part, nothing)]
    if node.type in table.calls:
        called = node.child_by_field_name(table.calls[node.type][0])
        return [Origin("call", _last_name(table, called))] if called is not None else []
    if node.type in table.members:
        name = node.child_by_field_name(table.members[node.type][1])
        return [Origin("field", node, _text(syntax, name))] if name is not None else []
    if node.type in table.items:
        held = node.child_by_field_name(table.items[node.type][0])
        return [Origin("item", held)] if held is not None else []
    if node.type in table.comprehensions:
        body = node.child_by_field_name("body")
        return [Origin("made", body)] if body is not None else []
    text = _text(syntax, node)
    if text in nothing:
        return [Origin("nothing", node)]
    return [_of_name(syntax, table, node, text)] if node.type == "identifier" else []


def writes(syntax: Syntax, table: ExpressionSyntax, within: Node, name: str) -> list[tuple[Node, Node]]:
    """(what is assigned to, the value) of each assignment to a field of that name."""
    found = []
    for node in walk(within):
        for target, value in _assigned(table, node):
            fields = table.members.get(target.type)
            member = target.child_by_field_name(fields[1]) if fields is not None else None
            if member is not None and _text(syntax, member) == name:
                found.append((target, value))
    return found


def argument(
    syntax: Syntax, table: ExpressionSyntax, start: int, end: int, function: str, position: int, name: str
) -> Node | None:
    """What a call on a line passes for a parameter of `function`, by its name or as the `position`th plain argument."""
    node = syntax.root.named_descendant_for_byte_range(start, max(start, end - 1))
    for each in walk(node) if node is not None else ():
        fields = table.calls.get(each.type)
        called = each.child_by_field_name(fields[0]) if fields is not None else None
        if fields is None or called is None or each.start_byte >= end or each.end_byte <= start:
            continue
        arguments = each.child_by_field_name(fields[1])
        if arguments is None or _text(syntax, _last_name(table, called)) != function:
            continue
        plain = []
        for one in arguments.named_children:
            key = one.child_by_field_name("name")
            if key is not None and "argument" in one.type:
                if _text(syntax, key) == name:
                    return one.child_by_field_name("value")
            elif "splat" in one.type or "spread" in one.type:
                return None
            else:
                plain.append(one)
        if 0 <= position < len(plain):
            return plain[position]
    return None


def function_around(table: ExpressionSyntax, node: Node) -> Node | None:
    """The function or class with a name that holds a node."""
    around = node.parent
    while around is not None and around.type not in table.functions:
        around = around.parent
    return around


def _of_name(syntax: Syntax, table: ExpressionSyntax, node: Node, name: str) -> Origin:
    around = node.parent
    while around is not None:
        if around.type in table.comprehensions:
            for clause in around.named_children:
                for target, through in _looped(table, clause):
                    if name in _names(syntax, target) and not _within(node, through):
                        return Origin("element", through)
        if around.type in table.closures and name in _parameters(syntax, around):
            call = _call_around(table, around)
            elements = _gone_through(syntax, table, call) if call is not None else None
            return Origin("element", elements) if elements is not None else Origin("given", call or around, name)
        if around.type in table.functions or around.parent is None:
            if (bound := _bound(syntax, table, around, node, name)) is not None:
                return bound
            if around.type in table.functions and name in _parameters(syntax, around):
                return Origin("parameter", around, name)
        around = around.parent
    return Origin("name", node, name)


def _bound(syntax: Syntax, table: ExpressionSyntax, scope: Node, use: Node, name: str) -> Origin | None:
    """The last thing before a use that gives the name its value, inside one function or module."""
    last: Origin | None = None
    first: Origin | None = None
    for node in _own(table, scope):
        found: Origin | None = None
        for target, value in _assigned(table, node):
            if name in _names(syntax, target) and not _within(use, node):
                found = Origin("value" if _is_plain(target) else "part", value)
        for target, through in _looped(table, node):
            if name in _names(syntax, target) and not _within(use, through):
                found = Origin("element", through)
        if found is not None:
            first = first or found
            last = found if node.start_byte < use.start_byte else last
    return last or first


def _own(table: ExpressionSyntax, scope: Node) -> Iterator[Node]:
    """What belongs to a function itself, without the functions and comprehensions in it."""
    pending = list(reversed(scope.named_children))
    while pending:
        node = pending.pop()
        yield node
        if (
            node.type not in table.functions
            and node.type not in table.closures
            and node.type not in table.comprehensions
        ):
            pending += reversed(node.named_children)


def _assigned(table: ExpressionSyntax, node: Node) -> Iterator[tuple[Node, Node]]:
    fields = table.assignments.get(node.type)
    if fields is not None:
        target = node.child_by_field_name(fields[0])
        value = node.child_by_field_name(fields[1]) if fields[1] else next(iter(node.named_children), None)
        if target is not None and value is not None:
            yield target, value


def _looped(table: ExpressionSyntax, node: Node) -> Iterator[tuple[Node, Node]]:
    fields = table.loops.get(node.type)
    if fields is not None:
        target, through = node.child_by_field_name(fields[0]), node.child_by_field_name(fields[1])
        if target is not None and through is not None:
            yield target, through


def _names(syntax: Syntax, target: Node) -> list[str]:
    """The names that a target binds: itself, or those of its pattern."""
    if target.type == "identifier":
        return [_text(syntax, target)]
    if "attribute" in target.type or "member" in target.type or "subscript" in target.type:
        return []
    return [_text(syntax, each) for each in walk(target) if "identifier" in each.type]


def _is_plain(target: Node) -> bool:
    return target.type == "identifier" or target.named_child_count == 1


def _parameters(syntax: Syntax, function: Node) -> list[str]:
    holder = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
    if holder is None:
        return []
    if holder.type == "identifier":
        return [_text(syntax, holder)]
    found = []
    for each in holder.named_children:
        named = each.child_by_field_name("name") or each.child_by_field_name("pattern") or each
        first = next((one for one in walk(named) if one.type == "identifier"), None)
        if first is not None:
            found.append(_text(syntax, first))
    return found


def _call_around(table: ExpressionSyntax, closure: Node) -> Node | None:
    """The call that a function without a name is given to."""
    around = closure.parent
    while around is not None and around.type not in table.functions and around.type not in table.blocks:
        if around.type in table.calls:
            return around
        around = around.parent
    return None


def _gone_through(syntax: Syntax, table: ExpressionSyntax, call: Node) -> Node | None:
    """What a call hands to the function that it is given, one element after another."""
    called, given = (call.child_by_field_name(field) for field in table.calls[call.type])
    if called is None or _text(syntax, _last_name(table, called)) not in table.elements_to:
        return None
    plain = [each for each in (given.named_children if given is not None else ()) if "argument" not in each.type]
    others = [each for each in plain if each.type not in table.closures]
    fields = table.members.get(called.type)
    return others[0] if others else called.child_by_field_name(fields[0]) if fields is not None else None


def _alternatives(node: Node, fields: tuple[str, ...]) -> Iterator[Node]:
    for field in fields:
        found = (
            next(iter(node.named_children[int(field) : int(field) + 1]), None)
            if field.isdigit()
            else node.child_by_field_name(field)
        )
        if found is not None:
            yield found


def _last_name(table: ExpressionSyntax, called: Node) -> Node:
    """The name that is called: `find` of `store.find`."""
    fields = table.members.get(called.type)
    return (called.child_by_field_name(fields[1]) or called) if fields is not None else called


def _within(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def _text(syntax: Syntax, node: Node) -> str:
    return syntax.data[node.start_byte : node.end_byte].decode("utf-8", "replace")


__all__ = ["Origin", "argument", "function_around", "origins", "text_of", "writes"]
