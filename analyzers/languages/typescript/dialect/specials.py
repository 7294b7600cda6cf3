"""JavaScript's library functions that are written out: the tables of all, and those that call back when something
has come.

Declarations say what comes back where nothing here does; tables say what is thrown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import calls, library
from analyzers.inference.cells import Cell
from analyzers.inference.dialect import Special
from analyzers.inference.values import (
    ANYTHING,
    BOOLEAN,
    EMPTY,
    NOTHING,
    UNKNOWN,
    Const,
    Container,
    External,
    Instance,
    Value,
    Values,
    Wrapper,
)
from analyzers.languages.typescript.dialect import items, lists, making, objects, promises
from analyzers.languages.typescript.dialect import protocols as own

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame


def mutated(frame: Frame, name: str, receiver: Value | None, given: Arguments, node: ir.Node) -> Values | None:
    """Every function that changes a container is written out."""
    return None


# Callbacks that are called once, later, or whenever something happens.


def _later(*receives: str) -> Special:
    """Something that calls its first function when a time or an event has come."""

    def run(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
        places = [i for i, values in enumerate(given.positional) if any(_is_callable(v) for v in values)]
        for place in places[:1]:
            rest = given.positional[place + 2 :] if "rest" in receives else []
            passed = calls.Arguments(list(rest), rest=ANYTHING if "event" in receives else None)
            before, frame.outcome = frame.outcome, "lost"
            calls.call_values(frame, given.positional[place], passed, node, "callback")
            frame.outcome = before
        return frozenset((receiver,)) if receiver is not None else ANYTHING

    return run


def _is_callable(value: Value) -> bool:
    return library.is_callable(value) and not isinstance(value, Instance | Wrapper)


_BY_NAME: dict[str, Special] = {
    **{name: lists.LISTS[name] for name in ("map", "flatMap", "filter", "find", "findLast", "some", "every",
                                            "findIndex", "forEach", "reduce", "reduceRight")},
    "nextTick": _later("rest"), "then": promises.then, "catch": promises.catch, "finally": promises.finally_,
}  # fmt: skip
"""Methods that mean the same on nearly everything that has them, where they are given a function."""


def call_unknown(frame: Frame, given: Arguments, node: ir.Node) -> Values:
    """Calls something unknown: by the habit of the language, `xs.map(f)` calls `f` at once."""
    if isinstance(node, ir.Call) and isinstance(node.func, ir.Attr) and given.positional:
        known = _BY_NAME.get(node.func.name)
        if known is not None and any(_is_callable(v) for v in given.positional[0]):
            return known(frame, UNKNOWN, given, node) | ANYTHING
    return library.call_unknown(frame, given, node)


def _run(function: int, *, passed: int, this: int | None = None) -> Special:
    """Something that calls the function among its arguments at once, with those from `passed` on."""

    def run(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
        arguments = calls.Arguments(list(given.positional[passed:]), {}, given.rest)
        owner = given.first(this) if this is not None else EMPTY
        result = EMPTY
        for value in given.first(function):
            if _is_callable(value):
                result = result | making.with_this(frame, value, owner, arguments, node, "callback")
        return result or ANYTHING

    return run


EVENTS = "\0events"
"""The field under which an emitter keeps its listeners that listen to what is not known."""


def _on(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`emitter.on("event", f)`: kept under the event's name until something emits it."""
    for cell in _listeners(frame, receiver, given.first(0)):
        frame.write(cell, given.first(1))
    return frozenset((receiver,)) if receiver is not None else ANYTHING


