"""JavaScript's protocols: what loops, operators and templates call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import calls, containers, expressions
from analyzers.inference.calls import Arguments
from analyzers.inference.scopes import Guard
from analyzers.inference.values import (
    ANYTHING,
    BOOLEAN,
    EMPTY,
    NONE,
    ClassValue,
    Const,
    Container,
    FunctionValue,
    Generator,
    Instance,
    ModuleValue,
    Prototype,
    Value,
    Values,
)
from analyzers.languages.typescript.dialect import lookup, promises

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

ITERATOR = "[Symbol.iterator]"
ASYNC_ITERATOR = "[Symbol.asyncIterator]"

_TEXTS = frozenset({"String"})
_FALSE_LIKE = frozenset({"String", "Number", "Boolean", "Symbol", "Object"})


def invoke(frame: Frame, values: Values, name: str, given: Arguments, node: ir.Node, via: str) -> Values:
    """Calls a method that syntax or a library function looks up; empty where nobody has it."""
    result = EMPTY
    for value in values:
        methods = lookup.of_value(frame, value, name, node)
        own = frozenset(m for m in methods or () if not _is_foreign(m))
        if own:
            result = result | calls.call_values(frame, own, given, node, via)
    return result


def _is_foreign(value: Value) -> bool:
    function = getattr(value, "func", value)
    return isinstance(function, FunctionValue) and function.body.module.library


def iterate(frame: Frame, value: Value, node: ir.Node | None, asynchronous: bool) -> Values:
    """What one value gives to a loop's target."""
    if isinstance(value, Container) and value.kind != "object":
        if value.kind == "map":
            return frozenset((pair(frame, value, containers.keys(frame, value), containers.elements(frame, value)),))
        found = containers.elements(frame, value)
        return promises.flat(frame, found, node or value.node) if asynchronous else found
    if isinstance(value, Generator):
        found = frame.read(value.body.yielded)
        return promises.flat(frame, found, node or ir.Node(0, 0)) if asynchronous else found
    if isinstance(value, Const) and value.kind == "str":
        return expressions.instances(frame, frame.program.builtin_class("str"))
    if isinstance(value, Instance) and value.cls.library:
        if value.cls.name == "String":
            return frozenset((value,))
        if value.cls.name in {"Map", "ReadonlyMap"} and len(value.args) == 2:
            return frozenset((pair(frame, value.cls.ir, *value.args),))
        return value.args[0] if value.args else ANYTHING
    if isinstance(value, Instance | Container):
        return _by_iterator(frame, value, node or ir.Node(0, 0), asynchronous)
    return EMPTY if value is NONE else ANYTHING


def _by_iterator(frame: Frame, value: Value, node: ir.Node, asynchronous: bool) -> Values:
    one: Values = frozenset((value,))
    made = invoke(frame, one, ITERATOR, calls.no_arguments(), node, "for")
    if asynchronous and not made:
        made = invoke(frame, one, ASYNC_ITERATOR, calls.no_arguments(), node, "for")
    result = EMPTY
    for iterator in made:
        if isinstance(iterator, Generator) or (isinstance(iterator, Container) and iterator.kind != "object"):
            result = result | iterate(frame, iterator, node, asynchronous)
            continue
        step = invoke(frame, frozenset((iterator,)), "next", calls.no_arguments(), node, "for")
        for got in promises.flat(frame, step, node):
            result = result | (lookup.of_value(frame, got, "value", node) or EMPTY)
    return result or ANYTHING


def pair(frame: Frame, owner: Container | ir.Node, first: Values, second: Values) -> Value:
    """A list of a key and a value, made once for each owner."""
    node = owner.node if isinstance(owner, Container) else owner
    made = frame.universe.container("list", frame.program.builtin_class("list"), node)
    frame.write(containers.cell_of(made, 0), first)
    frame.write(containers.cell_of(made, 1), second)
    return made


def enter(frame: Frame, values: Values, node: ir.Node, asynchronous: bool) -> Values:
    return values


def suppressed(frame: Frame, values: Values, node: ir.Node) -> Guard | None:
    return None


def binary(frame: Frame, op: str, left: Values, right: Values, node: ir.Node, inplace: bool) -> Values:
    """`left op right`: a text where either side of `+` is one, else a number where both are known."""
    if not left or not right:
        return frame.bottom()
    if op != "+":
        return expressions.instances(frame, frame.program.builtin_class("int"))
    kinds = {_kind(v) for v in left | right}
    if "str" in kinds:
        return expressions.instances(frame, frame.program.builtin_class("str"))
    return expressions.instances(frame, frame.program.builtin_class("int")) if kinds <= {"int"} else ANYTHING


def _kind(value: Value) -> str:
    if isinstance(value, Const):
        return "str" if value.kind == "str" else "int"
    if isinstance(value, Instance) and value.cls.library:
        return {"String": "str", "Number": "int", "Boolean": "int"}.get(value.cls.name, "")
    return ""


def unary(frame: Frame, op: str, operand: Values, node: ir.Node) -> Values:
    if op == "typeof":
        return expressions.instances(frame, frame.program.builtin_class("str"))
    if op == "delete":
        return BOOLEAN
    if op == "-" and len(operand) == 1:
        (value,) = operand
        if isinstance(value, Const) and value.kind == "int" and isinstance(value.value, int):
            return frozenset((frame.universe.const("int", -value.value),))
    return expressions.instances(frame, frame.program.builtin_class("int"))


def compare(frame: Frame, op: str, left: Values, right: Values, node: ir.Node) -> Values:
    return BOOLEAN


def truth(frame: Frame, values: Values, node: ir.Node) -> None:
    """Asking for the truth of a value runs nothing."""


def may_be_false(value: Value) -> bool:
    if isinstance(value, Const):
        return not value.value
    if isinstance(value, FunctionValue | ClassValue | ModuleValue | Generator | Container | Prototype):
        return False
    if isinstance(value, Instance):
        return value.cls.library and value.cls.name in _FALSE_LIKE
    return True


def to_text(frame: Frame, values: Values, conversion: str, node: ir.Node) -> None:
    """What a template calls to make a text of values."""
    own = frozenset(v for v in values if isinstance(v, Instance) and not v.cls.library)
    for value in own:
        if any(not scope.library for scope, _ in value.cls.find("toString")):
            invoke(frame, frozenset((value,)), "toString", calls.no_arguments(), node, "toString")
