"""What the methods of built-in containers put into them and take out, beyond what stubs say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import containers, protocols
from analyzers.inference.values import EMPTY, NOTHING, Container, Value, Values

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame


def mutated(frame: Frame, name: str, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values | None:
    """The effect of a container's method and what it returns; None where the stub's word is enough."""
    if not isinstance(receiver, Container):
        return None
    handler = _METHODS.get(name.rpartition(".")[2])
    return handler(frame, receiver, arguments, node) if handler is not None else None


def _put_first(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values:
    frame.write(containers.element_cell(receiver), arguments.first(0))
    frame.effect("argument", "container", node)
    return NOTHING


def _put_left(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values:
    containers.shift(frame, receiver)
    return _put_first(frame, receiver, arguments, node)


def _insert(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values:
    frame.write(containers.element_cell(receiver), arguments.first(1))
    containers.shift(frame, receiver)
    return NOTHING


def _reorder(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values | None:
    containers.shift(frame, receiver)
    return None


def _extend(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values:
    for values in arguments.positional:
        frame.write(containers.element_cell(receiver), protocols.iterate(frame, values, node))
    return NOTHING


def _update(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values:
    if receiver.kind != "dict":
        return _extend(frame, receiver, arguments, node)
    for values in arguments.positional:
        containers.merge(frame, receiver, values, node)
    for keyword, values in arguments.keywords.items():
        containers.store_item(frame, receiver, frozenset((frame.universe.const("str", keyword),)), values)
    return NOTHING


def _set_default(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values:
    default = arguments.first(1) or NOTHING
    containers.store_item(frame, receiver, arguments.first(0), default)
    return _held(frame, receiver, arguments.first(0)) | default


def _get(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values:
    default = arguments.positional[1] if len(arguments.positional) > 1 else NOTHING
    return _held(frame, receiver, arguments.first(0)) | default


def _pop(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values:
    if receiver.kind != "dict":
        if arguments.positional:
            containers.shift(frame, receiver)
        return containers.elements(frame, receiver) or frame.bottom()
    default = arguments.positional[1] if len(arguments.positional) > 1 else EMPTY
    return (_held(frame, receiver, arguments.first(0)) | default) or frame.bottom()


def _pop_left(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values:
    containers.shift(frame, receiver)
    return _pop(frame, receiver, arguments, node)


def _copy(frame: Frame, receiver: Container, arguments: Arguments, node: ir.Node) -> Values:
    container = frame.universe.container(receiver.kind, receiver.cls, node)
    for key, cell in tuple(receiver.cells.items()):
        frame.write(containers.cell_of(container, key), frame.read(cell))
    return frozenset((container,))


def _held(frame: Frame, receiver: Container, key: Values) -> Values:
    """What a dictionary holds under some key."""
    constants = containers.constants_of(key)
    if not constants or len(constants) != len(key):
        return containers.elements(frame, receiver)
    result = frame.read(containers.element_cell(receiver))
    for constant in constants:
        cell = receiver.cells.get(constant)
        if cell is not None:
            result = result | frame.read(cell)
    return result


_METHODS: dict[str, Callable[[Frame, Container, Arguments, ir.Node], Values | None]] = {
    "append": _put_first,
    "appendleft": _put_left,
    "add": _put_first,
    "insert": _insert,
    "remove": _reorder,
    "reverse": _reorder,
    "sort": _reorder,
    "extend": _extend,
    "extendleft": _extend,
    "update": _update,
    "setdefault": _set_default,
    "get": _get,
    "pop": _pop,
    "popleft": _pop_left,
    "copy": _copy,
    "__copy__": _copy,
}
