"""TypeScript's types: what a declared type says that a name may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import containers, declarations, expressions
from analyzers.inference.declarations import Variables
from analyzers.inference.scopes import ClassScope, ModuleScope
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    NOTHING,
    External,
    ModuleValue,
    Values,
)
from analyzers.languages.typescript.dialect import lookup

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame
    from analyzers.inference.program import Program

_KINDS = {"string": "str", "number": "int", "boolean": "bool", "bigint": "int", "Function": "Function"}
_NOTHING = frozenset({"void", "undefined", "null"})
_ANYTHING = frozenset({"any", "unknown", "object", "symbol", "Object", "this"})
_TRANSPARENT = frozenset({"Readonly", "Partial", "Required", "Awaited", "NoInfer", "Pick", "Omit", "Extract"})
_LISTS = frozenset({"ReadonlyArray", "ArrayLike", "Iterable", "AsyncIterable", "Iterator", "IterableIterator"})
_SAME = {"ReadonlyArray": "Array", "ArrayLike": "Array", "ReadonlyMap": "Map", "ReadonlySet": "Set",
         "PromiseLike": "Promise", "WeakMap": "Map", "WeakSet": "Set"}  # fmt: skip


def evaluate(
    program: Program, module: ModuleScope, node: ir.Expr, variables: Variables, frame: Frame | None, depth: int = 0
) -> Values:
    """The values of a declared type; something unknown where it says nothing that is known."""

    def inner(part: ir.Expr) -> Values:
        return declarations.evaluate(program, module, part, variables, frame, depth + 1)

    if isinstance(node, ir.Const):
        if node.kind == "none":
            return NOTHING
        return frozenset((program.universe.const(node.kind, node.value),)) if node.value is not None else ANYTHING
    if isinstance(node, ir.Name):
        return _named(program, module, node, variables, frame, depth)
    if isinstance(node, ir.Binary) and node.op in {"is", "asserts"}:
        return NOTHING if node.op == "asserts" else _instances(program, _class(program, "bool"), ())
    if isinstance(node, ir.Binary):
        left, right = inner(node.left), inner(node.right)
        if node.op == "&":
            return (left | right) - ANYTHING or ANYTHING
        return left | right
    if isinstance(node, ir.Attr):
        return _instances(program, _resolve(program, module, node, frame), ())
    if isinstance(node, ir.Index):
        return _generic(program, module, node, variables, frame, depth)
    if isinstance(node, ir.Display) and frame is not None:
        made = program.universe.container("list", program.builtin_class("list"), node)
        for place, part in enumerate(node.items[: containers.POSITIONS_MAX]):
            frame.write(containers.cell_of(made, place), inner(part))
        return frozenset((made,))
    if isinstance(node, ir.DictDisplay) and frame is not None and node.items:
        made = program.universe.container("object", program.builtin_class("dict"), node)
        for key, part in node.items:
            if isinstance(key, ir.Const) and isinstance(key.value, str):
                frame.write(containers.cell_of(made, key.value), inner(part))
        return frozenset((made,))
    if isinstance(node, ir.Unary) and frame is not None and frame.module is module and frame.env is not None:
        return expressions.evaluate(frame, node.operand)
    return ANYTHING


def _named(
    program: Program, module: ModuleScope, node: ir.Name, variables: Variables, frame: Frame | None, depth: int
) -> Values:
    text = node.id
    if text in variables:
        return variables[text]
    if text in _NOTHING:
        return NOTHING
    if text == "never":
        return EMPTY
    if text in _ANYTHING:
        return variables.get("Self", ANYTHING) if text == "this" else ANYTHING
    if text in _KINDS:
        return _instances(program, _class(program, _KINDS[text]), ())
    alias, home = _alias(program, module, text)
    if alias is not None:
        return declarations.evaluate(program, home, alias, variables, frame if home is module else None, depth + 1)
    return _instances(program, _resolve(program, module, node, frame), ())


def _alias(program: Program, module: ModuleScope, text: str) -> tuple[ir.Expr | None, ModuleScope]:
    """The type that a name is declared to stand for, here or in the module that it is imported from."""
    own = module.unit.aliases.get(text)
    if own is not None or text not in module.unit.names:
        return own, module
    for stmt in module.unit.body:
        if isinstance(stmt, ir.Import) and stmt.alias == text and stmt.name:
            source = program.import_module(stmt.module, module, 0)
            if source is not None and stmt.name in source.unit.aliases:
                return source.unit.aliases[stmt.name], source
    return None, module


def _class(program: Program, name: str) -> Values:
    cls = program.builtin_class(name)
    return frozenset((cls.value,)) if cls is not None else EMPTY


def _resolve(program: Program, module: ModuleScope, node: ir.Expr, frame: Frame | None) -> Values:
    """What the expression of a type refers to: classes, modules."""
    if isinstance(node, ir.Name):
        if frame is not None and frame.module is module and frame.env is not None:
            return expressions.look_up(frame, node) or EMPTY
        cell = module.find(node.id)
        if cell is not None:
            return frame.read(cell) if frame is not None else cell.values
        return program.builtin_name(node.id)
    if isinstance(node, ir.Attr) and frame is not None:
        result = EMPTY
        for value in _resolve(program, module, node.obj, frame):
            result = result | (lookup.of_value(frame, value, node.name, node) or EMPTY)
        return result
    return EMPTY


def _instances(program: Program, values: Values, args: tuple[Values, ...]) -> Values:
    result = EMPTY
    for value in values:
        scope: ClassScope | None = getattr(value, "scope", None)
        if scope is not None and not isinstance(value, ModuleValue):
            result = result | {program.universe.instance(scope, args if scope.library else ())}
        elif isinstance(value, External):
            result = result | ANYTHING
        else:
            body = getattr(value, "body", None)
            known = body.module.makers.get(body) if body is not None else None
            result = result | (frozenset((program.universe.instance(known),)) if known is not None else ANYTHING)
    return result or ANYTHING


def _generic(
    program: Program, module: ModuleScope, node: ir.Index, variables: Variables, frame: Frame | None, depth: int
) -> Values:
    keys = node.key.items if isinstance(node.key, ir.Display) else (node.key,)
    text = node.obj.id if isinstance(node.obj, ir.Name) else ""

    def inner(key: ir.Expr) -> Values:
        return declarations.evaluate(program, module, key, variables, frame, depth + 1)

    if text in _TRANSPARENT:
        return inner(keys[0])
    if text == "NonNullable":
        return inner(keys[0]) - NOTHING or ANYTHING
    if text == "Record" and frame is not None and len(keys) > 1:
        made = program.universe.container("object", program.builtin_class("dict"), node)
        frame.write(containers.element_cell(made), inner(keys[1]))
        return frozenset((made,))
    args = tuple(inner(key) for key in keys)
    if text in _SAME or text in _LISTS:
        return _instances(program, _class(program, _SAME.get(text, text)), args)
    alias, home = _alias(program, module, text)
    if alias is not None:
        return declarations.evaluate(program, home, alias, variables, frame if home is module else None, depth + 1)
    return _instances(program, _resolve(program, module, node.obj, frame), args)


def type_parameters(frame: Frame, scope: ClassScope) -> tuple[str, ...]:
    """The names of a generic class's type parameters."""
    return scope.ir.parameters


def generic(name: str) -> str:
    """What the arguments of a generic type are."""
    if name in {"Promise", "PromiseLike"}:
        return "awaited"
    if name in {"Map", "ReadonlyMap", "Record"}:
        return "pairs"
    return "elements" if name in {"Array", "Set", "ReadonlySet"} | _LISTS else ""


def is_variable(name: str) -> bool:
    """Whether a name in the library's declarations is a type variable: one capital letter."""
    return len(name) == 1
