"""Narrowing: what a test that was true, or false, says about the names in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, expressions
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    FALSE,
    NONE,
    NOTHING,
    TRUE,
    UNKNOWN,
    ClassValue,
    Const,
    Container,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    Value,
    Values,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame
    from analyzers.inference.scopes import ClassScope


def decided(frame: Frame, test: ir.Expr) -> bool | None:
    """Whether a test always comes out one way: constants, and what the language says of its own."""
    if isinstance(test, ir.Unary) and test.op == "not":
        inner = decided(frame, test.operand)
        return None if inner is None else not inner
    if isinstance(test, ir.Bool) and test.op != "??":
        left, right = decided(frame, test.left), decided(frame, test.right)
        if test.op == "and":
            return False if left is False or right is False else True if left and right else None
        return True if left or right else False if left is False and right is False else None
    if isinstance(test, ir.Const) and test.kind in {"bool", "int", "none"}:
        return bool(test.value)
    return frame.dialect.decided(frame, test)


def narrow(frame: Frame, test: ir.Expr, truth: bool) -> None:
    """Changes what the frame's names hold to what is left when `test` came out as `truth`."""
    if frame.env is None:
        return
    if isinstance(test, ir.Unary) and test.op == "not":
        narrow(frame, test.operand, not truth)
    elif isinstance(test, ir.Bool):
        if test.op == "??":
            return
        if (test.op == "and") == truth:
            narrow(frame, test.left, truth)
            narrow(frame, test.right, truth)
        else:
            _either(frame, test, truth)
    elif isinstance(test, ir.Compare) and len(test.ops) == 1:
        _compare(frame, test, truth)
    elif isinstance(test, ir.Call):
        frame.dialect.narrow_call(frame, test, truth)
    elif isinstance(test, ir.Set) and isinstance(test.target, ir.Name):
        keep(frame, test.target, lambda v: _can_be(frame, v, truth))
    elif isinstance(test, ir.Bind):
        keep(frame, ir.Name(test.start, test.end, test.name), lambda v: _can_be(frame, v, truth))
    else:
        keep(frame, test, lambda v: _can_be(frame, v, truth))


def _either(frame: Frame, test: ir.Bool, truth: bool) -> None:
    """`a or b` was true: either `a` was, or it was not and `b` was; what both allow is joined."""
    before = frame.env
    assert before is not None
    frame.env = dict(before)
    narrow(frame, test.left, truth)
    first = frame.env
    frame.env = dict(before)
    narrow(frame, test.left, not truth)
    narrow(frame, test.right, truth)
    second = frame.env
    merged = dict(before)
    for name in (first or {}).keys() | (second or {}).keys():
        a = (first or {}).get(name)
        b = (second or {}).get(name)
        if a is not None and b is not None:
            merged[name] = a if a is b else a | b
    frame.env = merged


def keep(frame: Frame, node: ir.Expr, allowed: object) -> None:
    """Keeps of a name or field only the values that are allowed; an empty rest means that nothing is known."""
    key = expressions.path_of(node)
    if key is None or frame.env is None:
        return
    values = frame.env.get(key)
    if values is None:
        values = _current(frame, node)
        if values is None:
            return
    assert callable(allowed)
    kept = frozenset(v for v in values if allowed(v))
    if kept != values:
        frame.env[key] = kept or frame.bottom()


def _current(frame: Frame, node: ir.Expr) -> Values | None:
    if isinstance(node, ir.Name):
        values = expressions.evaluate(frame, node)
        return values if values and values != ANYTHING else None
    if isinstance(node, ir.Attr):
        return attributes.peek(frame, node)
    return None


def _can_be(frame: Frame, value: Value, truth: bool) -> bool:
    if isinstance(value, Const):
        return bool(value.value) == truth if value.kind != "none" else not truth
    if isinstance(value, FunctionValue | ClassValue | ModuleValue):
        return truth
    if isinstance(value, Instance) and not truth:
        return frame.dialect.may_be_false(value)
    return True


