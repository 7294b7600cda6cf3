"""JavaScript's library functions that are written out: lists, maps and objects, what they call back, and who keeps it.

Declarations say what comes back where nothing here does; tables say what is thrown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import calls, containers, expressions, library, protocols
from analyzers.inference.cells import Cell
from analyzers.inference.dialect import Special
from analyzers.inference.values import (
    ANYTHING,
    BOOLEAN,
    ELEMENT,
    EMPTY,
    KEYS,
    NOTHING,
    ClassValue,
    Const,
    Container,
    External,
    FunctionValue,
    Instance,
    Prototype,
    Value,
    Values,
    Wrapper,
)
from analyzers.languages.typescript.dialect import lookup, making, promises
from analyzers.languages.typescript.dialect import protocols as own

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame


def mutated(frame: Frame, name: str, receiver: Value | None, given: Arguments, node: ir.Node) -> Values | None:
    """Every function that changes a container is written out."""
    return None


def _items(frame: Frame, receiver: Value | None) -> Values:
    if receiver is None:
        return ANYTHING
    if isinstance(receiver, Container):
        return containers.elements(frame, receiver)
    return own.iterate(frame, receiver, None, asynchronous=False)


def _number(frame: Frame) -> Values:
    return expressions.instances(frame, frame.program.builtin_class("int"))


def _text(frame: Frame) -> Values:
    return expressions.instances(frame, frame.program.builtin_class("str"))


def _each(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """Calls the first argument with an item, its place and the list; `this` is the second argument."""
    this: Values = frozenset((receiver,)) if receiver is not None else ANYTHING
    passed = calls.arguments_of(_items(frame, receiver) or frame.bottom(), _number(frame), this)
    return calls.call_values(frame, given.first(0), passed, node, "callback")


def _map(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, _each(frame, receiver, given, node))


def _flat_map(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, _flattened(frame, _each(frame, receiver, given, node)))


def _flattened(frame: Frame, values: Values) -> Values:
    result = EMPTY
    for value in values:
        inner = isinstance(value, Container) and value.kind == "list"
        result = result | (_items(frame, value) if inner else frozenset((value,)))
    return result


def _flat(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, _flattened(frame, _items(frame, receiver)))


def _filter(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _each(frame, receiver, given, node)
    kept = _items(frame, receiver)
    first = given.first(0)
    if any(isinstance(v, ClassValue) and v.scope.name == "Boolean" for v in first):
        kept = kept - NOTHING
    return containers.new_container(frame, "list", node, kept)


def _find(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _each(frame, receiver, given, node)
    return _items(frame, receiver) | NOTHING


def _test(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _each(frame, receiver, given, node)
    return BOOLEAN


def _place(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _each(frame, receiver, given, node)
    return _number(frame)


def _for_each(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if isinstance(receiver, Container) and receiver.kind == "map":
        passed = calls.arguments_of(
            containers.elements(frame, receiver), containers.keys(frame, receiver), frozenset((receiver,))
        )
        calls.call_values(frame, given.first(0), passed, node, "callback")
        return NOTHING
    _each(frame, receiver, given, node)
    return NOTHING


def _reduce(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    items = _items(frame, receiver)
    start = given.positional[1] if len(given.positional) > 1 else items
    this: Values = frozenset((receiver,)) if receiver is not None else ANYTHING
    result = start
    for _ in range(2):
        passed = calls.arguments_of(result, items or frame.bottom(), _number(frame), this)
        result = start | calls.call_values(frame, given.first(0), passed, node, "callback")
    return result


def _sort(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    items = _items(frame, receiver)
    if given.first(0) - NOTHING:
        calls.call_values(frame, given.first(0), calls.arguments_of(items, items), node, "callback")
    if isinstance(receiver, Container):
        containers.shift(frame, receiver)
    return frozenset((receiver,)) if receiver is not None else ANYTHING


def _sorted(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    items = _items(frame, receiver)
    if given.first(0) - NOTHING:
        calls.call_values(frame, given.first(0), calls.arguments_of(items, items), node, "callback")
    return containers.new_container(frame, "list", node, items)


def _push(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if isinstance(receiver, Container):
        added = frozenset().union(*given.positional) | (given.rest or EMPTY)
        frame.write(containers.element_cell(receiver), added)
        frame.effect("argument", "container", node)
    return _number(frame)


def _unshift(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if isinstance(receiver, Container):
        containers.shift(frame, receiver)
    return _push(frame, receiver, given, node)


def _take(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`pop`, `shift`: an item, or undefined of an empty list."""
    first = isinstance(node, ir.Call) and isinstance(node.func, ir.Attr) and node.func.name == "shift"
    if isinstance(receiver, Container) and first:
        containers.shift(frame, receiver)
    return (_items(frame, receiver) or frame.bottom()) | NOTHING


