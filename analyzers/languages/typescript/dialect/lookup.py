"""Where JavaScript looks attributes up: own fields, then what classes and prototypes hold; getters run on the way.

Static members of a class are kept beside what its instances inherit, under `STATIC` and their name. Any function can
make instances: `class_of_function` gives the class that stands for those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import attributes, calls, containers, declarations, expressions, keeping
from analyzers.inference.scopes import Body, ClassScope, ModuleScope
from analyzers.inference.values import (
    ANYTHING,
    ELEMENT,
    EMPTY,
    KEYS,
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
    Prototype,
    Super,
    Value,
    Values,
    Wrapper,
)

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame

STATIC = "static "
"""Begins the name under which a class keeps a static member."""

WHOLE = "="
"""The name under which a module keeps what it gives away as a whole: `module.exports = …`."""

IMPLEMENTATIONS_MAX = 12
"""Classes whose method is taken for a method that an interface declares."""

_OF_FUNCTIONS = frozenset({"call", "apply", "bind"})

_KINDS = {"list": "Array", "promise": "Promise", "map": "Map", "set": "Set", "object": "Object"}


def takes_this(body: Body) -> bool:
    """Whether a function has a receiver of its own."""
    function = body.function
    return function is not None and bool(function.parameters) and function.parameters[0].name == "this"


def class_of_function(frame: Frame, body: Body) -> ClassScope:
    """The class of what `new f()` makes."""
    known = body.module.makers.get(body)
    if known is None:
        function = body.function
        assert function is not None
        node = ir.Class(
            function.start, function.end, function.name, function.qualname, function.name_start, function.name_end,
            function.parent, -1, (), (), (),
        )  # fmt: skip
        known = body.module.makers[body] = ClassScope(node, body.module, body.parent)
        known.maker = body
    return known


def scope_of(frame: Frame, value: Value) -> ClassScope | None:
    """The class that a value stands for, where it is a class or a function that makes instances."""
    if isinstance(value, ClassValue):
        return value.scope
    if isinstance(value, FunctionValue) and not value.body.module.library and takes_this(value.body):
        return class_of_function(frame, value.body)
    return None


def of_value(frame: Frame, value: Value, name: str, node: ir.Node) -> Values | None:
    """What an attribute of one value holds; None where the value is not known to have it."""
    if isinstance(value, Instance):
        return of_instance(frame, value, value.cls, name, node)
    if isinstance(value, Container):
        return of_container(frame, value, name, node)
    if isinstance(value, ModuleValue):
        return of_module(frame, value.scope, name, node)
    if isinstance(value, ClassValue):
        return of_class(frame, value, name, node)
    if isinstance(value, Prototype):
        return of_prototype(frame, value, name)
    if isinstance(value, Super):
        return of_super(frame, value, name, node)
    if isinstance(value, FunctionValue):
        return of_function(frame, value, name)
    if isinstance(value, Bound | Partial):
        if name in _OF_FUNCTIONS:
            return frozenset((frame.universe.bound(frame.universe.external(f"Function.{name}"), value),))
        inner = value.func
        return of_function(frame, inner, name) if isinstance(inner, FunctionValue) else None
    if isinstance(value, External):
        return frozenset((frame.universe.external(f"{value.name}.{name}"),))
    if value is UNKNOWN or value is NONE:
        return None
    cls = class_of(frame, value)
    return of_instance(frame, value, cls, name, node) if cls is not None else None


def of_function(frame: Frame, value: FunctionValue, name: str) -> Values | None:
    if name == "prototype" and takes_this(value.body):
        return frozenset((frame.universe.prototype(class_of_function(frame, value.body)),))
    if name in _OF_FUNCTIONS:
        return frozenset((frame.universe.bound(frame.universe.external(f"Function.{name}"), value),))
    result = frame.read(value.body.closed("." + name))
    known = value.body.module.makers.get(value.body)
    for scope in known.mro()[1:] if known is not None else ():
        above = scope.attrs.get(STATIC + name)
        result = result | (frame.read(above) if above is not None else EMPTY)
        if scope.maker is not None and not result:
            result = frame.read(scope.maker.closed("." + name))
    if result:
        return frozenset(v for item in result for v in _own(frame, item, value))
    if name in {"name", "length"}:
        return expressions.instances(frame, frame.program.builtin_class("str" if name == "name" else "int"))
    return None


def _own(frame: Frame, item: Value, receiver: Value) -> Values:
    """A static function is called on what holds it."""
    if isinstance(item, FunctionValue) and takes_this(item.body):
        return frozenset((frame.universe.bound(item, receiver),))
    return frozenset((item,))


def of_class(frame: Frame, value: ClassValue, name: str, node: ir.Node) -> Values | None:
    cls = value.scope
    if name == "prototype":
        return frozenset((frame.universe.prototype(cls),))
    for _, cell in cls.find(STATIC + name):
        result = EMPTY
        for item in frame.read(cell):
            result = result | bind(frame, item, value, node)
        return result
    for scope in cls.mro()[1:]:
        if scope.maker is not None:
            found = of_function(frame, scope.maker.value, name)
            if found:
                return found
    if name in _OF_FUNCTIONS:
        return frozenset((frame.universe.bound(frame.universe.external(f"Function.{name}"), value),))
    if name == "name":
        return expressions.instances(frame, frame.program.builtin_class("str"))
    if not cls.library:
        # Somebody may assign it later; then this body runs again.
        frame.read(cls.attr(STATIC + name))
    return None


def of_prototype(frame: Frame, value: Prototype, name: str) -> Values | None:
    cls = value.scope
    if name == "constructor":
        return frozenset((cls.maker.value if cls.maker is not None else cls.value,))
    for _, cell in cls.find(name):
        return frame.read(cell)
    frame.read(cls.attr(name))
    return None


def of_instance(frame: Frame, value: Value, cls: ClassScope, name: str, node: ir.Node) -> Values | None:
    result = EMPTY
    found = False
    for scope, cell in cls.find(name):
        items = frame.read(cell)
        if not items:
            continue
        if not scope.library and any(_is_declared(v) for v in items):
            items = items | _implementations(frame, cls, name)
        for item in items:
            result = result | bind(frame, item, value, node)
        found = True
        break
    assigned = attributes.fields(frame, cls, name)
    if assigned:
        if isinstance(value, Instance) and value.args and cls.library:
            assigned = declarations.field(frame, value, name) or assigned
        result = result | frozenset(v for item in assigned for v in _method_of(frame, item, value))
        found = True
    elif not cls.library:
        # Somebody may assign it later; then this body runs again.
        frame.read(cls.instance_field(name))
    if found:
        return result
    if name == "constructor":
        return frozenset((cls.maker.value if cls.maker is not None else cls.value,))
    if name == "__proto__":
        return frozenset((frame.universe.prototype(cls),))
    if not cls.library:
        frame.read(cls.attr(name))
        return _of_object(frame, value, name, node)
    return None


def _method_of(frame: Frame, item: Value, receiver: Value) -> Values:
    """A function that is stored in a field is called on the object that holds it."""
    if isinstance(item, FunctionValue) and takes_this(item.body) and not item.body.module.library:
        return frozenset((frame.universe.bound(item, receiver),))
    return frozenset((item,))


def _of_object(frame: Frame, value: Value, name: str, node: ir.Node) -> Values | None:
    """What every object has: `hasOwnProperty`, `toString`."""
    cls = frame.program.builtin_class("dict")
    for _, cell in cls.find(name) if cls is not None else ():
        return frozenset(v for item in frame.read(cell) for v in bind(frame, item, value, node))
    return None


def _is_declared(value: Value) -> bool:
    return isinstance(value, FunctionValue) and value.body.function is not None and value.body.function.declared


def _implementations(frame: Frame, cls: ClassScope, name: str) -> Values:
    """What classes below have for a method that is only declared."""
    result = EMPTY
    for scope in cls.below()[:IMPLEMENTATIONS_MAX]:
        cell = scope.attrs.get(name)
        if cell is not None:
            result = result | frame.read(cell)
        field = scope.fields.get(name)
        if field is not None:
            result = result | frame.read(field)
    return result


def bind(frame: Frame, item: Value, receiver: Value, node: ir.Node | None) -> Values:
    """What a member gives when it is read on an object: methods are bound, getters run."""
    if isinstance(item, FunctionValue):
        if item.body.module.library:
            function = item.body.function
            static = function is not None and function.static
            return frozenset((item if static else frame.universe.bound(item, receiver),))
        return frozenset((frame.universe.bound(item, receiver) if takes_this(item.body) else item,))
    if isinstance(item, Wrapper):
        if item.kind != "get" or node is None:
            return EMPTY
        getter = bind(frame, item.inner, receiver, None)
        return calls.call_values(frame, getter, calls.no_arguments(), node, "property")
    return frozenset((item,))


def of_container(frame: Frame, value: Container, name: str, node: ir.Node) -> Values | None:
    if value.kind == "list" and name == "length":
        return expressions.instances(frame, frame.program.builtin_class("int"))
    if value.kind == "object":
        stored = frame.read(containers.cell_of(value, name)) | frame.read(containers.element_cell(value))
        result = EMPTY
        for item in stored:
            result = result | bind(frame, item, value, node)
        if stored:
            return result
    cls = class_of(frame, value)
    if cls is None:
        return None
    for _, cell in cls.find(name):
        return frozenset(v for item in frame.read(cell) for v in bind(frame, item, value, node))
    if value.kind != "object":
        stored = frame.read(containers.cell_of(value, name)) if name in value.cells else EMPTY
        return stored or None
    return None


def everything(frame: Frame, value: Container, node: ir.Node | None) -> Values:
    """All that an object holds, methods bound to it."""
    result = EMPTY
    for key, cell in tuple(value.cells.items()):
        if key != KEYS:
            for item in frame.read(cell):
                result = result | bind(frame, item, value, node)
    return result


def of_module(frame: Frame, module: ModuleScope, name: str, node: ir.Node) -> Values | None:
    if name == WHOLE:
        return whole(frame, module)
    return exported(frame, module, name, node) or None


def whole(frame: Frame, module: ModuleScope) -> Values:
    """What `require` gives."""
    stored = frame.read(module.cell("exports." + WHOLE))
    return stored or frozenset((module.value,))


def exported(
    frame: Frame, module: ModuleScope, name: str, node: ir.Node, seen: frozenset[ModuleScope] = frozenset()
) -> Values:
    """What a module gives away under a name, in either system of modules."""
    if module.library:
        return _declared_export(frame, module, name, node)
    result = EMPTY
    local = module.unit.exports.get(name)
    if local is not None:
        result = frame.read(module.cell(local))
    for item in frame.read(module.cell("exports." + name)):
        accessor = isinstance(item, Wrapper)
        result = result | (bind(frame, item, module.value, node) if accessor else frozenset((item,)))
    stored = frame.read(module.cell("exports." + WHOLE))
    for value in stored:
        if not (isinstance(value, ModuleValue) and value.scope is module):
            result = result | (of_value(frame, value, name, node) or EMPTY)
    if name == "default":
        if not module.unit.exports and not result:
            result = stored or frozenset((module.value,))
        return result
    for star in module.stars:
        if not result and star not in seen:
            result = exported(frame, star, name, node, seen | {module})
    return result


def _declared_export(frame: Frame, module: ModuleScope, name: str, node: ir.Node) -> Values:
    """What a declaration file gives away under a name."""
    cell = module.find(module.unit.exports.get(name, name))
    found = frame.read(cell) if cell is not None else EMPTY
    whole_ = module.names.get("exports." + WHOLE)
    if found or whole_ is None:
        return found
    if name == "default":
        return frame.read(whole_)
    return frozenset().union(*(of_value(frame, value, name, node) or EMPTY for value in frame.read(whole_)))


def of_super(frame: Frame, value: Super, name: str, node: ir.Node) -> Values | None:
    receiver = value.receiver
    start = receiver.scope if isinstance(receiver, ClassValue) else class_of(frame, receiver)
    order = start.mro() if start is not None and value.cls in start.mro() else value.cls.mro()
    static = isinstance(receiver, ClassValue)
    key = STATIC + name if static and name != "constructor" else name
    for scope in order[order.index(value.cls) + 1 :]:
        if name == "constructor" and scope.maker is not None:
            return frozenset((frame.universe.bound(scope.maker.value, receiver),))
        cell = scope.attrs.get(key)
        if cell is not None and frame.read(cell):
            return frozenset(v for item in frame.read(cell) for v in bind(frame, item, receiver, node))
    return None


# Assignments.


def store(frame: Frame, value: Value, name: str, values: Values, target: ir.Attr) -> None:
    """`value.name = values` for one value."""
    if isinstance(value, Super):
        value = value.receiver
    if isinstance(value, Instance):
        store_on_instance(frame, value, name, values, target)
    elif isinstance(value, Container):
        key: Values = frozenset((frame.universe.const("str", name),))
        for item in frame.read(value.cells[name]) if name in value.cells else ():
            if isinstance(item, Wrapper) and item.kind == "set":
                setter = bind(frame, item.inner, value, None)
                calls.call_values(frame, setter, calls.arguments_of(values), target, "property")
        if value.kind != "list" or name != "length":
            containers.store_item(frame, value, key, values)
    elif isinstance(value, ClassValue):
        if name == "prototype":
            replace_prototype(frame, value.scope, values)
        elif not value.scope.library:
            frame.write(value.scope.attr(STATIC + name), values)
            attributes.note_field(frame, value.scope, name, target, True)
    elif isinstance(value, Prototype):
        define(frame, value.scope, name, values, target)
    elif isinstance(value, FunctionValue):
        if name == "prototype" and takes_this(value.body):
            replace_prototype(frame, class_of_function(frame, value.body), values)
        else:
            frame.write(value.body.closed("." + name), values)
    elif isinstance(value, Bound) and isinstance(value.func, FunctionValue):
        frame.write(value.func.body.closed("." + name), values)
    elif isinstance(value, ModuleValue) and value.scope.library:
        if value.scope is frame.module:
            frame.write(value.scope.cell("exports." + name), values)
    elif isinstance(value, ModuleValue):
        frame.write(value.scope.cell("exports." + name), values)
        frame.findings.accesses[target.start, value.scope, name, True] = (target, value.scope, name, True)


def store_on_instance(frame: Frame, value: Instance, name: str, values: Values, target: ir.Node) -> None:
    cls = value.cls
    if cls.library:
        return
    for _, cell in cls.find(name):
        setters = [v for v in frame.read(cell) if isinstance(v, Wrapper)]
        for item in setters:
            if item.kind == "set":
                setter = bind(frame, item.inner, value, None)
                calls.call_values(frame, setter, calls.arguments_of(values), target, "property")
        if setters:
            return
        break
    keeping.write(frame, cls, name, values)
    attributes.note_field(frame, cls, name, target, True)


def define(frame: Frame, cls: ClassScope, name: str, values: Values, node: ir.Node) -> None:
    """A member that all instances of a class get: `A.prototype.m = function () {}`."""
    if cls.library:
        return
    for value in values:
        inner = value.inner if isinstance(value, Wrapper) else value
        if isinstance(inner, FunctionValue) and inner.body.cls is None and not inner.body.module.library:
            inner.body.cls = cls
    if name == "__proto__":
        replace_prototype(frame, cls, values)
    else:
        frame.write(cls.attr(name), values)


def replace_prototype(frame: Frame, cls: ClassScope, values: Values) -> None:
    """`A.prototype = …`: another object's members, or instances of another class to inherit from."""
    bases: Values = EMPTY
    for value in values:
        if isinstance(value, Container):
            for key, cell in tuple(value.cells.items()):
                if isinstance(key, str) and key not in (ELEMENT, KEYS, "constructor"):
                    define(frame, cls, key, frame.read(cell), value.node)
        elif isinstance(value, Instance):
            bases = bases | {value.cls.value}
        elif isinstance(value, Prototype):
            bases = bases | {value.scope.value}
    inherit(frame, cls, bases)


