"""What the methods of lists, maps and sets call back, put in and give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import calls, containers, expressions
from analyzers.inference.dialect import Special
from analyzers.inference.values import (
    ANYTHING,
    BOOLEAN,
    EMPTY,
    NOTHING,
    ClassValue,
    Const,
    Container,
    Instance,
    Value,
    Values,
)
from analyzers.languages.typescript.dialect import lookup
from analyzers.languages.typescript.dialect import protocols as own

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame


def held(frame: Frame, receiver: Value | None) -> Values:
    if receiver is None:
        return ANYTHING
    if isinstance(receiver, Container):
        return containers.elements(frame, receiver)
    return own.iterate(frame, receiver, None, asynchronous=False)


def number(frame: Frame) -> Values:
    return expressions.instances(frame, frame.program.builtin_class("int"))


def text(frame: Frame) -> Values:
    return expressions.instances(frame, frame.program.builtin_class("str"))


def _each(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """Calls the first argument with an item, its place and the list; `this` is the second argument."""
    this: Values = frozenset((receiver,)) if receiver is not None else ANYTHING
    passed = calls.arguments_of(held(frame, receiver) or frame.bottom(), number(frame), this)
    return calls.call_values(frame, given.first(0), passed, node, "callback")


def _asked(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> None:
    """Calls the first argument for each item to ask whether what it gives is true, which a promise always is."""
    given_back = _each(frame, receiver, given, node)
    if isinstance(node, ir.Call):
        frame.note_loose("asked", node, node, given_back)


def _map(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, _each(frame, receiver, given, node))


def _flat_map(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, _flattened(frame, _each(frame, receiver, given, node)))


def _flattened(frame: Frame, values: Values) -> Values:
    result = EMPTY
    for value in values:
        inner = isinstance(value, Container) and value.kind == "list"
        result = result | (held(frame, value) if inner else frozenset((value,)))
    return result


def _flat(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, _flattened(frame, held(frame, receiver)))


def _filter(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _asked(frame, receiver, given, node)
    kept = held(frame, receiver)
    first = given.first(0)
    if any(isinstance(v, ClassValue) and v.scope.name == "Boolean" for v in first):
        kept = kept - NOTHING
    return containers.new_container(frame, "list", node, kept)


def _find(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _asked(frame, receiver, given, node)
    return held(frame, receiver) | NOTHING


def _test(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _asked(frame, receiver, given, node)
    return BOOLEAN


def _place(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _asked(frame, receiver, given, node)
    return number(frame)


def _for_each(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if isinstance(receiver, Container) and receiver.kind == "map":
        passed = calls.arguments_of(
            containers.elements(frame, receiver), containers.keys(frame, receiver), frozenset((receiver,))
        )
        calls.call_values(frame, given.first(0), passed, node, "callback")
        return NOTHING
    given_back = _each(frame, receiver, given, node)
    if isinstance(node, ir.Call):
        frame.note_loose("ignored", node, node, given_back)
    return NOTHING


def _reduce(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    items = held(frame, receiver)
    start = given.positional[1] if len(given.positional) > 1 else items
    this: Values = frozenset((receiver,)) if receiver is not None else ANYTHING
    result = start
    for _ in range(2):
        passed = calls.arguments_of(result, items or frame.bottom(), number(frame), this)
        result = start | calls.call_values(frame, given.first(0), passed, node, "callback")
    return result


def _sort(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    items = held(frame, receiver)
    if given.first(0) - NOTHING:
        calls.call_values(frame, given.first(0), calls.arguments_of(items, items), node, "callback")
    if isinstance(receiver, Container):
        containers.shift(frame, receiver)
    return frozenset((receiver,)) if receiver is not None else ANYTHING


def _sorted(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    items = held(frame, receiver)
    if given.first(0) - NOTHING:
        calls.call_values(frame, given.first(0), calls.arguments_of(items, items), node, "callback")
    return containers.new_container(frame, "list", node, items)


def _push(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if isinstance(receiver, Container):
        added = frozenset().union(*given.positional) | (given.rest or EMPTY)
        frame.write(containers.element_cell(receiver), added)
        frame.effect("argument", "container", node)
    return number(frame)


def _unshift(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if isinstance(receiver, Container):
        containers.shift(frame, receiver)
    return _push(frame, receiver, given, node)


def _take(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`pop`, `shift`: an item, or undefined of an empty list."""
    first = isinstance(node, ir.Call) and isinstance(node.func, ir.Attr) and node.func.name == "shift"
    if isinstance(receiver, Container) and first:
        containers.shift(frame, receiver)
    return (held(frame, receiver) or frame.bottom()) | NOTHING


