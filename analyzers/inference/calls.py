"""Calls: which functions a call reaches, what flows into their parameters, and what comes back.

Decorations and the making of classes and instances are calls as well. What library functions do beyond what their
stubs say is `library`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import (
    conditions,
    containers,
    declarations,
    expressions,
    handing,
    keeping,
    library,
    protocols,
)
from analyzers.inference.scopes import Body, ClassScope
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
    External,
    FunctionValue,
    Generator,
    Instance,
    Parameter,
    Partial,
    Value,
    Values,
    Wrapper,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

UNCLEAR_TARGETS_MAX = 12
"""Functions into which values flow from one call of something that may also be unknown. Beyond it the call still has an
edge to each, and what it passes and gets back is unknown: values that pass through such calls reach everything, and
tell nothing."""


@dataclass(slots=True, eq=False)
class Arguments:
    """What a call passes."""

    positional: list[Values] = field(default_factory=list)
    keywords: dict[str, Values] = field(default_factory=dict)
    rest: Values | None = None
    """Elements of `*args` of unknown length, which follow the positional ones."""
    extra: Values | None = None
    """Values of `**kwargs` of unknown keys."""
    expressions: dict[int | str, ir.Expr] = field(default_factory=dict)
    """By position or keyword, for saying what callers pass."""

    def first(self, index: int, keyword: str = "") -> Values:
        """The argument at a position or by keyword; empty where there is none."""
        if index < len(self.positional):
            return self.positional[index]
        if keyword in self.keywords:
            return self.keywords[keyword]
        return self.rest or EMPTY

    def with_receiver(self, receiver: Values) -> Arguments:
        shifted = {k + 1 if isinstance(k, int) else k: v for k, v in self.expressions.items()}
        return Arguments([receiver, *self.positional], self.keywords, self.rest, self.extra, shifted)


def no_arguments() -> Arguments:
    return Arguments()


def arguments_of(*positional: Values) -> Arguments:
    return Arguments(list(positional))


def evaluate(frame: Frame, node: ir.Call) -> Values:
    """A call expression."""
    special = frame.dialect.evaluate_call(frame, node)
    if special is not None:
        return special
    outside = frame.guards
    guard = frame.dialect.guards(frame, node)
    if guard is not None:
        frame.guards = (*outside, guard)
    func = expressions.evaluate(frame, node.func)
    frame.guards = outside
    arguments = gather(frame, node.args)
    if not func:
        return frame.bottom()
    if UNKNOWN in func:
        unresolved(frame, node)
    note_library(frame, func)
    containers.forget_items(frame)
    if isinstance(node, ir.New):
        result = frozenset().union(*(construct(frame, value, arguments, node) for value in func))
    elif isinstance(node, ir.Element):
        result = frozenset().union(*(frame.dialect.element(frame, value, arguments, node) for value in func))
    else:
        result = call_values(frame, func, arguments, node, direct=is_direct(frame, node.func, func))
    if func == NOTHING:
        return frame.bottom()
    if UNKNOWN in func and frame.dialect.nullable_call(node):
        result = result | NOTHING
    _after_call(frame)
    return result


def construct(frame: Frame, value: Value, arguments: Arguments, node: ir.New) -> Values:
    """`new value(…)`."""
    if isinstance(value, ClassValue):
        direct = is_direct(frame, node.func, frozenset((value,)))
        return make_instance(frame, value, arguments, node, "", direct)
    return frame.dialect.construct(frame, value, arguments, node)


def _after_call(frame: Frame) -> None:
    """A field that was None, or of which a test has told which text it is, may have been set by a call."""
    env = frame.env
    if env is None:
        return
    stale = [key for key, values in env.items() if "." in key and all(isinstance(v, Const) for v in values)]
    for key in stale:
        del env[key]


def unresolved(frame: Frame, node: ir.Call) -> None:
    """Notes a call of a method of something unknown, to be matched by name."""
    if isinstance(node.func, ir.Attr):
        frame.findings.unresolved[node.func.name_start] = (node, node.func.name, node.func.obj, frame.guards)


def note_library(frame: Frame, func: Values) -> None:
    """Notes what is called by name outside the repository."""
    for value in func:
        target = value.func if isinstance(value, Bound) else value
        if isinstance(target, FunctionValue):
            if target.body.module.library:
                frame.findings.library.add(_library_name(value, target))
        elif isinstance(target, ClassValue):
            if target.scope.library:
                frame.findings.library.add(target.scope.full_name)
        elif isinstance(target, External):
            frame.findings.library.add(target.name)


def _library_name(value: Value, function: FunctionValue) -> str:
    """A method that a built-in container inherits from an abstract class goes by the container's name."""
    receiver = value.receiver if isinstance(value, Bound) else None
    if isinstance(receiver, Container) and receiver.cls is not None:
        return f"{receiver.cls.full_name}.{function.body.name}"
    return function.body.full_name


