"""What one file does, statement by statement, in a form that several languages share: the input of `inference`.

A syntax tree says how source is written; this says what runs: names are read and bound, things are called, indexed,
raised and returned. Spans are byte offsets. Nodes compare by identity, so that a node can stand for the place where a
value is made. A language's `lower` module builds it; nothing here knows a grammar.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Node(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Anything that has a place in the source: a half-open span of bytes."""

    start: int
    end: int


class Expr(Node, frozen=True, eq=False, gc=False):
    """An expression. By itself: one that evaluates to something unknown."""


class Unknown(Expr, frozen=True, eq=False, gc=False):
    """An expression whose parts run but whose value is not modelled."""

    parts: tuple[Expr, ...] = ()


class Name(Expr, frozen=True, eq=False, gc=False):
    id: str


class Const(Expr, frozen=True, eq=False, gc=False):
    """A literal; `value` is kept for short strings and small integers, by which tables are indexed."""

    kind: Literal["none", "bool", "int", "float", "complex", "str", "bytes", "ellipsis", "regex"]
    value: str | int | bool | None = None


class Attr(Expr, frozen=True, eq=False, gc=False):
    obj: Expr
    name: str
    name_start: int


class Arg(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An argument of a call; `stars` is 1 for `*x`, 2 for `**x`."""

    value: Expr
    keyword: str = ""
    stars: int = 0


class Call(Expr, frozen=True, eq=False, gc=False):
    func: Expr
    args: tuple[Arg, ...] = ()


class New(Call, frozen=True, eq=False, gc=False):
    """A call that makes an instance by the syntax's word: `new f(x)`."""


class Element(Call, frozen=True, eq=False, gc=False):
    """A component written as markup: `<f a={x}/>` calls `f` with an object of its attributes."""


class Markup(Unknown, frozen=True, eq=False, gc=False):
    """An element written as markup that calls nothing."""


class Typed(Expr, frozen=True, eq=False, gc=False):
    """`x as T`: the value, said to be of a type."""

    value: Expr
    annotation: Expr


class Super(Expr, frozen=True, eq=False, gc=False):
    """The object whose method is running, seen from its base classes, where that is a word of the syntax."""


class Optional(Expr, frozen=True, eq=False, gc=False):
    """The object before `?.`: what follows up to the enclosing `Chain` is skipped where it is nothing."""

    value: Expr
    asserted: bool = False
    """`x!`: it is said not to be nothing, and nothing is skipped."""


class Chain(Expr, frozen=True, eq=False, gc=False):
    """A chain with `?.` in it; it gives nothing where something was skipped."""

    value: Expr


class Index(Expr, frozen=True, eq=False, gc=False):
    obj: Expr
    key: Expr


class Slice(Expr, frozen=True, eq=False, gc=False):
    """`lower:upper:step`; a bound that is left out is None."""

    bounds: tuple[Expr | None, ...] = ()


class Binary(Expr, frozen=True, eq=False, gc=False):
    op: str
    left: Expr
    right: Expr


class Unary(Expr, frozen=True, eq=False, gc=False):
    op: str
    operand: Expr


class Compare(Expr, frozen=True, eq=False, gc=False):
    """`a < b in c`: one operator between each pair of neighbours."""

    ops: tuple[str, ...]
    operands: tuple[Expr, ...]


class Bool(Expr, frozen=True, eq=False, gc=False):
    op: Literal["and", "or", "??"]
    """`??` gives the left side unless that is nothing."""
    left: Expr
    right: Expr


class Conditional(Expr, frozen=True, eq=False, gc=False):
    test: Expr
    body: Expr
    orelse: Expr


class Lambda(Expr, frozen=True, eq=False, gc=False):
    function: int
    """Index in `Unit.functions`."""


class Display(Expr, frozen=True, eq=False, gc=False):
    """A list, tuple or set written out."""

    kind: Literal["list", "tuple", "set"]
    items: tuple[Expr, ...] = ()


class DictDisplay(Expr, frozen=True, eq=False, gc=False):
    """A dictionary written out; a `None` key stands for `**value`."""

    items: tuple[tuple[Expr | None, Expr], ...] = ()


class Accessor(Expr, frozen=True, eq=False, gc=False):
    """A getter or setter as the value of a key in an object that is written out."""

    kind: Literal["get", "set"]
    function: int
    """Index in `Unit.functions`."""


class Clause(msgspec.Struct, frozen=True, eq=False, gc=False):
    """`for target in iterable if …` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...] = ()
    asynchronous: bool = False


class Comprehension(Expr, frozen=True, eq=False, gc=False):
    kind: Literal["list", "set", "dict", "generator"]
    element: Expr
    value: Expr | None
    """The value of a dictionary comprehension, whose key is `element`."""
    clauses: tuple[Clause, ...]


class Await(Expr, frozen=True, eq=False, gc=False):
    value: Expr


class Yield(Expr, frozen=True, eq=False, gc=False):
    value: Expr | None
    delegate: bool = False
    """`yield from`."""


class Starred(Expr, frozen=True, eq=False, gc=False):
    value: Expr


class Format(Expr, frozen=True, eq=False, gc=False):
    """A string with expressions inside; each is converted to text."""

    parts: tuple[Expr, ...]
    conversion: tuple[str, ...] = ()
    """For each part: `str`, `repr` or `format`."""
    before: str = ""
    """What stands before the first part and, in `after`, behind the last."""
    after: str = ""


class Bind(Expr, frozen=True, eq=False, gc=False):
    """An assignment that is an expression: `name := value`."""

    name: str
    value: Expr


class Set(Expr, frozen=True, eq=False, gc=False):
    """An assignment to any target that is an expression."""

    target: Expr
    value: Expr


class Keys(Expr, frozen=True, eq=False, gc=False):
    """The names of an object's fields, which a loop goes through."""

    value: Expr


class Sequence(Expr, frozen=True, eq=False, gc=False):
    """`a, b`: each runs, the last one's value counts."""

    parts: tuple[Expr, ...]


class ClassExpr(Expr, frozen=True, eq=False, gc=False):
    """A class's definition that is an expression."""

    cls: int
    """Index in `Unit.classes`."""


class ImportExpr(Expr, frozen=True, eq=False, gc=False):
    """A module loaded by an expression: `import("m")`, which gives a promise of it, or `require("m")`."""

    module: str
    promised: bool = False


class Pattern(Expr, frozen=True, eq=False, gc=False):
    """An assignment's target that takes an object apart by keys; a `None` key stands for `...rest`."""

    items: tuple[tuple[Expr | None, Expr], ...] = ()


class Defaulted(Expr, frozen=True, eq=False, gc=False):
    """A part of a target with what it holds where nothing is given."""

    target: Expr
    default: Expr


class Stmt(Node, frozen=True, eq=False, gc=False):
    """A statement. By itself: one that does nothing."""


class ExprStmt(Stmt, frozen=True, eq=False, gc=False):
    value: Expr


class Assign(Stmt, frozen=True, eq=False, gc=False):
    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None = None


class Augment(Stmt, frozen=True, eq=False, gc=False):
    target: Expr
    op: str
    value: Expr


class Return(Stmt, frozen=True, eq=False, gc=False):
    value: Expr | None


class Raise(Stmt, frozen=True, eq=False, gc=False):
    value: Expr | None
    cause: Expr | None = None


class If(Stmt, frozen=True, eq=False, gc=False):
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


class While(Stmt, frozen=True, eq=False, gc=False):
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


class For(Stmt, frozen=True, eq=False, gc=False):
    target: Expr
    iterable: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()
    asynchronous: bool = False


class Handler(Node, frozen=True, eq=False, gc=False):
    type: Expr | None
    name: str
    body: tuple[Stmt, ...]


class Try(Stmt, frozen=True, eq=False, gc=False):
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...] = ()
    orelse: tuple[Stmt, ...] = ()
    final: tuple[Stmt, ...] = ()


