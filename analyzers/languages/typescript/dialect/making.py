"""What JavaScript runs when something is called or made: receivers, constructors, members of classes, components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import calls, containers, declarations, expressions, library, protocols
from analyzers.inference.calls import Arguments
from analyzers.inference.scopes import Body, ClassScope
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    NOTHING,
    UNKNOWN,
    Bound,
    ClassValue,
    Container,
    External,
    FunctionValue,
    Instance,
    Partial,
    Prototype,
    Value,
    Values,
    Wrapper,
)
from analyzers.languages.typescript.dialect import lookup, promises
from analyzers.languages.typescript.lower_declarations import CALLED, MADE

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

MAKER = "constructor"


def receiver(frame: Frame, function: ir.Function, cls: ClassScope) -> Values:
    """What `this` is in a method even if nobody is seen to call it."""
    if function.parameters[0].name != "this":
        return EMPTY
    return frozenset((cls.value if function.static else frame.universe.instance(cls),))


def arguments(body: Body, given: Arguments, receiver: Values | None) -> Arguments:
    """`this` comes first, for a function that has one of its own."""
    return given.with_receiver(receiver or EMPTY) if lookup.takes_this(body) else given


def started(frame: Frame, body: Body) -> Values | None:
    """A generator, or the promise of what an asynchronous function returns."""
    assert body.function is not None
    kind = "generator" if body.function.generator else "coroutine"
    return frozenset((frame.universe.generator(body, kind),))


def call(frame: Frame, value: Value, given: Arguments, node: ir.Node, via: str) -> Values:
    """Calls what is no function: an object that may be one all the same."""
    if isinstance(value, Wrapper):
        return calls.call_values(frame, frozenset((value.inner,)), given, node, via)
    declared_ = _signature(frame, value, CALLED)
    if declared_:
        return calls.call_values(frame, declared_, given, node, via)
    library.callbacks(frame, given, node, immediate=False)
    return ANYTHING


def with_this(frame: Frame, value: Value, this: Values, given: Arguments, node: ir.Node, via: str = "") -> Values:
    """Calls a function with a receiver that the call names."""
    if isinstance(value, Bound):
        if isinstance(value.func, External):
            return calls.call_one(frame, value, given, node, via, direct=False)
        value = value.func
    if isinstance(value, FunctionValue) and not value.body.module.library:
        return calls.call_function(frame, value.body, arguments(value.body, given, this), node, via)
    result = EMPTY
    for each in this or ANYTHING:
        bound = value if each is UNKNOWN else frame.universe.bound(value, each)
        target = bound if isinstance(value, FunctionValue) else value
        result = result | calls.call_values(frame, frozenset((target,)), given, node, via)
    return result


def call_bound(frame: Frame, func: Value, receiver: Value, given: Arguments, node: ir.Node) -> Values:
    """`f.call(this, …)`, `f.apply(this, […])`, `f.bind(this)`, and what settles a promise."""
    assert isinstance(func, External)
    name = func.name
    this = given.first(0)
    if name == "Function.call":
        return with_this(frame, receiver, this, Arguments(given.positional[1:], {}, given.rest), node)
    if name == "Function.apply":
        return with_this(frame, receiver, this, _spread(frame, given.first(1), node), node)
    if name == "Function.bind":
        return _bind(frame, receiver, this, given.positional[1:], node)
    if name == "Promise.resolve" and isinstance(receiver, Container):
        promises.settle(frame, receiver, given.first(0), node)
        return NOTHING
    if name == "Promise.reject" and isinstance(receiver, Container):
        promises.reject(frame, receiver, given)
        return NOTHING
    return ANYTHING


def _spread(frame: Frame, values: Values, node: ir.Node) -> Arguments:
    """The items of a list as arguments, by position where these are known."""
    lists = [v for v in values if isinstance(v, Container) and v.kind == "list"]
    if len(lists) == len(values) == 1 and not frame.read(containers.element_cell(lists[0])):
        size = len([k for k in lists[0].cells if isinstance(k, int)])
        return Arguments([containers.item(frame, values, i, size) for i in range(size)])
    if not values - NOTHING:
        return Arguments()
    return Arguments(rest=protocols.iterate(frame, values, node))


def _bind(frame: Frame, value: Value, this: Values, given: list[Values], node: ir.Node) -> Values:
    func = value.func if isinstance(value, Bound) and isinstance(value.func, FunctionValue) else value
    bound: Values = frozenset((func,))
    if isinstance(func, FunctionValue) and lookup.takes_this(func.body) and this - NOTHING - ANYTHING:
        bound = frozenset(frame.universe.bound(func, each) for each in this)
    if not given:
        return bound
    return frozenset(frame.universe.partial(each, tuple(given), node) for each in bound)


# Making instances.


def make_instance(frame: Frame, scope: ClassScope, given: Arguments, node: ir.Node, via: str, direct: bool) -> Values:
    """`new A(…)`: the nearest constructor runs on what is made."""
    frame.edge(node, scope, via, direct)
    scope.made = True
    made: Values = frozenset((frame.universe.instance(scope),))
    for owner in scope.mro():
        if owner.library:
            library.initialise(frame, owner, given, node)
            break
        maker = _maker_of(frame, owner)
        if maker:
            for each in maker:
                returned = with_this(frame, each, made, given, node, via)
                made = made | frozenset(v for v in returned if isinstance(v, Container))
            break
    return made


def _maker_of(frame: Frame, scope: ClassScope) -> Values:
    if scope.maker is not None:
        return frozenset((scope.maker.value,))
    cell = scope.attrs.get(MAKER)
    found = frame.read(cell) if cell is not None else EMPTY
    return frozenset(v for v in found if isinstance(v, FunctionValue))


def construct(frame: Frame, value: Value, given: Arguments, node: ir.Node) -> Values:
    """`new f(…)` of a function, or of what is not known."""
    if isinstance(value, Bound | Partial):
        inner = [*value.positional, *given.positional] if isinstance(value, Partial) else given.positional
        return construct(frame, value.func, Arguments(inner, given.keywords, given.rest), node)
    if isinstance(value, ClassValue):
        return calls.make_instance(frame, value, given, node, "", direct=False)
    if isinstance(value, FunctionValue) and not value.body.module.library:
        scope = lookup.class_of_function(frame, value.body)
        scope.made = True
        this: Values = frozenset((frame.universe.instance(scope),))
        passed = arguments(value.body, given, this)
        returned = calls.call_function(frame, value.body, passed, node)
        objects = frozenset(v for v in returned if isinstance(v, Container | Instance))
        return objects | this
    declared_ = _signature(frame, value, MADE)
    if declared_:
        return calls.call_values(frame, declared_, given, node)
    if isinstance(value, External):
        library.callbacks(frame, given, node, immediate=False)
        library.external_call(frame, value, given, node)
        return frozenset((value,))  # Nobody knows what it is, but it is an object, and goes by that name.
    library.callbacks(frame, given, node, immediate=False)
    return ANYTHING


def _signature(frame: Frame, value: Value, name: str) -> Values:
    """What an interface of a declaration file says of calling its objects, or of making instances with them."""
    if not isinstance(value, Instance) or not value.cls.library:
        return EMPTY
    for _, cell in value.cls.find(name):
        return frozenset(v for v in frame.read(cell) if isinstance(v, FunctionValue))
    return EMPTY


def element(frame: Frame, value: Value, given: Arguments, node: ir.Node) -> Values:
    """`<A x={1}/>`: a function component runs; a class is made and renders."""
    if isinstance(value, ClassValue) and not value.scope.library:
        for made in calls.make_instance(frame, value, given, node, "", direct=False):
            if isinstance(made, Instance):
                for props in given.positional[:1]:
                    frame.write(made.cls.instance_field("props"), props)
                for _, cell in made.cls.find("render"):
                    methods = frozenset(frame.universe.bound(v, made) for v in frame.read(cell))
                    calls.call_values(frame, methods, calls.no_arguments(), node, "JSX")
                    break
        return ANYTHING
    calls.call_values(frame, frozenset((value,)), given, node)
    return ANYTHING


def make_library_instance(frame: Frame, scope: ClassScope, given: Arguments, node: ir.Node) -> Values:
    """Makes an instance of a class of the library; lists, maps, sets and promises are containers."""
    name = scope.name
    library.note(frame, scope.full_name, given, node)
    if name == "Promise":
        return promises.make(frame, given, node)
    if name in {"Map", "WeakMap"}:
        made = frame.universe.container("map", scope, node)
        for values in given.positional[:1]:
            for pair in protocols.iterate(frame, values - NOTHING, None) if values - NOTHING else ():
                one: Values = frozenset((pair,))
                containers.store_item(frame, made, containers.item(frame, one, 0, 2), containers.item(frame, one, 1, 2))
        return frozenset((made,))
    if name in {"Set", "WeakSet", "Array"}:
        items = EMPTY
        if name == "Array" and len(given.positional) > 1:
            items = frozenset().union(*given.positional)
        elif name != "Array" and given.first(0) - NOTHING:
            items = protocols.iterate(frame, given.first(0) - NOTHING, None)
        return containers.new_container(frame, "list" if name == "Array" else "set", node, items)
    if name == "Object":
        return containers.new_container(frame, "object", node, EMPTY)
    if name == "Proxy":
        return given.first(0) or ANYTHING
    library.call_back(frame, scope.full_name, None, given, node)
    return frozenset((frame.universe.instance(scope),))


# Definitions.


def base(frame: Frame, node: ir.Expr) -> Values:
    """The classes of what a class extends or implements."""
    if isinstance(node, ir.Index):
        return base(frame, node.obj)
    result = EMPTY
    for value in expressions.evaluate(frame, node):
        scope = lookup.scope_of(frame, value)
        if scope is not None:
            result = result | {scope.value}
        elif isinstance(value, External):
            result = result | {value}
    return result


def class_created(frame: Frame, scope: ClassScope) -> Values:
    return frozenset((scope.value,))


def define_member(frame: Frame, stmt: ir.Member) -> None:
    """A member of the class whose body is running."""
    if not frame.classes or frame.env is None:
        return
    scope = frame.classes[-1]
    instance = frame.universe.instance(scope)
    frame.env["this"] = frozenset((scope.value if stmt.static else instance,))
    key = lookup.STATIC + stmt.name if stmt.static else stmt.name
    values = expressions.evaluate(frame, stmt.value) if stmt.value is not None else EMPTY
    if stmt.kind in {"get", "set"}:
        frame.write(scope.attr(key), frozenset(frame.universe.wrapper(stmt.kind, v) for v in values))
        return
    if stmt.kind == "method":
        frame.write(scope.attr(key), values)
        return
    if stmt.annotation is not None and not values - ANYTHING - NOTHING:
        values = values | declarations.evaluate(frame.program, frame.module, stmt.annotation, {}, frame)
    if not values:
        values = ANYTHING
    cell = scope.attr(key) if stmt.static else scope.instance_field(stmt.name)
    frame.write(cell, values)
    if stmt.value is not None:
        frame.findings.accesses[stmt.start, scope, stmt.name, True] = (stmt, scope, stmt.name, True)


def raised(frame: Frame, values: Values, node: ir.Node) -> None:
    """Throwing calls nothing."""


def accepts(target: Body, node: ir.Call) -> bool:
    """Whether the arguments of a call fit a method: what is left out is undefined, what is too much is a hint."""
    function = target.function
    if function is None or any(arg.stars for arg in node.args):
        return True
    parameters = [p for p in function.parameters if p.name != "this"]
    if any(p.kind in {"star", "all"} for p in parameters):
        return True
    needed = 0
    for place, parameter in enumerate(parameters):
        if parameter.default is None and parameter.annotation is not None:
            needed = place + 1
    return needed <= len(node.args) <= len(parameters)


__all__ = ["Prototype", "base", "call", "construct", "make_instance"]
