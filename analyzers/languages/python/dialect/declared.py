"""Python's annotations: how a type is written, quoted ones included, and what a class's header says of its bases."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import declarations, expressions
from analyzers.inference.declarations import Variables
from analyzers.inference.scopes import ClassScope, ModuleScope
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    NOTHING,
    UNKNOWN,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    Values,
)
from analyzers.languages.python.dialect.naming import last_name

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame
    from analyzers.inference.program import Program

_TRANSPARENT = frozenset({"ClassVar", "Final", "Annotated", "Required", "NotRequired", "ReadOnly", "InitVar", "Unpack"})
_NOTHING_KNOWN = frozenset({"Any", "object", "AnyStr", "Concatenate", "TypeAlias", "Incomplete"})
_ALIASES = {
    "List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "frozenset", "Tuple": "tuple", "Type": "type",
    "DefaultDict": "defaultdict", "OrderedDict": "OrderedDict", "Deque": "deque", "Text": "str",
    "LiteralString": "str",
}  # fmt: skip


def evaluate(
    program: Program, module: ModuleScope, node: ir.Expr, variables: Variables, frame: Frame | None, depth: int = 0
) -> Values:
    """The values of a declared type; something unknown where it says nothing that is known."""
    if isinstance(node, ir.Const):
        if node.kind == "none":
            return NOTHING
        if node.kind == "str" and isinstance(node.value, str):
            parsed = parse(node.value)
            return (
                declarations.evaluate(program, module, parsed, variables, frame, depth + 1)
                if parsed is not None
                else ANYTHING
            )
        return ANYTHING
    if isinstance(node, ir.Name):
        return _named(program, module, node.id, node, variables, frame, depth)
    if isinstance(node, ir.Attr):
        values = _resolve(program, module, node, frame)
        return _as_instances(program, values, node.name, variables)
    if isinstance(node, ir.Binary) and node.op == "|":
        left = declarations.evaluate(program, module, node.left, variables, frame, depth + 1)
        return left | declarations.evaluate(program, module, node.right, variables, frame, depth + 1)
    if isinstance(node, ir.Index):
        return _subscripted(program, module, node, variables, frame, depth)
    if isinstance(node, ir.Starred):
        return declarations.evaluate(program, module, node.value, variables, frame, depth + 1)
    return ANYTHING


def _named(
    program: Program,
    module: ModuleScope,
    text: str,
    node: ir.Name,
    variables: Variables,
    frame: Frame | None,
    depth: int,
) -> Values:
    if text in variables:
        return variables[text]
    if text in _NOTHING_KNOWN:
        return ANYTHING
    if text == "None":
        return NOTHING
    if text in {"NoReturn", "Never"}:
        return EMPTY
    if text == "Self":
        return variables.get("Self", ANYTHING)
    values = _resolve(program, module, node, frame)
    alias = _type_alias(module, text) if module.library else None
    if alias is not None:
        return declarations.evaluate(program, module, alias, variables, frame, depth + 1)
    return _as_instances(program, values, text, variables)


def _type_alias(module: ModuleScope, text: str) -> ir.Expr | None:
    """In stubs, `X: TypeAlias = A | B` and `X = A | B` name a type."""
    cell = module.names.get(text)
    if cell is None or any(isinstance(v, ClassValue) for v in cell.values):
        return None
    for stmt in module.unit.body:
        if isinstance(stmt, ir.Assign) and stmt.value is not None and any(
            isinstance(t, ir.Name) and t.id == text for t in stmt.targets
        ):  # fmt: skip
            return stmt.value if isinstance(stmt.value, ir.Binary | ir.Index) else None
    return None


def _as_instances(program: Program, values: Values, text: str, variables: Variables) -> Values:
    if text in _ALIASES and not any(isinstance(v, ClassValue) for v in values):
        cls = _alias_class(program, text)
        return frozenset((program.universe.instance(cls),)) if cls is not None else ANYTHING
    result = EMPTY
    for value in values:
        if isinstance(value, ClassValue):
            if value.scope.library and value.scope.name in {"object", "Any"}:
                result = result | ANYTHING
            else:
                result = result | {program.universe.instance(value.scope)}
        elif (
            (isinstance(value, Instance) and value.cls.name in {"TypeVar", "ParamSpec", "TypeVarTuple"})
            or isinstance(value, External | FunctionValue)
            or value is UNKNOWN
        ):
            result = result | ANYTHING
        elif isinstance(value, Instance) and text in _ALIASES:
            cls = _alias_class(program, text)
            result = result | (frozenset((program.universe.instance(cls),)) if cls is not None else ANYTHING)
    return result or ANYTHING


def _alias_class(program: Program, text: str) -> ClassScope | None:
    name = _ALIASES[text]
    return program.builtin_class(name) or program.library_class("collections", name)


def _resolve(program: Program, module: ModuleScope, node: ir.Expr, frame: Frame | None) -> Values:
    """What the expression of a type refers to: classes, modules."""
    if isinstance(node, ir.Name):
        if frame is not None and frame.module is module:
            return expressions.look_up(frame, node) or EMPTY
        cell = module.find(node.id)
        if cell is not None:
            return frame.read(cell) if frame is not None else cell.values
        return program.builtin(node.id)
    if isinstance(node, ir.Attr):
        result = EMPTY
        for value in _resolve(program, module, node.obj, frame):
            if isinstance(value, ModuleValue):
                cell = value.scope.find(node.name)
                if cell is not None:
                    result = result | (frame.read(cell) if frame is not None else cell.values)
            elif isinstance(value, ClassValue):
                for _, cell in value.scope.find(node.name):
                    result = result | cell.values
                    break
        return result
    return EMPTY


def _subscripted(
    program: Program, module: ModuleScope, node: ir.Index, variables: Variables, frame: Frame | None, depth: int
) -> Values:
    text = node.obj.name if isinstance(node.obj, ir.Attr) else node.obj.id if isinstance(node.obj, ir.Name) else ""
    keys = node.key.items if isinstance(node.key, ir.Display) else (node.key,)

    def inner(key: ir.Expr) -> Values:
        return declarations.evaluate(program, module, key, variables, frame, depth + 1)

    if text == "Optional":
        return inner(keys[0]) | NOTHING
    if text == "Union":
        return frozenset().union(*(inner(k) for k in keys))
    if text in _TRANSPARENT:
        return inner(keys[0])
    if text == "Literal":
        return frozenset().union(*(_literal(program, key) for key in keys))
    if text in {"Type", "type"}:
        return _classes(inner(keys[0]))
    if text in {"Callable", "Concatenate", "TypeGuard", "TypeIs"}:
        return ANYTHING
    values = _resolve(program, module, node.obj, frame)
    result = EMPTY
    for value in values:
        scope: ClassScope | None = None
        if isinstance(value, ClassValue):
            scope = value.scope
        elif isinstance(value, Instance) and text in _ALIASES:
            scope = _alias_class(program, text)
        if scope is None:
            result = result | ANYTHING
            continue
        if not scope.library and not scope.parameters:
            result = result | {program.universe.instance(scope)}
            continue
        if scope.name == "tuple":
            result = result | {_tuple(program, scope, keys, inner)}
        else:
            result = result | {program.universe.instance(scope, tuple(inner(k) for k in keys))}
    alias = _type_alias(module, text) if not values and module.library else None
    if alias is not None:
        return declarations.evaluate(program, module, alias, variables, frame, depth + 1)
    return result or ANYTHING


def _tuple(program: Program, scope: ClassScope, keys: tuple[ir.Expr, ...], inner: object) -> Instance:
    assert callable(inner)
    if len(keys) == 2 and isinstance(keys[1], ir.Const) and keys[1].kind == "ellipsis":
        return program.universe.instance(scope, (inner(keys[0]),))
    args = tuple(inner(k) for k in keys)
    # Two or more arguments are positions; one position is told from "any number" by an empty second argument.
    return program.universe.instance(scope, args if len(args) > 1 else (*args, EMPTY))


def _literal(program: Program, key: ir.Expr) -> Values:
    if isinstance(key, ir.Const):
        return (
            frozenset((program.universe.const(key.kind, key.value),))
            if key.kind in {"str", "int", "bool", "none"}
            else ANYTHING
        )
    return ANYTHING


def _classes(values: Values) -> Values:
    return frozenset(v.cls.value if isinstance(v, Instance) else v for v in values)


def allows_none(program: Program, module: ModuleScope, node: ir.Expr, depth: int = 0) -> bool | None:
    """Whether a declared type has None among its values; None where it does not say: `Any`, a bare type variable."""
    if depth > declarations.DEPTH_MAX:
        return None
    if isinstance(node, ir.Const):
        if node.kind == "str" and isinstance(node.value, str):
            parsed = parse(node.value)
            return None if parsed is None else allows_none(program, module, parsed, depth + 1)
        return node.kind == "none"
    if isinstance(node, ir.Binary) and node.op == "|":
        return _any_of(allows_none(program, module, side, depth + 1) for side in (node.left, node.right))
    if isinstance(node, ir.Index):
        name = last_name(node.obj)
        keys = node.key.items if isinstance(node.key, ir.Display) else (node.key,)
        if name == "Optional":
            return True
        if name == "Union":
            return _any_of(allows_none(program, module, key, depth + 1) for key in keys)
        if name == "Literal":
            return any(isinstance(key, ir.Const) and key.kind == "none" for key in keys)
        if name in _TRANSPARENT:
            return allows_none(program, module, keys[0], depth + 1)
        return allows_none(program, module, node.obj, depth + 1)
    name = last_name(node)
    if name == "None":
        return True
    if name in _NOTHING_KNOWN or not name:
        return None
    if name in _ALIASES or name in {"Callable", "Self", "NoReturn", "Never", "type"}:
        return False
    aliased = _assigned(module, node.id) if isinstance(node, ir.Name) else None
    if isinstance(aliased, ir.Call) and last_name(aliased.func) == "TypeVar":
        bound = next((a.value for a in aliased.args if a.keyword == "bound"), None)
        return None if bound is None else allows_none(program, module, bound, depth + 1)
    if isinstance(aliased, ir.Binary | ir.Index):
        return allows_none(program, module, aliased, depth + 1)
    values = _resolve(program, module, node, None)
    if values and all(isinstance(v, ClassValue) and v.scope.name not in _NOTHING_KNOWN for v in values):
        return False
    return None


def _any_of(parts: Iterator[bool | None]) -> bool | None:
    found = list(parts)
    return True if True in found else None if None in found else False


def _assigned(module: ModuleScope, text: str) -> ir.Expr | None:
    """What a module's top level assigns to a name, where it does so once."""
    found = [
        stmt.value
        for stmt in module.unit.body
        if isinstance(stmt, ir.Assign) and any(isinstance(t, ir.Name) and t.id == text for t in stmt.targets)
    ]
    return found[0] if len(found) == 1 else None


