"""What JavaScript's `x[key]` gives and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import containers, expressions
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    KEYS,
    NONE,
    NOTHING,
    UNKNOWN,
    ClassValue,
    Const,
    Container,
    FunctionValue,
    Instance,
    ModuleValue,
    Prototype,
    Value,
    Values,
)
from analyzers.languages.typescript.dialect import lookup

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

SYMBOL = "@@"
"""Begins the texts that stand for symbols."""

NAMES_MAX = 40
"""Members that a computed name may mean."""


def load_index(frame: Frame, obj: Values, key: Values, node: ir.Index) -> Values:
    """`obj[key]`."""
    if not obj:
        return frame.bottom()
    result = EMPTY
    names = keys_of(key, node.key)
    # A key that is known is like a name after a dot: a getter that is found by it is as sure as by that.
    before, frame.unsure = frame.unsure, frame.unsure and names is None
    for value in obj:
        result = result | _load_from(frame, value, names, node, len(obj) > 1)
    frame.unsure = before
    return result or frame.bottom()


def keys_of(key: Values, node: ir.Expr) -> list[str | int] | None:
    """The constants that a key may be; None where it may be anything."""
    if isinstance(node, ir.Attr) and isinstance(node.obj, ir.Name) and node.obj.id == "Symbol":
        return [f"[Symbol.{node.name}]"]
    found = [v.value for v in key if isinstance(v, Const) and v.kind in {"str", "int", "symbol"}]
    known = [v for v in found if isinstance(v, str | int)]
    return known if known and len(known) == len(key) else None


def _load_from(frame: Frame, value: Value, names: list[str | int] | None, node: ir.Index, many: bool) -> Values:
    if value is NONE:
        frame.raises(node, frame.program.builtin("TypeError"), "None[…]", rare=many)
        return EMPTY
    if isinstance(value, Container) and value.kind == "list":
        return _from_list(frame, value, names, node)
    if isinstance(value, Container):
        if names is None:
            return lookup.everything(frame, value, node)
        return frozenset().union(*(lookup.of_value(frame, value, str(n), node) or EMPTY for n in names))
    if isinstance(value, Const | Instance) and lookup.class_of(frame, value) is frame.program.builtin_class("str"):
        return expressions.instances(frame, frame.program.builtin_class("str"))
    if isinstance(value, Instance) and value.cls.library and value.args:
        return value.args[-1]
    if names is not None:
        return frozenset().union(*(_named(frame, value, str(n), node) for n in names))
    return _any_member(frame, value, node)


def _named(frame: Frame, value: Value, name: str, node: ir.Index) -> Values:
    found = lookup.of_value(frame, value, name, node)
    if not found and name.startswith(SYMBOL) and isinstance(value, FunctionValue | ClassValue | Instance):
        # Nobody finds under a symbol what was not put there: what is still not there at the end is not there.
        return NOTHING if frame.program.settled else frame.bottom()
    return found or (ANYTHING if value is UNKNOWN else EMPTY)


def _from_list(frame: Frame, value: Container, names: list[str | int] | None, node: ir.Index) -> Values:
    if names is None or any(isinstance(n, int) and n < 0 for n in names):
        return containers.elements(frame, value)
    result = EMPTY
    for name in names:
        if isinstance(name, str) and not name.isdecimal():
            result = result | (lookup.of_value(frame, value, name, node) or EMPTY)
            continue
        cell = value.cells.get(int(name))
        if cell is not None:
            result = result | frame.read(cell)
        result = result | frame.read(containers.element_cell(value))
    return result


def _any_member(frame: Frame, value: Value, node: ir.Index) -> Values:
    """`this["visit" + kind]`: any member whose name begins so, where the beginning is written there."""
    scope = value.cls if isinstance(value, Instance) else value.scope if isinstance(value, Prototype) else None
    prefix = _prefix(node.key)
    if isinstance(value, ModuleValue):
        found = {n for n in value.scope.unit.exports if n.startswith(prefix)}
    elif scope is not None:
        found = {n for s in scope.mro() if not s.library for n in (*s.attrs, *s.fields) if n.startswith(prefix)}
        found = {n for n in found if not n.startswith(lookup.STATIC) and n != "constructor"}
    elif isinstance(value, ClassValue):
        start = lookup.STATIC + prefix
        members = {n for s in value.scope.mro() if not s.library for n in s.attrs if n.startswith(start)}
        found = {n.removeprefix(lookup.STATIC) for n in members}
    elif isinstance(value, FunctionValue):
        found = {n[1:] for n in value.body.closure if n.startswith("." + prefix)}
    else:
        return ANYTHING
    if not prefix and len(found) > NAMES_MAX:
        return ANYTHING
    result = ANYTHING
    for name in sorted(found):
        result = result | (lookup.of_value(frame, value, name, node) or EMPTY)
    return result


def _prefix(key: ir.Expr) -> str:
    if isinstance(key, ir.Binary) and isinstance(key.left, ir.Const) and isinstance(key.left.value, str):
        return key.left.value
    return ""


def store_index(frame: Frame, value: Value, key: Values, values: Values, target: ir.Index) -> None:
    """`value[key] = values` for what is no container."""
    for name in keys_of(key, target.key) or ():
        place = ir.Attr(target.start, target.end, target.obj, str(name), target.key.start)
        lookup.store(frame, value, str(name), values, place)


def delete_index(frame: Frame, value: Value, key: Values, target: ir.Index) -> None:
    """`delete value[key]` changes nothing that is known."""


def key_used(frame: Frame, value: Value, node: ir.Node) -> None:
    """A key runs nothing."""


def keys_held(frame: Frame, value: Container) -> Values:
    """The names under which an object holds something."""
    return frame.read(containers.cell_of(value, KEYS))
