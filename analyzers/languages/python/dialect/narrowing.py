"""What Python's tests say: versions in stubs, `isinstance`, `callable`, `type(x) is …`; and which arguments fit."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import expressions
from analyzers.inference.narrowing import class_values, instance_of, keep
from analyzers.inference.scopes import Body
from analyzers.inference.values import NONE, UNKNOWN, ClassValue, Const, Container, Instance

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

VERSION = sys.version_info[:2]
"""The version that stubs are read for."""


def decided(frame: Frame, test: ir.Expr) -> bool | None:
    """Whether a test of versions, platforms or type checking always comes out one way."""
    if isinstance(test, ir.Compare) and len(test.ops) == 1 and frame.module.library:
        return _version(test)
    if isinstance(test, ir.Name) and test.id == "TYPE_CHECKING":
        return True
    return None


def _version(test: ir.Compare) -> bool | None:
    left, right = test.operands
    if not (isinstance(left, ir.Attr) and isinstance(left.obj, ir.Name) and left.obj.id == "sys"):
        return None
    if left.name == "platform" and isinstance(right, ir.Const):
        same = sys.platform == right.value
        return same if test.ops[0] == "==" else not same if test.ops[0] == "!=" else None
    if left.name == "version_info" and isinstance(right, ir.Display):
        wanted = tuple(int(i.value) for i in right.items if isinstance(i, ir.Const) and i.value is not None)
        have = VERSION[: len(wanted)]
        return {">=": have >= wanted, "<": have < wanted, ">": have > wanted, "<=": have <= wanted}.get(test.ops[0])
    return None


def narrow_call(frame: Frame, test: ir.Call, truth: bool) -> None:
    if not isinstance(test.func, ir.Name) or not test.args:
        return
    name = test.func.id
    subject = test.args[0].value
    if name in {"isinstance", "issubclass"} and len(test.args) > 1:
        classes = class_values(expressions.evaluate(frame, test.args[1].value))
        if name == "isinstance":
            instance_of(frame, subject, classes, truth)
    elif name == "callable":
        keep(frame, subject, lambda v: truth == (not isinstance(v, Const | Container)) or v is UNKNOWN)
    elif (name in {"bool", "len", "any", "all"} and truth) or (name in {"hasattr"} and truth):
        keep(frame, subject, lambda v: v is not NONE)


def narrow_compare(frame: Frame, test: ir.Compare, truth: bool) -> bool:
    """`type(x) is A`."""
    left, right = test.operands
    if test.ops[0] not in {"is", "is not", "=="} or not _is_type_call(left):
        return False
    values = expressions.evaluate(frame, right)
    if truth == (test.ops[0] == "is") and values and all(isinstance(v, ClassValue | Instance) for v in values):
        assert isinstance(left, ir.Call)
        instance_of(frame, left.args[0].value, values, True)
    return True


def _is_type_call(node: ir.Expr) -> bool:
    return isinstance(node, ir.Call) and isinstance(node.func, ir.Name) and node.func.id == "type" and bool(node.args)


def accepts(target: Body, node: ir.Call) -> bool:
    """Whether the arguments of a call fit a method's parameters."""
    if target.function is None:
        return True
    parameters = list(target.function.parameters)
    if not target.function.static:
        parameters = parameters[1:]
    positional = [p for p in parameters if p.kind in {"positional", "normal"}]
    given = sum(1 for a in node.args if not a.keyword and not a.stars)
    spread = any(a.stars for a in node.args)
    if given > len(positional) and not any(p.kind == "star" for p in parameters):
        return False
    names = {p.name for p in parameters}
    keywords = {a.keyword for a in node.args if a.keyword}
    if not keywords <= names and not any(p.kind == "starstar" for p in parameters):
        return False
    if spread:
        return True
    needed = [p for i, p in enumerate(positional) if p.default is None and i >= given and p.name not in keywords]
    return not needed