def parse(text: str) -> ir.Expr | None:
    """A quoted annotation as an expression; None where it is none."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return _converted(tree.body)


def _converted(node: ast.expr) -> ir.Expr:
    if isinstance(node, ast.Name):
        return ir.Name(0, 0, node.id)
    if isinstance(node, ast.Attribute):
        return ir.Attr(0, 0, _converted(node.value), node.attr, 0)
    if isinstance(node, ast.Subscript):
        return ir.Index(0, 0, _converted(node.value), _converted(node.slice))
    if isinstance(node, ast.Tuple | ast.List):
        return ir.Display(0, 0, "tuple", tuple(_converted(e) for e in node.elts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return ir.Binary(0, 0, "|", _converted(node.left), _converted(node.right))
    if isinstance(node, ast.Constant):
        if node.value is None:
            return ir.Const(0, 0, "none")
        if node.value is Ellipsis:
            return ir.Const(0, 0, "ellipsis")
        if isinstance(node.value, bool):
            return ir.Const(0, 0, "bool", node.value)
        if isinstance(node.value, str | int):
            return ir.Const(0, 0, "str" if isinstance(node.value, str) else "int", node.value)
    return ir.Unknown(0, 0)


def base(frame: Frame, node: ir.Expr) -> Values:
    """The classes of one base in a class's header; a generic's arguments are left out."""
    if isinstance(node, ir.Index):
        return base(frame, node.obj)
    values = expressions.evaluate(frame, node)
    result = EMPTY
    for value in values:
        if isinstance(value, ClassValue | External):
            result = result | {value}
        elif isinstance(value, FunctionValue) and value.body.full_name == "typing.NamedTuple":
            cls = frame.program.library_class("typing", "NamedTuple")
            result = result | ({cls.value} if cls is not None else ANYTHING)
        else:
            name = node.id if isinstance(node, ir.Name) else node.name if isinstance(node, ir.Attr) else ""
            if name in _ALIASES:
                cls = _alias_class(frame.program, name)
                result = result | ({cls.value} if cls is not None else ANYTHING)
            elif name in {"Generic", "Protocol"}:
                cls = frame.program.builtin_class("object")
                result = result | ({cls.value} if cls is not None else ANYTHING)
            elif isinstance(value, Instance) and not value.cls.library:
                result = result | {value.cls.value}
    return result


def type_parameters(frame: Frame, scope: ClassScope) -> tuple[str, ...]:
    """The names of a generic class's type variables in the order in which arguments are given to it."""
    names: list[str] = []
    explicit: tuple[str, ...] | None = None
    for arg in scope.ir.bases:
        if isinstance(arg.value, ir.Index):
            keys = arg.value.key.items if isinstance(arg.value.key, ir.Display) else (arg.value.key,)
            found = [n for key in keys for n in _variables_in(frame, key)]
            head = arg.value.obj
            name = head.id if isinstance(head, ir.Name) else head.name if isinstance(head, ir.Attr) else ""
            if name in {"Generic", "Protocol"}:
                explicit = tuple(found)
            names.extend(n for n in found if n not in names)
    return explicit if explicit is not None else tuple(names)


def _variables_in(frame: Frame, node: ir.Expr) -> list[str]:
    if isinstance(node, ir.Name):
        cell = frame.module.find(node.id)
        values = cell.values if cell is not None else EMPTY
        if any(isinstance(v, Instance) and v.cls.name in {"TypeVar", "ParamSpec", "TypeVarTuple"} for v in values):
            return [node.id]
        return []
    if isinstance(node, ir.Index):
        return _variables_in(frame, node.key)
    if isinstance(node, ir.Display):
        return [n for item in node.items for n in _variables_in(frame, item)]
    if isinstance(node, ir.Binary):
        return _variables_in(frame, node.left) + _variables_in(frame, node.right)
    return []