class With(Stmt, frozen=True, eq=False, gc=False):
    items: tuple[tuple[Expr, Expr | None], ...]
    body: tuple[Stmt, ...]
    asynchronous: bool = False


class Case(Node, frozen=True, eq=False, gc=False):
    """One case of a match: the values it compares with, the classes it tests for, the names it binds."""

    values: tuple[Expr, ...]
    classes: tuple[Expr, ...]
    binds: tuple[str, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]
    irrefutable: bool = False


class Match(Stmt, frozen=True, eq=False, gc=False):
    subject: Expr
    cases: tuple[Case, ...]


class Branch(Node, frozen=True, eq=False, gc=False):
    """One case of a switch; without a test, the default."""

    test: Expr | None
    body: tuple[Stmt, ...]


class Switch(Stmt, frozen=True, eq=False, gc=False):
    """Compares a subject with each branch's test in turn; a branch without a jump runs on into the next."""

    subject: Expr
    branches: tuple[Branch, ...]


class Define(Stmt, frozen=True, eq=False, gc=False):
    """The execution of a function's definition; `function` is an index in `Unit.functions`."""

    function: int


class DefineClass(Stmt, frozen=True, eq=False, gc=False):
    """The execution of a class's definition; `cls` is an index in `Unit.classes`."""

    cls: int


