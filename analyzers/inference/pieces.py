"""Pieces of records: what values are called, how a body ends, which classes and methods stand above and below.

Reads syntax, values and classes; makes no claims and knows no records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzers import ir
from analyzers.inference.scopes import Body, ClassScope, ModuleScope
from analyzers.inference.values import (
    NONE,
    UNKNOWN,
    ClassValue,
    Const,
    Container,
    FunctionValue,
    Generator,
    Instance,
    Values,
    Wrapper,
)
from analyzers.records import Verdict


def described(values: Values, kinds: Mapping[str, str]) -> str:
    """Values in one clause: the classes that they are of, as `kinds` calls them; empty where that is not known."""
    names: list[str] = []
    for value in values:
        if isinstance(value, Instance):
            name = value.cls.name
            names.append(f"`{kinds.get(name, name) if value.cls.library else name}`")
        elif isinstance(value, Container):
            names.append(f"`{kinds.get(value.kind, value.kind)}`")
        elif isinstance(value, Const):
            kind = "None" if value is NONE else str(value.value) if value.kind == "bool" else value.kind
            names.append(f"`{kinds.get(kind, kind)}`")
        elif isinstance(value, ClassValue):
            names.append(f"the class `{value.scope.name}`")
        elif isinstance(value, FunctionValue):
            anonymous = value.body.function is not None and value.body.function.anonymous
            names.append("a function" if anonymous else f"the function `{value.body.name}`")
        elif isinstance(value, Generator):
            names.append(kinds.get(value.kind) or _GENERATORS.get(value.kind, "a generator"))
        elif value is UNKNOWN:
            return ""
    ordered = sorted(set(names))
    both = {f"`{kinds.get(kind, kind)}`" for kind in ("True", "False")}
    if both <= set(ordered):
        ordered = [n for n in ordered if n not in both] + [f"`{kinds.get('bool', 'bool')}`"]
    if not ordered or len(ordered) > 5:
        return ""
    return ordered[0] if len(ordered) == 1 else f"{', '.join(ordered[:-1])} or {ordered[-1]}"


_GENERATORS = {"coroutine": "a coroutine", "context": "a context manager"}


def last_reached(statements: Sequence[ir.Stmt]) -> ir.Stmt | None:
    """The statement after which a body ends without a `return`."""
    last = statements[-1] if statements else None
    if isinstance(last, ir.With):
        return last_reached(last.body) or last
    if isinstance(last, ir.Try):
        parts = [last.orelse or last.body, *(handler.body for handler in last.handlers)]
        reached = next((part for part in parts if part and not leaves(part[-1])), None)
        return last_reached(reached) if reached is not None else last
    return last


def ends_surely(statements: Sequence[ir.Stmt]) -> bool:
    """Whether the end of a body is reached without going by a call that might never return."""
    last = statements[-1] if statements else None
    if isinstance(last, ir.ExprStmt):
        return not isinstance(last.value, ir.Call | ir.Await)
    if isinstance(last, ir.With):
        return ends_surely(last.body)
    if isinstance(last, ir.If):
        return not last.orelse or ends_surely(last.body) or ends_surely(last.orelse)
    if isinstance(last, ir.Try):
        parts = [last.orelse or last.body, *(handler.body for handler in last.handlers)]
        return any(ends_surely(part) for part in parts)
    return last is not None and not leaves(last)


def leaves(stmt: ir.Stmt) -> bool:
    return isinstance(stmt, ir.Return | ir.Raise | ir.Jump)


def handler_header(node: ir.Node) -> ir.Node:
    if isinstance(node, ir.Handler) and node.body:
        return ir.Node(node.start, min(node.body[0].start, node.end))
    return node


def raised_name(stmt: ir.Raise) -> str:
    value = stmt.value.func if isinstance(stmt.value, ir.Call) else stmt.value
    if isinstance(value, ir.Attr):
        return value.name
    return value.id if isinstance(value, ir.Name) else ""


def below(cls: ClassScope) -> list[ClassScope]:
    found: dict[ClassScope, None] = {}
    waiting = sorted(cls.subclasses, key=lambda s: (s.module.path, s.ir.start))
    while waiting:
        scope = waiting.pop(0)
        if scope not in found and scope is not cls:
            found[scope] = None
            waiting.extend(sorted(scope.subclasses, key=lambda s: (s.module.path, s.ir.start)))
    return list(found)


def method(scope: ClassScope, name: str) -> Body | None:
    cell = scope.attrs.get(name)
    for value in cell.values if cell is not None else ():
        inner = value.inner if isinstance(value, Wrapper) else value
        if isinstance(inner, FunctionValue) and inner.body.cls is scope:
            return inner.body
    return None


def through_super(node: ir.Node) -> bool:
    func = node.func if isinstance(node, ir.Call) else None
    above = func.obj if isinstance(func, ir.Attr) else None
    return isinstance(above, ir.Call) and isinstance(above.func, ir.Name) and above.func.id == "super"


def called(node: ir.Node) -> ir.Node:
    """The span to cite for a call: the name that is called."""
    if isinstance(node, ir.Call):
        func = node.func
        if isinstance(func, ir.Attr):
            return ir.Node(func.name_start, func.end)
        return func
    return node


def header(function: ir.Function) -> ir.Node:
    return ir.Node(function.name_start, function.name_end)


def is_local(body: Body, text: str) -> bool:
    """Whether a changed field or item belongs to a local that is no parameter: nobody outside sees that change.

    What collects the remaining arguments is made anew for each call.
    """
    root, _, inner = text.partition(".")
    function = body.function
    if function is None:
        return False
    collects = {"star", "starstar"} if not inner else frozenset[str]()
    return root in function.locals and all(p.name != root or p.kind in collects for p in function.parameters)


def held(owner: ClassScope | ModuleScope | None, name: str) -> Values:
    if isinstance(owner, ModuleScope):
        cell = owner.names.get(name)
        return cell.values if cell is not None else frozenset()
    if owner is None:
        return frozenset()
    found: Values = frozenset()
    for table in (owner.attrs, owner.fields):
        cell = table.get(name)
        if cell is not None:
            found = found | cell.values
    return found


def verdict(values: Values) -> Verdict:
    if NONE in values:
        return "always" if len(values) == 1 else "sometimes"
    return "unknown" if not values or UNKNOWN in values else "never"
