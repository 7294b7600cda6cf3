"""Names that are built while the program runs: `getattr(self, f"visit_{kind}")` is any method that begins so.

What is written of the name (a beginning, an end, that it is upper case) decides; where nothing is, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers import ir
from analyzers.inference.scopes import ClassScope
from analyzers.inference.values import FunctionValue, Wrapper

NAMES_MAX = 150
"""Methods that one built name may mean; more of them say nothing."""

_ANY = ".*"
_CASES = {"upper": "[A-Z0-9_]+", "lower": "[a-z0-9_]+"}
_FILLED = re.compile(r"%[sdri]|\{[^{}]*\}")
_STEPS_MAX = 6


def methods(cls: ClassScope, name: ir.Expr, function: ir.Function | None) -> list[str]:
    """The methods of a class that the expression of a name may mean."""
    shape = _shape(name, function, 0)
    if set(shape.split(_ANY)) <= {""}:
        return []
    pattern = re.compile(shape)
    found = {
        attr: None
        for scope in cls.mro()
        if not scope.library
        for attr, cell in scope.attrs.items()
        if pattern.fullmatch(attr) and any(isinstance(v, FunctionValue | Wrapper) for v in cell.values)
    }
    return sorted(found) if len(found) <= NAMES_MAX else []


def _shape(node: ir.Expr, function: ir.Function | None, steps: int) -> str:
    """A regular expression for what a string can be."""
    if steps > _STEPS_MAX:
        return _ANY
    if isinstance(node, ir.Const) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ir.Format):
        return re.escape(node.before) + _ANY + re.escape(node.after)
    if isinstance(node, ir.Binary) and node.op == "+":
        return _shape(node.left, function, steps + 1) + _shape(node.right, function, steps + 1)
    if isinstance(node, ir.Binary) and node.op == "%":
        return _filled(node.left)
    if isinstance(node, ir.Call) and isinstance(node.func, ir.Attr):
        if node.func.name == "format":
            return _filled(node.func.obj)
        if node.func.name in _CASES:
            inner = _shape(node.func.obj, function, steps + 1)
            return _CASES[node.func.name] if inner == _ANY else inner
    if isinstance(node, ir.Name) and function is not None:
        assigned = [s.value for s in _statements(function.body) if _assigns(s, node.id)]
        if len(assigned) == 1 and assigned[0] is not None:
            return _shape(assigned[0], function, steps + 1)
    return _ANY


def _filled(template: ir.Expr) -> str:
    if not isinstance(template, ir.Const) or not isinstance(template.value, str):
        return _ANY
    return _ANY.join(re.escape(part) for part in _FILLED.split(template.value))


def _statements(body: tuple[ir.Stmt, ...]) -> Iterator[ir.Assign]:
    """The assignments of a function, those in blocks included."""
    for stmt in body:
        if isinstance(stmt, ir.Assign):
            yield stmt
        for name in ("body", "orelse", "final"):
            yield from _statements(getattr(stmt, name, ()))
        for handler in getattr(stmt, "handlers", ()):
            yield from _statements(handler.body)


def _assigns(stmt: ir.Assign, name: str) -> bool:
    return any(isinstance(t, ir.Name) and t.id == name for t in stmt.targets)
