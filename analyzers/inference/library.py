"""Calls that leave the repository: what library functions return, raise, call back and change.

Stubs say what comes back, with type variables bound from the arguments; tables say what is raised, which arguments are
called and which special methods; a few functions that steer the analysis itself (`isinstance` aside, which narrows) are
written out in `SPECIAL`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, calls, containers, expressions, mutators, overloads, protocols, specials
from analyzers.inference.overloads import Candidate
from analyzers.inference.scopes import Body, ClassScope
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    Bound,
    ClassValue,
    Const,
    External,
    FunctionValue,
    Instance,
    Partial,
    Value,
    Values,
    Wrapper,
)
from analyzers.languages.python import library as tables

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame


def call(frame: Frame, candidates: list[Candidate], arguments: Arguments, node: ir.Node) -> Values:
    """Calls a library function, given as its overloads."""
    first, receiver = candidates[0]
    name = first.body.full_name
    special = specials.SPECIAL.get(name)
    if special is not None:
        return special(frame, receiver, arguments, node)
    note(frame, name, arguments, node)
    called = call_back(frame, name, receiver, arguments, node)
    mutated = mutators.apply(frame, name, receiver, arguments, node)
    if mutated is not None:
        return mutated
    if called is not None:
        return called
    return overloads.declared(frame, candidates, arguments)


# What tables say.


def note(frame: Frame, name: str, arguments: Arguments, node: ir.Node) -> None:
    """Notes what a library function raises and touches, and calls the special methods that it calls."""
    if frame.module.library:
        return
    table = tables.standard()
    raises, effects, called = _known(name)
    if not (raises or effects or called):
        return
    neutral = {k for k, v in arguments.keywords.items() if v and all(_is_neutral(x) for x in v)}
    keywords = [k for k in arguments.keywords if k not in neutral]
    for entry in raises:
        if entry.type == "IndexError" and containers.always_there(node):
            continue
        if entry.applies(len(arguments.positional), keywords):
            types = exception(frame, entry.type)
            if types:
                frame.raises(node, types, f"{name}:{entry.type}", entry.rare)
    for effect in effects:
        frame.effect(effect.kind, f"{effect.manner} {table.common_name(name)}", node)
    for protocol in called:
        values = _selected(frame, protocol.on, None, arguments)
        for value in values:
            if not isinstance(value, Instance) or value.cls.library:
                continue
            for chain in protocol.calls:
                if any(not scope.library for scope, _ in value.cls.find(chain[0])):
                    results: Values = frozenset((value,))
                    for method in chain:
                        results = protocols.invoke(
                            frame, results, method, calls.arguments_of(ANYTHING), node, _short(name)
                        )
                    break


@cache
def _known(
    name: str,
) -> tuple[tuple[tables.LibraryRaise, ...], tuple[tables.Effect, ...], tuple[tables.Protocol, ...]]:
    table = tables.standard()
    return table.raises(name) or (), table.effects(name), table.protocols(name)


def _is_neutral(value: Value) -> bool:
    return isinstance(value, Const) and not value.value


def _short(name: str) -> str:
    return name.removeprefix("builtins.")


def exception(frame: Frame, name: str) -> Values:
    """An exception class of the standard library by the name that the tables use."""
    if "." not in name:
        return frame.program.builtin(name)
    module, _, attr = name.rpartition(".")
    scope = frame.program.library_module(module)
    cell = scope.find(attr) if scope is not None else None
    return cell.values if cell is not None else EMPTY


def call_back(frame: Frame, name: str, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values | None:
    """Calls what a library function is given to call; what it returns, where that comes from there."""
    result: Values | None = None
    known = tables.standard().callbacks(name)
    for entry in known:
        if entry.when == "never":
            continue
        functions = _selected(frame, entry.callee.removeprefix("result:"), receiver, arguments)
        functions = frozenset(v for v in functions if is_callable(v))
        if not functions:
            continue
        if entry.callee.startswith("result:"):
            continue
        passed = calls.Arguments([v for spec in entry.receives for v in _received(frame, spec, receiver, arguments)])
        if not passed.positional and entry.receives:
            passed.rest = ANYTHING
        if entry.when == "later":
            if entry.result in {"wrapped", "same"}:
                result = (result or EMPTY) | functions
            register(frame, functions, passed, node)
            continue
        returned = calls.call_values(frame, functions, passed, node, "callback")
        if entry.result == "returned":
            result = (result or EMPTY) | returned
        elif entry.result == "elements":
            result = (result or EMPTY) | containers.new_container(frame, "list", node, returned)
        elif entry.result in {"wrapped", "same"}:
            result = (result or EMPTY) | functions
    if not known:
        callbacks(frame, arguments, node, immediate=False)
    return result


def register(frame: Frame, functions: Values, passed: Arguments, node: ir.Node) -> None:
    """Something is kept to be called later by code that is not seen: arguments flow, and the place is noted."""
    calls.call_values(frame, functions, passed, node, "registered")


def callbacks(frame: Frame, arguments: Arguments, node: ir.Node, immediate: bool) -> None:
    """Functions that are passed to something unknown may be called by it."""
    for values in (*arguments.positional, *arguments.keywords.values()):
        for value in values:
            function = value.func if isinstance(value, Bound) else value
            if isinstance(function, FunctionValue) and not function.body.module.library:
                unknown = calls.Arguments(rest=ANYTHING)
                calls.call_one(frame, value, unknown, node, "callback" if immediate else "registered", direct=False)


def is_callable(value: Value) -> bool:
    if isinstance(value, Instance):
        return not value.cls.library
    return isinstance(value, FunctionValue | Bound | ClassValue | Partial | Wrapper)


def _selected(frame: Frame, spec: str, receiver: Value | None, arguments: Arguments) -> Values:
    """The argument that a table names: `0`, `0/func`, `key`, `0[]`, `0*`, `self.run`, `0.close`, `self[]`."""
    head, _, attr = spec.partition(".")
    each = head.endswith("[]")
    rest = head.endswith("*")
    head = head.removesuffix("[]").removesuffix("*")
    position, _, keyword = head.partition("/")
    values: Values
    if position == "self":
        values = frozenset((receiver,)) if receiver is not None else EMPTY
    elif position.isdecimal():
        if rest:
            values = frozenset().union(*arguments.positional[int(position) :]) | (arguments.rest or EMPTY)
        else:
            values = arguments.first(int(position), keyword)
    else:
        values = arguments.keywords.get(position, EMPTY)
    if each and values:
        values = protocols.iterate(frame, values, None)
    if attr and values:
        found = EMPTY
        for value in values:
            if isinstance(value, Instance) and not value.cls.library:
                if attr.endswith("*"):
                    names = {n for s in value.cls.mro() if not s.library for n in s.attrs if n.startswith(attr[:-1])}
                else:
                    names = {attr}
                for name in sorted(names):
                    if any(not s.library for s, _ in value.cls.find(name)):
                        found = found | (attributes.of_value(frame, value, name, ir.Node(0, 0)) or EMPTY)
        return found
    return values


def _received(frame: Frame, spec: str, receiver: Value | None, arguments: Arguments) -> list[Values]:
    if spec in {"?", "**", "match"} or spec.endswith("**"):
        return [ANYTHING] if not spec.endswith("**") else []
    if spec in {"self", "instance"}:
        return [frozenset((receiver,)) if receiver is not None else ANYTHING]
    if spec.endswith("*") and spec[:-1].isdecimal():
        return list(arguments.positional[int(spec[:-1]) :])
    if spec.endswith("*"):
        given = arguments.keywords.get(spec[:-1], EMPTY)
        sizes = [containers.exact_size(v) for v in given]
        if len(sizes) == 1 and sizes[0]:
            return [containers.item(frame, given, i, sizes[0]) for i in range(sizes[0])]
        return []
    return [_selected(frame, spec, receiver, arguments) or ANYTHING]


# Classes.

_CONTAINERS = {"list": "list", "set": "set", "frozenset": "set", "tuple": "tuple", "dict": "dict", "deque": "list"}


def make_instance(frame: Frame, scope: ClassScope, arguments: Arguments, node: ir.Node) -> Values:
    """Calls a library class."""
    name = scope.full_name
    special = specials.SPECIAL.get(name)
    if special is not None:
        return special(frame, None, arguments, node)
    note(frame, name, arguments, node)
    called = call_back(frame, name, None, arguments, node)
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


def initialise(frame: Frame, owner: ClassScope, arguments: Arguments, node: ir.Node) -> None:
    """A class of the repository inherits its `__init__` from a library class."""
    note(frame, owner.full_name, arguments, node)
    call_back(frame, owner.full_name, None, arguments, node)


# Things without source.


def external_call(frame: Frame, value: External, arguments: Arguments, node: ir.Node) -> Values:
    """Calls something in a module whose source is not known."""
    note(frame, value.name, arguments, node)
    call_back(frame, value.name, None, arguments, node)
    return ANYTHING


def bound_external(frame: Frame, value: Bound, arguments: Arguments, node: ir.Node) -> Values:
    """`x.setter(f)` and its like."""
    assert isinstance(value.func, External)
    name = value.func.name
    first = arguments.first(0)
    if name.startswith("property.") and isinstance(value.receiver, Wrapper):
        setter = next(iter(first), None)
        if name == "property.setter" and setter is not None:
            return frozenset((frame.universe.wrapper("property", value.receiver.inner, setter),))
        return frozenset((value.receiver,))
    if name == "singledispatch.register" and isinstance(value.receiver, Wrapper):
        functions = frozenset(v for v in (*first, *arguments.first(1)) if isinstance(v, FunctionValue))
        for function in functions:
            if isinstance(value.receiver.inner, FunctionValue):
                frame.write(value.receiver.inner.body.closed(".registered"), frozenset((function,)))
        return functions or frozenset((value,))
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
        return bound_external(frame, wrapper, calls.arguments_of(values), node)
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
