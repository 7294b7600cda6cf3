"""Promises: what they hold, what `await` and `then` make of it, and who settles them.

The promise of an asynchronous function is its generator value; every other one is a container by the place that makes
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import calls, containers, protocols
from analyzers.inference.calls import Arguments
from analyzers.inference.scopes import Caught, Guard, RaiseSite
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    NONE,
    NOTHING,
    REJECTED,
    UNKNOWN,
    Container,
    External,
    Generator,
    Instance,
    Value,
    Values,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

_CHAINED = frozenset({"then", "catch", "finally"})
_JOINED = frozenset({"all", "allSettled", "race", "any", "resolve"})

NESTED_MAX = 4
"""Promises inside each other that are taken apart."""


def make(frame: Frame, given: Arguments, node: ir.Node) -> Values:
    """`new Promise((resolve, reject) => …)`: the function runs at once."""
    promise = new(frame, EMPTY, node)
    (value,) = promise
    resolve: Values = frozenset((frame.universe.bound(frame.universe.external("Promise.resolve"), value),))
    reject_: Values = frozenset((frame.universe.bound(frame.universe.external("Promise.reject"), value),))
    _settling(frame, given.first(0), calls.arguments_of(resolve, reject_), node)
    types = frame.read(containers.cell_of(value, REJECTED)) if isinstance(value, Container) else EMPTY
    _rejects(frame, types, node)
    return promise


def _settling(frame: Frame, functions: Values, given: Arguments, node: ir.Node) -> Values:
    """Calls functions that a promise is rejected for where they throw."""
    before, frame.outcome = frame.outcome, "rejects"
    result = calls.call_values(frame, functions, given, node, "callback")
    frame.outcome = before
    return result


def _rejects(frame: Frame, types: Values, node: ir.Node) -> None:
    """Notes what the promise that a place gives is rejected with."""
    if types:
        conditional = frame.maybe > 0 or frame.left
        site = RaiseSite(node, types, frame.guards, "", False, conditional, fate=frame.fate_of(node))
        frame.findings.raises[node.start, "reject"] = site


def new(frame: Frame, content: Values, node: ir.Node) -> Values:
    """A promise that is settled with some values."""
    container = frame.universe.container("promise", frame.program.builtin_class("Promise"), node)
    if content:
        settle(frame, container, content, node)
    return frozenset((container,))


def settle(frame: Frame, promise: Container, values: Values, node: ir.Node) -> None:
    """A promise that is settled with another one holds what that one will hold."""
    frame.write(containers.element_cell(promise), flat(frame, values, node))


def reject(frame: Frame, promise: Container, given: Arguments) -> None:
    """`reject(e)`: whoever made the promise gave one away that may be rejected."""
    frame.write(containers.cell_of(promise, REJECTED), _errors(frame, given))


def _errors(frame: Frame, given: Arguments) -> Values:
    """The classes of what is passed as an error."""
    types = protocols.exception_types(frame, given.first(0)) - ANYTHING
    written = given.expressions.get(0)
    return types or (thrown(frame, written) if written is not None else EMPTY)


def thrown(frame: Frame, value: ir.Expr) -> Values:
    """`throw new f()` of something unknown: the error goes by the name that is written there."""
    if not isinstance(value, ir.New):
        return EMPTY
    name = value.func.name if isinstance(value.func, ir.Attr) else getattr(value.func, "id", "")
    return frozenset((frame.universe.external(name),)) if name[:1].isupper() else EMPTY


def flat(frame: Frame, values: Values, node: ir.Node, depth: int = 0) -> Values:
    """Values as they are when every promise among them has been waited for."""
    result = EMPTY
    for value in values:
        if is_promise(value) and depth < NESTED_MAX:
            result = result | flat(frame, held(frame, value), node, depth + 1)
        else:
            result = result | {value}
    return result


def is_promise(value: Value) -> bool:
    if isinstance(value, Container):
        return value.kind == "promise"
    if isinstance(value, Instance):
        return value.cls.library and value.cls.name in {"Promise", "PromiseLike"}
    return isinstance(value, Generator) and value.kind == "coroutine"


def held(frame: Frame, value: Value) -> Values:
    """What one promise is settled with."""
    if isinstance(value, Container):
        return frame.read(containers.element_cell(value))
    if isinstance(value, Instance):
        return value.args[0] if value.args else ANYTHING
    assert isinstance(value, Generator)
    return calls.returned(frame, value.body, {})


def awaited(frame: Frame, value: Value, node: ir.Node) -> Values:
    """What `await` gives for one value: what a promise holds, or the value itself."""
    if value is NONE:
        return NOTHING
    if value is UNKNOWN or isinstance(value, External):
        return ANYTHING
    return flat(frame, frozenset((value,)), node)


def then(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`p.then(f, g)`: a promise of what the functions return."""
    content = held(frame, receiver) if receiver is not None and is_promise(receiver) else ANYTHING
    settled = flat(frame, content, node)
    result = EMPTY
    if given.first(0) - NOTHING:
        result = _settling(frame, given.first(0), calls.arguments_of(settled or ANYTHING), node)
    else:
        result = settled
    if len(given.positional) > 1:
        result = result | _settling(frame, given.first(1), caught_error(frame), node)
    return new(frame, result, node)


