"""What Python's imports bind: modules, their names, and submodules as attributes of packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference.scopes import ModuleScope
from analyzers.inference.values import EMPTY, Values

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame


def import_(frame: Frame, stmt: ir.Import) -> None:
    program = frame.program
    if not stmt.name:
        module = program.import_module(stmt.module, frame.module, 0)
        top = stmt.module.split(".")[0]
        if stmt.alias:
            values = module_values(frame, module, stmt.module)
            frame.store_name(stmt.alias, values, stmt)
        else:
            first = module if stmt.module == top else program.import_module(top, frame.module, 0)
            link_submodules(frame, first, stmt.module)
            frame.store_name(top, module_values(frame, first, top), stmt)
        return
    source = program.import_module(stmt.module, frame.module, stmt.level)
    if stmt.name == "*":
        if source is not None and source is not frame.module and source not in frame.module.stars:
            frame.module.stars.append(source)
        return
    values = EMPTY
    if source is not None:
        cell = source.find(stmt.name)
        if cell is not None:
            values = frame.read(cell)
        if not values:
            inner = f"{stmt.module}.{stmt.name}" if stmt.module else stmt.name
            module = program.import_module(inner, frame.module, stmt.level)
            if module is not None:
                values = frozenset((module.value,))
            elif source.library and frame.module.library:  # a circular import: it is bound later
                frame.module.lazy[stmt.alias] = (source, stmt.name)
                return
            elif stmt.name in source.unit.names:
                frame.store_name(stmt.alias, frame.read(source.cell(stmt.name)), stmt)
                return
    else:
        inner = f"{stmt.module}.{stmt.name}" if stmt.module else stmt.name
        module = program.import_module(inner, frame.module, stmt.level)
        if module is not None:
            values = frozenset((module.value,))
    frame.store_name(stmt.alias, values or frozenset((frame.universe.external(f"{stmt.module}.{stmt.name}"),)), stmt)


def module_values(frame: Frame, module: ModuleScope | None, dotted: str) -> Values:
    if module is not None:
        return frozenset((module.value,))
    return frozenset((frame.universe.external(dotted),))


def link_submodules(frame: Frame, top: ModuleScope | None, dotted: str) -> None:
    """`import a.b.c` makes `b` an attribute of `a`, and `c` of `a.b`."""
    parts = dotted.split(".")
    current = top
    for index in range(1, len(parts)):
        inner = frame.program.import_module(".".join(parts[: index + 1]), frame.module, 0)
        if current is None or inner is None:
            return
        frame.write(current.cell(parts[index]), frozenset((inner.value,)))
        current = inner
