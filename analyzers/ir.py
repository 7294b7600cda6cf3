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

    kind: Literal["none", "bool", "int", "float", "complex", "str", "bytes", "ellipsis"]
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
    op: Literal["and", "or"]
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


class Bind(Expr, frozen=True, eq=False, gc=False):
    """An assignment that is an expression: `name := value`."""

    name: str
    value: Expr


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


class Define(Stmt, frozen=True, eq=False, gc=False):
    """The execution of a function's definition; `function` is an index in `Unit.functions`."""

    function: int


class DefineClass(Stmt, frozen=True, eq=False, gc=False):
    """The execution of a class's definition; `cls` is an index in `Unit.classes`."""

    cls: int


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
    kind: Literal["positional", "normal", "star", "keyword", "starstar"]
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


class Unit(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Everything that one file does."""

    language: str
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    body: tuple[Stmt, ...]
    names: frozenset[str]
    """Names bound at module level."""