def gather(frame: Frame, args: tuple[ir.Arg, ...]) -> Arguments:
    """Evaluates arguments in order."""
    arguments = Arguments()
    for arg in args:
        values = expressions.evaluate(frame, arg.value)
        if arg.stars == 1:
            _spread(frame, arguments, values, arg.value)
        elif arg.stars == 2:
            _spread_keywords(frame, arguments, values)
        elif arg.keyword:
            arguments.keywords[arg.keyword] = values
            arguments.expressions[arg.keyword] = arg.value
        else:
            if arguments.rest is not None:
                arguments.rest = arguments.rest | values
                continue
            arguments.expressions[len(arguments.positional)] = arg.value
            arguments.positional.append(values)
    return arguments


def _spread(frame: Frame, arguments: Arguments, values: Values, node: ir.Expr) -> None:
    sizes = {containers.exact_size(v) for v in values}
    size = sizes.pop() if len(sizes) == 1 else None
    if size is not None and arguments.rest is None:
        arguments.positional.extend(containers.item(frame, values, i, size) for i in range(size))
        return
    arguments.rest = (arguments.rest or EMPTY) | protocols.iterate(frame, values, node)


def _spread_keywords(frame: Frame, arguments: Arguments, values: Values) -> None:
    for value in values:
        if isinstance(value, Container) and value.kind in containers.MAPPINGS:
            for key, cell in value.cells.items():
                if isinstance(key, str) and not key.startswith("\0"):
                    arguments.keywords[key] = arguments.keywords.get(key, EMPTY) | frame.read(cell)
            arguments.extra = (arguments.extra or EMPTY) | frame.read(containers.element_cell(value))
        else:
            arguments.extra = (arguments.extra or EMPTY) | ANYTHING


def is_direct(frame: Frame, func: ir.Expr, values: Values) -> bool:
    """Whether the language's scoping alone says what is called: one definition, bound once, reached by name."""
    if len(values) != 1:
        return False
    (value,) = values
    if isinstance(func, ir.Name):
        if not isinstance(value, FunctionValue | ClassValue) or _is_parameter(frame, func.id):
            return False
        return _defined_as(value) in {func.id, _alias(frame, func.id)}
    if isinstance(func, ir.Attr):
        if isinstance(value, FunctionValue | ClassValue):
            return _defined_as(value) == func.name
        if isinstance(value, Bound) and isinstance(value.func, FunctionValue):
            receiver = value.receiver
            cls = value.func.body.cls
            if isinstance(receiver, Instance) and cls is not None and _is_self(frame, func.obj):
                return not _overridden(cls, func.name)
            if isinstance(func.obj, ir.Super):
                return True
            return isinstance(func.obj, ir.Call) and isinstance(func.obj.func, ir.Name) and func.obj.func.id == "super"
    return False


