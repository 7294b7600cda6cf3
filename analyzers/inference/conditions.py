"""Conditions: what must hold of a function's parameters, as they came in, for control to get to a place in it.

A frame gathers them from the tests around a place; a call says what it passes; whether the two exclude each other is
worked out here, once values have settled. What a test says of anything else is not kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analyzers import ir
from analyzers.inference import expressions
from analyzers.inference.narrowing import class_values
from analyzers.inference.values import (
    ANYTHING,
    BOOLEAN,
    EMPTY,
    FALSE,
    NONE,
    TRUE,
    UNKNOWN,
    Bound,
    ClassValue,
    Const,
    Container,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    Parameter,
    Value,
    Values,
)

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame
    from analyzers.inference.scopes import CallSite, ClassScope

CONDITIONS_MAX = 6
"""Conditions that are kept of one place, the innermost; one that is left out only means that less is known."""

ALTERNATIVES_MAX = 4
"""Atoms of one condition; a test with more is not kept."""


@dataclass(frozen=True, slots=True)
class Atom:
    """Something that a parameter must be, or must not be."""

    name: str
    kind: Literal["true", "is", "instance", "raised"]
    """Whether it is true, one of `values`, an instance of one of the classes `values`, or the exception `values`."""
    values: Values
    holds: bool


Condition = tuple[Atom, ...]
"""One of the atoms holds."""

Conditions = tuple[Condition, ...]
"""All of them hold."""


def of_test(frame: Frame, test: ir.Expr, truth: bool) -> Conditions:
    """What a test that came out as `truth` says of the running function's parameters."""
    if isinstance(test, ir.Unary) and test.op == "not":
        return of_test(frame, test.operand, not truth)
    if isinstance(test, ir.Bool) and test.op != "??":
        left, right = of_test(frame, test.left, truth), of_test(frame, test.right, truth)
        if (test.op == "and") == truth:
            return (*left, *right)
        if len(left) == len(right) == 1 and len(left[0]) + len(right[0]) <= ALTERNATIVES_MAX:
            return ((*left[0], *right[0]),)
        return ()
    atom = _atom(frame, test, truth)
    return () if atom is None else ((atom,),)


def _atom(frame: Frame, test: ir.Expr, truth: bool) -> Atom | None:
    name = unchanged(frame, test)
    if name:
        return Atom(name, "true", EMPTY, truth)
    if isinstance(test, ir.Call) and isinstance(test.func, ir.Name) and test.args:
        name = unchanged(frame, test.args[0].value)
        if name and test.func.id == "isinstance" and len(test.args) == 2:
            classes = class_values(expressions.evaluate(frame, test.args[1].value))
            if classes and all(isinstance(v, ClassValue) for v in classes):
                return Atom(name, "instance", classes, truth)
        elif name and test.func.id in {"bool", "len"} and len(test.args) == 1:
            return Atom(name, "true", EMPTY, truth)
    if isinstance(test, ir.Compare) and len(test.ops) == 1:
        return _compared(frame, test, truth)
    return None


def _compared(frame: Frame, test: ir.Compare, truth: bool) -> Atom | None:
    (op,), (left, right) = test.ops, test.operands
    name = unchanged(frame, left)
    if not name:
        return None
    if op in {"is", "is not", "==", "!="}:
        if not isinstance(right, ir.Const) and op in {"==", "!="}:
            return None
        values = expressions.evaluate(frame, right)
        if len(values) == 1 and all(isinstance(v, Const | External | Instance | ClassValue) for v in values):
            return Atom(name, "is", values, truth == (op in {"is", "=="}))
    if op in {"in", "not in"} and isinstance(right, ir.Display) and right.items:
        found = [expressions.evaluate(frame, item) for item in right.items]
        if all(len(values) == 1 and all(isinstance(v, Const) for v in values) for values in found):
            return Atom(name, "is", EMPTY.union(*found), truth == (op == "in"))
    return None


def of_raised(name: str, kind: Value) -> Condition:
    """`raise error(…)` of a class that is a parameter: this type leaves only where the caller passed it."""
    return (Atom(name, "raised", frozenset((kind,)), True),)


def unchanged(frame: Frame, node: ir.Expr) -> str:
    """The parameter that a name still holds as it came in; empty for anything else."""
    if isinstance(node, ir.Name) and node.id in frame.initial and node.id not in frame.rebound:
        return node.id
    return ""


# Calls.


def pass_on(frame: Frame, site: CallSite, function: ir.Function, bound: dict[str, Values], given: Arguments) -> None:
    """Notes on a call what it passes for each parameter, and which of the caller's own it only hands on."""
    loose = given.rest is not None or given.extra is not None
    passes: dict[str, Values] = {}
    hands: dict[str, str] = {}
    positional = [p for p in function.parameters if p.kind in {"positional", "normal"}]
    for index, parameter in enumerate(function.parameters):
        name = parameter.name
        if parameter.kind in {"star", "all"}:
            more = len(given.positional) > len(positional)
            passes[name] = frozenset((TRUE,)) if more else BOOLEAN if given.rest is not None else frozenset((FALSE,))
            continue
        if parameter.kind == "starstar":
            own = {p.name for p in function.parameters}
            more = given.extra is not None or any(keyword not in own for keyword in given.keywords)
            passes[name] = BOOLEAN if more else frozenset((FALSE,))
            continue
        explicit = given.expressions.get(index) if index < len(given.positional) else given.expressions.get(name)
        written = name in given.keywords or (parameter.kind != "keyword" and index < len(given.positional))
        if name in bound and (written or not loose):
            passes[name] = bound[name]
            handed = unchanged(frame, explicit) if explicit is not None else ""
            if handed:
                hands[name] = handed
        elif loose:
            passes[name] = ANYTHING
    if site.passes is None:
        site.passes, site.hands = passes, hands
        return
    # The same call again, in a loop's second round or on another receiver.
    for name in {**site.passes, **passes}:
        both = site.passes.get(name), passes.get(name)
        site.passes[name] = ANYTHING if both[0] is None or both[1] is None else both[0] | both[1]
    site.hands = {name: handed for name, handed in site.hands.items() if hands.get(name) == handed}


