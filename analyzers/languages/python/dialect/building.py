"""Objects and classes that come into being without a call of their class: `object.__new__(cls)`, `copy.copy(x)`,
`type(cls)(name, bases, members)`; and fields that are all set at once, through `__dict__`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, calls, containers, expressions
from analyzers.inference.values import ANYTHING, EMPTY, ClassValue, Container, Instance, Value, Values
from analyzers.languages.python.dialect import lookup

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame

FIELDS_MAX = 60
"""Fields that are noted as read or written where an object's fields are copied as a whole."""


def new(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    """`object.__new__(cls)`: an object of the class, whose `__init__` does not run."""
    result = EMPTY
    for value in arguments.first(0):
        if not isinstance(value, ClassValue):
            result = result | ANYTHING
            continue
        if not value.scope.library:
            value.scope.made = True
            if frame.body.name != "__new__":
                frame.edge(node, value.scope, "__new__")
        result = result | {frame.universe.instance(value.scope)}
    return result or frame.bottom()


def copied(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    """`copy.copy(x)`: another object of the same class."""
    for value in arguments.first(0):
        if isinstance(value, Instance) and not value.cls.library:
            frame.edge(node, value.cls, "copy")
            for hook in ("__copy__", "__deepcopy__"):
                if any(not scope.library for scope, _ in value.cls.find(hook)):
                    given = calls.no_arguments() if hook == "__copy__" else calls.arguments_of(ANYTHING)
                    frame.dialect.invoke(frame, frozenset((value,)), hook, given, node, "copy")
    return arguments.first(0) or ANYTHING


def evaluate(frame: Frame, node: ir.Call) -> Values | None:
    """A call that is one of these by its form; None for any other."""
    func = node.func
    if isinstance(func, ir.Call) and isinstance(func.func, ir.Name) and func.func.id == "type" and len(node.args) == 3:
        return _rebuilt(frame, func, node)
    if isinstance(func, ir.Attr) and func.name == "update":
        holder = _holder(func.obj)
        if holder is not None:
            _update(frame, expressions.evaluate(frame, holder), node)
    return None


def _rebuilt(frame: Frame, func: ir.Call, node: ir.Call) -> Values | None:
    """`type(cls)(name, bases, members)` makes a class in another's place: it is taken for that one."""
    if len(func.args) != 1 or func.args[0].stars or func.args[0].keyword:
        return None
    classes = frozenset(v for v in expressions.evaluate(frame, func.args[0].value) if isinstance(v, ClassValue))
    if not classes:
        return None
    calls.gather(frame, node.args)
    return classes


def derived(frame: Frame, bases: Values) -> Values:
    """`type(name, bases, members)`: what its bases have, and more."""
    return frozenset(
        v
        for value in bases
        if isinstance(value, Container)
        for v in containers.elements(frame, value)
        if isinstance(v, ClassValue) and not v.scope.library
    )


def _holder(node: ir.Expr) -> ir.Expr | None:
    """The object whose fields an expression stands for: `x.__dict__`, `vars(x)`."""
    if isinstance(node, ir.Attr) and node.name == "__dict__":
        return node.obj
    if isinstance(node, ir.Call) and isinstance(node.func, ir.Name) and node.func.id == "vars" and len(node.args) == 1:
        return node.args[0].value
    return None


def _update(frame: Frame, objects: Values, node: ir.Call) -> None:
    """`x.__dict__.update(…)`: the fields that are named, or all of those that the other object has."""
    for arg in node.args:
        if arg.keyword:
            _store(frame, objects, arg.keyword, expressions.evaluate(frame, arg.value), node)
            continue
        holder = _holder(arg.value)
        if holder is not None:
            copy_fields(frame, objects, expressions.evaluate(frame, holder), node)
            continue
        for value in expressions.evaluate(frame, arg.value):
            if isinstance(value, Container) and value.kind == "dict":
                for key, cell in tuple(value.cells.items()):
                    if isinstance(key, str) and not key.startswith("\0"):
                        _store(frame, objects, key, frame.read(cell), node)


def copy_fields(frame: Frame, objects: Values, sources: Values, node: ir.Node) -> None:
    """Every field of some objects is set to what it is in others."""
    names: dict[str, None] = {}
    for source in sources:
        if isinstance(source, Instance) and not source.cls.library:
            for scope in source.cls.mro():
                if not scope.library:
                    names.update(dict.fromkeys(scope.fields))
    for name in list(names)[:FIELDS_MAX]:
        values = frozenset().union(*(attributes.fields(frame, v.cls, name) for v in sources if isinstance(v, Instance)))
        for source in sources:
            if isinstance(source, Instance):
                attributes.note_field(frame, source.cls, name, node, False)
        _store(frame, objects, name, values, node)


def _store(frame: Frame, objects: Values, name: str, values: Values, node: ir.Node) -> None:
    for value in objects:
        if isinstance(value, Instance):
            lookup.store_on_instance(frame, value, name, values, node)
