"""What the functions of `Object` do: fields copied and listed, prototypes set, accessors defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import calls, containers, expressions, protocols
from analyzers.inference.dialect import Special
from analyzers.inference.values import (
    ANYTHING,
    ELEMENT,
    EMPTY,
    KEYS,
    NOTHING,
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
from analyzers.languages.typescript.dialect import lookup, making
from analyzers.languages.typescript.dialect.lists import pairs, text

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame


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
    if isinstance(value, ModuleValue) and not value.scope.library:
        start = "exports."
        own = {n[len(start) :]: frame.read(c) for n, c in tuple(value.scope.names.items()) if n.startswith(start)}
        own.pop(lookup.WHOLE, None)
        return [*own.items(), *((n, frame.read(value.scope.cell(c))) for n, c in value.scope.unit.exports.items())]
    if isinstance(value, ClassValue):
        start = lookup.STATIC
        return [(n[len(start) :], frame.read(c)) for n, c in tuple(value.scope.attrs.items()) if n.startswith(start)]
    return []


def copied(frame: Frame, target: ir.Index, source: ir.Index) -> bool:
    """`a[k] = b[k]`: whatever `k` is, each field keeps its name; whether the fields of `b` are known."""
    fields = [field for value in expressions.evaluate(frame, source.obj) for field in fields_of(frame, value)]
    for value in expressions.evaluate(frame, target.obj) if fields else ():
        for name, held in fields:
            _put(frame, value, name, held, target)
    return bool(fields)


def _object_keys(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    keys = EMPTY
    for value in given.first(0):
        found = containers.keys(frame, value) if isinstance(value, Container) and value.kind == "object" else EMPTY
        keys = keys | (found or text(frame))
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
    return pairs(frame, text(frame), _held(frame, given.first(0)), node)


def _from_entries(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    made = frame.universe.container("object", frame.program.builtin_class("dict"), node)
    for pair in protocols.iterate(frame, given.first(0), None):
        one: Values = frozenset((pair,))
        containers.store_item(frame, made, containers.item(frame, one, 0, 2), containers.item(frame, one, 1, 2))
    return frozenset((made,))


def first(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
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


def set_prototype(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
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


def reflect_apply(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    result = EMPTY
    for value in given.first(0):
        bound = calls.arguments_of(*given.positional[1:])
        external = frame.universe.external("Function.apply")
        result = result | making.call_bound(frame, external, value, bound, node)
    return result or ANYTHING


def reflect_construct(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    passed = (
        calls.Arguments(rest=protocols.iterate(frame, given.first(1), None)) if given.first(1) else calls.Arguments()
    )
    return frozenset().union(*(making.construct(frame, value, passed, node) for value in given.first(0))) or ANYTHING


OBJECTS: dict[str, Special] = {
    "assign": _assign, "keys": _object_keys, "getOwnPropertyNames": _object_keys, "values": _object_values,
    "entries": _object_entries, "fromEntries": _from_entries, "freeze": first, "seal": first,
    "preventExtensions": first, "create": _create, "setPrototypeOf": set_prototype,
    "getPrototypeOf": _prototype_of, "defineProperty": _define_property, "defineProperties": _define_properties,
}  # fmt: skip