def _is_parameter(frame: Frame, name: str) -> bool:
    """Whether a name is a parameter of the running function or of one around it, so that callers choose its value."""
    body: Body | None = frame.body
    while body is not None and body.function is not None:
        if name in body.function.locals:
            return any(p.name == name for p in body.function.parameters)
        body = body.parent
    return False


def _alias(frame: Frame, name: str) -> str:
    cell = frame.module.names.get(name)
    if cell is None or len(cell.by) != 1 or len(cell.values) != 1:
        return ""
    (value,) = cell.values
    return _defined_as(value)


def _defined_as(value: Value) -> str:
    if isinstance(value, FunctionValue):
        return value.body.name
    return value.scope.name if isinstance(value, ClassValue) else ""


def _is_self(frame: Frame, node: ir.Expr) -> bool:
    function = frame.body.function
    if not isinstance(node, ir.Name) or function is None or frame.body.cls is None or not function.parameters:
        return False
    return node.id == function.parameters[0].name


def _overridden(cls: ClassScope, name: str) -> bool:
    return any(name in sub.attrs for sub in cls.below())


def call_values(
    frame: Frame, func: Values, arguments: Arguments, node: ir.Node, via: str = "", direct: bool = False
) -> Values:
    """Calls everything that `func` may be; the values that may come back."""
    result = EMPTY
    overloads: dict[tuple[str, Value | None], list[tuple[FunctionValue, Value | None]]] = {}
    methods: dict[Body, list[Value]] = {}
    if len(func) > UNCLEAR_TARGETS_MAX and UNKNOWN in func:
        func, result = _call_unclear(frame, func, arguments, node, via)
    for value in func:
        target = value.func if isinstance(value, Bound) else value
        if isinstance(target, FunctionValue) and target.body.module.library:
            receiver = value.receiver if isinstance(value, Bound) else None
            overloads.setdefault((target.body.full_name, receiver), []).append((target, receiver))
        elif isinstance(value, Bound) and isinstance(target, FunctionValue):
            methods.setdefault(target.body, []).append(value.receiver)
        else:
            result = result | call_one(frame, value, arguments, node, via, direct)
    for body, receivers in methods.items():
        # One method of many objects is one call: what flows into it is joined there anyway.
        passed = frame.dialect.arguments(body, arguments, frozenset(receivers))
        result = result | call_function(frame, body, passed, node, via, direct)
    for candidates in overloads.values():
        result = result | library.call(frame, candidates, arguments, node)
    return result


def _call_unclear(frame: Frame, func: Values, arguments: Arguments, node: ir.Node, via: str) -> tuple[Values, Values]:
    """Notes the targets of a call that has too many: what is still to be called, and what comes back."""
    targets: dict[Body, list[Value]] = {}
    for value in func:
        target = value.func if isinstance(value, Bound) else value
        if isinstance(target, FunctionValue) and not target.body.module.library:
            targets.setdefault(target.body, []).append(value)
    if len(targets) <= UNCLEAR_TARGETS_MAX:
        return func, EMPTY
    for body, values in targets.items():
        frame.edge(node, body, via, False)
        assert body.function is not None
        for parameter in body.function.parameters:
            if parameter.name == "this":
                receivers = frozenset(v.receiver for v in values if isinstance(v, Bound))
                frame.write(body.param(parameter.name), receivers or ANYTHING)
            else:
                frame.write(body.param(parameter.name), ANYTHING)
    # What is passed in may be called there.
    library.callbacks(frame, arguments, node, immediate=False)
    return func - frozenset(value for values in targets.values() for value in values), ANYTHING


