"""What JavaScript's tests say: `typeof`, `instanceof`, `in`, the tag of a union, and a few functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import declarations, expressions
from analyzers.inference.narrowing import instance_of, keep, narrow
from analyzers.inference.values import (
    EMPTY,
    NONE,
    UNKNOWN,
    Bound,
    ClassValue,
    Const,
    Container,
    External,
    FunctionValue,
    Instance,
    Partial,
    Value,
    Values,
)
from analyzers.languages.typescript.dialect import lookup

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

_TYPES = {"String": "string", "Number": "number", "Boolean": "boolean", "Function": "function", "Symbol": "symbol"}


def decided(frame: Frame, test: ir.Expr) -> bool | None:
    return None


def narrow_call(frame: Frame, test: ir.Call, truth: bool) -> None:
    """`Array.isArray(x)`, `Boolean(x)`."""
    if not test.args:
        return
    func, subject = test.func, test.args[0].value
    _by_predicates(frame, test, "is", truth)
    if isinstance(func, ir.Attr) and func.name == "isArray":
        keep(frame, subject, lambda v: v is UNKNOWN or _is_list(v) == truth)
    elif isinstance(func, ir.Name) and func.id == "Boolean" and truth:
        keep(frame, subject, lambda v: v is not NONE)


_ASSERTS = frozenset({"assert", "assert.ok", "assert/strict", "assert/strict.ok"})
"""Functions of the platform after which their first argument is true."""


def asserted(frame: Frame, call: ir.Call) -> None:
    """What holds after a call that came back: `assert(x)`, and functions that are declared to assert."""
    if not call.args or frame.env is None:
        return
    for value in expressions.evaluate(frame, call.func):
        if isinstance(value, External) and value.name in _ASSERTS:
            narrow(frame, call.args[0].value, True)
    _by_predicates(frame, call, "asserts", truth=True)


def _by_predicates(frame: Frame, call: ir.Call, op: str, truth: bool) -> None:
    """Narrows by what a function's declaration says of its arguments: `x is T`, `asserts x`."""
    for value in expressions.evaluate(frame, call.func):
        function = value.func if isinstance(value, Bound) else value
        body = function.body if isinstance(function, FunctionValue) else None
        returns = body.function.returns if body is not None and body.function is not None else None
        if body is None or body.function is None or not isinstance(returns, ir.Binary) or returns.op != op:
            continue
        names = [p.name for p in body.function.parameters if p.name != "this"]
        if not isinstance(returns.left, ir.Name) or returns.left.id not in names[: len(call.args)]:
            continue
        subject = call.args[names.index(returns.left.id)].value
        if isinstance(returns.right, ir.Unknown):
            narrow(frame, subject, truth)
        else:
            own = frame if body.module is frame.module else None
            declared = declarations.evaluate(frame.program, body.module, returns.right, {}, own)
            _by_declared(frame, subject, declared, truth)


def _by_declared(frame: Frame, subject: ir.Expr, declared: Values, truth: bool) -> None:
    """Keeps what is of a declared type, or what is not."""
    key = expressions.path_of(subject)
    scopes = [v.cls for v in declared if isinstance(v, Instance)]
    if key is None or frame.env is None or not scopes or any(v is UNKNOWN for v in declared):
        return

    def fits(value: Value) -> bool | None:
        if value is NONE:
            return NONE in declared
        cls = lookup.class_of(frame, value)
        if cls is None or (isinstance(value, Container) and any(s.ir.kind == "interface" for s in scopes)):
            return None
        return any(cls.is_subclass(scope) for scope in scopes)

    values = expressions.evaluate(frame, subject)
    if truth:
        kept = frozenset(v for v in values if v is not UNKNOWN and fits(v) is not False)
        frame.env[key] = kept or declared
    else:
        frame.env[key] = frozenset(v for v in values if fits(v) is not True) or frame.bottom()


def _is_list(value: Value) -> bool:
    if isinstance(value, Instance):
        return value.cls.library and value.cls.name == "Array"
    return isinstance(value, Container) and value.kind == "list"


def narrow_compare(frame: Frame, test: ir.Compare, truth: bool) -> bool:
    """Comparisons of the language's own; a tag that is compared also says which objects have it."""
    op = test.ops[0]
    left, right = test.operands
    if op == "instanceof":
        classes: Values = EMPTY
        for value in expressions.evaluate(frame, right):
            scope = lookup.scope_of(frame, value)
            classes = classes | {scope.value if scope is not None else value}
        instance_of(frame, left, classes, truth)
        return True
    if op == "has":
        if truth:
            keep(frame, right, lambda v: v is not NONE)
        return True
    if op not in {"is", "is not"}:
        return False
    positive = truth == (op == "is")
    if isinstance(right, ir.Unary) and right.op == "typeof":
        left, right = right, left
    if isinstance(left, ir.Unary) and left.op == "typeof" and isinstance(right, ir.Const):
        _by_type(frame, left.operand, str(right.value), positive)
        return True
    if isinstance(left, ir.Attr | ir.Chain) and isinstance(right, ir.Const) and right.value is not None:
        inner = left.value if isinstance(left, ir.Chain) else left
        if isinstance(inner, ir.Attr):
            _by_tag(frame, inner, right, positive)
    return False


def _by_type(frame: Frame, subject: ir.Expr, name: str, positive: bool) -> None:
    def allowed(value: Value) -> bool:
        if value is UNKNOWN or isinstance(value, External):
            return True
        return (_type_of(frame, value) == name) == positive

    keep(frame, subject, allowed)


def _type_of(frame: Frame, value: Value) -> str:
    if value is NONE:
        return "undefined"
    if isinstance(value, FunctionValue | ClassValue | Bound | Partial):
        return "function"
    cls = lookup.class_of(frame, value)
    if cls is not None and cls.library:
        return _TYPES.get(cls.name, "object")
    return "object"


def _by_tag(frame: Frame, attr: ir.Attr, tag: ir.Const, positive: bool) -> None:
    """`shape.kind === "circle"`: only objects whose field can be that are left."""

    def allowed(value: Value) -> bool:
        held = _tags(frame, value, attr.name)
        if not held or any(not isinstance(v, Const) or v.kind == "none" for v in held):
            return True
        return any(isinstance(v, Const) and v.value == tag.value for v in held) == positive or len(held) > 1

    obj = attr.obj.value if isinstance(attr.obj, ir.Optional) else attr.obj
    keep(frame, obj, allowed)


def _tags(frame: Frame, value: Value, name: str) -> Values:
    if isinstance(value, Container):
        cell = value.cells.get(name)
        return frame.read(cell) if cell is not None else EMPTY
    if isinstance(value, Instance) and not value.cls.library:
        return frozenset().union(*(frame.read(s.fields[name]) for s in value.cls.mro() if name in s.fields))
    return EMPTY