def _emit(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    passed = calls.Arguments(list(given.positional[1:]), {}, given.rest)
    this: Values = frozenset((receiver,)) if receiver is not None else EMPTY
    for cell in _listeners(frame, receiver, given.first(0), reading=True):
        for value in frame.read(cell):
            making.with_this(frame, value, this, passed, node, "event")
    return BOOLEAN


def _listeners(frame: Frame, receiver: Value | None, events: Values, reading: bool = False) -> list[Cell]:
    """The cells of listeners: one for each event by name, on the emitter's class or on the object itself."""
    names = [f"{EVENTS}:{v.value}" for v in events if isinstance(v, Const) and isinstance(v.value, str)]
    if len(names) != len(events) or not names or reading:
        names.append(EVENTS)
    if isinstance(receiver, Instance):
        if not reading:
            return [receiver.cls.instance_field(n) for n in names]
        return [s.instance_field(n) for s in receiver.cls.mro() for n in names]
    return []


def _nothing(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    return NOTHING


def _replace(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`text.replace(pattern, f)`."""
    functions: Values = frozenset(v for v in given.first(1) if _is_callable(v))
    if functions:
        text = lists.text(frame)
        calls.call_values(frame, functions, calls.Arguments([text], rest=text), node, "callback")
    return lists.text(frame)


def _parse(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`JSON.parse(text, f)` and `JSON.stringify(x, f)`, which asks objects for `toJSON`."""
    library.note(frame, "lib.JSON.parse", given, node)
    _replacer(frame, given, node)
    return ANYTHING


def _stringify(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    _replacer(frame, given, node)
    objects: Values = frozenset(v for v in given.first(0) if isinstance(v, Instance | Container))
    own.invoke(frame, objects, "toJSON", calls.no_arguments(), node, "toJSON")
    return lists.text(frame)


def _replacer(frame: Frame, given: Arguments, node: ir.Node) -> None:
    functions: Values = frozenset(v for v in given.first(1) if _is_callable(v))
    if functions:
        calls.call_values(frame, functions, calls.arguments_of(lists.text(frame), ANYTHING), node, "callback")


def _string(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`String(x)` makes a text of `x`."""
    own.to_text(frame, given.first(0), "str", node)
    return lists.text(frame)


def _symbol(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Symbol("x")`: a key like no other; those that one file makes with one description are told apart by nobody."""
    return frozenset((frame.universe.const("symbol", f"{items.SYMBOL}{_description(given)}@{frame.module.path}"),))


def _symbol_for(frame: Frame, receiver: Value | None, given: Arguments, node: ir.Node) -> Values:
    """`Symbol.for("x")`: the same key everywhere."""
    return frozenset((frame.universe.const("symbol", f"{items.SYMBOL}{_description(given)}"),))


def _description(given: Arguments) -> str:
    texts = sorted(str(v.value) for v in given.first(0) if isinstance(v, Const))
    return texts[0] if texts else ""


_Table = dict[str, Callable[..., Values]]

_PROMISES: _Table = {
    "then": promises.then, "catch": promises.catch, "finally": promises.finally_, "resolve": promises.resolved,
    "reject": promises.rejected, "all": promises.all_, "allSettled": promises.race, "race": promises.race,
    "any": promises.race,
}  # fmt: skip

_EMITTERS: _Table = {
    "on": _on, "once": _on, "addListener": _on, "prependListener": _on, "prependOnceListener": _on, "emit": _emit,
}  # fmt: skip

SPECIAL: dict[str, Special] = {
    **{f"lib.Array.{name}": function for name, function in lists.LISTS.items()},
    **{f"lib.Set.{name}": lists.LISTS[name] for name in ("forEach", "values", "keys", "entries")},
    **{f"lib.Map.{name}": lists.LISTS[name] for name in ("forEach", "values", "keys", "entries")},
    **{f"lib.Object.{name}": function for name, function in objects.OBJECTS.items()},
    **{f"lib.Promise.{name}": function for name, function in _PROMISES.items()},
    **{f"events.EventEmitter.{name}": function for name, function in _EMITTERS.items()},
    "lib.Map.get": lists.get,
    "lib.Map.set": lists.set_,
    "lib.Set.add": lists.add,
    "lib.setTimeout": _later("rest"),
    "lib.setInterval": _later("rest"),
    "lib.setImmediate": _later("rest"),
    "lib.queueMicrotask": _later(),
    "lib.requestAnimationFrame": _later("event"),
    "lib.EventTarget.addEventListener": _later("event"),
    "lib.String.replace": _replace,
    "lib.String.replaceAll": _replace,
    "lib.String": _string,
    "lib.Symbol": _symbol,
    "lib.Symbol.for": _symbol_for,
    "lib.JSON.parse": _parse,
    "lib.JSON.stringify": _stringify,
    "lib.Reflect.apply": objects.reflect_apply,
    "lib.Reflect.construct": objects.reflect_construct,
    "lib.structuredClone": objects.first,
    "util.inherits": objects.set_prototype,
    "util.promisify": objects.first,
    "util.deprecate": objects.first,
    "async_hooks.AsyncResource.bind": objects.first,
    "async_hooks.AsyncResource.runInAsyncScope": _run(0, this=1, passed=2),
    "async_hooks.AsyncLocalStorage.bind": objects.first,
    "async_hooks.AsyncLocalStorage.run": _run(1, passed=2),
    "async_hooks.AsyncLocalStorage.exit": _run(0, passed=1),
}


__all__ = ["SPECIAL", "External", "mutated"]