def call_one(frame: Frame, value: Value, arguments: Arguments, node: ir.Node, via: str, direct: bool) -> Values:
    """Calls one value that is not a library function."""
    if isinstance(value, FunctionValue):
        passed = frame.dialect.arguments(value.body, arguments, None)
        return call_function(frame, value.body, passed, node, via, direct)
    if isinstance(value, Bound):
        if isinstance(value.func, External):
            return frame.dialect.call_bound(frame, value.func, value.receiver, arguments, node)
        receiver: Values = frozenset((value.receiver,))
        if isinstance(value.func, FunctionValue):
            passed = frame.dialect.arguments(value.func.body, arguments, receiver)
            return call_function(frame, value.func.body, passed, node, via, direct)
        return call_values(frame, frozenset((value.func,)), arguments.with_receiver(receiver), node, via, direct)
    if isinstance(value, ClassValue):
        return make_instance(frame, value, arguments, node, via, direct)
    if isinstance(value, Partial):
        merged = Arguments(
            [*value.positional, *arguments.positional], arguments.keywords, arguments.rest, arguments.extra
        )
        return call_values(frame, frozenset((value.func,)), merged, node, via or "partial")
    if isinstance(value, Wrapper | Instance | Container | Generator):
        return frame.dialect.call(frame, value, arguments, node, via)
    if isinstance(value, External):
        library.callbacks(frame, arguments, node, immediate=False)
        return library.external_call(frame, value, arguments, node)
    return EMPTY if value is NONE else frame.dialect.call_unknown(frame, arguments, node)


def call_function(
    frame: Frame, body: Body, arguments: Arguments, node: ir.Node, via: str = "", direct: bool = False
) -> Values:
    """Calls a function of the repository: the edge, what flows into its parameters, what it returns."""
    function = body.function
    assert function is not None
    site = frame.edge(node, body, via, direct)
    bound = bind(frame, body, function, arguments, node)
    if not frame.module.library:
        conditions.pass_on(frame, site, function, bound, arguments)
    started = frame.dialect.started(frame, body) if function.generator or function.asynchronous else None
    return started if started is not None else returned(frame, body, bound)


def returned(frame: Frame, body: Body, bound: dict[str, Values]) -> Values:
    """What a function's `return`s give to a caller who passes `bound`."""
    values = handing.own(frame, body, bound, frame.read(body.returned))
    parameters = [v for v in values if isinstance(v, Parameter)]
    if parameters:
        values = values.difference(parameters)
        for parameter in parameters:
            if parameter.body is body:
                passed = bound.get(parameter.name)
                if passed is None:
                    passed = frame.read(body.param("=" + parameter.name))
                    if not passed and parameter.how != "handed":
                        passed = frame.read(body.param(parameter.name))
                values = values | frame.universe.given(parameter, passed)
            else:
                values = values | {parameter}
        values = expressions.resolved(frame, values)
    if not values:
        return frame.bottom()
    function = body.function
    if UNKNOWN in values and function is not None and function.returns is not None:
        declared = declarations.evaluate(frame.program, body.module, function.returns, {}, frame)
        if declared and UNKNOWN not in declared:
            # What is inferred to be more than its declaration stays; what is unknown is what the declaration says.
            values = (values - ANYTHING) | (declared - NOTHING if NONE not in declared else declared)
    return values


