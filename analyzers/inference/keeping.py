"""Keeping: what an object of a class keeps of what was passed to its constructor, where the constructor is inherited.

`self.check = check` in the constructor of a base class runs for objects of every class below it. Their fields would
then hold whatever any of these classes passes to `super().__init__`. So what flows into such a parameter is also kept
by the class of the object that is being made, and an object's field holds what its own class passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import declarations, handing
from analyzers.inference.cells import Cell
from analyzers.inference.scopes import Body, ClassScope
from analyzers.inference.values import ANYTHING, EMPTY, Instance, Parameter, Values

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

_SIMPLE = frozenset({"positional", "normal", "keyword"})


def passed(
    frame: Frame, body: Body, function: ir.Function, bound: Mapping[str, Values], written: Mapping[str, ir.Expr]
) -> None:
    """Notes for a call of an inherited constructor what it passes, by the class of the object that is made.

    `bound` is what each parameter gets and `written` the argument as written, where there is one.
    """
    if not _is_maker(frame, body, function):
        return
    receivers = bound.get(function.parameters[0].name, EMPTY)
    for value in receivers:
        if not isinstance(value, Instance) or value.cls is body.cls or value.cls.library:
            continue
        for parameter in function.parameters[1:]:
            if parameter.kind not in _SIMPLE:
                continue
            values = bound.get(parameter.name)
            expression = written.get(parameter.name)
            if values is None:
                values = frame.read(body.param("=" + parameter.name))
            elif expression is not None and _makes(frame) and frame.body.cls is not value.cls:
                values = _told(frame, handing.back(frame, expression, values), value.cls)
            frame.write(_cell(body, parameter.name, value.cls), values)


def kept(frame: Frame, target: ir.Attr, node: ir.Expr, values: Values) -> Values:
    """What `self.name = node` keeps of a constructor's parameters, each as itself; empty where it keeps none."""
    function = frame.body.function
    if (
        not _makes(frame)
        or not isinstance(target.obj, ir.Name)
        or not isinstance(node, ir.Name | ir.Conditional | ir.Bool)
    ):
        return EMPTY
    assert function is not None
    if target.obj.id != function.parameters[0].name or target.obj.id in frame.rebound:
        return EMPTY
    found = handing.back(frame, node, values)
    return found if any(isinstance(v, Parameter) for v in found) else EMPTY


def write(frame: Frame, cls: ClassScope, name: str, values: Values) -> None:
    """Puts values into a field of objects of a class; of what the constructor keeps, only what that class passes."""
    owner = frame.body.cls
    if not frame.kept or owner is None or owner not in cls.mro():
        frame.write(cls.instance_field(name), values)
        frame.write(cls.later_field(name), values)
        return
    owner.kept[name] = None
    if cls is owner:
        frame.write(cls.instance_field(name), values)
        return
    own = _told(frame, frame.kept, cls)
    for scope in cls.mro():
        if scope is owner:
            break
        if not scope.library:
            scope.kept[name] = None
            frame.write(scope.instance_field(name), own)


def read(frame: Frame, cls: ClassScope, name: str) -> Values:
    """What is assigned to a field on objects of a class or of what it inherits from."""
    result = EMPTY
    skipped: list[Cell] = []
    for scope in cls.mro():
        cell = scope.fields.get(name)
        if scope is not cls and name in scope.kept and (name in cls.kept or not frame.program.settled):
            result = result | frame.read(scope.later_field(name))
            if cell is not None:
                skipped.append(cell)
        elif cell is not None:
            result = result | frame.read(cell)
    if skipped and not result - ANYTHING:
        if not frame.program.settled:
            return result | frame.bottom()
        result = result.union(*(frame.read(cell) for cell in skipped))
    return result


def _is_maker(frame: Frame, body: Body, function: ir.Function | None) -> bool:
    return (
        body.cls is not None
        and function is not None
        and function.name in frame.dialect.makers
        and bool(function.parameters)
    )


def _makes(frame: Frame) -> bool:
    return _is_maker(frame, frame.body, frame.body.function)


def _cell(body: Body, name: str, cls: ClassScope) -> Cell:
    return body.param(f"{name}@{cls.value.serial}")


def _told(frame: Frame, values: Values, cls: ClassScope) -> Values:
    """The values with each parameter replaced by what it gets where an object of the class is made."""
    result = EMPTY
    for value in values:
        if isinstance(value, Parameter) and value.body is frame.body:
            result = result | frame.universe.given(value, _of_class(frame, value.name, cls))
        else:
            result = result | {value}
    return result


def _of_class(frame: Frame, name: str, cls: ClassScope) -> Values:
    function = frame.body.function
    assert function is not None
    values = frame.read(_cell(frame.body, name, cls))
    if not values:
        return frame.initial[name] if frame.program.settled else frame.bottom()
    parameter = next(p for p in function.parameters if p.name == name)
    if parameter.annotation is not None:
        declared = declarations.evaluate(frame.program, frame.module, parameter.annotation, {}, frame) - ANYTHING
        if declared:
            values = declarations.fitting(values, declared) | declared
    return values
