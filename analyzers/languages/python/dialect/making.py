"""What Python runs when a class is called, made or raised, and what calling objects and decorated functions does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import calls, expressions, library
from analyzers.inference.scopes import Body, ClassScope
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    ClassValue,
    Generator,
    Instance,
    Value,
    Values,
    Wrapper,
)
from analyzers.languages.python.dialect import lookup, protocols
from analyzers.languages.python.dialect.naming import called_name

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame


def make_instance(
    frame: Frame, scope: ClassScope, arguments: Arguments, node: ir.Node, via: str, direct: bool
) -> Values:
    """Calls a class: `__new__`, `__init__`, and what is made."""
    value = scope.value
    for meta in lookup.metaclasses(frame, scope):
        for owner, cell in meta.find("__call__"):
            if not owner.library:
                bound = frozenset(frame.universe.bound(v, value) for v in frame.read(cell))
                calls.call_values(frame, bound, arguments, node, via)
    frame.edge(node, scope, via, direct)
    scope.made = True
    made: Values = frozenset((frame.universe.instance(scope),))
    for owner, cell in scope.find("__new__"):
        if not owner.library:
            inner = arguments.with_receiver(frozenset((value,)))
            new = calls.call_values(frame, frozenset(_plain(frame.read(cell))), inner, node, via, direct)
            others = frozenset(v for v in new if isinstance(v, Instance) and not v.cls.is_subclass(scope))
            made = made | others
        break
    initialised = False
    for owner, cell in scope.find("__init__"):
        if owner.library and owner.name != "object":
            library.initialise(frame, owner, arguments, node)
        if not owner.library:
            bound = frozenset(frame.universe.bound(v, frame.universe.instance(scope)) for v in frame.read(cell))
            calls.call_values(frame, bound, arguments, node, via, direct)
            initialised = True
        break
    if not initialised:
        _fill_fields(frame, scope, arguments, node, via)
    return made


def raise_classes(frame: Frame, values: Values, node: ir.Node) -> None:
    """`raise E` makes an instance of the class E."""
    for value in values:
        if isinstance(value, ClassValue) and not value.scope.library:
            calls.make_instance(frame, value, calls.no_arguments(), node, "raise", direct=False)


def _plain(values: Values) -> Values:
    return frozenset(v.inner if isinstance(v, Wrapper) else v for v in values)


def _fill_fields(frame: Frame, scope: ClassScope, arguments: Arguments, node: ir.Node, via: str) -> None:
    """A class without `__init__` that declares its fields (a data class, a named tuple): arguments are its fields.

    Where a decorator makes the constructor, what its class body sets to a call (`x = field()`) is a field as well, and
    `_x` is passed as `x`.
    """
    declared: list[str] = []
    for owner in reversed(scope.mro()):
        if not owner.library:
            decorated = bool(owner.ir.decorators)
            declared.extend(
                target.id
                for stmt in owner.ir.body
                if isinstance(stmt, ir.Assign)
                and (stmt.annotation is not None or (decorated and isinstance(stmt.value, ir.Call)))
                for target in stmt.targets
                if isinstance(target, ir.Name) and target.id not in declared
            )
    for name, values in zip(declared, arguments.positional, strict=False):
        frame.write(scope.instance_field(name), values)
    for name, values in arguments.keywords.items():
        for field in (name, f"_{name}"):
            if field in declared:
                frame.write(scope.instance_field(field), values)
    if declared:
        receiver: Values = frozenset((frame.universe.instance(scope),))
        protocols.invoke(frame, receiver, "__post_init__", calls.no_arguments(), node, via or "dataclass")


def class_created(frame: Frame, scope: ClassScope) -> Values:
    """What runs when a class statement has run its body: `__init_subclass__`, the metaclass, `__set_name__`."""
    keywords = calls.Arguments([], {k: v for k, v in scope.keywords.items() if k != "metaclass"})
    for owner in scope.mro()[1:]:
        cell = owner.attrs.get("__init_subclass__")
        if cell is not None:
            if not owner.library:
                hooks = frozenset(frame.universe.bound(v, scope.value) for v in _plain(frame.read(cell)))
                calls.call_values(frame, hooks, keywords, scope.ir, "__init_subclass__")
            break
    for meta in lookup.metaclasses(frame, scope):
        for hook in ("__new__", "__init__"):
            for owner, cell in meta.find(hook):
                if not owner.library:
                    text = expressions.instances(frame, frame.program.builtin_class("str"))
                    table = expressions.instances(frame, frame.program.builtin_class("dict"))
                    receiver: Values = frozenset((meta.value if hook == "__new__" else scope.value,))
                    calls.call_values(
                        frame,
                        _plain(frame.read(cell)),
                        calls.arguments_of(receiver, text, ANYTHING, table),
                        scope.ir,
                        "metaclass",
                    )
                break
    for name, cell in tuple(scope.attrs.items()):
        for value in frame.read(cell):
            if isinstance(value, Instance) and not value.cls.library:
                text = frozenset((frame.universe.const("str", name),))
                arguments = calls.arguments_of(frozenset((scope.value,)), text)
                protocols.invoke(frame, frozenset((value,)), "__set_name__", arguments, scope.ir, "__set_name__")
    return frozenset((scope.value,))


def receiver(frame: Frame, function: ir.Function, cls: ClassScope) -> Values:
    """What the first parameter of a method holds even if nobody is seen to call it."""
    kinds = {called_name(d) for d in function.decorators}
    if "staticmethod" in kinds:
        return EMPTY
    meta = any(s.name == "type" and s.library for s in cls.mro())
    if "classmethod" in kinds or function.name in {"__init_subclass__", "__class_getitem__"} or (
        function.name == "__new__"
    ):  # fmt: skip
        return frozenset((cls.value,))
    if meta:
        return EMPTY
    return frozenset((frame.universe.instance(cls),))


def arguments(body: Body, given: Arguments, receiver: Values | None) -> Arguments:
    """A method's receiver is its first argument."""
    return given if receiver is None else given.with_receiver(receiver)


def started(frame: Frame, body: Body) -> Values | None:
    """What calling a generator or coroutine function gives: its body runs later."""
    assert body.function is not None
    kind = "generator" if body.function.generator else "coroutine"
    return frozenset((frame.universe.generator(body, kind),))


def call(frame: Frame, value: Value, arguments: Arguments, node: ir.Node, via: str) -> Values:
    """Calls an object, or a function behind a decorator."""
    if isinstance(value, Wrapper):
        return call_wrapper(frame, value, arguments, node, via)
    if isinstance(value, Instance):
        return protocols.invoke(frame, frozenset((value,)), "__call__", arguments, node, via or "__call__")
    library.callbacks(frame, arguments, node, immediate=False)
    return ANYTHING


def call_wrapper(frame: Frame, value: Wrapper, arguments: Arguments, node: ir.Node, via: str) -> Values:
    result = calls.call_values(frame, frozenset((value.inner,)), arguments, node, via)
    if value.kind == "contextmanager":
        return frozenset(frame.universe.generator(v.body, "context") if isinstance(v, Generator) else v for v in result)
    return result
