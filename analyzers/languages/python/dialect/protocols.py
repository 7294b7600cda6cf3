"""Python's protocols: the methods that syntax calls (`for`, `with`, operators, text)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, calls, containers, expressions, protocols
from analyzers.inference.scopes import Caught, Guard
from analyzers.inference.values import (
    ANYTHING,
    BOOLEAN,
    EMPTY,
    NONE,
    UNKNOWN,
    ClassValue,
    Const,
    Container,
    External,
    FunctionValue,
    Generator,
    Instance,
    ModuleValue,
    Value,
    Values,
)
from analyzers.languages.python.dialect import lookup

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame


def invoke(frame: Frame, values: Values, name: str, arguments: Arguments, node: ir.Node, via: str) -> Values:
    """Calls a method that syntax or a built-in function looks up on the class; empty where nobody has it."""
    result = EMPTY
    for value in values:
        if isinstance(value, ClassValue):
            for meta in lookup.metaclasses(frame, value.scope):
                for scope, cell in meta.find(name):
                    if not scope.library:
                        bound = frozenset(frame.universe.bound(v, value) for v in frame.read(cell))
                        result = result | calls.call_values(frame, bound, arguments, node, via)
                    break
            continue
        cls = attributes.class_of(frame, value)
        if cls is None:
            continue
        for scope, cell in cls.find(name):
            if scope.library and scope.name == "object":
                break
            methods = EMPTY
            for found in frame.read(cell):
                methods = methods | lookup.bind(frame, found, value, cls, scope, name, node)
            result = result | calls.call_values(frame, methods, arguments, node, via)
            break
    return result


def iterate(frame: Frame, value: Value, node: ir.Node | None, asynchronous: bool) -> Values:
    if isinstance(value, Container):
        return containers.keys(frame, value) if value.kind == "dict" else containers.elements(frame, value)
    if isinstance(value, Generator):
        return frame.read(value.body.yielded)
    if isinstance(value, Const) and value.kind == "str":
        return expressions.instances(frame, frame.program.builtin_class("str"))
    if isinstance(value, Instance):
        if value.cls.library and value.cls.name == "tuple" and value.args:
            return frozenset().union(*value.args)
        place = node or ir.Node(0, 0)
        first, following = ("__aiter__", "__anext__") if asynchronous else ("__iter__", "__next__")
        one = frozenset((value,))
        iterator = invoke(frame, one, first, calls.no_arguments(), place, "for")
        if not iterator:
            got = invoke(frame, one, "__getitem__", calls.arguments_of(ANYTHING), place, "for")
            return got or ANYTHING
        result = EMPTY
        for inner in iterator:
            if isinstance(inner, Instance) and inner is not value and inner.cls.library and inner.args:
                result = result | inner.args[0]
                continue
            if isinstance(inner, Instance):
                step = stepping(frame, inner, following, place, "for")
                result = result | (protocols.awaited(frame, step, place) if asynchronous else step)
            elif isinstance(inner, Container | Generator):
                result = result | iterate(frame, inner, node, asynchronous)
            else:
                result = result | ANYTHING
        return result
    if isinstance(value, ClassValue):
        if lookup.is_enum(value.scope):
            return frozenset((frame.universe.instance(value.scope),))
        got = invoke(frame, frozenset((value,)), "__iter__", calls.no_arguments(), node or ir.Node(0, 0), "for")
        return protocols.iterate(frame, got, node) if got else ANYTHING
    if value is NONE:
        return EMPTY
    return ANYTHING


def stepping(frame: Frame, iterator: Value, method: str, node: ir.Node, via: str) -> Values:
    """One step of an iterator by whoever takes its end for the end: a loop, or `next` with a default."""
    outside = frame.guards
    ends = frame.program.builtin("StopAsyncIteration" if method == "__anext__" else "StopIteration")
    frame.guards = (*outside, Guard((Caught(ends, node, again=False, swallows=True),)))
    result = invoke(frame, frozenset((iterator,)), method, calls.no_arguments(), node, via)
    frame.guards = outside
    return result


def awaited(frame: Frame, value: Value, node: ir.Node) -> Values:
    """What `await` gives for one value."""
    if isinstance(value, Generator) and value.kind == "coroutine":
        return calls.returned(frame, value.body, {})
    if isinstance(value, Instance):
        if value.cls.library and value.args:
            return value.args[-1]
        result = EMPTY
        got = invoke(frame, frozenset((value,)), "__await__", calls.no_arguments(), node, "await")
        for inner in got:
            if isinstance(inner, Generator):
                result = result | frame.read(inner.body.returned)
        return result or ANYTHING
    return EMPTY if value is NONE else ANYTHING


def enter(frame: Frame, values: Values, node: ir.Node, asynchronous: bool) -> Values:
    """What `with values as x` gives to `x`; the exit method is called as well."""
    result = EMPTY
    names = ("__aenter__", "__aexit__") if asynchronous else ("__enter__", "__exit__")
    for value in values:
        if isinstance(value, Generator) and value.kind == "context":
            frame.iterated(node, value.body)
            result = result | frame.read(value.body.yielded)
            continue
        if isinstance(value, External) or value is UNKNOWN:
            result = result | ANYTHING
            continue
        one = frozenset((value,))
        entered = invoke(frame, one, names[0], calls.no_arguments(), node, "with")
        if asynchronous and entered:
            entered = protocols.awaited(frame, entered, node)
        invoke(frame, one, names[1], calls.arguments_of(ANYTHING, ANYTHING, ANYTHING), node, "with")
        result = result | (entered or ANYTHING)
    return result or frame.bottom()


def suppressed(frame: Frame, values: Values, node: ir.Node) -> Guard | None:
    """What a context manager keeps from leaving the block: `contextlib.suppress`, `pytest.raises`, a truthy exit."""
    if _looks_like_raises(node) and not any(isinstance(v, Instance) and not v.cls.library for v in values):
        return expected(frame, node)
    for value in values:
        if isinstance(value, Instance) and value.cls.full_name in _SUPPRESSING:
            types = _suppressed_types(frame, node)
            return Guard((Caught(types, node, again=False, swallows=True),))
        if isinstance(value, Instance) and not value.cls.library:
            for _, cell in value.cls.find("__exit__"):
                for method in cell.values:
                    body = getattr(method, "body", None)
                    if body is not None and any(_is_true(v) for v in frame.read(body.returned)):
                        return Guard((Caught(None, node, again=True, swallows=True),))
    return None


def expected(frame: Frame, node: ir.Node) -> Guard:
    """What a test says that it is there to provoke: `pytest.raises(E)`, `self.assertRaises(E, f)`."""
    return Guard((Caught(_suppressed_types(frame, node), node, again=False, swallows=False, expected=True),))


def expects(node: ir.Call) -> bool:
    """Whether a call is given an exception and the function that a test expects it of."""
    return _looks_like_raises(node) and len(node.args) > 1 and not any(a.keyword or a.stars for a in node.args[:2])


_SUPPRESSING = frozenset({"contextlib.suppress", "unittest.case._AssertRaisesContext"})
_EXPECTING = frozenset({"raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp"})


def _is_true(value: Value) -> bool:
    return isinstance(value, Const) and value.kind == "bool" and value.value is True


def _looks_like_raises(node: ir.Node) -> bool:
    if not isinstance(node, ir.Call) or not node.args or not isinstance(node.func, ir.Attr | ir.Name):
        return False
    name = node.func.name if isinstance(node.func, ir.Attr) else node.func.id
    return name in _EXPECTING


def _suppressed_types(frame: Frame, node: ir.Node) -> Values:
    if not isinstance(node, ir.Call):
        return EMPTY
    given = [a.value for a in node.args if not a.keyword]
    named = given[:1] if _looks_like_raises(node) else given
    return frozenset().union(*(protocols.exception_types(frame, expressions.evaluate(frame, v)) for v in named))


_OPERATORS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}  # fmt: skip

_COMPARISONS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_MIRRORED = {"==": "eq", "!=": "ne", "<": "gt", "<=": "ge", ">": "lt", ">=": "le"}


def binary(frame: Frame, op: str, left: Values, right: Values, node: ir.Node, inplace: bool) -> Values:
    """`left op right`."""
    name = _OPERATORS.get(op)
    if name is None or not left:
        return ANYTHING if name is None else frame.bottom()
    if op in {"/", "//", "%"} and not any(_is_text(v) for v in left):
        frame.raises(node, frame.program.builtin("ZeroDivisionError"), op, rare=True)
    result = EMPTY
    for value in left:
        result = result | _operate(frame, value, name, op, right, node, inplace)
    return result or frame.bottom()


def _operate(frame: Frame, value: Value, name: str, op: str, right: Values, node: ir.Node, inplace: bool) -> Values:
    if isinstance(value, Const):
        return _reflected(frame, value, name, right, node) or _of_kind(frame, value, op, right)
    if isinstance(value, Container):
        if op in {"+", "|", "&", "-", "^"}:
            return _combined(frame, value, right, node, inplace)
        return frozenset((value,))
    if isinstance(value, Instance):
        one = frozenset((value,))
        if inplace:
            got = invoke(frame, one, f"__i{name}__", calls.arguments_of(right), node, op)
            if got:
                return got
        got = invoke(frame, one, f"__{name}__", calls.arguments_of(right), node, op)
        return got or _reflected(frame, value, name, right, node) or ANYTHING
    if value is NONE:
        return EMPTY
    return _reflected(frame, value, name, right, node) or ANYTHING


def _reflected(frame: Frame, left: Value, name: str, right: Values, node: ir.Node) -> Values:
    project = frozenset(v for v in right if isinstance(v, Instance) and not v.cls.library)
    if not project:
        return EMPTY
    before = frame.doubt(right)
    result = invoke(frame, project, f"__r{name}__", calls.arguments_of(frozenset((left,))), node, "operator")
    frame.unsure = before
    return result


def _of_kind(frame: Frame, value: Const, op: str, right: Values) -> Values:
    if value.kind == "none":
        return EMPTY
    kind = value.kind
    if (op == "/" and kind in {"int", "bool"}) or (
        kind in {"int", "bool"} and any(isinstance(v, Instance) and v.cls.name == "float" for v in right)
    ):
        kind = "float"
    elif kind == "bool":
        kind = "int"
    return expressions.instances(frame, frame.program.builtin_class(kind))


def _combined(frame: Frame, value: Container, right: Values, node: ir.Node, inplace: bool) -> Values:
    container = value if inplace else frame.universe.container(value.kind, value.cls, node)
    if value.kind == "dict":
        containers.merge(frame, container, frozenset((value,)) | right, node)
    else:
        content = protocols.iterate(frame, right, node) | (containers.elements(frame, value) if not inplace else EMPTY)
        frame.write(containers.element_cell(container), content)
    return frozenset((container,))


def _is_text(value: Value) -> bool:
    if isinstance(value, Const):
        return value.kind in {"str", "bytes"}
    return isinstance(value, Instance) and value.cls.name in {"str", "bytes"}


def unary(frame: Frame, op: str, operand: Values, node: ir.Node) -> Values:
    name = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}.get(op, "")
    if any(isinstance(v, Const) for v in operand):
        return frozenset(
            frame.universe.const("int", -v.value)
            if op == "-" and isinstance(v, Const) and v.kind == "int" and isinstance(v.value, int)
            else v
            for v in operand
        )
    return invoke(frame, operand, name, calls.no_arguments(), node, op) or ANYTHING


def compare(frame: Frame, op: str, left: Values, right: Values, node: ir.Node) -> Values:
    """`left op right` for a comparison; the result of a class's own method, else a Boolean."""
    if op in {"is", "is not"}:
        return BOOLEAN
    if op in {"in", "not in"}:
        project = frozenset(v for v in right if isinstance(v, Instance))
        before = frame.doubt(right)
        got = invoke(frame, project, "__contains__", calls.arguments_of(left), node, "in")
        if not got:
            for value in project:
                if not value.cls.library and any(True for _ in value.cls.find("__iter__")):
                    protocols.iterate(frame, frozenset((value,)), node)
        frame.doubt(left)
        items = frozenset(v for v in left if isinstance(v, Instance) and not v.cls.library)
        for container in right:
            if items and isinstance(container, Container):
                invoke(frame, items, "__eq__", calls.arguments_of(containers.elements(frame, container)), node, "in")
        frame.unsure = before
        return BOOLEAN
    before = frame.doubt(left)
    result = EMPTY
    own = frozenset(v for v in left if isinstance(v, Instance | ClassValue))
    got = invoke(frame, own, f"__{_COMPARISONS.get(op, 'eq')}__", calls.arguments_of(right), node, op)
    result = result | got
    if op == "!=" and not got:
        result = result | invoke(frame, own, "__eq__", calls.arguments_of(right), node, op)
    others = frozenset(v for v in right if isinstance(v, Instance) and not v.cls.library)
    if (others and len(own) < len(left)) or (not got and others):
        mirrored = f"__{_MIRRORED.get(op, 'eq')}__"
        frame.doubt(right)
        result = result | invoke(frame, others, mirrored, calls.arguments_of(left), node, op)
    frame.unsure = before
    project = frozenset(v for v in result if isinstance(v, Instance) and not v.cls.library)
    return BOOLEAN | project


