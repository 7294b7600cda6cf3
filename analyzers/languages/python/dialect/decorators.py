"""Decorators with a meaning of their own, and what calling Python's built-in classes makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import calls, containers, expressions, library, overloads, protocols
from analyzers.inference.overloads import Candidate
from analyzers.inference.scopes import Body, ClassScope
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    Bound,
    ClassValue,
    External,
    FunctionValue,
    Value,
    Values,
    Wrapper,
)

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame

_CONTAINERS = {"list": "list", "set": "set", "frozenset": "set", "tuple": "tuple", "dict": "dict", "deque": "list"}


def make_library_instance(frame: Frame, scope: ClassScope, arguments: Arguments, node: ir.Node) -> Values:
    """Calls a class of the library that is not written out."""
    name = scope.full_name
    library.note(frame, name, arguments, node)
    called = library.call_back(frame, name, None, arguments, node)
    if name in {"builtins.map", "builtins.filter"} or (called and name.startswith("builtins.")):
        if name == "builtins.filter":
            return containers.new_container(frame, "list", node, protocols.iterate(frame, arguments.first(1), node))
        if called is not None:
            return called
    kind = _CONTAINERS.get(scope.name) if scope.module.name in {"builtins", "collections"} else None
    if kind == "dict":
        container = frame.universe.container("dict", scope, node)
        if arguments.positional:
            containers.merge(frame, container, arguments.positional[0], node)
        for keyword, values in arguments.keywords.items():
            containers.store_item(frame, container, frozenset((frame.universe.const("str", keyword),)), values)
        return frozenset((container,))
    if kind is not None:
        container = frame.universe.container(kind, scope, node)
        if arguments.positional:
            frame.write(containers.element_cell(container), protocols.iterate(frame, arguments.positional[0], node))
        return frozenset((container,))
    return frozenset((frame.universe.instance(scope, _arguments_of_class(frame, scope, arguments, node)),))


def _arguments_of_class(frame: Frame, scope: ClassScope, arguments: Arguments, node: ir.Node) -> tuple[Values, ...]:
    """What a generic library class's type variables stand for, from what its `__init__` or `__new__` is given."""
    if scope.name in {"enumerate", "zip", "reversed"} and scope.module.name == "builtins":
        return _lazy(frame, scope, arguments, node)
    if not scope.parameters:
        return ()
    for hook in ("__init__", "__new__"):
        for owner, cell in scope.find(hook):
            if owner is not scope:
                break
            candidates: list[Candidate] = [
                (v, frame.universe.instance(scope)) for v in cell.values if isinstance(v, FunctionValue)
            ]
            ordered = sorted(candidates, key=lambda c: c[0].body.function.start if c[0].body.function else 0)
            chosen = next((c for c in ordered if overloads.fits(frame, c, arguments)), None)
            if chosen is not None:
                variables = overloads.bind_variables(frame, chosen[0].body, chosen[1], arguments)
                return tuple(variables.get(p, ANYTHING) or ANYTHING for p in scope.parameters)
            break
    return ()


def _lazy(frame: Frame, scope: ClassScope, arguments: Arguments, node: ir.Node) -> tuple[Values, ...]:
    items = [protocols.iterate(frame, values, node) for values in arguments.positional]
    if scope.name == "reversed":
        return (items[0] if items else ANYTHING,)
    if scope.name == "enumerate":
        number = expressions.instances(frame, frame.program.builtin_class("int"))
        parts: tuple[Values, ...] = (number, items[0] if items else ANYTHING)
    else:
        parts = tuple(items)
    cls = frame.program.builtin_class("tuple")
    if cls is None or not parts:
        return (ANYTHING,)
    pair = frame.universe.instance(cls, parts if len(parts) > 1 else (*parts, EMPTY))
    pairs: Values = frozenset((pair,))
    return (pairs,) if scope.name == "zip" else (parts[1],)


def call_bound(frame: Frame, func: Value, receiver: Value, arguments: Arguments, node: ir.Node) -> Values:
    """`x.setter(f)` and its like."""
    assert isinstance(func, External)
    name = func.name
    first = arguments.first(0)
    if name.startswith("property.") and isinstance(receiver, Wrapper):
        setter = next(iter(first), None)
        if name == "property.setter" and setter is not None:
            return frozenset((frame.universe.wrapper("property", receiver.inner, setter),))
        return frozenset((receiver,))
    if name == "singledispatch.register" and isinstance(receiver, Wrapper):
        functions = frozenset(v for v in (*first, *arguments.first(1)) if isinstance(v, FunctionValue))
        for function in functions:
            if isinstance(receiver.inner, FunctionValue):
                frame.write(receiver.inner.body.closed(".registered"), frozenset((function,)))
        return functions or frozenset((frame.universe.bound(func, receiver),))
    return ANYTHING


# Decorators.

_WRAPPERS = {
    "builtins.property": "property",
    "abc.abstractproperty": "property",
    "types.DynamicClassAttribute": "property",
    "enum.property": "property",
    "builtins.staticmethod": "staticmethod",
    "builtins.classmethod": "classmethod",
    "abc.abstractclassmethod": "classmethod",
    "functools.cached_property": "cached_property",
    "contextlib.contextmanager": "contextmanager",
    "contextlib.asynccontextmanager": "contextmanager",
    "functools.singledispatch": "singledispatch",
    "functools.singledispatchmethod": "singledispatch",
}


def decorator(frame: Frame, wrapper: Value, values: Values, node: ir.Expr, body: Body | None) -> Values | None:
    """What a decorator with a meaning of its own makes of `values`; None where it is an ordinary call."""
    name = ""
    if isinstance(wrapper, ClassValue):
        name = wrapper.scope.full_name
        if not wrapper.scope.library and any(s.full_name == "builtins.property" for s in wrapper.scope.mro()):
            name = "builtins.property"
    elif isinstance(wrapper, FunctionValue):
        name = wrapper.body.full_name
    elif isinstance(wrapper, External):
        name = wrapper.name
        if name.rpartition(".")[2] in {"cached_property", "reify"}:
            name = "functools.cached_property"
    if isinstance(wrapper, Bound) and isinstance(wrapper.func, External):
        return call_bound(frame, wrapper.func, wrapper.receiver, calls.arguments_of(values), node)
    kind = _WRAPPERS.get(name)
    if kind is not None:
        return frozenset(frame.universe.wrapper(kind, v) for v in values)
    if name in {"typing.overload", "typing_extensions.overload"} and not frame.module.library:
        return EMPTY
    return None


def decorated_by_name(frame: Frame, node: ir.Expr, values: Values) -> Values:
    """In a stub that runs before the built-ins it uses are there: what the decorator's name says."""
    kind = _WRAPPERS.get(f"builtins.{node.id}") if isinstance(node, ir.Name) else None
    return frozenset(frame.universe.wrapper(kind, v) for v in values) if kind is not None else values
