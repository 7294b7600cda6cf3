"""What JavaScript's imports bind, in both systems of modules, and what names mean that nobody binds."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference.values import ANYTHING, EMPTY, Values
from analyzers.languages.typescript.dialect import lookup, promises
from analyzers.languages.typescript.lower_expressions import EXPORTS

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

_PLATFORM = "node:"
"""May stand before the name of a module that the platform brings."""

_EVERYWHERE = frozenset({"globalThis", "window", "global", "self"})


def import_(frame: Frame, stmt: ir.Import) -> None:
    """Binds what an import or a re-export brings."""
    program = frame.program
    source = _named(frame, stmt.module)
    module = program.import_module(source, frame.module, 0)
    if stmt.name == "*":
        if module is not None and module is not frame.module and module not in frame.module.stars:
            frame.module.stars.append(module)
        return
    if not stmt.alias:
        return
    if module is None:
        name = source if stmt.name in {"", "default", lookup.WHOLE} else f"{source}.{stmt.name}"
        frame.store_name(stmt.alias, frozenset((frame.universe.external(name),)), stmt)
        return
    values: Values
    if not stmt.name:
        values = frozenset((module.value,))
    elif stmt.name == lookup.WHOLE:
        values = lookup.whole(frame, module)
    else:
        values = lookup.exported(frame, module, stmt.name, stmt)
    frame.store_name(stmt.alias, values, stmt)


def _named(frame: Frame, written: str) -> str:
    """How a module is looked up: those of the platform without their prefix, and what lies beside a declaration file
    that was read by its path."""
    if frame.module.library and written.startswith("."):
        return posixpath.normpath(posixpath.join(posixpath.dirname(frame.module.path), written))
    return written.removeprefix(_PLATFORM)


def load_module(frame: Frame, node: ir.ImportExpr) -> Values:
    """`require("m")`, or the promise of a module."""
    source = _named(frame, node.module)
    module = frame.program.import_module(source, frame.module, 0)
    if module is None:
        values: Values = frozenset((frame.universe.external(source),))
    elif node.promised:
        values = frozenset((module.value,))
    elif module.library:
        values = lookup.exported(frame, module, "default", node) | {module.value}
    else:
        values = lookup.whole(frame, module)
    return promises.new(frame, values, node) if node.promised else values


def free_name(frame: Frame, text: str) -> Values:
    """What a name holds that nobody binds."""
    if text in {"exports", EXPORTS}:
        return frozenset((frame.module.value,))
    if text == "this":
        return ANYTHING
    if text in _EVERYWHERE:
        return frozenset((frame.universe.external("globalThis"),))
    return frame.program.builtin_name(text) or (EMPTY if frame.module.library else ANYTHING)
