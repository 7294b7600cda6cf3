"""Functions that the analysis knows by heart, since neither stubs nor tables can say what they do to it.

Each takes the running frame, the receiver, the arguments and the place of the call, and gives what comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, calls, containers, declarations, expressions, library, protocols
from analyzers.inference.scopes import Body
from analyzers.inference.values import (
    ANYTHING,
    BOOLEAN,
    EMPTY,
    NOTHING,
    UNKNOWN,
    ClassValue,
    Const,
    Generator,
    Instance,
    Value,
    Values,
)
from analyzers.languages.python.dialect import building, built_names, lookup
from analyzers.languages.python.dialect import protocols as own

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame


def bare_super(frame: Frame) -> Values:
    """`super()` in a method."""
    cls = frame.body.cls
    body: Body | None = frame.body
    while cls is None and body is not None:
        body = body.parent
        cls = body.cls if body is not None else None
    function = body.function if body is not None else None
    if cls is None or function is None or not function.parameters or body is None:
        return ANYTHING
    name = function.parameters[0].name
    receivers = frame.env.get(name, EMPTY) if frame.env is not None and body is frame.body else EMPTY
    if not receivers:
        receivers = frame.read(body.param(name)) | frozenset((frame.universe.instance(cls),))
    result = frozenset(frame.universe.super(cls, v) for v in receivers if isinstance(v, Instance | ClassValue))
    return result or frozenset((frame.universe.super(cls, frame.universe.instance(cls)),))


def is_bare_super(node: ir.Call) -> bool:
    return isinstance(node.func, ir.Name) and node.func.id == "super" and not node.args


def evaluate_bare_super(frame: Frame, node: ir.Call) -> Values:
    calls.note_library(frame, expressions.evaluate(frame, node.func))
    return bare_super(frame)


def evaluate_expected(frame: Frame, node: ir.Call) -> None:
    """`assertRaises(E, f, x)` calls `f(x)`, which is there to raise."""
    callee = expressions.evaluate(frame, node.args[1].value)
    if not any(library.is_callable(v) and not isinstance(v, ClassValue) for v in callee):
        return
    outside = frame.guards
    frame.guards = (*outside, own.expected(frame, node))
    calls.call_values(frame, callee, calls.gather(frame, node.args[2:]), node, "callback")
    frame.guards = outside


def _super(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    result = EMPTY
    for cls in arguments.first(0):
        for obj in arguments.first(1):
            if isinstance(cls, ClassValue) and isinstance(obj, Instance | ClassValue):
                result = result | {frame.universe.super(cls.scope, obj)}
    return result or bare_super(frame)


def _getattr(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    obj, names = arguments.first(0), arguments.first(1)
    default = arguments.positional[2] if len(arguments.positional) > 2 else None
    result = EMPTY
    constants = [v.value for v in names if isinstance(v, Const) and v.kind == "str"]
    for name in constants:
        attributes.note_access(frame, obj, str(name), node)
    for value in obj:
        for name in constants:
            found = attributes.of_value(frame, value, str(name), node)
            result = result | (found if found is not None else EMPTY)
        if not constants:
            result = result | _any_attribute(frame, value, node)
    if default is None:
        frame.raises(node, frame.program.builtin("AttributeError"), "getattr", rare=bool(result))
        return result or ANYTHING
    if not constants or len(constants) < len(names):
        result = result | ANYTHING
    return result | default


def _any_attribute(frame: Frame, value: Value, node: ir.Node) -> Values:
    """`getattr(self, "visit_" + kind)`: any method whose name fits what is written of it."""
    if not isinstance(value, Instance | ClassValue) or not isinstance(node, ir.Call) or len(node.args) < 2:
        return ANYTHING
    cls = value.cls if isinstance(value, Instance) else value.scope
    result = ANYTHING
    for name in built_names.methods(cls, node.args[1].value, frame.body.function):
        result = result | (attributes.of_value(frame, value, name, node) or EMPTY)
    return result


def _setattr(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    return _set(frame, arguments, node, False)


def _object_setattr(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    """`object.__setattr__(x, name, value)` and `super().__setattr__(name, value)`: no hook runs."""
    if receiver is not None:
        arguments = arguments.with_receiver(frozenset((receiver,)))
    return _set(frame, arguments, node, True)


def _set(frame: Frame, arguments: Arguments, node: ir.Node, plain: bool) -> Values:
    values = arguments.first(2)
    for value in arguments.first(0):
        for name in arguments.first(1):
            if isinstance(name, Const) and isinstance(name.value, str):
                if isinstance(value, Instance):
                    lookup.store_on_instance(frame, value, _unmangled(value, name.value), values, node, plain)
                elif isinstance(value, ClassValue) and not value.scope.library:
                    frame.write(value.scope.attr(name.value), values)
                    attributes.note_field(frame, value.scope, name.value, node, True)
    frame.effect("field", "setattr", node)
    return NOTHING


def _unmangled(value: Instance, name: str) -> str:
    """`_Cls__name` as methods of the class write it: `__name`."""
    for scope in value.cls.mro():
        if name.startswith(f"_{scope.name.lstrip('_')}__"):
            return name.removeprefix(f"_{scope.name.lstrip('_')}")
    return name


def _partial(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    return frozenset(frame.universe.partial(func, tuple(arguments.positional[1:]), node) for func in arguments.first(0))


def _type(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    if len(arguments.positional) != 1:
        cls = frame.program.builtin_class("type")
        return (building.derived(frame, arguments.first(1)) or expressions.instances(frame, cls)) | ANYTHING
    result = EMPTY
    for value in arguments.first(0):
        if isinstance(value, Instance):
            result = result | {value.cls.value}
        else:
            cls = attributes.class_of(frame, value)
            result = result | (frozenset((cls.value,)) if cls is not None else ANYTHING)
    return result or ANYTHING


def _boolean(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    return BOOLEAN


def _next(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    default = arguments.positional[1] if len(arguments.positional) > 1 else None
    if default is None:
        frame.raises(node, frame.program.builtin("StopIteration"), "next", rare=False)
    result = EMPTY
    for value in arguments.first(0):
        if isinstance(value, Instance) and not value.cls.library:
            if default is not None:
                result = result | own.stepping(frame, value, "__next__", node, "next")
                continue
            one: Values = frozenset((value,))
            result = result | own.invoke(frame, one, "__next__", calls.no_arguments(), node, "next")
        else:
            result = result | protocols.iterate(frame, frozenset((value,)), node)
    return (result or frame.bottom()) | (default or EMPTY)


def _iter(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    if len(arguments.positional) == 2:
        return containers.new_container(
            frame, "list", node, calls.call_values(frame, arguments.first(0), calls.no_arguments(), node, "iter")
        )
    result = EMPTY
    for value in arguments.first(0):
        one: Values = frozenset((value,))
        if isinstance(value, Generator):
            result = result | one
        elif isinstance(value, Instance) and not value.cls.library:
            got = own.invoke(frame, one, "__iter__", calls.no_arguments(), node, "iter")
            result = result | (got or ANYTHING)
        else:
            result = result | containers.new_container(frame, "list", node, protocols.iterate(frame, one, node))
    return result or frame.bottom()


def _sorted(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    library.note(frame, "builtins.sorted", arguments, node)
    library.call_back(frame, "builtins.sorted", None, arguments, node)
    return containers.new_container(frame, "list", node, protocols.iterate(frame, arguments.first(0), node))


def _first_argument(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    return arguments.first(0) or ANYTHING


def _cast(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    if isinstance(node, ir.Call) and node.args:
        declared_type = declarations.evaluate(frame.program, frame.module, node.args[0].value, {}, frame)
        if UNKNOWN not in declared_type and declared_type:
            return declared_type
    return arguments.first(1) or ANYTHING


def _keep_function(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    """`functools.wraps(f)`: a decorator that gives back what it decorates."""
    return frozenset((frame.universe.external("functools.wraps()"),))


def _cache(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    functions = frozenset(v for v in arguments.first(0) if library.is_callable(v))
    return functions or frozenset((frame.universe.external("functools.lru_cache()"),))


def _wrapper(kind: str) -> Callable[[Frame, Value | None, Arguments, ir.Node], Values]:
    def make(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
        inner = arguments.first(0, "fget")
        setters = arguments.first(1, "fset")
        setter = next(iter(setters), None)
        return frozenset(frame.universe.wrapper(kind, v, setter) for v in inner)

    return make


def _callable_result(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    """`asyncio.run(coro)`: what the coroutine returns."""
    return protocols.awaited(frame, arguments.first(0), node)


def _class_replacing(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    """`dataclass` and its like: a class goes in and comes out; with options, a decorator comes out."""
    classes = frozenset(v for v in arguments.first(0) if isinstance(v, ClassValue))
    return classes or frozenset((frame.universe.external("dataclass()"),))


def _namedtuple(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    cls = frame.program.builtin_class("tuple")
    return frozenset((cls.value,)) | ANYTHING if cls is not None else ANYTHING


def _exit(frame: Frame, receiver: Value | None, arguments: Arguments, node: ir.Node) -> Values:
    frame.raises(node, frame.program.builtin("SystemExit"), "sys.exit", rare=False)
    return EMPTY


_BUILDING = ("object", "int", "str", "float", "complex", "bytes", "tuple", "frozenset", "dict", "list", "set",
             "BaseException")  # fmt: skip
"""Built-in classes whose `__new__` makes an object of the class that it is given."""

SPECIAL: dict[str, Callable[[Frame, Value | None, Arguments, ir.Node], Values]] = {
    "builtins.super": _super,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.object.__setattr__": _object_setattr,
    "builtins.type": _type,
    "builtins.isinstance": _boolean,
    "builtins.issubclass": _boolean,
    "builtins.hasattr": _boolean,
    "builtins.callable": _boolean,
    "builtins.next": _next,
    "builtins.iter": _iter,
    "builtins.sorted": _sorted,
    "builtins.property": _wrapper("property"),
    "builtins.staticmethod": _wrapper("staticmethod"),
    "builtins.classmethod": _wrapper("classmethod"),
    "functools.cached_property": _wrapper("cached_property"),
    "contextlib.contextmanager": _wrapper("contextmanager"),
    "functools.singledispatch": _wrapper("singledispatch"),
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "functools.wraps": _keep_function,
    "functools.update_wrapper": _first_argument,
    "functools.lru_cache": _cache,
    "functools.cache": _cache,
    "functools.total_ordering": _first_argument,
    "dataclasses.dataclass": _class_replacing,
    "abc.abstractmethod": _first_argument,
    "typing.cast": _cast,
    "typing.final": _first_argument,
    "typing.runtime_checkable": _first_argument,
    "copy.copy": building.copied,
    "copy.deepcopy": building.copied,
    "asyncio.runners.run": _callable_result,
    "collections.namedtuple": _namedtuple,
    "sys.exit": _exit,
    **{f"builtins.{name}.__new__": building.new for name in _BUILDING},
}
