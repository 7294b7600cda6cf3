"""Values: what a name may hold while a body runs. Sets of them flow through `cells`.

Values are compared by identity; the ones that stand for the same thing are made once, by `Universe`. Nothing here
knows how they are looked up, called or stored.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Literal, Self

from analyzers import ir

if TYPE_CHECKING:
    from analyzers.inference.cells import Cell
    from analyzers.inference.scopes import Body, ClassScope, ModuleScope


_SERIALS = count(1)


class Value:
    """Anything that a name may hold.

    Its hash is the number in which it was made: sets of values then iterate in the same order in every run, and what
    is found where cells overflow does not depend on where objects happen to lie in memory.
    """

    __slots__ = ("serial",)

    serial: int

    def __new__(cls, *_: object) -> Self:
        value = object.__new__(cls)
        value.serial = next(_SERIALS)
        return value

    def __hash__(self) -> int:
        return self.serial


class Unknown(Value):
    """Something that the analysis knows nothing of."""

    __slots__ = ()


class Const(Value):
    """None, a Boolean, or a literal that tables are indexed by."""

    __slots__ = ("kind", "value", "wide")

    def __init__(self, kind: str, value: str | int | bool | None, wide: Value | None = None) -> None:
        self.kind = kind
        self.value = value
        self.wide = wide
        """Some value of the same class, which stands for many literals."""


class FunctionValue(Value):
    """A function of the repository or of a stub; one for each body."""

    __slots__ = ("body",)

    def __init__(self, body: Body) -> None:
        self.body = body


class ClassValue(Value):
    """A class itself, as opposed to its instances; one for each class scope."""

    __slots__ = ("scope",)

    def __init__(self, scope: ClassScope) -> None:
        self.scope = scope


class ModuleValue(Value):
    """An imported module whose source is known."""

    __slots__ = ("scope",)

    def __init__(self, scope: ModuleScope) -> None:
        self.scope = scope


class External(Value):
    """Something inside a module whose source is not known, by its dotted name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Instance(Value):
    """An object of a class; `args` are what a generic's parameters stand for, where an annotation says."""

    __slots__ = ("args", "cls")

    def __init__(self, cls: ClassScope, args: tuple[frozenset[Value], ...] = ()) -> None:
        self.cls = cls
        self.args = args


class Container(Value):
    """A list, tuple, set or dictionary, by the place that makes it; what it holds is in its cells."""

    __slots__ = ("cells", "cls", "kind", "node", "wholes")

    def __init__(self, kind: str, cls: ClassScope | None, node: ir.Node) -> None:
        self.kind = kind
        self.cls = cls
        self.node = node
        self.cells: dict[str | int | bool | None, Cell] = {}
        """By constant key or index; `ELEMENT` holds what is stored under unknown keys, `KEYS` a dictionary's keys."""
        self.wholes: list[Container] = []
        """Containers that stand for this one and others, and so hold what it holds."""


ELEMENT = "\0element"
KEYS = "\0keys"
REJECTED = "\0rejected"
"""Under this a promise holds what it may be rejected with."""


class Bound(Value):
    """A method with its receiver."""

    __slots__ = ("func", "receiver")

    def __init__(self, func: Value, receiver: Value) -> None:
        self.func = func
        self.receiver = receiver


class Prototype(Value):
    """The object in which the instances of a class find what they share."""

    __slots__ = ("scope",)

    def __init__(self, scope: ClassScope, _: object = None) -> None:
        self.scope = scope


class Super(Value):
    """`super()` in a method of `cls`, on `receiver`."""

    __slots__ = ("cls", "receiver")

    def __init__(self, cls: ClassScope, receiver: Value) -> None:
        self.cls = cls
        self.receiver = receiver


class Generator(Value):
    """What calling a generator function, or one that awaits, returns. `kind`: `generator`, `coroutine`, `context`."""

    __slots__ = ("body", "kind")

    def __init__(self, body: Body, kind: str) -> None:
        self.body = body
        self.kind = kind


class Wrapper(Value):
    """A function behind a decorator that changes how it is reached: `property`, `staticmethod`, `classmethod` …"""

    __slots__ = ("inner", "kind", "setter")

    def __init__(self, kind: str, inner: Value, setter: Value | None = None) -> None:
        self.kind = kind
        self.inner = inner
        self.setter = setter


class Partial(Value):
    """`functools.partial`: a function and the arguments that are already there."""

    __slots__ = ("func", "node", "positional")

    def __init__(self, func: Value, positional: tuple[frozenset[Value], ...], node: ir.Node) -> None:
        self.func = func
        self.positional = positional
        self.node = node


