"""The seam to a language: what the shared analysis asks of it while bodies run.

Whatever differs between languages (which methods syntax calls, what a call of a class does, where an attribute is
looked up, how types are declared, what imports bind) is a field here; `languages/<name>/dialect/` fills it in. Nothing
here knows any language. Functions take the running frame first and note edges, reads and raises on it, as the shared
code does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from analyzers import ir
from analyzers.inference.values import Value, Values

if TYPE_CHECKING:
    from analyzers.inference.calls import Arguments
    from analyzers.inference.frame import Frame
    from analyzers.inference.program import Program
    from analyzers.inference.scopes import Body, ClassScope, Guard, ModuleScope
    from analyzers.library_tables import Library
    from analyzers.syntax import Node

Variables = dict[str, Values]
"""What type variables stand for."""

Resolve = Callable[[str, str, int], str | None]
"""Finds the workspace file of a module: name as written, importing path, level of a relative import."""

ReadLibrary = Callable[[str], tuple[str, bytes] | None]
"""The path and the text of a module outside the workspace by its dotted name."""

Special = Callable[["Frame", Value | None, "Arguments", ir.Node], Values]
"""A library function that is written out: the frame, the receiver, the arguments and the place of the call."""


class Iterate(Protocol):
    """What one value gives to a loop's target."""

    def __call__(self, frame: Frame, value: Value, node: ir.Node | None, asynchronous: bool) -> Values: ...


