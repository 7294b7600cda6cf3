"""JavaScript and TypeScript, as the shared analysis sees them: prototypes, receivers, promises, modules, types.

Reading order: `lookup`, `making` (calls and instances), `protocols`, `promises`, `items`, `modules`, `declared`,
`narrowing`, then what is known by heart: `specials`, and how things are called in call graphs: `naming`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyzers import ir
from analyzers.inference.dialect import Dialect
from analyzers.inference.frame import Frame
from analyzers.inference.program import Program
from analyzers.inference.scopes import Body, ModuleScope
from analyzers.inference.values import ANYTHING, EMPTY, NONE, NOTHING, UNKNOWN, Instance, Values
from analyzers.languages.typescript import tables
from analyzers.languages.typescript.dialect import (
    declared,
    items,
    lookup,
    making,
    modules,
    naming,
    narrowing,
    objects,
    promises,
    protocols,
    specials,
)

_NAMES = {
    "str": "String", "int": "Number", "float": "Number", "complex": "Number", "bool": "Boolean", "list": "Array",
    "tuple": "Array", "dict": "Object", "set": "Set", "regex": "RegExp", "type": "Function", "object": "Object",
    "slice": "", "AttributeError": "TypeError", "KeyError": "", "IndexError": "", "ValueError": "",
    "ZeroDivisionError": "", "StopIteration": "", "AssertionError": "Error", "BaseException": "Error",
    "Exception": "Error", "symbol": "Symbol",
}  # fmt: skip


def _ends(name: str) -> bool:
    return name in {"globalThis.process.exit", "process.exit"}


def _nullable_call(node: ir.Call) -> bool:
    """`xs.find(f)` of something unknown: whatever it is, by habit it gives undefined for what is not there."""
    return isinstance(node.func, ir.Attr) and node.func.name in {"find", "findLast"} and len(node.args) == 1


def _of_super(frame: Frame, node: ir.Super) -> Values:
    body = frame.body
    while body.cls is None and body.parent is not None:
        body = body.parent
    if body.cls is None:
        return ANYTHING
    receivers = frame.env.get("this") if frame.env is not None else None
    if receivers is None:
        static = body.function is not None and body.function.static
        receivers = frozenset((body.cls.value if static else frame.universe.instance(body.cls),))
    own = frozenset(v for v in receivers if isinstance(v, Instance) or v is body.cls.value)
    return frozenset(frame.universe.super(body.cls, v) for v in own or (frame.universe.instance(body.cls),))


def _allows_none(program: Program, module: ModuleScope, node: ir.Expr) -> bool | None:
    values = declared.evaluate(program, module, node, {}, None)
    return True if NONE in values else None if UNKNOWN in values or not values else False


def _prepares(program: Program, tests: Iterable[Body]) -> dict[Body, list[Body]]:
    return {}


def _loads(program: Program, test: Body) -> list[Body]:
    return [test.module.body]


def _none(*_: Any) -> None:
    return None


def _empty(*_: Any) -> Values:
    return EMPTY


DIALECT = Dialect(
    name="typescript",
    builtins=naming.LIBRARY,
    names=_NAMES,
    mapping="object",
    sequence="list",
    missing=NOTHING,
    makers=(making.MAKER,),
    free_name=modules.free_name,
    import_=modules.import_,
    define_member=making.define_member,
    load_module=modules.load_module,
    receiver=making.receiver,
    argument=_empty,
    arguments=making.arguments,
    decorating=_none,
    decorator=_none,
    decorated_by_name=lambda frame, node, values: values,
    accepts=making.accepts,
    ends=_ends,
    nested_tests=True,
    ending_names=frozenset({"exit"}),
    nullable_call=_nullable_call,
    evaluate_call=_none,
    guards=promises.guards,
    call_unknown=specials.call_unknown,
    call=making.call,
    call_bound=making.call_bound,
    make_instance=making.make_instance,
    construct=making.construct,
    element=making.element,
    make_library_instance=making.make_library_instance,
    eager=True,
    promising=promises.promising,
    is_promise=promises.is_promise,
    handles=promises.handles,
    started=making.started,
    thrown=promises.thrown,
    raised=making.raised,
    base=making.base,
    class_created=making.class_created,
    of_value=lookup.of_value,
    store=lookup.store,
    of_super=_of_super,
    class_of=lookup.class_of,
    load_index=items.load_index,
    store_index=items.store_index,
    copied=objects.copied,
    delete_index=items.delete_index,
    key_used=items.key_used,
    invoke=protocols.invoke,
    iterate=protocols.iterate,
    awaited=promises.awaited,
    enter=protocols.enter,
    suppressed=protocols.suppressed,
    binary=protocols.binary,
    unary=protocols.unary,
    compare=protocols.compare,
    truth=protocols.truth,
    may_be_false=protocols.may_be_false,
    to_text=protocols.to_text,
    decided=narrowing.decided,
    asserted=narrowing.asserted,
    narrow_call=narrowing.narrow_call,
    narrow_compare=narrowing.narrow_compare,
    prepares=_prepares,
    loads=_loads,
    declared=declared.evaluate,
    allows_none=_allows_none,
    type_parameters=declared.type_parameters,
    generic=declared.generic,
    is_variable=declared.is_variable,
    tables=tables.standard,
    special=specials.SPECIAL,
    mutated=specials.mutated,
    ruled_out=lambda kind, node: False,
    external_name=naming.external_name,
    local_name=naming.local_name,
)
