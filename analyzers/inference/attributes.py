"""Attributes: what `x.name` holds and what assigning to it changes, over everything that `x` may be.

Where one value has its attributes is each language's rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import expressions, keeping
from analyzers.inference.scopes import ClassScope
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    NONE,
    UNKNOWN,
    ClassValue,
    FunctionValue,
    Instance,
    ModuleValue,
    Value,
    Values,
    Wrapper,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame


def load(frame: Frame, obj: Values, node: ir.Attr) -> Values:
    """What the attribute may hold, over everything that the object may be."""
    note_access(frame, obj, node.name, node)
    result = EMPTY
    missing = False
    frame.among = obj
    for value in obj:
        found = of_value(frame, value, node.name, node)
        if found is None:
            missing = missing or value is not NONE
        else:
            result = result | found
    if NONE in obj:
        only = len(obj) == 1
        frame.raises(node, frame.program.builtin("AttributeError"), "None." + node.name, rare=not only)
    if not result or missing:
        return result | (ANYTHING if UNKNOWN in obj else frame.bottom())
    return result


def peek(frame: Frame, node: ir.Attr) -> Values | None:
    """What `name.field` holds by what was assigned to the field; None where that is not known."""
    obj = expressions.evaluate(frame, node.obj)
    result = EMPTY
    for value in obj:
        if not isinstance(value, Instance):
            return None
        found = fields(frame, value.cls, node.name)
        for _, cell in value.cls.find(node.name):
            found = found | frozenset(v for v in frame.read(cell) if not isinstance(v, FunctionValue | Wrapper))
            break
        result = result | found
    return result or None


def of_value(frame: Frame, value: Value, name: str, node: ir.Node) -> Values | None:
    """What an attribute of one value holds; None where the value is not known to have it."""
    return frame.dialect.of_value(frame, value, name, node)


def class_of(frame: Frame, value: Value) -> ClassScope | None:
    """The class of a value, where the language or the library says which."""
    return frame.dialect.class_of(frame, value)


def fields(frame: Frame, cls: ClassScope, name: str) -> Values:
    """What is assigned to a field on instances of a class or of what it inherits from."""
    return keeping.read(frame, cls, name)


def store(frame: Frame, target: ir.Attr, values: Values) -> None:
    """`obj.name = values`: fields of instances, attributes of classes and modules, setters, `__setattr__`."""
    obj = expressions.evaluate(frame, target.obj)
    name = target.name
    for value in obj:
        frame.dialect.store(frame, value, name, values, target)
    if UNKNOWN in obj:
        frame.findings.accesses[target.start, None, name, True] = (target, None, name, True)
    if obj == frozenset((NONE,)):
        frame.raises(target, frame.program.builtin("AttributeError"), "None." + name, rare=False)
    root = target.obj
    while isinstance(root, ir.Attr | ir.Index):
        root = root.obj
    text = f"{expressions.path_of(target) or '….' + name}"
    frame.effect("field", text, target, certain=isinstance(target.obj, ir.Name))
    key = expressions.path_of(target)
    if key is not None and frame.env is not None:
        frame.forget_fields(key)
        frame.env[key] = values


def note_access(frame: Frame, obj: Values, name: str, node: ir.Node) -> None:
    """Notes that a field is read, for everything that has it as a field."""
    for value in obj:
        if isinstance(value, Instance) and not value.cls.library:
            note_field(frame, value.cls, name, node, False)
        elif isinstance(value, ClassValue) and not value.scope.library:
            note_field(frame, value.scope, name, node, False)
        elif isinstance(value, ModuleValue) and not value.scope.library:
            frame.findings.accesses[node.start, value.scope, name, False] = (node, value.scope, name, False)
    if UNKNOWN in obj:
        frame.findings.accesses[node.start, None, name, False] = (node, None, name, False)


def note_field(frame: Frame, cls: ClassScope, name: str, node: ir.Node, writes: bool) -> None:
    for scope in cls.mro():
        if not scope.library and (name in scope.fields or (name in scope.attrs and not _is_method(scope, name))):
            frame.findings.accesses[node.start, scope, name, writes] = (node, scope, name, writes)


def _is_method(scope: ClassScope, name: str) -> bool:
    return any(isinstance(v, FunctionValue | Wrapper) for v in scope.attrs[name].values)
