"""Where Python looks attributes up: the class and its bases, then the instance; descriptors and hooks on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, calls, declarations, expressions, keeping
from analyzers.inference.scopes import ClassScope
from analyzers.inference.values import (
    ANYTHING,
    EMPTY,
    NONE,
    UNKNOWN,
    Bound,
    ClassValue,
    Const,
    Container,
    External,
    FunctionValue,
    Generator,
    Instance,
    ModuleValue,
    Partial,
    Super,
    Value,
    Values,
    Wrapper,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame


def of_value(frame: Frame, value: Value, name: str, node: ir.Node) -> Values | None:
    """What an attribute of one value holds; None where the value is not known to have it."""
    if isinstance(value, Instance):
        return of_instance(frame, value, value.cls, name, node)
    if isinstance(value, ModuleValue):
        return of_module(frame, value, name)
    if isinstance(value, ClassValue):
        return of_class(frame, value, name, node)
    if isinstance(value, External):
        return frozenset((frame.universe.external(f"{value.name}.{name}"),))
    if isinstance(value, Super):
        return of_super(frame, value, name, node)
    if value is UNKNOWN or value is NONE:
        return None
    if isinstance(value, FunctionValue):
        return of_function(frame, value, name)
    if isinstance(value, Bound) and name == "__func__":
        return frozenset((value.func,))
    if isinstance(value, Bound) and name == "__self__":
        return frozenset((value.receiver,))
    if isinstance(value, Wrapper):
        return of_wrapper(frame, value, name)
    cls = class_of(frame, value)
    if cls is None:
        return None
    return of_instance(frame, value, cls, name, node)


def of_function(frame: Frame, value: FunctionValue, name: str) -> Values | None:
    cell = value.body.closure.get("." + name)
    if cell is not None:
        return frame.read(cell)
    cls = class_of(frame, value)
    return of_instance(frame, value, cls, name, None) if cls is not None else None


def of_wrapper(frame: Frame, value: Wrapper, name: str) -> Values | None:
    if value.kind == "property" and name in {"setter", "deleter", "getter"}:
        return frozenset((frame.universe.bound(frame.universe.external("property." + name), value),))
    if name in {"__func__", "__wrapped__", "fget", "func"}:
        return frozenset((value.inner,))
    if value.kind == "singledispatch" and name == "register":
        return frozenset((frame.universe.bound(frame.universe.external("singledispatch.register"), value),))
    return None


def of_module(frame: Frame, value: ModuleValue, name: str) -> Values | None:
    module = value.scope
    cell = module.find(name)
    if cell is not None:
        values = frame.read(cell)
        if values:
            return values
    path_package = module.path.endswith(("__init__.py", "__init__.pyi"))
    if path_package:
        inner = frame.program.import_module(f"{module.name}.{name}", module if module.library else frame.module, 0)
        if inner is not None:
            return frozenset((inner.value,))
    if not module.library:
        frame.read(module.cell(name))
        hook = module.names.get("__getattr__")
        if hook is not None and frame.read(hook):
            return ANYTHING
    if name in {"__name__", "__file__", "__doc__"}:
        return expressions.instances(frame, frame.program.builtin_class("str"))
    return None


def of_instance(frame: Frame, value: Value, cls: ClassScope, name: str, node: ir.Node | None) -> Values | None:
    result = EMPTY
    found = False
    for scope, cell in cls.find(name):
        for item in frame.read(cell):
            result = result | bind(frame, item, value, cls, scope, name, node)
        found = True
        break
    assigned = attributes.fields(frame, cls, name)
    if assigned:
        assigned = _declared_with_arguments(frame, value, cls, name) or assigned
        found = True
        result = result | assigned
    if not found and not cls.library:
        # Somebody may assign it later; then this body runs again.
        frame.read(cls.instance_field(name))
    if name == "__class__":
        return frozenset((cls.value,))
    if name == "__dict__":
        return expressions.instances(frame, frame.program.builtin_class("dict"))
    if found:
        return result
    return _from_hook(frame, value, cls, node)


def _declared_with_arguments(frame: Frame, value: Value, cls: ClassScope, name: str) -> Values:
    """A generic library class's field, its type variables replaced by what the instance says."""
    if not (isinstance(value, Instance) and value.args and cls.library):
        return EMPTY
    return declarations.field(frame, value, name)