def _at(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return (held(frame, receiver) or frame.bottom()) | NOTHING


def _splice(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if isinstance(receiver, Container):
        containers.shift(frame, receiver)
        frame.write(containers.element_cell(receiver), frozenset().union(*given.positional[2:]))
    return containers.new_container(frame, "list", node, held(frame, receiver))


def _slice(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """The part of a list between constant bounds, where it is known what lies where; else all of it."""
    if not isinstance(receiver, Container) or receiver.kind != "list":
        if receiver is not None and lookup.class_of(frame, receiver) is frame.program.builtin_class("str"):
            return text(frame)
        return containers.new_container(frame, "list", node, held(frame, receiver))
    bounds = [_constant(values) for values in given.positional[:2]]
    made = frame.universe.container("list", receiver.cls, node)
    if "?" in bounds or frame.read(containers.element_cell(receiver)):
        frame.write(containers.element_cell(made), held(frame, receiver))
        return frozenset((made,))
    positions = sorted(key for key in receiver.cells if isinstance(key, int))
    start, stop = (*(b for b in bounds if isinstance(b, int)), None, None)[:2]
    chosen = positions[start:stop]
    for place, position in enumerate(chosen):
        frame.write(containers.cell_of(made, place), frame.read(receiver.cells[position]))
    return frozenset((made,))


def _constant(values: Values) -> int | str:
    found = [v.value for v in values if isinstance(v, Const) and v.kind == "int"]
    known = found[0] if len(found) == len(values) == 1 else None
    return known if isinstance(known, int) else "?"


def _concat(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if receiver is not None and lookup.class_of(frame, receiver) is frame.program.builtin_class("str"):
        return text(frame)
    items = held(frame, receiver)
    for values in (*given.positional, given.rest or EMPTY):
        items = items | _flattened(frame, values)
    return containers.new_container(frame, "list", node, items)


def _copied(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`reverse`, `fill`: the same list, in no known order."""
    if isinstance(receiver, Container):
        containers.shift(frame, receiver)
        for values in given.positional[:1]:
            frame.write(containers.element_cell(receiver), values)
    return frozenset((receiver,)) if receiver is not None else ANYTHING


def _from(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Array.from(x, f)`, also of what only has a length."""
    items = EMPTY
    for value in given.first(0):
        if isinstance(value, Container) and value.kind == "object":
            items = items | (own.iterate(frame, value, None, asynchronous=False) & ANYTHING) | NOTHING
        else:
            items = items | own.iterate(frame, value, node, asynchronous=False)
    if len(given.positional) > 1:
        passed = calls.arguments_of(items or ANYTHING, number(frame))
        items = calls.call_values(frame, given.first(1), passed, node, "callback")
    return containers.new_container(frame, "list", node, items)


def _of(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, frozenset().union(*given.positional))


def _values(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, held(frame, receiver))


def _keys(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    keys = number(frame)
    if isinstance(receiver, Container) and receiver.kind != "list":
        keys = containers.keys(frame, receiver) if receiver.kind == "map" else held(frame, receiver)
    return containers.new_container(frame, "list", node, keys)


def _entries(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    keys = number(frame)
    if isinstance(receiver, Container) and receiver.kind == "map":
        keys = containers.keys(frame, receiver)
    return pairs(frame, keys, held(frame, receiver), node)


def pairs(frame: Frame, keys: Values, values: Values, node: ir.Node) -> Values:
    made = frame.universe.container("list", frame.program.builtin_class("list"), node)
    inside = frame.universe.container("entry", frame.program.builtin_class("list"), node)
    inside.kind = "list"
    frame.write(containers.cell_of(inside, 0), keys)
    frame.write(containers.cell_of(inside, 1), values)
    frame.write(containers.element_cell(made), frozenset((inside,)))
    return frozenset((made,))


# Maps and sets.


def get(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if not isinstance(receiver, Container):
        return (receiver.args[-1] if isinstance(receiver, Instance) and receiver.args else ANYTHING) | NOTHING
    constants = containers.constants_of(given.first(0))
    if not constants or len(constants) != len(given.first(0)):
        return containers.elements(frame, receiver) | NOTHING
    result = frame.read(containers.element_cell(receiver))
    for constant in constants:
        cell = receiver.cells.get(constant)
        result = result | (frame.read(cell) if cell is not None else EMPTY)
    return result | NOTHING


def set_(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if isinstance(receiver, Container):
        containers.store_item(frame, receiver, given.first(0), given.first(1))
        frame.effect("argument", "container", node)
    return frozenset((receiver,)) if receiver is not None else ANYTHING


def add(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _push(frame, receiver, given, node)
    return frozenset((receiver,)) if receiver is not None else ANYTHING


LISTS: dict[str, Special] = {
    "map": _map, "flatMap": _flat_map, "flat": _flat, "filter": _filter, "find": _find, "findLast": _find,
    "some": _test, "every": _test, "findIndex": _place, "findLastIndex": _place, "forEach": _for_each,
    "reduce": _reduce, "reduceRight": _reduce, "sort": _sort, "toSorted": _sorted, "push": _push, "unshift": _unshift,
    "pop": _take, "shift": _take, "at": _at, "splice": _splice, "slice": _slice, "concat": _concat,
    "reverse": _copied, "fill": _copied, "values": _values, "keys": _keys, "entries": _entries,
    "toReversed": _sorted, "from": _from, "fromAsync": _from, "of": _of,
}  # fmt: skip