def _compare(frame: Frame, test: ir.Compare, truth: bool) -> None:
    if frame.dialect.narrow_compare(frame, test, truth):
        return
    op = test.ops[0]
    left, right = test.operands
    positive = truth == (op in {"is", "==", "in"})
    if op not in {"is", "is not", "==", "!=", "in", "not in"}:
        return
    if isinstance(left, ir.Bind):
        left = ir.Name(left.start, left.end, left.name)
    if op in {"in", "not in"}:
        if positive and isinstance(right, ir.Display):
            keep(frame, left, lambda v: v is not NONE or any(_is_none(i) for i in right.items))
            _one_of(frame, left, right)
        return
    if _is_none(left) and not _is_none(right):
        left, right = right, left
    if _is_none(right):
        if positive:
            _assume(frame, left, NOTHING)
        else:
            keep(frame, left, lambda v: v is not NONE)
    elif isinstance(right, ir.Const) and right.kind in {"bool", "str", "int"} and right.value is not None:
        constant = frame.universe.const(right.kind, right.value)
        if positive:
            keep(frame, left, lambda v: not isinstance(v, Const) or v is constant)
        elif op in {"is", "is not"} or right.kind == "str":
            keep(frame, left, lambda v: v is not constant)
    elif op in {"is", "is not"} and not positive:
        values = expressions.evaluate(frame, right)
        if len(values) == 1 and all(isinstance(v, Instance | External) for v in values):
            # A sentinel: comparing with the one object that stands for "nothing was given".
            keep(frame, left, lambda v: v not in values)


def _is_none(node: ir.Expr) -> bool:
    return isinstance(node, ir.Const) and node.kind == "none"


def _assume(frame: Frame, node: ir.Expr, values: Values) -> None:
    key = expressions.path_of(node)
    if key is not None and frame.env is not None:
        frame.env[key] = values


def _one_of(frame: Frame, node: ir.Expr, choices: ir.Display) -> None:
    """`x in ("a", "b")` was true: of what tells of no class of its own, `x` is one of these constants."""
    constants = [
        frame.universe.const(i.kind, i.value)
        for i in choices.items
        if isinstance(i, ir.Const) and i.kind in {"str", "int"} and i.value is not None
    ]
    key = expressions.path_of(node)
    if not constants or len(constants) < len(choices.items) or key is None or frame.env is None:
        return
    values = frame.env.get(key) or _current(frame, node) or EMPTY
    others = frozenset(v for v in values if not isinstance(v, Const) and v is not UNKNOWN and not _is_library(v))
    known = values.intersection(constants)
    some = known if known and all(isinstance(v, Const) for v in values) else frozenset(constants)
    frame.env[key] = others | some


def _is_library(value: Value) -> bool:
    return isinstance(value, Instance) and value.cls.library


def class_values(values: Values) -> Values:
    """The classes named by the second argument of `isinstance`, tuples taken apart."""
    result = EMPTY
    for value in values:
        if isinstance(value, Container):
            for cell in value.cells.values():
                result = result | class_values(cell.values)
        else:
            result = result | {value}
    return result


def instance_of(frame: Frame, node: ir.Expr, classes: Values, truth: bool) -> None:
    scopes = [v.scope for v in classes if isinstance(v, ClassValue)]
    complete = all(isinstance(v, ClassValue) for v in classes) and bool(scopes)
    if isinstance(node, ir.Bind):
        node = ir.Name(node.start, node.end, node.name)
    key = expressions.path_of(node)
    if key is None or frame.env is None:
        return
    values = frame.env.get(key)
    if values is None:
        values = _current(frame, node)
    if truth:
        kept = frozenset(v for v in (values or EMPTY) if _matches(frame, v, scopes) or not complete)
        if complete:
            kept = frozenset(v for v in kept if v is not UNKNOWN)
            if not kept:
                kept = frozenset(frame.universe.instance(s) for s in scopes)
        if kept:
            frame.env[key] = kept
    elif values is not None and complete:
        left = frozenset(v for v in values if not _is_surely(frame, v, scopes))
        if left != values:
            frame.env[key] = left or frame.bottom()


def _matches(frame: Frame, value: Value, scopes: list[ClassScope]) -> bool:
    if value is UNKNOWN or isinstance(value, External):
        return True
    cls = attributes.class_of(frame, value)
    if cls is None:
        return True
    if any(cls.is_subclass(s) for s in scopes):
        return True
    # An abstract type of a library is met by structure, which is not looked into.
    return cls.has_unknown_base() or (any(_is_structural(s) for s in scopes) and value is not NONE)


def _is_surely(frame: Frame, value: Value, scopes: list[ClassScope]) -> bool:
    if value is UNKNOWN or isinstance(value, External):
        return False
    cls = attributes.class_of(frame, value)
    return cls is not None and any(cls.is_subclass(s) for s in scopes)


def _is_structural(scope: ClassScope) -> bool:
    return scope.library and scope.module.name in {"typing", "collections.abc", "numbers", "io", "abc", "os"}


__all__ = ["FALSE", "TRUE", "class_values", "decided", "instance_of", "keep", "narrow"]