def carried(
    conditions: Conditions, site: CallSite, may_be_false: Callable[[Value], bool]
) -> tuple[Conditions, int] | None:
    """What a callee's conditions come to at a call: what must hold of the caller's parameters, and how many conditions
    are left open. None where the call excludes them."""
    result: list[Condition] = []
    doubts = 0
    for condition in conditions:
        handed: list[Atom] = []
        sure = False
        possible = False
        unclear = False
        for atom in condition:
            values = _passed(site, atom.name)
            if values is None or not values:
                possible = unclear = True
                continue
            if not any(_may(atom, v, may_be_false) for v in values):
                continue
            possible = True
            name = site.hands.get(atom.name)
            if name:
                handed.append(Atom(name, atom.kind, atom.values, atom.holds))
            elif any(_may_not(atom, v, may_be_false) for v in values):
                unclear = True
            else:
                sure = True
        if not possible:
            return None
        if sure:
            continue
        if unclear:
            doubts += 1
        elif handed:
            result.append(tuple(handed))
    return tuple(dict.fromkeys(result)), doubts


def _passed(site: CallSite, name: str) -> Values | None:
    """What a call passes for a parameter, its default included; None where that is not known."""
    if site.passes is None:
        return None
    values = site.passes.get(name)
    if values is None:
        cell = getattr(site.target, "params", {}).get("=" + name)
        values = cell.values if cell is not None else None
    if values is None or any(isinstance(v, Parameter) for v in values):
        return None
    return values


def _may(atom: Atom, value: Value, may_be_false: Callable[[Value], bool]) -> bool:
    """Whether an atom may hold of a value."""
    if value is UNKNOWN:
        return True
    if atom.kind == "true":
        return _truth(value, atom.holds, may_be_false)
    if atom.kind == "raised":
        return _is_raised(value, atom.values)
    if atom.kind == "instance":
        surely, perhaps = _instance(value, atom.values)
        return perhaps if atom.holds else not surely
    if atom.holds:
        return any(_equal(value, other) for other in atom.values)
    return not (isinstance(value, Const | Instance) and value in atom.values and _single(value))


def _may_not(atom: Atom, value: Value, may_be_false: Callable[[Value], bool]) -> bool:
    return _may(Atom(atom.name, atom.kind, atom.values, not atom.holds), value, may_be_false) if (
        atom.kind != "raised"
    ) else value is UNKNOWN or not _is_raised(value, atom.values)  # fmt: skip


def _truth(value: Value, wanted: bool, may_be_false: Callable[[Value], bool]) -> bool:
    if isinstance(value, Const):
        return bool(value.value) == wanted if value.kind != "none" else not wanted
    if isinstance(value, FunctionValue | ClassValue | ModuleValue | Bound):
        return wanted
    return wanted or may_be_false(value)


def _equal(value: Value, other: Value) -> bool:
    if value is other:
        return True
    if isinstance(value, Const) and isinstance(other, Const):
        return False
    if other is NONE or value is NONE:
        return isinstance(other if value is NONE else value, External)
    if isinstance(value, FunctionValue | ClassValue | ModuleValue | Bound | Container):
        return False
    if isinstance(value, Instance) and isinstance(other, Const):
        # An object of a class of the workspace may say what it equals; one of another literal's class does not.
        return not value.cls.library or other.wide is None or value.cls is getattr(other.wide, "cls", value.cls)
    return True


def _single(value: Value) -> bool:
    """Whether a value stands for one object."""
    return isinstance(value, Const)


def _is_raised(value: Value, kinds: Values) -> bool:
    if isinstance(value, Instance):
        return value.cls.value in kinds
    return value in kinds or isinstance(value, Container | FunctionValue | Bound)


def _instance(value: Value, classes: Values) -> tuple[bool, bool]:
    """Whether a value is surely, and whether it may be, an instance of one of some classes."""
    cls = _class_of(value)
    scopes = [v.scope for v in classes if isinstance(v, ClassValue)]
    if cls is None:
        return False, not (value is NONE and all(s.name != "NoneType" for s in scopes))
    if any(cls.is_subclass(s) for s in scopes):
        return True, True
    structural = any(s.library and s.module.name not in {"builtins"} for s in scopes)
    below = any(s.is_subclass(cls) for s in scopes)
    return False, structural or below or cls.has_unknown_base()


def _class_of(value: Value) -> ClassScope | None:
    if isinstance(value, Instance | Container):
        return value.cls
    if isinstance(value, Const) and value.wide is not None:
        return getattr(value.wide, "cls", None)
    return None


__all__ = [
    "CONDITIONS_MAX",
    "Atom",
    "Condition",
    "Conditions",
    "carried",
    "of_raised",
    "of_test",
    "pass_on",
    "unchanged",
]
