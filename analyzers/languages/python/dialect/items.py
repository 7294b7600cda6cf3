"""What Python's `x[key]` gives, changes, calls and raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, calls, containers, expressions
from analyzers.inference.containers import constants_of, element_cell, elements
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    NONE,
    ClassValue,
    Const,
    Container,
    Instance,
    Value,
    Values,
    Wrapper,
)
from analyzers.languages.python.dialect import lookup, protocols

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame


def load_index(frame: Frame, obj: Values, key: Values, node: ir.Index) -> Values:
    """`obj[key]`."""
    result = EMPTY
    if not obj:
        return frame.bottom()
    for value in obj:
        if isinstance(value, Container):
            result = result | _load_from(frame, value, key, node)
        elif isinstance(value, ClassValue):
            result = result | _subscribed_class(frame, value, key, node)
        elif isinstance(value, Instance):
            if value.cls.library and value.cls.name == "tuple" and len(value.args) > 1:
                result = result | _from_tuple(value, key)
            else:
                _lookup_raises(frame, value, node)
                found = protocols.invoke(frame, frozenset((value,)), "__getitem__", calls.arguments_of(key), node, "[]")
                result = result | (found or frame.bottom())
        elif value is NONE:
            frame.raises(node, frame.program.builtin("TypeError"), "None[…]", rare=len(obj) > 1)
        elif isinstance(value, Const) and value.kind == "str":
            if not isinstance(node.key, ir.Slice):
                frame.raises(node, frame.program.builtin("IndexError"), "[]", rare=True)
            result = result | expressions.instances(frame, frame.program.builtin_class("str"))
        else:
            result = result | ANYTHING
    return result or frame.bottom()


def _load_from(frame: Frame, container: Container, key: Values, node: ir.Index) -> Values:
    if isinstance(node.key, ir.Slice):
        return frozenset((containers.sliced(frame, container, node, node.key),))
    constants = constants_of(key)
    result = EMPTY
    if constants and len(constants) == len(key):
        for constant in constants:
            if isinstance(constant, int) and not isinstance(constant, bool) and constant < 0:
                return elements(frame, container)
            cell = container.cells.get(constant)
            if cell is not None:
                result = result | frame.read(cell)
            else:
                _lookup_raises(frame, container, node)
        result = result | frame.read(element_cell(container))
    else:
        _lookup_raises(frame, container, node)
        result = elements(frame, container)
    return result or frame.bottom()


def _from_tuple(value: Instance, key: Values) -> Values:
    constants = constants_of(key)
    result = EMPTY
    for constant in constants:
        if isinstance(constant, int) and -len(value.args) <= constant < len(value.args):
            result = result | value.args[constant]
    return result or frozenset().union(*value.args) or ANYTHING


_SPLITTING = frozenset({"split", "rsplit", "partition", "rpartition"})
"""Methods whose result is never empty."""


def always_there(node: ir.Node) -> bool:
    """Whether an item is there by the form of the expression: a slice, the first or the last part of a split text."""
    if not isinstance(node, ir.Index):
        return False
    if isinstance(node.key, ir.Slice):
        return True
    split = isinstance(node.obj, ir.Call) and isinstance(node.obj.func, ir.Attr) and node.obj.func.name in _SPLITTING
    return split and (isinstance(node.key, ir.Unary) or (isinstance(node.key, ir.Const) and node.key.value == 0))


def ruled_out(kind: str, node: ir.Node) -> bool:
    """Whether the form of an expression rules out an exception of this name: an item that is there, a text that is
    split at a separator which is written there and so is no empty text."""
    if kind == "IndexError":
        return always_there(node)
    if kind not in {"ValueError", "TypeError"} or not isinstance(node, ir.Call) or not node.args:
        return False
    separator = node.args[0].value
    splits = isinstance(node.func, ir.Attr) and node.func.name in _SPLITTING
    return splits and isinstance(separator, ir.Const) and separator.kind == "str" and separator.value not in (None, "")


def _lookup_raises(frame: Frame, value: Value, node: ir.Index) -> None:
    if always_there(node):
        return
    cls = attributes.class_of(frame, value)
    if cls is None or not cls.library:
        return
    names = {c.name for c in cls.mro()}
    if names & {"defaultdict", "Counter"}:
        return
    if names & {"dict", "Mapping", "MutableMapping"}:
        frame.raises(node, frame.program.builtin("KeyError"), "[]", rare=False)
    elif names & {"list", "tuple", "str", "bytes", "Sequence", "deque"}:
        frame.raises(node, frame.program.builtin("IndexError"), "[]", rare=isinstance(node.key, ir.Name))


def _subscribed_class(frame: Frame, value: ClassValue, key: Values, node: ir.Index) -> Values:
    for meta in lookup.metaclasses(frame, value.scope):
        for owner, cell in meta.find("__getitem__"):
            if not owner.library:
                bound = frozenset(frame.universe.bound(v, value) for v in frame.read(cell))
                return calls.call_values(frame, bound, calls.arguments_of(key), node, "[]")
            if lookup.is_enum(value.scope):
                frame.raises(node, frame.program.builtin("KeyError"), "[]", rare=False)
                return frozenset((frame.universe.instance(value.scope),))
    for owner, cell in value.scope.find("__class_getitem__"):
        if not owner.library:
            bound = frozenset(
                frame.universe.bound(v.inner if isinstance(v, Wrapper) else v, value) for v in frame.read(cell)
            )
            calls.call_values(frame, bound, calls.arguments_of(key), node, "[]")
    return frozenset((value,))


def store_index(frame: Frame, value: Value, key: Values, values: Values, target: ir.Index) -> None:
    """`value[key] = values` for what is no container."""
    if isinstance(value, Instance):
        protocols.invoke(frame, frozenset((value,)), "__setitem__", calls.arguments_of(key, values), target, "[]=")


def delete_index(frame: Frame, value: Value, key: Values, target: ir.Index) -> None:
    """`del value[key]`."""
    if isinstance(value, Instance):
        protocols.invoke(frame, frozenset((value,)), "__delitem__", calls.arguments_of(key), target, "del")
    if isinstance(value, Container) and value.kind == "dict":
        frame.raises(target, frame.program.builtin("KeyError"), "del", rare=True)


def key_used(frame: Frame, value: Value, node: ir.Node) -> None:
    """A key is hashed."""
    if isinstance(value, Instance) and not value.cls.library:
        protocols.invoke(frame, frozenset((value,)), "__hash__", calls.no_arguments(), node, "__hash__")
