"""Overloads: which declaration of a library function fits a call, and what it then says is returned.

Type variables are bound from what is passed. It knows stubs, and nothing of what the tables say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, containers, declarations, protocols
from analyzers.inference.scopes import Body, ClassScope, Findings
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    NONE,
    NOTHING,
    UNKNOWN,
    Bound,
    ClassValue,
    Const,
    Container,
    FunctionValue,
    Generator,
    Instance,
    Value,
    Values,
)

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame

Candidate = tuple[FunctionValue, Value | None]
"""A library function, one of its overloads, with the receiver it is bound to."""


def declared(frame: Frame, candidates: list[Candidate], arguments: Arguments) -> Values:
    """What the first overload that fits the arguments is declared to return."""
    key = _key(candidates, arguments)
    if key is None:
        return _declared(frame, candidates, arguments)
    known = frame.program.declared.get(key)
    if known is None:
        known = frame.program.declared[key] = _declared(frame, candidates, arguments)
    return known


def _key(candidates: list[Candidate], arguments: Arguments) -> object | None:
    """What a declared result depends on; None where that includes what a container holds, which changes."""
    receiver = candidates[0][1]
    if isinstance(receiver, Container | Generator):
        return None
    for values in (*arguments.positional, *arguments.keywords.values()):
        if any(isinstance(v, Container | Generator | FunctionValue | Bound) for v in values):
            return None
    return (
        candidates[0][0].body,
        receiver,
        tuple(arguments.positional),
        tuple(arguments.keywords.items()),
        arguments.rest,
        arguments.extra,
    )


def _declared(frame: Frame, candidates: list[Candidate], arguments: Arguments) -> Values:
    ordered = sorted(candidates, key=lambda c: c[0].body.function.start if c[0].body.function else 0)
    chosen = next((c for c in ordered if fits(frame, c, arguments)), ordered[-1])
    function, receiver = chosen
    variables = bind_variables(frame, function.body, receiver, arguments)
    values = declarations.returned(frame, function.body, variables)
    if function.body.function is not None and function.body.function.asynchronous:
        coroutine = frame.program.library_class("typing", "Coroutine")
        if coroutine is not None:
            return frozenset((frame.universe.instance(coroutine, (ANYTHING, ANYTHING, values)),))
    none = frame.dialect.tables().none(function.body.full_name)
    if none is not None and NONE not in values and none.applies(len(arguments.positional), arguments.keywords):
        values = values | NOTHING
    return values


def fits(frame: Frame, candidate: Candidate, arguments: Arguments) -> bool:
    body, receiver = candidate[0].body, candidate[1]
    function = body.function
    if function is None:
        return False
    parameters = list(function.parameters)
    if receiver is not None and parameters and not function.static:
        parameters = parameters[1:]
    private = [p for p in parameters if p.kind in {"positional", "normal"}]
    star = any(p.kind == "star" for p in parameters)
    given = len(arguments.positional)
    if given > len(private) and not star:
        return False
    names = {p.name for p in parameters}
    if not any(p.kind == "starstar" for p in parameters) and not names.issuperset(arguments.keywords):
        return False
    if arguments.rest is None and arguments.extra is None:
        for index, parameter in enumerate(private):
            if index >= given and parameter.default is None and parameter.name not in arguments.keywords:
                return False
        for parameter in parameters:
            if parameter.kind == "keyword" and parameter.default is None and parameter.name not in arguments.keywords:
                return False
    for index, parameter in enumerate(private[:given]):
        if not _compatible(frame, body, parameter, arguments.positional[index]):
            return False
    return all(
        _compatible(frame, body, p, arguments.keywords[p.name]) for p in parameters if p.name in arguments.keywords
    )


def _compatible(frame: Frame, body: Body, parameter: ir.Parameter, values: Values) -> bool:
    """Whether some value can be passed for a parameter; what is not known fits everything."""
    if parameter.annotation is None or not values or UNKNOWN in values:
        return True
    annotation = parameter.annotation
    if isinstance(annotation, ir.Const) and annotation.kind == "none":
        return NONE in values
    wanted = declarations.evaluate(frame.program, body.module, annotation, {}, frame)
    if not wanted or UNKNOWN in wanted:
        return True
    for value in values:
        if value in wanted:
            return True
        if value is NONE:
            if NONE in wanted:
                return True
            continue
        cls = attributes.class_of(frame, value)
        if cls is None:
            return True
        for want in wanted:
            other = attributes.class_of(frame, want) if not isinstance(want, Const) else None
            if isinstance(want, Const):
                continue
            if other is None or cls.is_subclass(other) or is_protocol(other) or cls.has_unknown_base():
                return True
    return False


def is_protocol(cls: ClassScope) -> bool:
    return any(
        isinstance(a.value, ir.Name | ir.Index)
        and (a.value.id if isinstance(a.value, ir.Name) else getattr(a.value.obj, "id", "")) == "Protocol"
        for a in cls.ir.bases
    )


def bind_variables(frame: Frame, body: Body, receiver: Value | None, arguments: Arguments) -> declarations.Variables:
    variables: declarations.Variables = {}
    function = body.function
    if function is None:
        return variables
    parameters = list(function.parameters)
    if receiver is not None and body.cls is not None and not function.static:
        if isinstance(receiver, ClassValue):
            variables["Self"] = frozenset((frame.universe.instance(receiver.scope),))
        else:
            variables = declarations.variables_for(frame, receiver, body.cls)
        parameters = parameters[1:]
    for index, parameter in enumerate(p for p in parameters if p.kind in {"positional", "normal", "star"}):
        values = arguments.first(index, parameter.name)
        if parameter.kind == "star":
            values = frozenset().union(*arguments.positional[index:])
        if values and parameter.annotation is not None:
            _unify(frame, parameter.annotation, values, variables, 0)
    for parameter in parameters:
        if parameter.kind == "keyword" and parameter.annotation is not None:
            values = arguments.keywords.get(parameter.name, EMPTY)
            if values:
                _unify(frame, parameter.annotation, values, variables, 0)
    return variables


def _unify(frame: Frame, annotation: ir.Expr, values: Values, variables: declarations.Variables, depth: int) -> None:
    """Binds the type variables of a parameter's annotation to what is passed."""
    if depth > declarations.DEPTH_MAX:
        return
    if isinstance(annotation, ir.Name):
        if frame.dialect.is_variable(annotation.id):
            variables[annotation.id] = variables.get(annotation.id, EMPTY) | values
    elif isinstance(annotation, ir.Binary):
        kept = frozenset(v for v in values if v is not NONE)
        for side in (annotation.left, annotation.right):
            _unify(frame, side, kept, variables, depth + 1)
    elif isinstance(annotation, ir.Index):
        head = annotation.obj
        name = head.id if isinstance(head, ir.Name) else head.name if isinstance(head, ir.Attr) else ""
        keys = annotation.key.items if isinstance(annotation.key, ir.Display) else (annotation.key,)
        kind = frame.dialect.generic(name)
        if kind == "class":
            made = frozenset(frame.universe.instance(v.scope) if isinstance(v, ClassValue) else UNKNOWN for v in values)
            _unify(frame, keys[0], made, variables, depth + 1)
        elif kind == "pairs" and len(keys) == 2:
            for value in values:
                if isinstance(value, Container) and value.kind in containers.MAPPINGS:
                    _unify(frame, keys[0], containers.keys(frame, value), variables, depth + 1)
                    _unify(frame, keys[1], containers.elements(frame, value), variables, depth + 1)
                elif isinstance(value, Instance) and len(value.args) == 2:
                    _unify(frame, keys[0], value.args[0], variables, depth + 1)
                    _unify(frame, keys[1], value.args[1], variables, depth + 1)
        elif kind == "awaited":
            _unify(frame, keys[-1], protocols.awaited(frame, values, ir.Node(0, 0)), variables, depth + 1)
        elif kind == "elements":
            _unify(frame, keys[0], _elements(frame, values), variables, depth + 1)


def _elements(frame: Frame, values: Values) -> Values:
    """What iterating would give. Nothing is iterated here, and so nothing is noted: what a library function does with
    what it is given is in the tables."""
    if not any(isinstance(v, Instance | ClassValue) for v in values):
        return protocols.iterate(frame, values, None)
    noted, frame.findings = frame.findings, Findings()
    try:
        return protocols.iterate(frame, values, None)
    finally:
        frame.findings = noted
