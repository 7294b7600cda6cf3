"""Cells: how values flow from one body to another.

A cell holds what may be in one place (a parameter, a field, a module's name, a list's elements). It remembers who put
a value there, so that a body that runs anew after its file changed takes back what it no longer says, and who has
read it, so that they run again when it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference.values import (
    ANYTHING,
    ELEMENT,
    EMPTY,
    KEYS,
    REJECTED,
    UNKNOWN,
    Bound,
    ClassValue,
    Const,
    Container,
    FunctionValue,
    Instance,
    Value,
    Values,
)

if TYPE_CHECKING:
    from analyzers.inference.scopes import Body, ClassScope

LITERALS_MAX = 5
"""Strings and numbers that one cell tells apart; beyond it they are some string, some number."""

CONTAINERS_MAX = 5
"""Containers of one kind that one cell tells apart; beyond it they become one that holds what all of them hold."""

GENERICS_MAX = 3
"""Variants of one generic library class that one cell tells apart; beyond it they are that class, of anything."""

LIBRARY_MAX = 8
"""Objects of library classes that one cell tells apart; a place that holds more of them holds anything."""

_APART = frozenset({KEYS, REJECTED})
"""What containers hold beside their elements."""

VALUES_MAX = 40
"""Values that one cell holds; beyond it some are dropped, and the cell also holds something unknown."""


class Cell:
    """One place that values flow through. Changed only by `Program`'s worklist."""

    __slots__ = ("absorbed", "by", "flows_to", "merged", "readers", "values")

    def __init__(self) -> None:
        self.values: Values = EMPTY
        self.absorbed: Values = EMPTY
        """Values that were added and are now stood for by others."""
        self.by: dict[Body | Cell | None, Values] = {}
        """Who put what there: bodies, and cells that flow into this one."""
        self.readers: dict[Body, None] = {}
        """Who has read it, in the order in which they did, so that work is done in the same order every time."""
        self.flows_to: list[Cell] | None = None
        """Cells that hold whatever this one holds."""
        self.merged: dict[str, Container] | None = None
        """By kind, the container that stands for too many of them."""

    def add(self, body: Body | Cell | None, values: Values) -> bool:
        """Puts values there on behalf of a body; whether that changed what the cell holds."""
        had = self.by.get(body)
        if had is None:
            self.by[body] = values
        elif values <= had:
            return False
        else:
            self.by[body] = had | values
        new = values - self.values
        if not new or (self.absorbed and new <= self.absorbed):
            return False
        merged = self._bounded(self.values | new)
        if merged == self.values:
            return False
        self.values = merged
        return True

    def replace(self, body: Body | Cell | None, values: Values | None) -> bool:
        """Sets, or with `None` takes back, all that a body said; whether that changed what the cell holds."""
        if values is None:
            self.by.pop(body, None)
        else:
            self.by[body] = values
        self.absorbed = EMPTY
        merged = self._bounded(frozenset().union(*self.by.values()) if self.by else EMPTY)
        changed = merged != self.values
        self.values = merged
        return changed

    def _bounded(self, values: Values) -> Values:
        if len(values) <= GENERICS_MAX:
            return values
        whole = values
        literals = [v for v in values if isinstance(v, Const) and v.kind in {"str", "int"}]
        if len(literals) > LITERALS_MAX:
            wide = frozenset(v.wide for v in literals if v.wide is not None)
            values = (values - frozenset(literals)) | (wide or ANYTHING)
        containers = [v for v in values if isinstance(v, Container)]
        if len(containers) > CONTAINERS_MAX:
            values = self._merge(values, containers)
        values = _without_variants(values)
        foreign = frozenset(v for v in values if _is_foreign(v))
        if len(foreign) > LIBRARY_MAX or UNKNOWN in values:
            # Beside something unknown, an object of a library class says nothing more.
            values = (values - foreign) | ANYTHING
        if len(values) > VALUES_MAX:
            values = frozenset(sorted(values, key=_importance)[:VALUES_MAX]) | ANYTHING
        if values is not whole:
            self.absorbed = self.absorbed | (whole - values)
        return values

    def _merge(self, values: Values, containers: list[Container]) -> Values:
        kinds: dict[str, list[Container]] = {}
        for container in containers:
            kinds.setdefault(container.kind, []).append(container)
        if self.merged is None:
            self.merged = {}
        for kind, many in kinds.items():
            whole = self.merged.get(kind)
            others = [c for c in many if c is not whole]
            if len(many) <= CONTAINERS_MAX and whole is None:
                continue
            if whole is None:
                whole = self.merged[kind] = Container(kind, many[0].cls, ir.Node(0, 0))
                # What it holds in turn is merged into it, so that lists of lists of lists come to an end.
                for key in (ELEMENT, KEYS):
                    cell_of(whole, key).merged = {**self.merged}
            for other in others:
                flow_into(other, whole)
            values = (values - frozenset(others)) | {whole}
        return values


def _is_foreign(value: Value) -> bool:
    if isinstance(value, Instance):
        return value.cls.library
    if isinstance(value, Bound):
        return isinstance(value.func, FunctionValue) and value.func.body.module.library
    return isinstance(value, Const) and value.kind not in {"none", "bool"}


def _without_variants(values: Values) -> Values:
    variants: dict[ClassScope, list[Instance]] = {}
    for value in values:
        if isinstance(value, Instance) and value.args:
            variants.setdefault(value.cls, []).append(value)
    for cls, many in variants.items():
        if len(many) > GENERICS_MAX and cls.plain is not None:
            values = (values - frozenset(many)) | {cls.plain}
    return values


def flow(source: Cell, target: Cell) -> None:
    """From now on the target holds whatever the source holds; the caller notifies the target's readers."""
    if source is target:
        return
    if source.flows_to is None:
        source.flows_to = []
    if target not in source.flows_to:
        source.flows_to.append(target)
        if source.values:
            target.add(source, source.values)


def cell_of(container: Container, key: str | int | bool | None) -> Cell:
    """The cell of a container's key, made where there is none."""
    cell = container.cells.get(key)
    if cell is None:
        cell = container.cells[key] = Cell()
        for whole in container.wholes:
            flow(cell, cell_of(whole, key if key in _APART else ELEMENT))
    return cell


def flow_into(container: Container, whole: Container) -> None:
    """Makes `whole` hold what `container` holds, now and later."""
    if whole in container.wholes or whole is container:
        return
    container.wholes.append(whole)
    for key, cell in tuple(container.cells.items()):
        flow(cell, cell_of(whole, key if key in _APART else ELEMENT))


def _importance(value: Value) -> tuple[int, str, str, int]:
    """An order that is the same in every run, so that what is dropped does not depend on what came first."""
    if value is UNKNOWN:
        return (0, "", "", 0)
    if isinstance(value, Instance):
        return (1, value.cls.full_name, "", len(value.args))
    kind = type(value).__name__
    if isinstance(value, Bound):
        _, _, name, place = _importance(value.func)
        return (2, kind, f"{name} {_importance(value.receiver)[1]}", place)
    if isinstance(value, FunctionValue):
        return (2, kind, value.body.full_name, value.body.function.start if value.body.function is not None else 0)
    if isinstance(value, ClassValue):
        return (2, kind, value.scope.full_name, value.scope.ir.start)
    if isinstance(value, Container):
        return (2, kind, value.kind, value.node.start)
    return (2, kind, str(value.value) if isinstance(value, Const) else "", 0)