def catch(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`p.catch(f)`."""
    content = held(frame, receiver) if receiver is not None and is_promise(receiver) else ANYTHING
    result = _settling(frame, given.first(0), caught_error(frame), node)
    return new(frame, flat(frame, content, node) | result, node)


def finally_(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`p.finally(f)`."""
    _settling(frame, given.first(0), calls.no_arguments(), node)
    return frozenset((receiver,)) if receiver is not None else ANYTHING


def caught_error(frame: Frame) -> Arguments:
    return calls.arguments_of(ANYTHING)


def resolved(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Promise.resolve(x)`."""
    return new(frame, given.first(0) or NOTHING, node)


def rejected(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Promise.reject(e)`."""
    _rejects(frame, _errors(frame, given), node)
    return new(frame, EMPTY, node)


def all_(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Promise.all([…])`: a promise of a list, by position where these are known."""
    made = frame.universe.container("list", frame.program.builtin_class("list"), node)
    for value in given.first(0):
        if isinstance(value, Container) and value.kind == "list":
            for key, cell in tuple(value.cells.items()):
                frame.write(containers.cell_of(made, key), flat(frame, frame.read(cell), node))
        else:
            items = protocols.iterate(frame, frozenset((value,)), None)
            frame.write(containers.element_cell(made), flat(frame, items, node))
    return new(frame, frozenset((made,)), node)


def race(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Promise.race([…])`, `Promise.any([…])`."""
    return new(frame, protocols.iterate(frame, given.first(0), None), node)


def guards(frame: Frame, node: ir.Call) -> Guard | None:
    """`p.catch(f)` and `p.then(f, g)` stop what `p` is rejected with."""
    func = node.func
    if isinstance(func, ir.Attr) and _takes_rejections(node, func):
        handler = Caught(None, ir.Node(func.name_start, node.end), again=False, swallows=False)
        return Guard((handler,), promised=True)
    return None


def _takes_rejections(node: ir.Call, func: ir.Attr) -> bool:
    return (func.name == "catch" and bool(node.args)) or (func.name == "then" and len(node.args) > 1)


def promising(node: ir.Expr) -> Iterator[ir.Node]:
    """The calls whose promise an expression gives on: `f()` and `g()` in `Promise.all([f(), g()]).then(h)`."""
    if isinstance(node, ir.Chain | ir.Optional | ir.Typed):
        yield from promising(node.value)
    elif isinstance(node, ir.Conditional):
        yield from (*promising(node.body), *promising(node.orelse))
    elif isinstance(node, ir.Bool):
        yield from (*promising(node.left), *promising(node.right))
    elif isinstance(node, ir.Sequence):
        # `void f()` is a sequence as well: whatever comes before the last part is left alone.
        for part in node.parts:
            yield from promising(part)
    elif isinstance(node, ir.Call):
        yield node
        func = node.func
        if isinstance(func, ir.Attr) and func.name in _CHAINED:
            yield from promising(func.obj)
        elif isinstance(func, ir.Attr) and func.name in _JOINED and _is_name(func.obj, "Promise"):
            for argument in node.args[:1]:
                if isinstance(argument.value, ir.Display):
                    for item in argument.value.items:
                        yield from promising(item)
                elif func.name != "allSettled":
                    yield from promising(argument.value)


def handles(node: ir.Expr) -> bool:
    """Whether an expression itself says what happens when its promise is rejected: `f().catch(g).finally(h)`."""
    if isinstance(node, ir.Chain | ir.Optional | ir.Typed):
        return handles(node.value)
    if isinstance(node, ir.Bool):
        return handles(node.right)
    if isinstance(node, ir.Conditional):
        return handles(node.body) and handles(node.orelse)
    if not isinstance(node, ir.Call) or not isinstance(node.func, ir.Attr):
        return False
    if _takes_rejections(node, node.func) or node.func.name == "allSettled":
        return True
    return node.func.name in _CHAINED and handles(node.func.obj)


def _is_name(node: ir.Expr, name: str) -> bool:
    return isinstance(node, ir.Name) and node.id == name