def _from_hook(frame: Frame, value: Value, cls: ClassScope, node: ir.Node | None) -> Values | None:
    for hook in ("__getattr__", "__getattribute__"):
        for scope, cell in cls.find(hook):
            if scope.library:
                break
            result = EMPTY
            for item in frame.read(cell):
                bound = bind(frame, item, value, cls, scope, hook, node)
                if node is not None:
                    before = frame.doubt(frame.among)
                    result = result | calls.call_values(frame, bound, calls.no_arguments(), node, "__getattr__")
                    frame.unsure = before
            return result or ANYTHING
    return None


def bind(
    frame: Frame, item: Value, receiver: Value, cls: ClassScope, owner: ClassScope, name: str, node: ir.Node | None
) -> Values:
    """What a class's attribute gives when it is read on an instance: methods are bound, descriptors run."""
    if isinstance(item, FunctionValue):
        if item.body.cls is None and item.body.function is not None and item.body.function.name == "<lambda>":
            return frozenset((frame.universe.bound(item, receiver),))
        return frozenset((frame.universe.bound(item, receiver),))
    if isinstance(item, Wrapper):
        if item.kind in {"property", "cached_property"}:
            if node is None:
                return ANYTHING
            bound = frame.universe.bound(item.inner, receiver)
            return calls.call_values(frame, frozenset((bound,)), calls.no_arguments(), node, item.kind)
        if item.kind == "staticmethod":
            return frozenset((item.inner,))
        if item.kind == "classmethod":
            return frozenset((frame.universe.bound(item.inner, cls.value),))
        return frozenset((frame.universe.bound(item, receiver),))
    if isinstance(item, Partial):
        return frozenset((item,))
    if isinstance(item, Instance) and not item.cls.library and node is not None:
        for _, cell in item.cls.find("__get__"):
            getter = frozenset(frame.universe.bound(v, item) for v in frame.read(cell))
            arguments = calls.arguments_of(frozenset((receiver,)), frozenset((cls.value,)))
            return calls.call_values(frame, getter, arguments, node, "descriptor")
    return frozenset((item,))


def of_class(frame: Frame, value: ClassValue, name: str, node: ir.Node) -> Values | None:
    cls = value.scope
    for scope, cell in cls.find(name):
        result = EMPTY
        for item in frame.read(cell):
            if isinstance(item, Wrapper) and item.kind == "classmethod":
                result = result | {frame.universe.bound(item.inner, value)}
            elif isinstance(item, Wrapper) and item.kind == "staticmethod":
                result = result | {item.inner}
            elif isinstance(item, FunctionValue) and name in {"__init_subclass__", "__class_getitem__"}:
                result = result | {frame.universe.bound(item, value)}
            elif isinstance(item, Instance) and not item.cls.library and any(True for _ in item.cls.find("__get__")):
                result = result | bind(frame, item, NONE, cls, scope, name, node)
            else:
                result = result | {item}
        if is_enum(cls) and not cls.library:
            data = frozenset(v for v in result if not isinstance(v, FunctionValue | Wrapper | Bound | ClassValue))
            if data:
                result = (result - data) | {frame.universe.instance(cls)}
        return result
    if name == "__new__":
        return of_object(frame, name)
    for meta in metaclasses(frame, cls):
        for scope, cell in meta.find(name):
            result = EMPTY
            for item in frame.read(cell):
                result = result | bind(frame, item, value, meta, scope, name, node)
            return result
    assigned = attributes.fields(frame, cls, name)
    if assigned:
        return assigned
    if name in {"__name__", "__qualname__"}:
        return expressions.instances(frame, frame.program.builtin_class("str"))
    if not cls.library:
        frame.read(cls.instance_field(name))
    kind = frame.program.builtin_class("type")
    if kind is not None:
        return of_instance(frame, value, kind, name, node)
    return None


def of_object(frame: Frame, name: str) -> Values | None:
    """What every class inherits, also one that names no base."""
    base = frame.program.builtin_class("object")
    cell = base.attrs.get(name) if base is not None else None
    return frame.read(cell) if cell is not None else None


def is_enum(cls: ClassScope) -> bool:
    return any(s.library and s.module.name == "enum" for s in cls.mro())


def metaclasses(frame: Frame, cls: ClassScope) -> list[ClassScope]:
    """The metaclasses that a class or one of its bases names, nearest first."""
    found = []
    for scope in cls.mro():
        for value in scope.keywords.get("metaclass", EMPTY):
            if isinstance(value, ClassValue) and value.scope not in found:
                found.append(value.scope)
    return found