class Parameter(Value):
    """In a set of returned values: what the caller gets for what it passed for this parameter."""

    __slots__ = ("body", "how", "name")

    def __init__(self, body: Body, name: str, how: How = "given") -> None:
        self.body = body
        self.name = name
        self.how = how


How = Literal["given", "something", "made", "handed"]
"""Whether the caller gets what it passed, the same but never None, an object of the class that it passed, or the class
or function itself after somebody else has had it, of which nothing comes back where nothing was passed."""


Values = frozenset[Value]

EMPTY: Values = frozenset()
UNKNOWN = Unknown()
ANYTHING: Values = frozenset((UNKNOWN,))
NONE = Const("none", None)
NOTHING: Values = frozenset((NONE,))
TRUE = Const("bool", True)
FALSE = Const("bool", False)
BOOLEAN: Values = frozenset((TRUE, FALSE))


def definitions(values: Values) -> Values:
    """The classes and functions among values."""
    return frozenset(v for v in values if isinstance(v, ClassValue | FunctionValue))


class Universe:
    """Makes each value once, so that sets of values compare by identity."""

    def __init__(self) -> None:
        self._made: dict[object, Value] = {}
        self._places: dict[ir.Node, list[tuple[str, object, ir.Node]]] = {}
        """For each place that makes a value, the keys under which it is kept."""
        self.wide: dict[str, Value] = {}
        """For a kind of literal, a value that stands for all of them."""

    def const(self, kind: str, value: str | int | bool | None) -> Value:
        if kind == "none":
            return NONE
        if kind == "bool" and value is not None:
            return TRUE if value else FALSE
        key = ("const", kind, value)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = Const(kind, value, self.wide.get(kind))
        return made

    def instance(self, cls: ClassScope, args: tuple[Values, ...] = ()) -> Instance:
        if not args:
            if cls.plain is None:
                cls.plain = Instance(cls)
            return cls.plain
        key = ("instance", cls, args)
        made = self._made.get(key)
        if made is None:
            self.instance(cls)
            made = self._made[key] = Instance(cls, args)
        assert isinstance(made, Instance)
        return made

    def container(self, kind: str, cls: ClassScope | None, node: ir.Node) -> Container:
        key = ("container", kind, node)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = Container(kind, cls, node)
            self._places.setdefault(node, []).append(key)
        assert isinstance(made, Container)
        return made

    def bound(self, func: Value, receiver: Value) -> Value:
        return self._two("bound", Bound, func, receiver)

    def super(self, cls: ClassScope, receiver: Value) -> Value:
        return self._two("super", Super, cls, receiver)

    def prototype(self, scope: ClassScope) -> Value:
        return self._two("prototype", Prototype, scope, None)

    def generator(self, body: Body, kind: str) -> Value:
        return self._two("generator", Generator, body, kind)

    def wrapper(self, kind: str, inner: Value, setter: Value | None = None) -> Value:
        key = ("wrapper", kind, inner, setter)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = Wrapper(kind, inner, setter)
        return made

    def external(self, name: str) -> Value:
        key = ("external", name)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = External(name)
        return made

    def partial(self, func: Value, positional: tuple[Values, ...], node: ir.Node) -> Value:
        key = ("partial", func, node)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = Partial(func, positional, node)
            self._places.setdefault(node, []).append(key)
        assert isinstance(made, Partial)
        merged = tuple(a | b for a, b in zip(made.positional, positional, strict=False))
        made.positional = merged + made.positional[len(merged) :] + positional[len(merged) :]
        return made

    def move(self, old: ir.Node, new: ir.Node) -> None:
        """After an edit: what was made at the old place is what is made at the new one."""
        for kind, part, _ in self._places.pop(old, ()):
            made = self._made.pop((kind, part, old))
            assert isinstance(made, Container | Partial)
            made.node = new
            key = (kind, part, new)
            self._made[key] = made
            self._places.setdefault(new, []).append(key)

    def parameter(self, body: Body, name: str, how: How = "given") -> Value:
        key = ("parameter", body, name, how)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Parameter(body, name, how)
        return found

    def given(self, parameter: Parameter, passed: Values) -> Values:
        """What a returned `Parameter` stands for, where these values were passed for it."""
        if parameter.how == "given":
            return passed
        if parameter.how == "something":
            return passed - NOTHING
        if parameter.how == "handed":
            return definitions(passed)
        return frozenset(self.instance(v.scope) for v in passed if isinstance(v, ClassValue))

    def _two(self, kind: str, make: type, first: object, second: object) -> Value:
        key = (kind, first, second)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = make(first, second)
        return made
