"""What an expression may evaluate to, and what happens on the way: the edges, reads and raises go to the frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers import ir
from analyzers.inference import attributes, calls, containers, declarations, narrowing, protocols
from analyzers.inference.cells import Cell
from analyzers.inference.scopes import Body, ClassScope
from analyzers.inference.values import (
    ANYTHING,
    BOOLEAN,
    EMPTY,
    FALSE,
    NONE,
    NOTHING,
    ClassValue,
    External,
    FunctionValue,
    Generator,
    ModuleValue,
    Parameter,
    Values,
    Wrapper,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

    Evaluate = Callable[[Frame, ir.Expr], Values]


NAMES_MAX = 4
"""Names of a path of fields of which something is known at a point."""


def evaluate(frame: Frame, node: ir.Expr) -> Values:
    """The values of an expression; never empty for code that can be reached, unless a name is not bound yet."""
    return _EXPRESSIONS[type(node)](frame, node)


def instances(frame: Frame, cls: ClassScope | None) -> Values:
    """An instance of a class, or something unknown where the class is not known."""
    return frozenset((frame.universe.instance(cls),)) if cls is not None else ANYTHING


def unknown(frame: Frame, node: ir.Expr) -> Values:
    for part in getattr(node, "parts", ()):
        evaluate(frame, part)
    return ANYTHING


def name(frame: Frame, node: ir.Name) -> Values:
    return look_up(frame, node) or frame.bottom()


def look_up(frame: Frame, node: ir.Name) -> Values | None:
    text = node.id
    env = frame.env
    if env is not None:
        values = env.get(text)
        if values is not None:
            if frame.classes and _is_data(values):  # The body of a class reads what it has just defined.
                attributes.note_field(frame, frame.classes[-1], text, node, False)
            return _with_rebinding(frame, text, values)
    for outer in reversed(frame.outer_envs[:1]):
        if outer is not None and text in outer:
            return outer[text]
    body: Body | None = frame.body
    if body is not None and body.function is not None:
        if text in body.function.locals and not frame.classes:
            cell = body.closure.get(text)
            return frame.read(cell) if cell is not None else EMPTY
        body = body.parent if text not in body.function.globals else None
        while body is not None and body.function is not None:
            if text in body.function.locals:
                return frame.read(body.closed(text))
            body = body.parent
    cell = frame.module.find(text)
    if cell is None and text in frame.module.unit.names:
        cell = frame.module.cell(text)
    if cell is not None:
        values = frame.read(cell)
        if frame.body.function is not None and _is_data(values):
            frame.findings.accesses[node.start, frame.module, text, False] = (node, frame.module, text, False)
        if values:
            return values
        if text in frame.module.unit.names:
            return EMPTY
    return frame.dialect.free_name(frame, text)


def _with_rebinding(frame: Frame, text: str, values: Values) -> Values:
    """A captured local also holds what functions inside assign to it."""
    function = frame.body.function
    if function is None or text not in function.captured:
        return values
    cell: Cell | None = frame.body.closure.get(text)
    if cell is None or len(cell.by) < 2:
        return values
    return values | frame.read(cell)


def _is_data(values: Values) -> bool:
    return not any(isinstance(v, FunctionValue | ClassValue | ModuleValue | External | Wrapper) for v in values)


def const(frame: Frame, node: ir.Const) -> Values:
    if node.kind in {"str", "int", "bool", "none"} and (node.value is not None or node.kind == "none"):
        return frozenset((frame.universe.const(node.kind, node.value),))
    name = "object" if node.kind == "ellipsis" else node.kind
    return instances(frame, frame.program.builtin_class(name))


def attr(frame: Frame, node: ir.Attr) -> Values:
    obj = evaluate(frame, node.obj)
    if frame.env is not None:
        key = path_of(node)
        if key is not None:
            values = frame.env.get(key)
            if values is not None:
                attributes.note_access(frame, obj, node.name, node)
                return values
    return attributes.load(frame, obj, node)


def path_of(node: ir.Expr) -> str | None:
    """`a.b.c` as a key of the environment, up to `NAMES_MAX` names."""
    if isinstance(node, ir.Name):
        return node.id
    if isinstance(node, ir.Optional | ir.Chain):
        return path_of(node.value)
    if isinstance(node, ir.Attr):
        obj = node.obj.value if isinstance(node.obj, ir.Optional) else node.obj
        outer = path_of(obj) if isinstance(obj, ir.Name | ir.Attr) else None
        return f"{outer}.{node.name}" if outer is not None and outer.count(".") < NAMES_MAX - 1 else None
    return None


def index(frame: Frame, node: ir.Index) -> Values:
    obj = evaluate(frame, node.obj)
    key = evaluate(frame, node.key)
    stored = containers.stored_before(frame, node)
    if stored is not None:
        return stored
    before = frame.doubt(obj)
    found = frame.dialect.load_index(frame, obj, key, node)
    frame.unsure = before
    return found


def slice_(frame: Frame, node: ir.Slice) -> Values:
    for bound in node.bounds:
        if bound is not None:
            evaluate(frame, bound)
    return instances(frame, frame.program.builtin_class("slice"))


def binary(frame: Frame, node: ir.Binary) -> Values:
    left = evaluate(frame, node.left)
    right = evaluate(frame, node.right)
    return protocols.binary(frame, node.op, left, right, node)


def unary(frame: Frame, node: ir.Unary) -> Values:
    operand = evaluate(frame, node.operand)
    if node.op == "not":
        frame.note_loose("tested", node.operand, node.operand, operand)
        protocols.truth(frame, operand, node.operand)
        return BOOLEAN
    return protocols.unary(frame, node.op, operand, node)


def compare(frame: Frame, node: ir.Compare) -> Values:
    operands = [evaluate(frame, operand) for operand in node.operands]
    result = BOOLEAN
    for op, left, right in zip(node.ops, operands, operands[1:], strict=False):
        result = protocols.compare(frame, op, left, right, node)
    return result


def boolean(frame: Frame, node: ir.Bool, operand: Evaluate | None = None) -> Values:
    """`and`, `or`, `??`; `operand` evaluates what it may give, if that is not `evaluate`."""
    operand = operand or evaluate
    left = evaluate(frame, node.left)
    if node.op != "??":
        frame.note_loose("tested", node.left, node.left, left)
    protocols.truth(frame, left, node.left)
    env = frame.env
    if env is None:
        return left
    frame.maybe += 1
    if node.op == "or" and operand is not evaluate:
        frame.env = dict(env)
        narrowing.narrow(frame, node.left, True)
        left = operand(frame, node.left)
    frame.env = dict(env)
    narrowing.narrow(frame, node.left, node.op == "and")
    right = operand(frame, node.right)
    frame.maybe -= 1
    # Names that the right side binds are bound afterwards as far as anybody can tell.
    bound = {k: v for k, v in (frame.env or {}).items() if k not in env}
    frame.env = env
    env.update(bound)
    containers.forget_items(frame)
    if node.op == "and":
        kept = frozenset(v for v in left if frame.dialect.may_be_false(v))
    elif node.op == "??":
        kept = left - NOTHING
    else:
        kept = frozenset(v for v in left if v is not NONE and v is not FALSE)
    return kept | right


def conditional(frame: Frame, node: ir.Conditional, operand: Evaluate | None = None) -> Values:
    """`body if test else orelse`; `operand` evaluates what it may give, if that is not `evaluate`."""
    operand = operand or evaluate
    frame.note_loose("tested", node.test, node.test, evaluate(frame, node.test))
    env = frame.env
    if env is None:
        return EMPTY
    frame.maybe += 1
    decided = narrowing.decided(frame, node.test)
    result = EMPTY
    if decided is not False:
        frame.env = dict(env)
        narrowing.narrow(frame, node.test, True)
        result = operand(frame, node.body)
    if decided is not True:
        frame.env = dict(env)
        narrowing.narrow(frame, node.test, False)
        result = result | operand(frame, node.orelse)
    frame.env = env
    containers.forget_items(frame)
    frame.maybe -= 1
    return result


def lambda_(frame: Frame, node: ir.Lambda) -> Values:
    body = frame.module.bodies.get(node.function)
    return frame.make_function(body) if body is not None else ANYTHING


def display(frame: Frame, node: ir.Display) -> Values:
    container = frame.universe.container(node.kind, frame.program.builtin_class(node.kind), node)
    exact = True
    for position, item in enumerate(node.items):
        if isinstance(item, ir.Starred):
            exact = False
            inner = evaluate(frame, item.value)
            frame.write(containers.element_cell(container), protocols.iterate(frame, inner, item))
        else:
            values = evaluate(frame, item)
            if exact and node.kind != "set" and position < containers.POSITIONS_MAX:
                frame.write(containers.cell_of(container, position), values)
            else:
                frame.write(containers.element_cell(container), values)
    return frozenset((container,))


def dict_display(frame: Frame, node: ir.DictDisplay) -> Values:
    container = frame.universe.container(frame.dialect.mapping, frame.program.builtin_class("dict"), node)
    for key, value in node.items:
        if isinstance(value, ir.Accessor):
            body = frame.module.bodies.get(value.function)
            if body is not None and key is not None:
                made = frozenset(frame.universe.wrapper(value.kind, v) for v in frame.make_function(body))
                containers.store_item(frame, container, evaluate(frame, key), made)
            continue
        if key is None:
            containers.merge(frame, container, evaluate(frame, value), node)
            continue
        containers.store_item(frame, container, evaluate(frame, key), evaluate(frame, value))
    return frozenset((container,))


def comprehension(frame: Frame, node: ir.Comprehension) -> Values:
    env = frame.env
    if env is None:
        return EMPTY
    frame.env = dict(env)
    frame.maybe += 1
    for clause in node.clauses:
        iterable = evaluate(frame, clause.iterable)
        frame.bind(clause.target, protocols.iterate(frame, iterable, clause.iterable, clause.asynchronous))
        for condition in clause.conditions:
            evaluate(frame, condition)
            narrowing.narrow(frame, condition, True)
    kind = "list" if node.kind == "generator" else node.kind
    container = frame.universe.container(kind, frame.program.builtin_class(kind), node)
    element = evaluate(frame, node.element)
    if node.value is not None:
        containers.store_item(frame, container, element, evaluate(frame, node.value))
    else:
        frame.write(containers.element_cell(container), element)
    frame.maybe -= 1
    frame.env = env
    containers.forget_items(frame)
    return frozenset((container,))


def await_(frame: Frame, node: ir.Await) -> Values:
    frame.settle_fate(node.value, "awaited")
    return protocols.awaited(frame, evaluate(frame, node.value), node)


def yield_(frame: Frame, node: ir.Yield) -> Values:
    values = evaluate(frame, node.value) if node.value is not None else NOTHING
    if node.delegate:
        frame.write(frame.body.yielded, protocols.iterate(frame, values, node))
        result = EMPTY
        for value in values:
            if isinstance(value, Generator):
                result = result | frame.read(value.body.returned)
        return result or ANYTHING
    frame.write(frame.body.yielded, values)
    sent = frame.read(frame.body.sent)
    return sent | NOTHING if sent else ANYTHING


def starred(frame: Frame, node: ir.Starred) -> Values:
    return protocols.iterate(frame, evaluate(frame, node.value), node)


def format_(frame: Frame, node: ir.Format) -> Values:
    for part, conversion in zip(node.parts, node.conversion, strict=False):
        protocols.to_text(frame, evaluate(frame, part), conversion, part)
    return instances(frame, frame.program.builtin_class("str"))


def bind(frame: Frame, node: ir.Bind) -> Values:
    values = evaluate(frame, node.value)
    if frame.env is not None:
        frame.store_name(node.name, values, node)
    return values


def sequence(frame: Frame, node: ir.Sequence) -> Values:
    result = ANYTHING
    for part in node.parts:
        result = evaluate(frame, part)
    return result


def set_(frame: Frame, node: ir.Set) -> Values:
    values = evaluate(frame, node.value)
    if frame.env is not None:
        frame.bind(node.target, values, node.value)
    return values


def optional(frame: Frame, node: ir.Optional) -> Values:
    values = evaluate(frame, node.value)
    if NONE not in values:
        return values
    if not node.asserted:
        frame.skipped = True
    return values - NOTHING or frame.bottom()


def chain(frame: Frame, node: ir.Chain) -> Values:
    before, frame.skipped = frame.skipped, False
    values = evaluate(frame, node.value)
    if frame.skipped:
        values = values | NOTHING
    frame.skipped = before
    return values


def typed(frame: Frame, node: ir.Typed) -> Values:
    """What is said to be of a type is believed where nothing more is known."""
    values = evaluate(frame, node.value)
    if values - ANYTHING - NOTHING:
        return values
    declared = declarations.evaluate(frame.program, frame.module, node.annotation, {}, frame)
    return declared or values


def super_(frame: Frame, node: ir.Super) -> Values:
    return frame.dialect.of_super(frame, node)


def class_expr(frame: Frame, node: ir.ClassExpr) -> Values:
    scope = frame.module.classes.get(node.cls)
    return frame.make_class(scope) if scope is not None and frame.env is not None else ANYTHING


def import_expr(frame: Frame, node: ir.ImportExpr) -> Values:
    return frame.dialect.load_module(frame, node)


def keys_(frame: Frame, node: ir.Keys) -> Values:
    """The names of an object's fields, as a list of texts."""
    evaluate(frame, node.value)
    return containers.new_container(frame, "list", node, instances(frame, frame.program.builtin_class("str")))


