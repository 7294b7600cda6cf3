"""Handing back: which of the classes and functions that all callers passed come back to one of them.

A decorator is called for many classes, and its body runs once on all of them. What it returns is then every class that
it was ever applied to. A caller gets its own back: what comes back of what was passed for a parameter is what this
caller passed for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import expressions
from analyzers.inference.scopes import Body
from analyzers.inference.values import (
    EMPTY,
    NONE,
    NOTHING,
    ClassValue,
    Const,
    FunctionValue,
    Value,
    Values,
    definitions,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame


def own(frame: Frame, body: Body, bound: dict[str, Values], values: Values) -> Values:
    """Of what a function returns, what a caller who passes `bound` gets."""
    assert body.function is not None
    if EMPTY in bound.values() and not frame.bottom():
        return EMPTY  # Nothing has reached this call yet.
    found = definitions(values)
    # `@decorate(option=1)` passes nothing yet, and gets the function that will be passed the class.
    makes = any(getattr(v, "body", body).parent is body for v in found)
    for parameter in body.function.parameters:
        cell = body.params.get(parameter.name)
        given = bound.get(parameter.name, EMPTY)
        if cell is None or not (found or definitions(given)):
            continue
        passed = definitions(frame.read(cell) | cell.absorbed)
        if not passed:
            continue
        if body.cls is not None and parameter is body.function.parameters[0]:
            # A class method is also run for its own class, whoever calls it.
            passed = passed | {body.cls.value}
        mine = definitions(given) & passed
        if found & passed and (mine or makes or (parameter.name in bound and given <= NOTHING)):
            values = (values - passed) | mine
        if mine:
            kept = values.difference(v for v in found if _awaits(v, body, passed))
            # Where nothing else comes back, that may be because it has not flowed back yet.
            values = kept or (values if frame.bottom() else EMPTY)
            values = values - _made_for_others(frame, values, passed - mine, mine)
    return values


def _awaits(value: Value, body: Body, passed: Values) -> bool:
    """Whether a function is the one that a decorator returns where it is given nothing to decorate yet: what others
    gave it has been passed on to that one."""
    if not isinstance(value, FunctionValue) or value.body.parent is not body:
        return False
    return any(not passed.isdisjoint(cell.values | cell.absorbed) for cell in value.body.params.values())


def _made_for_others(frame: Frame, values: Values, others: Values, mine: Values) -> Values:
    """Instances of classes on which only others called a method that makes one of the class it is called on."""
    own_instances = frozenset(frame.universe.instance(v.scope) for v in mine if isinstance(v, ClassValue))
    if not own_instances or not own_instances <= values:
        return EMPTY
    return frozenset(frame.universe.instance(v.scope) for v in others if isinstance(v, ClassValue))


def back(frame: Frame, node: ir.Expr, values: Values) -> Values:
    """What `return node` gives, where `node` evaluates to `values`: parameters that come back stand for themselves."""
    if isinstance(node, ir.Name):
        parameter = _parameter(frame, node.id)
        return _replaced(frame, node.id, values) if parameter is None else frozenset((parameter,))
    if isinstance(node, ir.Call):
        return _made(frame, node, _handed(frame, node, values))
    if isinstance(node, ir.Conditional | ir.Bool) and any(_parameter(frame, name) for name in _chosen(node)):
        return _either(frame, node)
    return values


def _parameter(frame: Frame, name: str) -> Value | None:
    """What stands for a parameter that still holds what came in, or that without None."""
    had, has = frame.initial.get(name), (frame.env or {}).get(name)
    if not had or not has:
        return None
    if name in frame.rebound:
        # Small sets are shared: the same one says nothing of where it came from.
        return frame.universe.parameter(frame.body, name) if has is had and len(has) > 1 else None
    if not has <= had or any(not _is_false(value) for value in had - has):
        return None
    return frame.universe.parameter(frame.body, name, "something" if NONE in had - has else "given")


def _replaced(frame: Frame, name: str, values: Values) -> Values:
    """A parameter that something else may have taken the place of: each caller gets its own back, or that."""
    had = frame.initial.get(name)
    if not had or not had <= values or name not in frame.stored:
        return values
    return (values - had) | (values & frame.stored[name]) | {frame.universe.parameter(frame.body, name)}


def _is_false(value: Value) -> bool:
    return isinstance(value, Const) and not value.value


def _chosen(node: ir.Expr) -> Iterator[str]:
    """The names among which an expression chooses one: `a if test else b`, `a or b`."""
    if isinstance(node, ir.Name):
        yield node.id
    elif isinstance(node, ir.Conditional):
        yield from _chosen(node.body)
        yield from _chosen(node.orelse)
    elif isinstance(node, ir.Bool):
        yield from _chosen(node.left)
        yield from _chosen(node.right)


def _either(frame: Frame, node: ir.Expr) -> Values:
    if isinstance(node, ir.Conditional):
        return expressions.conditional(frame, node, _either)
    if isinstance(node, ir.Bool):
        return expressions.boolean(frame, node, _either)
    return back(frame, node, expressions.evaluate(frame, node))


def _made(frame: Frame, call: ir.Call, values: Values) -> Values:
    """`return cls()` of a class that the caller passed: each caller gets an object of its own class back."""
    if not isinstance(call.func, ir.Name) or frame.env is None:
        return values
    name = call.func.id
    if name not in frame.initial or frame.env.get(name) is not frame.initial[name]:
        return values
    made = frozenset(frame.universe.instance(v.scope) for v in frame.initial[name] if isinstance(v, ClassValue))
    if not made or not made <= values:
        return values
    return (values - made) | {frame.universe.parameter(frame.body, name, "made")}


def _handed(frame: Frame, call: ir.Call, values: Values) -> Values:
    """What a function returns that returns what a call gives to which it passes a parameter on: of the classes and
    functions passed for that parameter, each caller gets its own, or an object of its own."""
    if frame.env is None:
        return values
    for arg in call.args:
        if not isinstance(arg.value, ir.Name) or arg.stars:
            continue
        name = arg.value.id
        if name not in frame.initial or name in frame.rebound:
            continue
        mine = definitions(frame.env.get(name, EMPTY))
        if mine and mine <= values:
            values = (values - mine) | {frame.universe.parameter(frame.body, name, "handed")}
        made = frozenset(frame.universe.instance(v.scope) for v in mine if isinstance(v, ClassValue))
        if made and made <= values:
            values = (values - made) | {frame.universe.parameter(frame.body, name, "made")}
    return values
