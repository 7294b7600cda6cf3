"""Handing back: which of the classes and functions that all callers passed come back to one of them.

A decorator is called for many classes, and its body runs once on all of them. What it returns is then every class that
it was ever applied to. A caller gets its own back: what comes back of what was passed for a parameter is what this
caller passed for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference.scopes import Body
from analyzers.inference.values import EMPTY, NOTHING, ClassValue, Values, definitions

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame


def own(frame: Frame, body: Body, bound: dict[str, Values], values: Values) -> Values:
    """Of what a function returns, what a caller who passes `bound` gets."""
    assert body.function is not None
    found = definitions(values)
    # `@decorate(option=1)` passes nothing yet, and gets the function that will be passed the class.
    makes = any(getattr(v, "body", body).parent is body for v in found)
    for index, parameter in enumerate(body.function.parameters):
        cell = body.params.get(parameter.name)
        if cell is None:
            continue
        passed = definitions(frame.read(cell) | cell.absorbed)
        if not passed:
            continue
        given = bound.get(parameter.name)
        mine = definitions(given or EMPTY) & passed
        if found & passed and (mine or makes or (given is not None and given <= NOTHING)):
            values = (values - passed) | mine
        if mine and index == 0 and body.cls is not None:
            values = values - _made_for_others(frame, values, passed - mine, mine)
    return values


def _made_for_others(frame: Frame, values: Values, others: Values, mine: Values) -> Values:
    """Instances of classes on which only others called a method that makes one of the class it is called on."""
    own_instances = frozenset(frame.universe.instance(v.scope) for v in mine if isinstance(v, ClassValue))
    if not own_instances or not own_instances <= values:
        return EMPTY
    return frozenset(frame.universe.instance(v.scope) for v in others if isinstance(v, ClassValue))


def handed(frame: Frame, call: ir.Call, values: Values) -> Values:
    """What a function returns that returns what a call gives to which it passes a parameter on: of the classes and
    functions passed for that parameter, each caller gets its own."""
    if frame.env is None or not definitions(values):
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
    return values