def call(frame: Frame, node: ir.Call) -> Values:
    return calls.evaluate(frame, node)


def resolved(frame: Frame, values: Values) -> Values:
    """The same values with each `Parameter` replaced by what the parameter's cell holds."""
    if not any(isinstance(v, Parameter) for v in values):
        return values
    result = EMPTY
    for value in values:
        if isinstance(value, Parameter):
            passed = frame.read(value.body.param(value.name))
            if value.how == "made":
                passed = passed | frame.read(value.body.param("=" + value.name))
            result = result | frame.universe.given(value, passed)
        else:
            result = result | {value}
    return result


_EXPRESSIONS: dict[type, Callable[[Frame, Any], Values]] = {
    ir.Expr: unknown,
    ir.Unknown: unknown,
    ir.Name: name,
    ir.Const: const,
    ir.Attr: attr,
    ir.Call: call,
    ir.Index: index,
    ir.Slice: slice_,
    ir.Binary: binary,
    ir.Unary: unary,
    ir.Compare: compare,
    ir.Bool: boolean,
    ir.Conditional: conditional,
    ir.Lambda: lambda_,
    ir.Display: display,
    ir.DictDisplay: dict_display,
    ir.Comprehension: comprehension,
    ir.Await: await_,
    ir.Yield: yield_,
    ir.Starred: starred,
    ir.Format: format_,
    ir.Bind: bind,
    ir.New: call,
    ir.Element: call,
    ir.Sequence: sequence,
    ir.Set: set_,
    ir.Optional: optional,
    ir.Chain: chain,
    ir.Typed: typed,
    ir.Super: super_,
    ir.ClassExpr: class_expr,
    ir.ImportExpr: import_expr,
    ir.Keys: keys_,
    ir.Markup: unknown,
}