class Member(Stmt, frozen=True, eq=False, gc=False):
    """A member of a class in a language whose members are no names: a method, accessor or field.

    `value` is the function, the initial value, or None where it is only declared.
    """

    name: str
    kind: Literal["method", "get", "set", "field"]
    static: bool
    value: Expr | None
    annotation: Expr | None = None


class Import(Stmt, frozen=True, eq=False, gc=False):
    """`import a.b as c` (no `name`) or `from ..a import b as c` (`level` 2); `name` may be `*`."""

    module: str
    level: int
    name: str
    alias: str
    """The name that is bound; empty for `*`."""


class Delete(Stmt, frozen=True, eq=False, gc=False):
    targets: tuple[Expr, ...]


class Assert(Stmt, frozen=True, eq=False, gc=False):
    test: Expr
    message: Expr | None = None


class Jump(Stmt, frozen=True, eq=False, gc=False):
    kind: Literal["break", "continue"]


class Parameter(Node, frozen=True, eq=False, gc=False):
    name: str
    kind: Literal["positional", "normal", "star", "keyword", "starstar", "all"]
    """`all` receives every positional argument, those of other parameters included."""
    annotation: Expr | None = None
    default: Expr | None = None


class Function(Node, frozen=True, eq=False, gc=False):
    """A function, method or lambda."""

    name: str
    qualname: str
    name_start: int
    name_end: int
    parent: int
    """Index of the enclosing function in `Unit.functions`, -1 at module or class level outside any function."""
    cls: int
    """Index in `Unit.classes` of the class whose body holds it, -1 where none does."""
    parameters: tuple[Parameter, ...]
    decorators: tuple[Expr, ...]
    returns: Expr | None
    body: tuple[Stmt, ...]
    asynchronous: bool
    generator: bool
    locals: frozenset[str]
    """Names bound inside, parameters included, less those declared `global` or `nonlocal`."""
    captured: frozenset[str] = frozenset()
    """Locals that functions inside it read or rebind."""
    nonlocals: frozenset[str] = frozenset()
    globals: frozenset[str] = frozenset()
    static: bool = False
    """Whether it is a method without a receiver."""
    arrow: bool = False
    """Whether it has no receiver of its own: `() => x`."""
    anonymous: bool = False
    """Whether people call it by no name, so that what it does is told of the function that it is written in."""
    variable: bool = False
    """Whether it has its name from the variable that it is assigned to."""
    declared: bool = False
    """Whether it is only declared: a signature without a body."""
    documented: tuple[str, ...] = ()
    """Exceptions that its documentation says it raises, by their last names."""


class Class(Node, frozen=True, eq=False, gc=False):
    name: str
    qualname: str
    name_start: int
    name_end: int
    parent: int
    """Index of the enclosing function, -1 where none."""
    cls: int
    """Index of the enclosing class, -1 where none."""
    bases: tuple[Arg, ...]
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    parameters: tuple[str, ...] = ()
    """Its type parameters, where the syntax lists them."""
    kind: Literal["class", "interface", "enum"] = "class"


class Unit(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Everything that one file does."""

    language: str
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    body: tuple[Stmt, ...]
    names: frozenset[str]
    """Names bound at module level."""
    exports: dict[str, str] = {}
    """In a language whose modules list what they give away: by that name, the name bound at module level."""
    aliases: dict[str, Expr] = {}
    """Names of types that are declared as other types."""