def inherit(frame: Frame, cls: ClassScope, bases: Values) -> None:
    """Gives a class further bases, for what an assignment or a library function says of prototypes."""
    known: Values = frozenset().union(*cls.bases)
    new = [b for b in bases if b not in known and b is not cls.value and isinstance(b, ClassValue)]
    new = [b for b in new if isinstance(b, ClassValue) and cls not in b.scope.mro()]
    if cls.library or not new:
        return
    cls.rebase([*cls.bases, *(frozenset((b,)) for b in new)])
    for cell in (*cls.fields.values(), *cls.attrs.values()):
        if cell.readers:
            frame.program.notify(cell)


def class_of(frame: Frame, value: Value) -> ClassScope | None:
    """The class of a value, where the language or the library says which."""
    program = frame.program
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Container):
        return program.builtin_class(_KINDS.get(value.kind, "Object"))
    if isinstance(value, Const):
        return None if value.kind == "none" else program.builtin_class(value.kind)
    if isinstance(value, ClassValue | FunctionValue | Partial | Bound):
        return program.builtin_class("Function")
    if isinstance(value, Generator):
        return program.builtin_class("Promise" if value.kind == "coroutine" else "Generator")
    return None


__all__ = ["ANYTHING", "UNKNOWN", "of_value"]
