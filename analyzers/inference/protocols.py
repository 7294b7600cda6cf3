"""Protocols: what syntax does with values (`for`, `await`, operators), as each language has it; and exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import containers
from analyzers.inference.scopes import Guard
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    NONE,
    UNKNOWN,
    ClassValue,
    Container,
    External,
    Generator,
    Instance,
    Values,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame


def iterate(frame: Frame, values: Values, node: ir.Node | None, asynchronous: bool = False) -> Values:
    """What `for x in values` gives to `x`."""
    result = EMPTY
    before = frame.doubt(values)
    for value in values:
        if isinstance(value, Generator):
            frame.iterated(node, value.body)
        result = result | frame.dialect.iterate(frame, value, node, asynchronous)
    frame.unsure = before
    if NONE in values and node is not None:
        frame.raises(node, frame.program.builtin("TypeError"), "iteration over None", rare=True)
    return result or frame.bottom()


def awaited(frame: Frame, values: Values, node: ir.Node) -> Values:
    """What `await` gives."""
    result = EMPTY
    for value in values:
        result = result | frame.dialect.awaited(frame, value, node)
    return result or frame.bottom()


def enter(frame: Frame, values: Values, node: ir.Node, asynchronous: bool) -> Values:
    """What `with values as x` gives to `x`; what runs when the block is left runs as well."""
    before = frame.doubt(values)
    entered = frame.dialect.enter(frame, values, node, asynchronous)
    frame.unsure = before
    return entered


def suppressed(frame: Frame, values: Values, node: ir.Node) -> Guard | None:
    """What a context manager keeps from leaving the block."""
    return frame.dialect.suppressed(frame, values, node)


def binary(frame: Frame, op: str, left: Values, right: Values, node: ir.Node, inplace: bool = False) -> Values:
    """`left op right`."""
    before = frame.doubt(left)
    result = frame.dialect.binary(frame, op, left, right, node, inplace)
    frame.unsure = before
    return result


def unary(frame: Frame, op: str, operand: Values, node: ir.Node) -> Values:
    before = frame.doubt(operand)
    result = frame.dialect.unary(frame, op, operand, node)
    frame.unsure = before
    return result


def compare(frame: Frame, op: str, left: Values, right: Values, node: ir.Node) -> Values:
    """`left op right` for a comparison."""
    return frame.dialect.compare(frame, op, left, right, node)


def truth(frame: Frame, values: Values, node: ir.Node) -> None:
    """What `if values:` calls."""
    before = frame.doubt(values)
    frame.dialect.truth(frame, values, node)
    frame.unsure = before


def to_text(frame: Frame, values: Values, conversion: str, node: ir.Node) -> None:
    """What making a text of values calls."""
    before = frame.doubt(values)
    frame.dialect.to_text(frame, values, conversion, node)
    frame.unsure = before


# Exceptions.


def exception_types(frame: Frame, values: Values) -> Values:
    """The exception classes that a `raise` or an `except` names: classes, instances' classes, tuples' items."""
    result = EMPTY
    for value in values:
        if isinstance(value, Instance):
            result = result | {value.cls.value}
        elif isinstance(value, Container):
            result = result | exception_types(frame, containers.elements(frame, value))
        elif isinstance(value, ClassValue | External):
            result = result | {value}
        elif value is UNKNOWN:
            result = result | ANYTHING
    return result


def exception_instances(frame: Frame, types: Values) -> Values:
    """What the name of a handler holds."""
    result = frozenset(frame.universe.instance(t.scope) for t in types if isinstance(t, ClassValue))
    return result if len(result) == len(types) and result else result | ANYTHING
