"""Python, as the shared analysis sees it: what syntax calls, where attributes are looked up, what imports bind.

Reading order: `lookup`, `protocols`, `making` (calls of classes), `building` (objects made otherwise), `items`,
`modules`, `declared`, `narrowing`, `decorators`, then what is known by heart: `specials`, `mutators`, `fixtures`.
"""

from __future__ import annotations

from analyzers import ir
from analyzers.inference.dialect import Dialect
from analyzers.inference.frame import Frame
from analyzers.inference.library import call_unknown
from analyzers.inference.values import ANYTHING, EMPTY, Values
from analyzers.languages.python import library
from analyzers.languages.python.dialect import (
    building,
    declared,
    decorators,
    fixtures,
    items,
    lookup,
    making,
    modules,
    mutators,
    naming,
    narrowing,
    protocols,
    specials,
)

_ENDING = frozenset({"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit"})


def _free_name(frame: Frame, text: str) -> Values:
    if text == "__class__" and frame.body.cls is not None:
        return frozenset((frame.body.cls.value,))
    return frame.program.builtin_name(text)


def _evaluate_call(frame: Frame, node: ir.Call) -> Values | None:
    if protocols.expects(node):
        specials.evaluate_expected(frame, node)
    if specials.is_bare_super(node):
        return specials.evaluate_bare_super(frame, node)
    return building.evaluate(frame, node)


def _nullable_call(node: ir.Call) -> bool:
    """`x.get(key)` of something unknown: whatever it is, by habit it gives None for what is missing."""
    return isinstance(node.func, ir.Attr) and node.func.name == "get" and len(node.args) == 1 and not node.args[0].stars


def _nothing(*_: object) -> Values:
    return ANYTHING


def _never(*_: object) -> None:
    return None


def _construct(frame: Frame, *_: object) -> Values:
    return EMPTY


DIALECT = Dialect(
    name="python",
    builtins="builtins",
    names={},
    mapping="dict",
    sequence="tuple",
    missing=EMPTY,
    makers=("__init__", "__new__"),
    free_name=_free_name,
    import_=modules.import_,
    define_member=_never,
    load_module=_nothing,
    receiver=making.receiver,
    argument=fixtures.argument,
    arguments=making.arguments,
    decorating=fixtures.parametrise,
    decorator=decorators.decorator,
    decorated_by_name=decorators.decorated_by_name,
    accepts=narrowing.accepts,
    ends=_ENDING.__contains__,
    nested_tests=False,
    ending_names=frozenset({"exit", "_exit", "abort", "fail", "skip", "quit"}),
    nullable_call=_nullable_call,
    evaluate_call=_evaluate_call,
    guards=_never,
    call_unknown=call_unknown,
    call=making.call,
    call_bound=decorators.call_bound,
    make_instance=making.make_instance,
    construct=_construct,
    element=_construct,
    make_library_instance=decorators.make_library_instance,
    eager=False,
    promising=lambda node: (),
    is_promise=lambda value: False,
    handles=lambda node: False,
    started=making.started,
    thrown=_construct,
    raised=making.raise_classes,
    base=declared.base,
    class_created=making.class_created,
    of_value=lookup.of_value,
    store=lookup.store,
    of_super=_nothing,
    class_of=lookup.class_of,
    load_index=items.load_index,
    store_index=items.store_index,
    copied=lambda frame, target, source: False,
    delete_index=items.delete_index,
    key_used=items.key_used,
    invoke=protocols.invoke,
    iterate=protocols.iterate,
    awaited=protocols.awaited,
    enter=protocols.enter,
    suppressed=protocols.suppressed,
    binary=protocols.binary,
    unary=protocols.unary,
    compare=protocols.compare,
    truth=protocols.truth,
    may_be_false=protocols.may_be_false,
    to_text=protocols.to_text,
    decided=narrowing.decided,
    asserted=_never,
    narrow_call=narrowing.narrow_call,
    narrow_compare=narrowing.narrow_compare,
    prepares=fixtures.prepares,
    loads=fixtures.loads,
    declared=declared.evaluate,
    allows_none=declared.allows_none,
    type_parameters=declared.type_parameters,
    generic=naming.generic,
    is_variable=naming.is_variable,
    tables=library.standard,
    special=specials.SPECIAL,
    mutated=mutators.mutated,
    ruled_out=items.ruled_out,
    external_name=naming.external_name,
    local_name=naming.local_name,
)