class Declared(Protocol):
    """The values of a declared type; something unknown where it says nothing that is known."""

    def __call__(
        self,
        program: Program,
        module: ModuleScope,
        node: ir.Expr,
        variables: Variables,
        frame: Frame | None,
        depth: int = 0,
    ) -> Values: ...


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """One language, as the analysis sees it."""

    name: str
    builtins: str
    """The library module that holds the names that are there without being bound."""
    names: Mapping[str, str]
    """How the language calls what the engine calls `list`, `dict`, `str`, `AttributeError` …, where it differs; empty
    where it has no such thing."""
    mapping: str
    """The kind of container that an object or dictionary written out is."""
    sequence: str
    """The kind of container that holds the rest of the arguments."""
    missing: Values
    """What a parameter holds for which nothing is passed; its default takes the place of that."""
    makers: tuple[str, ...]
    """The methods that run when an instance is made, the likeliest first."""

    # Names and modules.
    free_name: Callable[[Frame, str], Values]
    """What a name holds that nobody binds."""
    import_: Callable[[Frame, ir.Import], None]
    define_member: Callable[[Frame, ir.Member], None]
    load_module: Callable[[Frame, ir.ImportExpr], Values]

    # Functions.
    receiver: Callable[[Frame, ir.Function, ClassScope], Values]
    """What the first parameter of a method holds even if nobody is seen to call it."""
    argument: Callable[[Frame, Body, str], Values]
    """What is passed for a parameter that no call in the source fills: a test's fixture."""
    arguments: Callable[[Body, Arguments, Values | None], Arguments]
    """What a call passes to a function, given the receiver that it is bound to."""
    decorating: Callable[[Frame, ir.Expr, Body], None]
    """What a function's decorator says of its parameters."""
    decorator: Callable[[Frame, Value, Values, ir.Expr, Body | None], Values | None]
    """What a decorator with a meaning of its own makes of a value; None where it is an ordinary call."""
    decorated_by_name: Callable[[Frame, ir.Expr, Values], Values]
    """In a library module that runs before what it uses is there: what the decorator's name says."""
    accepts: Callable[[Body, ir.Call], bool]
    """Whether the arguments of a call fit a method, for matching by name."""
    ends: Callable[[str], bool]
    """Whether something in the library, by its dotted name, never returns."""
    nested_tests: bool
    """Whether a test may be a function inside another one."""
    ending_names: frozenset[str]
    """Last names of what never returns, by which it is worth a look."""
    nullable_call: Callable[[ir.Call], bool]
    """Whether a call of something unknown gives nothing by the language's habit: `x.get(key)`."""

    # Calls.
    evaluate_call: Callable[[Frame, ir.Call], Values | None]
    """A call that the syntax treats in a way of its own; None for an ordinary one."""
    guards: Callable[[Frame, ir.Call], Guard | None]
    """What a call makes of exceptions of what stands before it: `p.catch(f)`."""
    call_unknown: Callable[[Frame, Arguments, ir.Node], Values]
    """Calls something unknown; by the name under which it is called, the language may have an idea what it does."""
    call: Callable[[Frame, Value, Arguments, ir.Node, str], Values]
    """Calls what is no function, class or method: an instance, a wrapper."""
    call_bound: Callable[[Frame, Value, Value, Arguments, ir.Node], Values]
    """Calls a function of the language's own with a receiver: `x.setter(f)`."""
    make_instance: Callable[[Frame, ClassScope, Arguments, ir.Node, str, bool], Values]
    """Calls a class of the workspace."""
    construct: Callable[[Frame, Value, Arguments, ir.Node], Values]
    """`new f()`, of what is no class."""
    element: Callable[[Frame, Value, Arguments, ir.Node], Values]
    make_library_instance: Callable[[Frame, ClassScope, Arguments, ir.Node], Values]
    started: Callable[[Frame, Body], Values | None]
    """What calling a generator or an asynchronous function gives; None for others."""
    thrown: Callable[[Frame, ir.Expr], Values]
    """What is thrown by the name that is written there, where it is not known otherwise: `throw new f()`."""
    raised: Callable[[Frame, Values, ir.Node], None]
    """What runs when values are raised."""
    base: Callable[[Frame, ir.Expr], Values]
    """The classes of one base in a class's header."""
    class_created: Callable[[Frame, ClassScope], Values]

    # Promises.
    eager: bool
    """Whether a call of an asynchronous function runs it, so that what it throws waits in a promise."""
    promising: Callable[[ir.Expr], Iterable[ir.Node]]
    """The calls whose promise an expression gives on: `f()` and `g()` in `Promise.all([f(), g()]).then(h)`."""
    is_promise: Callable[[Value], bool]
    handles: Callable[[ir.Expr], bool]
    """Whether an expression itself says what happens when its promise is rejected: `f().catch(g)`."""

    # Attributes and items.
    of_value: Callable[[Frame, Value, str, ir.Node], Values | None]
    """What an attribute of one value holds; None where the value is not known to have it."""
    store: Callable[[Frame, Value, str, Values, ir.Attr], None]
    of_super: Callable[[Frame, ir.Super], Values]
    class_of: Callable[[Frame, Value], ClassScope | None]
    load_index: Callable[[Frame, Values, Values, ir.Index], Values]
    store_index: Callable[[Frame, Value, Values, Values, ir.Index], None]
    copied: Callable[[Frame, ir.Index, ir.Index], bool]
    """Copies what is under one key, whatever that is, to the same key of something else: `a[k] = b[k]`; whether it is
    known what there is."""
    delete_index: Callable[[Frame, Value, Values, ir.Index], None]
    key_used: Callable[[Frame, Value, ir.Node], None]
    """What runs when a value is a key."""

    # What syntax calls.
    invoke: Callable[[Frame, Values, str, Arguments, ir.Node, str], Values]
    """Calls a method that syntax or a library function looks up; empty where nobody has it."""
    iterate: Iterate
    awaited: Callable[[Frame, Value, ir.Node], Values]
    enter: Callable[[Frame, Values, ir.Node, bool], Values]
    suppressed: Callable[[Frame, Values, ir.Node], Guard | None]
    binary: Callable[[Frame, str, Values, Values, ir.Node, bool], Values]
    unary: Callable[[Frame, str, Values, ir.Node], Values]
    compare: Callable[[Frame, str, Values, Values, ir.Node], Values]
    truth: Callable[[Frame, Values, ir.Node], None]
    may_be_false: Callable[[Value], bool]
    to_text: Callable[[Frame, Values, str, ir.Node], None]

    # Tests.
    decided: Callable[[Frame, ir.Expr], bool | None]
    """Whether a test always comes out one way, by what the language says."""
    asserted: Callable[[Frame, ir.Call], None]
    """Narrows by a call as a statement that has come back: `assert(x)`."""
    narrow_call: Callable[[Frame, ir.Call, bool], None]
    narrow_compare: Callable[[Frame, ir.Compare, bool], bool]
    """Narrows by a comparison of the language's own; whether it was one."""

    prepares: Callable[[Program, Iterable[Body]], dict[Body, list[Body]]]
    """What a test runner runs for each test besides the test: fixtures, set-up and tear-down."""
    loads: Callable[[Program, Body], list[Body]]
    """The top levels of the files that a test runner loads for a test: its own, and those that hold what it shares."""

    # The library and declared types.
    declared: Declared
    allows_none: Callable[[Program, ModuleScope, ir.Expr], bool | None]
    """Whether a declared type has nothing among its values; None where it does not say."""
    type_parameters: Callable[[Frame, ClassScope], tuple[str, ...]]
    generic: Callable[[str], str]
    """What the first argument of a generic type is: its `elements`, `pairs`, `awaited`, `class`, or nothing known."""
    is_variable: Callable[[str], bool]
    """Whether a name in a library's declaration is a type variable."""
    tables: Callable[[], Library]
    special: Mapping[str, Special]
    """Library functions that are written out, since neither declarations nor tables can say what they do."""
    mutated: Callable[[Frame, str, Value | None, Arguments, ir.Node], Values | None]
    """What a container's method puts into it and returns; None where its declaration is enough."""
    ruled_out: Callable[[str, ir.Node], bool]
    """Whether an exception that tables list, by its type's name, is ruled out by the form of the call."""
    external_name: Callable[[str], str]
    """How something outside the repository is called in a call graph."""
    local_name: Callable[[ir.Function], str]
    """What a function without a name is called in a call graph, before its number; empty for one with a name."""


class Declarations(Protocol):
    """Where the source of code outside the workspace comes from: declarations, and installed packages."""

    def unit(self, module: str) -> tuple[str, ir.Unit] | None:
        """The path and the lowered source of a module by its name, or None where it is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class Deep:
    """What a family of languages brings to the deep analysis."""

    dialect: Dialect
    lower: Callable[[Node, str], ir.Unit]
    """A syntax tree's root and its path, as what runs."""
    modules: Callable[[Sequence[str], Mapping[str, str]], tuple[dict[str, str], Resolve]]
    """From the paths of the family's files and the texts of configuration files: what each file's module is called, and
    what finds the file of an import."""
    library: Callable[[ReadLibrary], Declarations]
