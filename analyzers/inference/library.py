"""Calls that leave the repository: what library functions return, raise, call back and change.

Stubs say what comes back, with type variables bound from the arguments; tables say what is raised, which arguments are
called and which special methods; a few functions that steer the analysis itself (`isinstance` aside, which narrows) are
written out in `SPECIAL`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, calls, containers, overloads, protocols
from analyzers.inference.overloads import Candidate
from analyzers.inference.scopes import ClassScope
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    Bound,
    ClassValue,
    Const,
    External,
    FunctionValue,
    Generator,
    Instance,
    Partial,
    Value,
    Values,
    Wrapper,
)
from analyzers.library_tables import Effect, Library, LibraryRaise, Protocol

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame


def call(frame: Frame, candidates: list[Candidate], arguments: Arguments, node: ir.Node) -> Values:
    """Calls a library function, given as its overloads."""
    first, receiver = candidates[0]
    name = first.body.full_name
    special = frame.dialect.special.get(name)
    if special is not None:
        return special(frame, receiver, arguments, node)
    note(frame, name, arguments, node)
    called = call_back(frame, name, receiver, arguments, node)
    mutated = frame.dialect.mutated(frame, name, receiver, arguments, node)
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
    for values in arguments.positional:
        for value in values:
            if isinstance(value, Generator) and value.kind == "generator":
                # Whatever takes it goes through it.
                frame.iterated(node, value.body)
    table = frame.dialect.tables()
    raises, effects, called = _known(table, name)
    if not (raises or effects or called):
        return
    neutral = {k for k, v in arguments.keywords.items() if v and all(_is_neutral(x) for x in v)}
    keywords = [k for k in arguments.keywords if k not in neutral]
    for entry in raises:
        if frame.dialect.ruled_out(entry.type, node):
            continue
        if entry.applies(len(arguments.positional), keywords):
            types = exception(frame, entry.type)
            if types:
                frame.raises(node, types, f"{name}:{entry.type}", entry.rare)
    for effect in effects:
        frame.effect(effect.kind, f"{effect.manner} {table.common_name(name)}", node)
    for protocol in called:
        values = _selected(frame, protocol.on, None, arguments)
        before = frame.doubt(values)
        for value in values:
            if not isinstance(value, Instance) or value.cls.library:
                continue
            for chain in protocol.calls:
                if any(not scope.library for scope, _ in value.cls.find(chain[0])):
                    results: Values = frozenset((value,))
                    for method in chain:
                        results = frame.dialect.invoke(
                            frame, results, method, calls.arguments_of(ANYTHING), node, _short(name)
                        )
                    break
        frame.unsure = before


@cache
def _known(table: Library, name: str) -> tuple[tuple[LibraryRaise, ...], tuple[Effect, ...], tuple[Protocol, ...]]:
    return table.raises(name) or (), table.effects(name), table.protocols(name)


def _is_neutral(value: Value) -> bool:
    return isinstance(value, Const) and not value.value


def _short(name: str) -> str:
    return name.rpartition(".")[2]


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
    known = frame.dialect.tables().callbacks(name)
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


def call_unknown(frame: Frame, arguments: Arguments, node: ir.Node) -> Values:
    """Calls something unknown, which may call what it is given."""
    callbacks(frame, arguments, node, immediate=False)
    return ANYTHING


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


def make_instance(frame: Frame, scope: ClassScope, arguments: Arguments, node: ir.Node) -> Values:
    """Calls a library class."""
    special = frame.dialect.special.get(scope.full_name)
    if special is not None:
        return special(frame, None, arguments, node)
    return frame.dialect.make_library_instance(frame, scope, arguments, node)


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
