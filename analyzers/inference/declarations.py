"""Declarations: what a declared type says that a name may hold, and what type variables stand for in it.

How a type is written is each language's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, containers, overloads
from analyzers.inference.scopes import Body, ClassScope, ModuleScope
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    NONE,
    NOTHING,
    UNKNOWN,
    ClassValue,
    Container,
    Instance,
    Value,
    Values,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame
    from analyzers.inference.program import Program

Variables = dict[str, Values]
"""What type variables stand for."""

DEPTH_MAX = 8
"""Nesting of type arguments beyond which a type is unknown."""


def fitting(values: Values, declared: Values) -> Values:
    """What flows into a parameter, less what its declaration excludes.

    A declaration is believed where it names classes of the workspace: an unrelated one is far more often a way
    that the analysis could not keep apart from others than a caller's mistake.
    """
    wanted = [v.cls for v in declared if isinstance(v, Instance)]
    if len(wanted) < len(declared - NOTHING) or any(cls.library or overloads.is_protocol(cls) for cls in wanted):
        return values - ANYTHING
    return frozenset(v for v in values if v is not UNKNOWN and (v is NONE or _fits(v, wanted)))


def _fits(value: Value, wanted: list[ClassScope]) -> bool:
    if not isinstance(value, Instance) or value.cls.library:
        return True
    cls = value.cls
    return cls.has_unknown_base() or any(cls.is_subclass(other) or other.is_subclass(cls) for other in wanted)


def evaluate(
    program: Program, module: ModuleScope, node: ir.Expr, variables: Variables, frame: Frame | None, depth: int = 0
) -> Values:
    """The values of a declared type; something unknown where it says nothing that is known."""
    if depth > DEPTH_MAX:
        return ANYTHING
    return program.dialect.declared(program, module, node, variables, frame, depth)


def variables_for(frame: Frame, value: Value, owner: ClassScope) -> Variables:
    """What the type variables of `owner`, a class that the value's class inherits from, stand for in the value."""
    variables: Variables = {"Self": frozenset((value,))}
    cls = attributes.class_of(frame, value)
    if cls is None:
        return variables
    own = _own_variables(frame, value, cls)
    found = _variables_of_base(frame, cls, owner, own, 0)
    if found:
        variables.update(found)
    return variables


def _own_variables(frame: Frame, value: Value, cls: ClassScope) -> Variables:

    if isinstance(value, Container):
        if value.kind == "dict":
            return dict(
                zip(cls.parameters, (containers.keys(frame, value), containers.elements(frame, value)), strict=False)
            )
        return dict(zip(cls.parameters, (containers.elements(frame, value),), strict=False))
    if isinstance(value, Instance):
        if cls.name == "tuple" and cls.library and value.args:
            merged = frozenset().union(*value.args)
            return dict.fromkeys(cls.parameters, merged)
        return dict(zip(cls.parameters, value.args, strict=False))
    return {}


def _variables_of_base(
    frame: Frame, cls: ClassScope, owner: ClassScope, variables: Variables, depth: int
) -> Variables | None:
    if cls is owner:
        return variables
    if depth > DEPTH_MAX:
        return None
    for arg, values in zip((a for a in cls.ir.bases if not a.keyword and not a.stars), cls.bases, strict=False):
        for item in values:
            if not (isinstance(item, ClassValue) and item.scope.is_subclass(owner)):
                continue
            inner: Variables = {}
            if isinstance(arg.value, ir.Index):
                keys = arg.value.key.items if isinstance(arg.value.key, ir.Display) else (arg.value.key,)
                args = tuple(evaluate(frame.program, cls.module, k, variables, frame, depth + 1) for k in keys)
                inner = dict(zip(item.scope.parameters, args, strict=False))
            found = _variables_of_base(frame, item.scope, owner, inner, depth + 1)
            if found is not None:
                return found
    return None


def field(frame: Frame, value: Instance, name: str) -> Values:
    """A field that a generic library class declares, as this instance has it."""
    for scope in value.cls.mro():
        for stmt in scope.ir.body:
            if isinstance(stmt, ir.Assign) and stmt.annotation is not None and any(
                isinstance(t, ir.Name) and t.id == name for t in stmt.targets
            ):  # fmt: skip
                variables = variables_for(frame, value, scope)
                return evaluate(frame.program, scope.module, stmt.annotation, variables, frame)
    return EMPTY


def returned(frame: Frame, body: Body, variables: Variables) -> Values:
    """What a library function returns by its declaration."""
    function = body.function
    if function is None or function.returns is None:
        return ANYTHING
    return evaluate(frame.program, body.module, function.returns, variables, frame)
