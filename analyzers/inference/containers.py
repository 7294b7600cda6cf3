"""Containers: what lists, tuples, sets and dictionaries hold, by position and key where these are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import cells, expressions, protocols
from analyzers.inference.cells import Cell
from analyzers.inference.values import (
    ANYTHING,
    ELEMENT,
    EMPTY,
    KEYS,
    NONE,
    Const,
    Container,
    Instance,
    Value,
    Values,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

POSITIONS_MAX = 16
"""Items of a list or tuple that are told apart; the rest share one cell."""

MAPPINGS = frozenset({"dict", "object", "map"})
"""Kinds of containers that are looked into by keys."""

KEYS_MAX = 256
"""Constant keys of a dictionary that are told apart."""


def cell_of(container: Container, key: str | int | bool | None) -> Cell:
    if len(container.cells) > KEYS_MAX and key not in container.cells and key != KEYS:
        key = ELEMENT
    return cells.cell_of(container, key)


def element_cell(container: Container) -> Cell:
    return cell_of(container, ELEMENT)


def elements(frame: Frame, container: Container) -> Values:
    """Everything that a container holds; of a dictionary, its values."""
    result = frame.read(element_cell(container))
    for key, cell in tuple(container.cells.items()):
        if key not in (ELEMENT, KEYS):
            result = result | frame.read(cell)
    return result


def keys(frame: Frame, container: Container) -> Values:
    return frame.read(cell_of(container, KEYS))


def new_container(frame: Frame, kind: str, node: ir.Node, content: Values) -> Values:
    """A container made at `node` that holds `content` in no known order."""
    container = frame.universe.container(kind, frame.program.builtin_class(kind), node)
    frame.write(element_cell(container), content)
    return frozenset((container,))


def exact_size(value: Value) -> int | None:
    """How many items a tuple has, where that is known."""
    if isinstance(value, Container) and value.kind == "tuple" and ELEMENT not in value.cells:
        return len(value.cells)
    if isinstance(value, Container) and value.kind == "tuple" and not value.cells[ELEMENT].values:
        return len(value.cells) - 1
    if isinstance(value, Instance) and value.cls.name == "tuple" and value.cls.library and len(value.args) > 1:
        return len(value.args) - (1 if not value.args[-1] else 0)
    return None


def item(frame: Frame, values: Values, index: int, total: int | None) -> Values:
    """What unpacking gives at one position."""
    result = EMPTY
    for value in values:
        if isinstance(value, Container) and value.kind in {"tuple", "list"}:
            found = frame.read(value.cells[index]) if index in value.cells else EMPTY
            result = result | found | frame.read(element_cell(value))
        elif isinstance(value, Instance) and value.cls.library and value.cls.name == "tuple" and len(value.args) > 1:
            if index < len(value.args):
                result = result | value.args[index]
        else:
            result = result | protocols.iterate(frame, frozenset((value,)), None)
    if not result:
        return frame.bottom()
    return result


def unpacked(frame: Frame, values: Values, target: ir.Display) -> None:
    """Unpacking what has another number of items raises."""
    if any(exact_size(v) != len(target.items) for v in values) and not any(
        isinstance(t, ir.Starred) for t in target.items
    ):
        frame.raises(target, frame.program.builtin("ValueError"), "unpacking", rare=True)
    if NONE in values:
        frame.raises(target, frame.program.builtin("TypeError"), "unpacking None", rare=True)


_CONSTANTS = frozenset({"str", "int", "bool", "symbol"})


def constants_of(values: Values) -> list[str | int | bool | None]:
    """The strings, numbers and Booleans among values, by which containers are indexed."""
    return [v.value for v in values if isinstance(v, Const) and v.kind in _CONSTANTS]


def constants_in(container: Container, key: Values) -> list[str | int | bool | None]:
    """The same as keys of one container: an object has texts alone for keys."""
    found = constants_of(key)
    return found if container.kind != "object" else [str(k) if not isinstance(k, bool) else k for k in found]


def store_item(frame: Frame, container: Container, key: Values, values: Values) -> None:
    """`container[key] = values`."""
    if container.kind in MAPPINGS:
        frame.write(cell_of(container, KEYS), key)
    constants = constants_in(container, key)
    for constant in constants:
        frame.write(cell_of(container, constant), values)
    if len(constants) != len(key) or not key:
        frame.write(element_cell(container), values)
    before = frame.doubt(key)
    for value in key:
        frame.dialect.key_used(frame, value, container.node)
    frame.unsure = before


def shift(frame: Frame, container: Container) -> None:
    """After something was put into or taken out of the middle of a list, any item may be at any place."""
    if container.kind == "list":
        frame.write(element_cell(container), elements(frame, container))


def merge(frame: Frame, container: Container, values: Values, node: ir.Node) -> None:
    """`container.update(values)`."""
    for value in values:
        if isinstance(value, Container) and value.kind in MAPPINGS:
            if value is container:
                continue
            for key, cell in tuple(value.cells.items()):
                frame.write(cell_of(container, key), frame.read(cell))
        elif isinstance(value, Container):
            for pair in elements(frame, value):
                pairs = frozenset((pair,))
                store_item(frame, container, item(frame, pairs, 0, 2), item(frame, pairs, 1, 2))
        elif isinstance(value, Instance) and len(value.args) == 2:
            frame.write(cell_of(container, KEYS), value.args[0])
            frame.write(element_cell(container), value.args[1])
        elif value is not NONE:
            frame.write(element_cell(container), ANYTHING)


def sliced(frame: Frame, container: Container, node: ir.Index, key: ir.Slice) -> Container:
    """The part of a list or tuple between constant bounds, where it is known what lies where; else all of it."""
    bounds = [_bound(bound) for bound in key.bounds]
    if "?" in bounds or 0 in bounds[2:] or container.kind not in {"list", "tuple"}:
        return container
    if frame.read(element_cell(container)):
        return container
    positions = sorted(key for key in container.cells if isinstance(key, int))
    taken = positions[slice(*(b for b in bounds if not isinstance(b, str)))]
    part = frame.universe.container(container.kind, container.cls, node)
    for place, position in enumerate(taken):
        frame.write(cell_of(part, place), frame.read(container.cells[position]))
    return part


def _bound(node: ir.Expr | None) -> int | str | None:
    if node is None:
        return None
    if isinstance(node, ir.Unary) and node.op == "-":
        inner = _bound(node.operand)
        return -inner if isinstance(inner, int) else "?"
    return node.value if isinstance(node, ir.Const) and isinstance(node.value, int) else "?"


def store_index(frame: Frame, target: ir.Index, values: Values) -> None:
    """`obj[key] = values`."""
    obj = expressions.evaluate(frame, target.obj)
    key = expressions.evaluate(frame, target.key)
    for value in obj:
        if isinstance(value, Container):
            store_item(frame, value, key, values)
        else:
            frame.dialect.store_index(frame, value, key, values, target)
    _remember(frame, target, obj, key, values)
    text = expressions.path_of(target.obj)
    if text is not None:
        frame.effect("item", text, target)


def rest(frame: Frame, values: Values, target: ir.Pattern, node: ir.Node) -> Values:
    """What is left of objects that are taken apart by keys, under keys that are not taken."""
    taken = {key.value for key, _ in target.items if isinstance(key, ir.Const)}
    container = frame.universe.container(frame.dialect.mapping, frame.program.builtin_class("dict"), node)
    for value in values:
        if isinstance(value, Container):
            for key, cell in tuple(value.cells.items()):
                if key not in taken:
                    frame.write(cell_of(container, key), frame.read(cell))
        elif value is not NONE:
            frame.write(element_cell(container), ANYTHING)
    return frozenset((container,))


# What the running body itself has just stored under a constant key hides what was there before.

ITEM = ".["
"""In a key of the environment, what begins a constant by which a container is indexed: `name.['key']`."""


def stored_before(frame: Frame, node: ir.Index) -> Values | None:
    """What this body has stored there and nothing since can have changed; None where that is not known."""
    path = _item_path(frame, node) if frame.env is not None else None
    return frame.env.get(path) if frame.env is not None and path is not None else None


def forget_items(frame: Frame, constant: str = "") -> None:
    """After items may have changed under any name: those under one constant, or all of them."""
    if frame.env is not None:
        stale = [key for key in frame.env if ITEM in key and constant in key]
        for key in stale:
            del frame.env[key]


def _remember(frame: Frame, target: ir.Index, obj: Values, key: Values, values: Values) -> None:
    constant = _constant(key)
    forget_items(frame, constant or "")
    path = _item_path(frame, target)
    if path is not None and frame.env is not None and obj and all(isinstance(v, Container) for v in obj):
        frame.env[path] = values


def _item_path(frame: Frame, node: ir.Expr) -> str | None:
    if not isinstance(node, ir.Index):
        return expressions.path_of(node)
    if not isinstance(node.key, ir.Const | ir.Name):
        return None
    constant = _constant(expressions.evaluate(frame, node.key))
    outer = _item_path(frame, node.obj) if constant is not None else None
    return f"{outer}{constant}" if outer is not None else None


def _constant(key: Values) -> str | None:
    """The one constant that a key is; not a negative number nor a Boolean, which are other constants as well."""
    if len(key) != 1:
        return None
    (value,) = key
    if not isinstance(value, Const) or value.kind not in {"str", "int", "symbol"} or value.value is None:
        return None
    return None if isinstance(value.value, int) and value.value < 0 else f"{ITEM}{value.value!r}]"


def delete_index(frame: Frame, target: ir.Index) -> None:
    """`del obj[key]`."""
    obj = expressions.evaluate(frame, target.obj)
    key = expressions.evaluate(frame, target.key)
    forget_items(frame)
    for value in obj:
        frame.dialect.delete_index(frame, value, key, target)
        if isinstance(value, Container):
            shift(frame, value)