def of_super(frame: Frame, value: Super, name: str, node: ir.Node) -> Values | None:
    receiver = value.receiver
    start: ClassScope | None
    start = receiver.scope if isinstance(receiver, ClassValue) else class_of(frame, receiver)
    if start is None:
        return None
    order = start.mro() if value.cls in start.mro() else value.cls.mro()
    if value.cls not in order:
        return None
    after = order[order.index(value.cls) + 1 :]
    for scope in after:
        cell = scope.attrs.get(name)
        if cell is None:
            continue
        result = EMPTY
        for item in frame.read(cell):
            if isinstance(receiver, ClassValue):
                if isinstance(item, Wrapper) and item.kind == "classmethod":
                    result = result | {frame.universe.bound(item.inner, receiver)}
                elif (isinstance(item, FunctionValue) and name in {"__init_subclass__"}) or (
                    isinstance(item, FunctionValue) and _is_metaclass(receiver.scope)
                ):
                    result = result | {frame.universe.bound(item, receiver)}
                else:
                    result = result | {item}
            else:
                result = result | bind(frame, item, receiver, start, scope, name, node)
        return result
    inherited = of_object(frame, name) if name in _OF_OBJECT else None
    if inherited is None or name == "__new__" or isinstance(receiver, ClassValue):
        return inherited
    return frozenset(frame.universe.bound(v, receiver) for v in inherited)


_OF_OBJECT = frozenset({"__new__", "__setattr__"})
"""What `super()` is asked for that every class inherits, and that does something to the object."""


def _is_metaclass(cls: ClassScope) -> bool:
    return any(s.library and s.name == "type" for s in cls.mro())


def store(frame: Frame, value: Value, name: str, values: Values, target: ir.Attr) -> None:
    """`value.name = values` for one value."""
    if isinstance(value, Instance):
        store_on_instance(frame, value, name, values, target)
    elif isinstance(value, ClassValue):
        frame.write(value.scope.attr(name), values)
        attributes.note_field(frame, value.scope, name, target, True)
    elif isinstance(value, ModuleValue):
        frame.write(value.scope.cell(name), values)
        frame.findings.accesses[target.start, value.scope, name, True] = (target, value.scope, name, True)
    elif isinstance(value, FunctionValue):
        frame.write(value.body.closed("." + name), values)
    elif isinstance(value, Super) and isinstance(value.receiver, Instance):
        store_on_instance(frame, value.receiver, name, values, target)


def store_on_instance(
    frame: Frame, value: Instance, name: str, values: Values, target: ir.Node, plain: bool = False
) -> None:
    """Sets a field; `plain` where `__setattr__` itself does it."""
    cls = value.cls
    if cls.library:
        return
    for scope, cell in cls.find(name):
        for item in frame.read(cell):
            if isinstance(item, Wrapper) and item.kind == "property":
                if item.setter is not None:
                    setter = frozenset((frame.universe.bound(item.setter, value),))
                    calls.call_values(frame, setter, calls.arguments_of(values), target, "property")
                return
            if isinstance(item, Instance) and not item.cls.library:
                for _, hook in item.cls.find("__set__"):
                    bound = frozenset(frame.universe.bound(v, item) for v in frame.read(hook))
                    arguments = calls.arguments_of(frozenset((value,)), values)
                    calls.call_values(frame, bound, arguments, target, "descriptor")
                    return
        if not scope.library:
            break
    for scope, cell in cls.find("__setattr__") if not plain else ():
        if scope.library:
            break
        bound = frozenset(frame.universe.bound(v, value) for v in frame.read(cell))
        name_value = frozenset((frame.universe.const("str", name),))
        calls.call_values(frame, bound, calls.arguments_of(name_value, values), target, "__setattr__")
        break
    keeping.write(frame, cls, name, values)
    attributes.note_field(frame, cls, name, target, True)


def class_of(frame: Frame, value: Value) -> ClassScope | None:
    """The class of a value, where the language or the library says which."""
    program = frame.program
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Container):
        return value.cls
    if isinstance(value, Const):
        return None if value.kind == "none" else program.builtin_class(value.kind)
    if isinstance(value, ClassValue):
        meta = metaclasses(frame, value.scope)
        return meta[0] if meta else program.builtin_class("type")
    if isinstance(value, FunctionValue | Partial):
        return program.library_class("types", "FunctionType")
    if isinstance(value, Bound):
        return program.library_class("types", "MethodType")
    if isinstance(value, Generator):
        name = {"coroutine": "Coroutine", "context": "AbstractContextManager"}.get(value.kind, "Generator")
        return program.library_class("typing", name)
    return None