def _at(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return (_items(frame, receiver) or frame.bottom()) | NOTHING


def _splice(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if isinstance(receiver, Container):
        containers.shift(frame, receiver)
        frame.write(containers.element_cell(receiver), frozenset().union(*given.positional[2:]))
    return containers.new_container(frame, "list", node, _items(frame, receiver))


def _slice(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """The part of a list between constant bounds, where it is known what lies where; else all of it."""
    if not isinstance(receiver, Container) or receiver.kind != "list":
        if receiver is not None and lookup.class_of(frame, receiver) is frame.program.builtin_class("str"):
            return _text(frame)
        return containers.new_container(frame, "list", node, _items(frame, receiver))
    bounds = [_constant(values) for values in given.positional[:2]]
    made = frame.universe.container("list", receiver.cls, node)
    if "?" in bounds or frame.read(containers.element_cell(receiver)):
        frame.write(containers.element_cell(made), _items(frame, receiver))
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
        return _text(frame)
    items = _items(frame, receiver)
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
        passed = calls.arguments_of(items or ANYTHING, _number(frame))
        items = calls.call_values(frame, given.first(1), passed, node, "callback")
    return containers.new_container(frame, "list", node, items)


def _of(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, frozenset().union(*given.positional))


def _values(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, _items(frame, receiver))


def _keys(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    keys = _number(frame)
    if isinstance(receiver, Container) and receiver.kind != "list":
        keys = containers.keys(frame, receiver) if receiver.kind == "map" else _items(frame, receiver)
    return containers.new_container(frame, "list", node, keys)


def _entries(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    keys = _number(frame)
    if isinstance(receiver, Container) and receiver.kind == "map":
        keys = containers.keys(frame, receiver)
    return _pairs(frame, keys, _items(frame, receiver), node)


def _pairs(frame: Frame, keys: Values, values: Values, node: ir.Node) -> Values:
    made = frame.universe.container("list", frame.program.builtin_class("list"), node)
    inside = frame.universe.container("entry", frame.program.builtin_class("list"), node)
    inside.kind = "list"
    frame.write(containers.cell_of(inside, 0), keys)
    frame.write(containers.cell_of(inside, 1), values)
    frame.write(containers.element_cell(made), frozenset((inside,)))
    return frozenset((made,))


# Maps and sets.


def _get(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
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


def _set(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    if isinstance(receiver, Container):
        containers.store_item(frame, receiver, given.first(0), given.first(1))
        frame.effect("argument", "container", node)
    return frozenset((receiver,)) if receiver is not None else ANYTHING


def _add(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _push(frame, receiver, given, node)
    return frozenset((receiver,)) if receiver is not None else ANYTHING


# Objects.


def _assign(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Object.assign(target, …sources)`, also where the target is what a class's instances share."""
    for target in given.first(0):
        for source in (*given.positional[1:], given.rest or EMPTY):
            for value in source:
                for name, held in fields_of(frame, value):
                    # The methods of a class are no fields that are copied; mixins that copy them leave what is there.
                    if not (isinstance(value, Prototype) and _has(target, name)):
                        _put(frame, target, name, held, node)
    if isinstance(node, ir.Call) and node.args and frame.env is not None:
        key = expressions.path_of(node.args[0].value)
        if key is not None:
            frame.forget_fields(key)
            _remember(frame, key, given)
    return given.first(0)


def _remember(frame: Frame, key: str, given: Arguments) -> None:
    """What the one target has just been given hides what it had."""
    if frame.env is None or any(len(v) != 1 for v in given.positional):
        return
    for source in given.positional[1:]:
        for value in source:
            for name, held in fields_of(frame, value) if isinstance(value, Container) else ():
                frame.env[f"{key}.{name}"] = held


def _has(target: Value, name: str) -> bool:
    return isinstance(target, Prototype) and name in target.scope.attrs


def _put(frame: Frame, target: Value, name: str, values: Values, node: ir.Node) -> None:
    if isinstance(target, Container) and target.kind == "object":
        frame.write(containers.cell_of(target, name), values)
        return
    place = ir.Attr(node.start, node.end, ir.Unknown(node.start, node.start), name, node.start)
    lookup.store(frame, target, name, values, place)


def fields_of(frame: Frame, value: Value) -> list[tuple[str, Values]]:
    """The fields that an object has of its own, by name."""
    if isinstance(value, Container) and value.kind == "object":
        cells = tuple(value.cells.items())
        return [(str(k), frame.read(c)) for k, c in cells if k not in (ELEMENT, KEYS)]
    if isinstance(value, Instance) and not value.cls.library:
        names = dict.fromkeys(n for s in value.cls.mro() if not s.library for n in s.fields)
        return [
            (n, frozenset().union(*(frame.read(s.fields[n]) for s in value.cls.mro() if n in s.fields))) for n in names
        ]
    if isinstance(value, FunctionValue):
        return [(n[1:], frame.read(c)) for n, c in tuple(value.body.closure.items()) if n.startswith(".")]
    if isinstance(value, Prototype):
        return [(n, frame.read(c)) for n, c in tuple(value.scope.attrs.items()) if not n.startswith(lookup.STATIC)]
    if isinstance(value, ClassValue):
        start = lookup.STATIC
        return [(n[len(start) :], frame.read(c)) for n, c in tuple(value.scope.attrs.items()) if n.startswith(start)]
    return []


def _object_keys(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    keys = EMPTY
    for value in given.first(0):
        found = containers.keys(frame, value) if isinstance(value, Container) and value.kind == "object" else EMPTY
        keys = keys | (found or _text(frame))
    return containers.new_container(frame, "list", node, keys)


def _object_values(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return containers.new_container(frame, "list", node, _held(frame, given.first(0)))


def _held(frame: Frame, values: Values) -> Values:
    result = EMPTY
    for value in values:
        if isinstance(value, Container):
            result = result | (lookup.everything(frame, value, None))
        else:
            found = fields_of(frame, value)
            result = result | (frozenset().union(*(held for _, held in found)) if found else ANYTHING)
    return result


def _object_entries(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return _pairs(frame, _text(frame), _held(frame, given.first(0)), node)


def _from_entries(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    made = frame.universe.container("object", frame.program.builtin_class("dict"), node)
    for pair in protocols.iterate(frame, given.first(0), None):
        one: Values = frozenset((pair,))
        containers.store_item(frame, made, containers.item(frame, one, 0, 2), containers.item(frame, one, 1, 2))
    return frozenset((made,))


def _first(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return given.first(0) or ANYTHING


def _create(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Object.create(p)`: an object that finds there what it does not have itself."""
    result = EMPTY
    for value in given.first(0):
        if isinstance(value, Prototype):
            result = result | {frame.universe.instance(value.scope)}
        elif isinstance(value, Container):
            made = frame.universe.container("object", frame.program.builtin_class("dict"), node)
            containers.merge(frame, made, frozenset((value,)), node)
            result = result | {made}
        elif isinstance(value, Instance):
            result = result | {value}
    if result:
        return result
    return frozenset((frame.universe.container("object", frame.program.builtin_class("dict"), node),))


def _set_prototype(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Object.setPrototypeOf(a, b)`, `util.inherits(A, B)`."""
    for target in given.first(0):
        scope = target.scope if isinstance(target, Prototype) else lookup.scope_of(frame, target)
        for value in given.first(1):
            above = value.scope if isinstance(value, Prototype) else lookup.scope_of(frame, value)
            if scope is not None and above is not None:
                lookup.inherit(frame, scope, frozenset((above.value,)))
            elif isinstance(target, Container) and isinstance(value, Container):
                containers.merge(frame, target, frozenset((value,)), node)
    return given.first(0) or NOTHING


def _prototype_of(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    result = EMPTY
    for value in given.first(0):
        if isinstance(value, Instance) and not value.cls.library:
            result = result | {frame.universe.prototype(value.cls)}
        elif isinstance(value, Prototype):
            result = result | frozenset(frame.universe.prototype(s) for s in value.scope.mro()[1:2])
        elif isinstance(value, ClassValue):
            result = result | frozenset(s.value for s in value.scope.mro()[1:2])
    return result or ANYTHING


def _define_property(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Object.defineProperty(o, "x", { get() {}, value })`."""
    names = [v.value for v in given.first(1) if isinstance(v, Const) and isinstance(v.value, str)]
    for target in given.first(0):
        for name in names:
            _describe(frame, target, name, given.first(2), node)
    return given.first(0) or ANYTHING


def _describe(frame: Frame, target: Value, name: str, descriptors: Values, node: ir.Node) -> None:
    for descriptor in descriptors:
        if not isinstance(descriptor, Container):
            continue
        for part in ("value", "get", "set"):
            if part not in descriptor.cells:
                continue
            held = frame.read(descriptor.cells[part])
            if part == "value":
                _put(frame, target, name, held, node)
            else:
                made: Values = frozenset(frame.universe.wrapper(part, v) for v in held if isinstance(v, FunctionValue))
                _put_member(frame, target, name, made, node)


def _put_member(frame: Frame, target: Value, name: str, made: Values, node: ir.Node) -> None:
    if isinstance(target, Instance) and not target.cls.library:
        lookup.define(frame, target.cls, name, made, node)
    elif isinstance(target, ClassValue):
        frame.write(target.scope.attr(lookup.STATIC + name), made)
    else:
        _put(frame, target, name, made, node)


def _define_properties(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    for descriptors in given.first(1):
        for name, held in fields_of(frame, descriptors):
            for target in given.first(0):
                _describe(frame, target, name, held, node)
    return given.first(0) or ANYTHING


def _reflect_apply(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    result = EMPTY
    for value in given.first(0):
        bound = calls.arguments_of(*given.positional[1:])
        external = frame.universe.external("Function.apply")
        result = result | making.call_bound(frame, external, value, bound, node)
    return result or ANYTHING


def _reflect_construct(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    passed = (
        calls.Arguments(rest=protocols.iterate(frame, given.first(1), None)) if given.first(1) else calls.Arguments()
    )
    return frozenset().union(*(making.construct(frame, value, passed, node) for value in given.first(0))) or ANYTHING


# Callbacks that are called once, later, or whenever something happens.


def _later(*receives: str) -> Special:
    """Something that calls its first function when a time or an event has come."""

    def run(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
        places = [i for i, values in enumerate(given.positional) if any(_is_callable(v) for v in values)]
        for place in places[:1]:
            rest = given.positional[place + 2 :] if "rest" in receives else []
            passed = calls.Arguments(list(rest), rest=ANYTHING if "event" in receives else None)
            calls.call_values(frame, given.positional[place], passed, node, "callback")
        return frozenset((receiver,)) if receiver is not None else ANYTHING

    return run


def _is_callable(value: Value) -> bool:
    return library.is_callable(value) and not isinstance(value, Instance | Wrapper)


EVENTS = "\0events"
"""The field under which an emitter keeps its listeners that listen to what is not known."""


def _on(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`emitter.on("event", f)`: kept under the event's name until something emits it."""
    for cell in _listeners(frame, receiver, given.first(0)):
        frame.write(cell, given.first(1))
    return frozenset((receiver,)) if receiver is not None else ANYTHING


def _emit(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    passed = calls.Arguments(list(given.positional[1:]), {}, given.rest)
    this: Values = frozenset((receiver,)) if receiver is not None else EMPTY
    for cell in _listeners(frame, receiver, given.first(0), reading=True):
        for value in frame.read(cell):
            making.with_this(frame, value, this, passed, node, "event")
    return BOOLEAN


def _listeners(frame: Frame, receiver: Value | None, events: Values, reading: bool = False) -> list[Cell]:
    """The cells of listeners: one for each event by name, on the emitter's class or on the object itself."""
    names = [f"{EVENTS}:{v.value}" for v in events if isinstance(v, Const) and isinstance(v.value, str)]
    if len(names) != len(events) or not names or reading:
        names.append(EVENTS)
    if isinstance(receiver, Instance):
        if not reading:
            return [receiver.cls.instance_field(n) for n in names]
        return [s.instance_field(n) for s in receiver.cls.mro() for n in names]
    return []


def _nothing(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return NOTHING


def _replace(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`text.replace(pattern, f)`."""
    functions: Values = frozenset(v for v in given.first(1) if _is_callable(v))
    if functions:
        text = _text(frame)
        calls.call_values(frame, functions, calls.Arguments([text], rest=text), node, "callback")
    return _text(frame)


def _parse(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`JSON.parse(text, f)` and `JSON.stringify(x, f)`, which asks objects for `toJSON`."""
    library.note(frame, "lib.JSON.parse", given, node)
    _replacer(frame, given, node)
    return ANYTHING


def _stringify(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _replacer(frame, given, node)
    objects: Values = frozenset(v for v in given.first(0) if isinstance(v, Instance | Container))
    own.invoke(frame, objects, "toJSON", calls.no_arguments(), node, "toJSON")
    return _text(frame)


def _replacer(frame: Frame, given: Arguments, node: ir.Node) -> None:
    functions: Values = frozenset(v for v in given.first(1) if _is_callable(v))
    if functions:
        calls.call_values(frame, functions, calls.arguments_of(_text(frame), ANYTHING), node, "callback")


def _string(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`String(x)` makes a text of `x`."""
    own.to_text(frame, given.first(0), "str", node)
    return _text(frame)


_Table = dict[str, Callable[..., Values]]

_LISTS: _Table = {
    "map": _map, "flatMap": _flat_map, "flat": _flat, "filter": _filter, "find": _find, "findLast": _find,
    "some": _test, "every": _test, "findIndex": _place, "findLastIndex": _place, "forEach": _for_each,
    "reduce": _reduce, "reduceRight": _reduce, "sort": _sort, "toSorted": _sorted, "push": _push, "unshift": _unshift,
    "pop": _take, "shift": _take, "at": _at, "splice": _splice, "slice": _slice, "concat": _concat,
    "reverse": _copied, "fill": _copied, "values": _values, "keys": _keys, "entries": _entries,
    "toReversed": _sorted, "from": _from, "fromAsync": _from, "of": _of,
}  # fmt: skip

_OBJECTS: _Table = {
    "assign": _assign, "keys": _object_keys, "getOwnPropertyNames": _object_keys, "values": _object_values,
    "entries": _object_entries, "fromEntries": _from_entries, "freeze": _first, "seal": _first,
    "preventExtensions": _first, "create": _create, "setPrototypeOf": _set_prototype,
    "getPrototypeOf": _prototype_of, "defineProperty": _define_property, "defineProperties": _define_properties,
}  # fmt: skip

_PROMISES: _Table = {
    "then": promises.then, "catch": promises.catch, "finally": promises.finally_, "resolve": promises.resolved,
    "reject": promises.rejected, "all": promises.all_, "allSettled": promises.race, "race": promises.race,
    "any": promises.race,
}  # fmt: skip

_EMITTERS: _Table = {
    "on": _on, "once": _on, "addListener": _on, "prependListener": _on, "prependOnceListener": _on, "emit": _emit,
}  # fmt: skip

SPECIAL: dict[str, Special] = {
    **{f"lib.Array.{name}": function for name, function in _LISTS.items()},
    **{f"lib.Set.{name}": _LISTS[name] for name in ("forEach", "values", "keys", "entries")},
    **{f"lib.Map.{name}": _LISTS[name] for name in ("forEach", "values", "keys", "entries")},
    **{f"lib.Object.{name}": function for name, function in _OBJECTS.items()},
    **{f"lib.Promise.{name}": function for name, function in _PROMISES.items()},
    **{f"events.EventEmitter.{name}": function for name, function in _EMITTERS.items()},
    "lib.Map.get": _get,
    "lib.Map.set": _set,
    "lib.Set.add": _add,
    "lib.setTimeout": _later("rest"),
    "lib.setInterval": _later("rest"),
    "lib.setImmediate": _later("rest"),
    "lib.queueMicrotask": _later(),
    "lib.requestAnimationFrame": _later("event"),
    "lib.EventTarget.addEventListener": _later("event"),
    "lib.String.replace": _replace,
    "lib.String.replaceAll": _replace,
    "lib.String": _string,
    "lib.JSON.parse": _parse,
    "lib.JSON.stringify": _stringify,
    "lib.Reflect.apply": _reflect_apply,
    "lib.Reflect.construct": _reflect_construct,
    "lib.structuredClone": _first,
    "util.inherits": _set_prototype,
    "util.promisify": _first,
}


__all__ = ["SPECIAL", "External", "fields_of", "mutated"]