def truth(frame: Frame, values: Values, node: ir.Node) -> None:
    """What `if values:` calls."""
    own = frozenset(v for v in values if isinstance(v, Instance) and not v.cls.library)
    for value in own:
        one = frozenset((value,))
        for name in ("__bool__", "__len__"):
            if any(not scope.library for scope, _ in value.cls.find(name)):
                invoke(frame, one, name, calls.no_arguments(), node, "truth")
                break


def to_text(frame: Frame, values: Values, conversion: str, node: ir.Node) -> None:
    """What `str(values)`, `repr(values)` or formatting calls."""
    names = {"str": ("__str__", "__repr__"), "repr": ("__repr__",), "format": ("__format__", "__str__", "__repr__")}
    for value in values:
        if isinstance(value, Instance) and not value.cls.library:
            for name in names[conversion]:
                if any(not scope.library for scope, _ in value.cls.find(name)):
                    arguments = calls.arguments_of(ANYTHING) if name == "__format__" else calls.no_arguments()
                    invoke(frame, frozenset((value,)), name, arguments, node, name)
                    break


def may_be_false(value: Value) -> bool:
    if isinstance(value, Const):
        return not value.value
    if isinstance(value, FunctionValue | ClassValue | ModuleValue | Generator):
        return False
    if isinstance(value, Instance):
        # An object of a class without `__bool__` and `__len__` is always true.
        return value.cls.library or value.cls.has_unknown_base() or any(
            True for name in ("__bool__", "__len__") for _ in value.cls.find(name)
        )  # fmt: skip
    return True