def bind(frame: Frame, body: Body, function: ir.Function, arguments: Arguments, node: ir.Node) -> dict[str, Values]:
    """Lets arguments flow into parameters; what each parameter gets from this call."""
    bound: dict[str, Values] = {}
    positional = [p for p in function.parameters if p.kind in {"positional", "normal"}]
    for index, parameter in enumerate(positional):
        if index < len(arguments.positional):
            _pass(frame, body, bound, parameter.name, arguments.positional[index], arguments.expressions.get(index))
        elif parameter.name in arguments.keywords and parameter.kind == "normal":
            _pass_keyword(frame, body, bound, parameter.name, arguments)
        elif arguments.rest:
            _pass(frame, body, bound, parameter.name, arguments.rest, None)
        elif arguments.extra:
            _pass(frame, body, bound, parameter.name, arguments.extra, None)
        elif frame.dialect.missing:
            frame.write(body.param(parameter.name), frame.dialect.missing)
            if parameter.default is None:
                bound[parameter.name] = frame.dialect.missing
    names = {p.name for p in function.parameters}
    for parameter in function.parameters:
        if parameter.kind == "keyword":
            if parameter.name in arguments.keywords:
                _pass_keyword(frame, body, bound, parameter.name, arguments)
            elif arguments.extra:
                _pass(frame, body, bound, parameter.name, arguments.extra, None)
        elif parameter.kind == "all":
            given = arguments.positional[1:] if positional and positional[0].name == "this" else arguments.positional
            for offset, values in enumerate(given):
                frame.write(body.param(f"{parameter.name}[{offset}"), values)
            if arguments.rest:
                frame.write(body.param(parameter.name), arguments.rest)
        elif parameter.kind == "star":
            for offset, values in enumerate(arguments.positional[len(positional) :]):
                frame.write(body.param(f"{parameter.name}[{offset}"), values)
            if arguments.rest:
                frame.write(body.param(parameter.name), arguments.rest)
        elif parameter.kind == "starstar":
            for name, values in arguments.keywords.items():
                if name not in names:
                    frame.write(body.param(f"{parameter.name}[{name}"), values)
            if arguments.extra:
                frame.write(body.param(parameter.name), arguments.extra)
    written = {p.name: arguments.expressions[i] for i, p in enumerate(positional) if i in arguments.expressions}
    written |= {name: node for name, node in arguments.expressions.items() if isinstance(name, str)}
    keeping.passed(frame, body, function, bound, written)
    return bound


def _pass_keyword(frame: Frame, body: Body, bound: dict[str, Values], name: str, arguments: Arguments) -> None:
    _pass(frame, body, bound, name, arguments.keywords[name], arguments.expressions.get(name))


def _pass(
    frame: Frame, body: Body, bound: dict[str, Values], name: str, values: Values, expression: ir.Expr | None
) -> None:
    bound[name] = values
    frame.write(body.param(name), values)
    if expression is not None and not frame.module.library:
        frame.findings.passed[expression.start, body, name] = (expression, body, name, values)


def make_instance(
    frame: Frame, value: ClassValue, arguments: Arguments, node: ir.Node, via: str, direct: bool
) -> Values:
    """Calls a class: what runs, and what is made."""
    if value.scope.library:
        return library.make_instance(frame, value.scope, arguments, node)
    return frame.dialect.make_instance(frame, value.scope, arguments, node, via, direct)


def decorate(frame: Frame, decorator: ir.Expr, values: Values, body: Body | None) -> Values:
    """What a name holds after a decorator was applied to `values`."""
    if body is not None:
        frame.dialect.decorating(frame, decorator, body)
    wrappers = expressions.evaluate(frame, decorator)
    if frame.module.library and not wrappers:
        return frame.dialect.decorated_by_name(frame, decorator, values)
    result = EMPTY
    for wrapper in wrappers:
        special = frame.dialect.decorator(frame, wrapper, values, decorator, body)
        if special is not None:
            result = result | special
            continue
        note_library(frame, frozenset((wrapper,)))
        if isinstance(wrapper, External) or wrapper is UNKNOWN or _from_library(wrapper):
            result = result | values
        else:
            made = call_values(frame, frozenset((wrapper,)), arguments_of(values), decorator, "decorator")
            result = result | (made - ANYTHING - NOTHING or values if made else made)
    if values <= result:
        # What is handed back as it was may be wrapped on some way, but is no object of something else.
        result = values | frozenset(v for v in result if not isinstance(v, Instance | Container | Const))
    return result


def _from_library(value: Value) -> bool:
    if isinstance(value, FunctionValue):
        return value.body.module.library
    if isinstance(value, ClassValue):
        return value.scope.library
    if isinstance(value, Bound):
        return _from_library(value.func)
    return isinstance(value, Instance) and value.cls.library
