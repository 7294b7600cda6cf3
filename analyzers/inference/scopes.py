"""Scopes: the modules, classes and bodies that values flow between, and what each run of a body found.

Plain mutable state with no behaviour beyond looking itself up; `Program` owns it, `frame` fills it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from analyzers import ir
from analyzers.inference.cells import Cell
from analyzers.inference.values import ClassValue, External, FunctionValue, Instance, ModuleValue, Values

if TYPE_CHECKING:
    from analyzers.inference.conditions import Conditions


class ModuleScope:
    """One module: its names, and where it comes from."""

    __slots__ = (
        "bodies",
        "body",
        "classes",
        "lazy",
        "library",
        "makers",
        "name",
        "names",
        "path",
        "ready",
        "stars",
        "unit",
        "value",
    )

    def __init__(self, path: str, name: str, unit: ir.Unit, library: bool) -> None:
        self.path = path
        """Relative to the workspace; for library code, the stub's path."""
        self.name = name
        self.unit = unit
        self.library = library
        self.names: dict[str, Cell] = {}
        self.lazy: dict[str, tuple[ModuleScope, str]] = {}
        """In library modules, which import each other in circles: names that another module binds, found when asked."""
        self.stars: list[ModuleScope] = []
        """Modules whose names `import *` brought in."""
        self.value = ModuleValue(self)
        self.body = Body(self, None, None)
        self.bodies: dict[int, Body] = {}
        self.makers: dict[Body, ClassScope] = {}
        """In a language where any function can make instances: what each function makes them of."""
        self.classes: dict[int, ClassScope] = {}
        self.ready = False
        """Whether its top level has run at least once."""

    def cell(self, name: str) -> Cell:
        cell = self.names.get(name)
        if cell is None:
            cell = self.names[name] = Cell()
        return cell

    def find(self, name: str, seen: frozenset[ModuleScope] = frozenset()) -> Cell | None:
        """The cell of a name, here or in a module whose names were imported whole."""
        cell = self.names.get(name)
        if cell is not None:
            return cell
        if name in self.lazy and self not in seen:
            module, there = self.lazy[name]
            return module.find(there, seen | {self})
        for module in reversed(self.stars):
            if module not in seen and not name.startswith("_"):
                found = module.find(name, seen | {self})
                if found is not None:
                    return found
        return None


class ClassScope:
    """One class: its bases, what its body binds (`attrs`) and what is assigned on its instances (`fields`)."""

    __slots__ = (
        "attrs", "bases", "fields", "ir", "kept", "keywords", "later", "library", "made", "maker", "module",
        "mro_cache", "name", "outer", "parameters", "plain", "qualname", "subclasses", "value",
    )  # fmt: skip

    def __init__(self, node: ir.Class, module: ModuleScope, outer: Body | None) -> None:
        self.ir = node
        self.module = module
        self.outer = outer
        """The function that the class is defined in."""
        self.name = node.name
        self.qualname = node.qualname
        self.library = module.library
        self.bases: list[Values] = []
        self.keywords: dict[str, Values] = {}
        self.parameters: tuple[str, ...] = ()
        """Names of the type variables of a generic class, in order."""
        self.attrs: dict[str, Cell] = {}
        self.fields: dict[str, Cell] = {}
        self.later: dict[str, Cell] = {}
        """Of `fields`, what is not kept of a constructor's parameters."""
        self.kept: dict[str, None] = {}
        """Fields that keep a parameter of a constructor, so that `fields` knows what this class passes for it."""
        self.subclasses: dict[ClassScope, None] = {}
        self.value = ClassValue(self)
        self.plain: Instance | None = None
        """Its instance of which nothing more is known."""
        self.mro_cache: tuple[ClassScope, ...] | None = None
        self.made = False
        """Whether an instance is seen to be made."""
        self.maker: Body | None = None
        """The function that makes its instances, where it is no class of the source."""

    def attr(self, name: str) -> Cell:
        cell = self.attrs.get(name)
        if cell is None:
            cell = self.attrs[name] = Cell()
        return cell

    def instance_field(self, name: str) -> Cell:
        cell = self.fields.get(name)
        if cell is None:
            cell = self.fields[name] = Cell()
        return cell

    def later_field(self, name: str) -> Cell:
        cell = self.later.get(name)
        if cell is None:
            cell = self.later[name] = Cell()
        return cell

    @property
    def full_name(self) -> str:
        return f"{self.module.name}.{self.qualname}"

    def mro(self) -> tuple[ClassScope, ...]:
        """The linearisation, C3 where it exists, else depth first; unknown bases are passed over."""
        if self.mro_cache is None:
            self.mro_cache = (self,)  # a cycle of bases ends here
            self.mro_cache = tuple(_linearise(self))
        return self.mro_cache

    def rebase(self, bases: list[Values]) -> None:
        """Gives it other bases."""
        for base in self.base_scopes():
            base.subclasses.pop(self, None)
        self.bases = bases
        for scope in (self, *self.below()):
            scope.mro_cache = None
        for base in self.base_scopes():
            base.subclasses[self] = None

    def below(self) -> list[ClassScope]:
        """All classes that inherit from it, however far; a circle of bases, which names may seem to make, ends."""
        found: dict[ClassScope, None] = {}
        waiting = [self]
        while waiting:
            new = [scope for scope in waiting.pop().subclasses if scope not in found]
            found.update(dict.fromkeys(new))
            waiting.extend(new)
        found.pop(self, None)
        return list(found)

    def base_scopes(self) -> list[ClassScope]:
        scopes: list[ClassScope] = []
        for values in self.bases:
            found = sorted((v.scope for v in values if isinstance(v, ClassValue)), key=lambda s: s.full_name)
            scopes.extend(s for s in found if s is not self and s not in scopes)
        return scopes

    def has_unknown_base(self) -> bool:
        """Whether something above it is not known, so that attributes may come from there."""
        return any(not any(isinstance(v, ClassValue) for v in values) for scope in self.mro() for values in scope.bases)

    def foreign_bases(self) -> list[str]:
        """Dotted names of bases whose source is not known."""
        return sorted(v.name for values in self.bases for v in values if isinstance(v, External))

    def is_subclass(self, other: ClassScope) -> bool:
        return other in self.mro()

    def find(self, name: str) -> Iterator[tuple[ClassScope, Cell]]:
        """Where the name is bound in a class body, nearest first."""
        for scope in self.mro():
            cell = scope.attrs.get(name)
            if cell is not None:
                yield scope, cell


def _linearise(scope: ClassScope) -> list[ClassScope]:
    bases = scope.base_scopes()
    sequences = [list(b.mro()) for b in bases] + [list(bases)]
    result = [scope]
    while any(sequences):
        head = next((s[0] for s in sequences if s and not any(s[0] in t[1:] for t in sequences)), None)
        if head is None:  # no consistent order: take what is left in the order of the bases
            for sequence in sequences:
                result.extend(c for c in sequence if c not in result)
            break
        if head not in result:
            result.append(head)
        for sequence in sequences:
            if sequence and sequence[0] is head:
                del sequence[0]
    return result


Fate = Literal["", "kept", "dropped", "returned", "awaited"]
"""Of a promise: put somewhere, left where nobody can wait for it, handed to the caller, or waited for at once."""

LooseKind = Literal["dropped", "tested", "asked", "returned", "ignored"]
"""`tested`: it is asked whether it is true. `asked`: what asks that, such as `filter`, gets an asynchronous function.
`returned`: out of a `try` that would catch what it is rejected with. `ignored`: what does not wait is given one to
call."""

Outcome = Literal["", "rejects", "lost"]
"""Of what a callback throws: a promise is rejected with it, or it reaches nobody who is seen to call."""


@dataclass(slots=True, eq=False)
class CallSite:
    """One edge found while a body ran: `node` calls `target` while `guards` are around it."""

    node: ir.Node
    target: Body | ClassScope
    via: str
    guards: tuple[Guard, ...]
    direct: bool
    """Whether the language's rules alone lead there: no inference over what names may hold."""
    conditional: bool = False
    choices: int = 1
    """How many targets the same call has."""
    conditions: Conditions = ()
    """What must hold of the caller's parameters for the call to be made."""
    passes: dict[str, Values] | None = None
    """What is passed for each parameter, a default left out; None where that is not known."""
    hands: dict[str, str] = field(default_factory=dict)
    """The callee's parameters that get a parameter of the caller as it came in."""
    fate: Fate = ""
    """What becomes of the promise that the call gives, where asynchronous functions run when they are called."""
    outcome: Outcome = ""
    """What becomes of what the target throws, where that is not thrown by the call."""
    unsure: bool = False
    """Whether syntax calls it on something that may also be unknown."""


@dataclass(slots=True, eq=False, frozen=True)
class Caught:
    """One handler of a guard: what it catches (`None`: everything), and whether it raises again."""

    types: Values | None
    node: ir.Node
    again: bool
    swallows: bool
    replaces: bool = False
    """Whether it raises something else in place of what it caught."""
    expected: bool = False
    """Whether it is a test's: what it names is what the block is there to raise."""


@dataclass(slots=True, eq=False, frozen=True)
class Guard:
    """The handlers of one `try` or suppressing `with`, in order; or those that a promise is given."""

    handlers: tuple[Caught, ...]
    promised: bool = False
    """Whether it stops what a promise is rejected with, and nothing else."""


@dataclass(slots=True, eq=False)
class RaiseSite:
    """Exceptions raised at a place: by a statement, or by an operation or library call (`operation` says which)."""

    node: ir.Node
    types: Values
    guards: tuple[Guard, ...]
    operation: str = ""
    rare: bool = False
    conditional: bool = True
    conditions: Conditions = ()
    """What must hold of parameters for this to happen: `if not silent: raise`."""
    chosen: str = ""
    """The parameter that says what is raised: `raise error(…)`."""
    fate: Fate = ""
    """Where a promise is rejected with them, what becomes of that promise."""


@dataclass(slots=True, eq=False)
class Loose:
    """A promise that somebody should have waited for; `node` is the place, `value` what gives it."""

    kind: LooseKind
    node: ir.Node
    value: ir.Expr
    guarded: bool
    """Whether a `try` around it looks as if it caught what it is rejected with."""


@dataclass(slots=True, eq=False)
class ReturnSite:
    """What one `return` gives; `node` is None where the body falls off its end."""

    node: ir.Node | None
    values: Values
    value: ir.Expr | None = None


@dataclass(slots=True, eq=False)
class Effect:
    """Something that running changes or needs: `kind` is `field`, `global`, `argument`, `file`, `environment` …"""

    kind: str
    text: str
    node: ir.Node
    certain: bool = False


@dataclass(slots=True, eq=False)
class Findings:
    """What the latest run of a body found. Replaced whole by the next run."""

    calls: dict[tuple[int, object, str], CallSite] = field(default_factory=dict)
    iterated: dict[tuple[int, Body], CallSite] = field(default_factory=dict)
    """Generators that are run here, step by step: what happens in them happens to whoever iterates."""
    unresolved: dict[int, tuple[ir.Call | ir.Attr, str, ir.Expr | None, tuple[Guard, ...]]] = field(
        default_factory=dict
    )
    """Calls of a method of something unknown, by offset: the node, the method's name, the receiver, the guards."""
    raises: dict[tuple[int, str], RaiseSite] = field(default_factory=dict)
    returns: dict[int, ReturnSite] = field(default_factory=dict)
    effects: dict[tuple[int, str, str], Effect] = field(default_factory=dict)
    accesses: dict[tuple[int, object, str, bool], tuple[ir.Node, ClassScope | ModuleScope | None, str, bool]] = field(
        default_factory=dict
    )
    """Reads and writes of fields and module names: the node, the owner (None where it is a field of something
    unknown), the name, whether it writes."""
    passed: dict[tuple[int, object, str], tuple[ir.Expr, Body, str, Values]] = field(default_factory=dict)
    """Arguments: the expression, the function it is passed to, the parameter, what it evaluates to."""
    none_sources: dict[str, dict[int, ir.Stmt]] = field(default_factory=dict)
    """For each local name, the assignments that may have given it None."""
    eager: bool = False
    """Whether a call of the body runs it even if it is asynchronous, so that what it throws waits in a promise."""
    fates: dict[ir.Node, Fate] = field(default_factory=dict)
    """What becomes of the promises of calls; of others they are kept."""
    loose: dict[int, Loose] = field(default_factory=dict)
    """Promises that nobody waits for, by offset, where asynchronous functions run when they are called."""
    library: set[str] = field(default_factory=set)
    """Dotted names of what it calls outside the repository."""
    unsettled: bool = False
    """Whether something had no value yet."""
    ends: bool = False
    """Whether the end of the body can be reached."""


def never_returns(function: ir.Function) -> bool:
    """Whether a function is declared to be one that never returns."""
    declared = function.returns
    name = declared.name if isinstance(declared, ir.Attr) else declared.id if isinstance(declared, ir.Name) else ""
    if isinstance(declared, ir.Const) and isinstance(declared.value, str):
        name = declared.value.rpartition(".")[2]
    return name in {"NoReturn", "Never"}


class Body:
    """Something that runs: a module's top level (classes' bodies included) or a function."""

    __slots__ = (
        "closure",
        "cls",
        "findings",
        "function",
        "generation",
        "gone",
        "module",
        "overflown",
        "params",
        "parent",
        "queued",
        "returned",
        "runs",
        "sent",
        "value",
        "wrote",
        "yielded",
    )  # fmt: skip

    def __init__(self, module: ModuleScope, function: ir.Function | None, parent: Body | None) -> None:
        self.module = module
        self.function = function
        """None for a module's top level."""
        self.parent = parent
        """The enclosing function."""
        self.cls: ClassScope | None = None
        """The class whose body defines it."""
        self.value = FunctionValue(self)
        self.params: dict[str, Cell] = {}
        self.returned = Cell()
        self.yielded = Cell()
        self.sent = Cell()
        self.closure: dict[str, Cell] = {}
        self.findings = Findings()
        self.wrote: dict[Cell, Values] = {}
        """What it put into which cells when it last ran."""
        self.generation = -1
        self.runs = 0
        self.queued = False
        self.gone = False
        """Whether its file no longer has it."""
        self.overflown = False
        """Whether it was nested too deep to be run to its end."""

    @property
    def name(self) -> str:
        return self.function.name if self.function is not None else "<module>"

    @property
    def qualname(self) -> str:
        return self.function.qualname if self.function is not None else ""

    @property
    def full_name(self) -> str:
        return f"{self.module.name}.{self.qualname}" if self.function is not None else self.module.name

    @property
    def named(self) -> Body:
        """Itself, or the nearest function around it that people call by a name."""
        body = self
        while body.function is not None and body.function.anonymous:
            body = body.parent or body.module.body
        return body

    def class_around(self, node: ir.Node) -> ClassScope | None:
        """The innermost class whose body, which runs as part of this one, has the node."""
        outer = self if self.function is not None else None
        found: ClassScope | None = None
        for cls in self.module.classes.values():
            if cls.outer is outer and cls.ir.body and cls.ir.body[0].start <= node.start < cls.ir.end:
                found = cls if found is None or cls.ir.start > found.ir.start else found
        return found

    def param(self, name: str) -> Cell:
        cell = self.params.get(name)
        if cell is None:
            cell = self.params[name] = Cell()
        return cell

    def closed(self, name: str) -> Cell:
        cell = self.closure.get(name)
        if cell is None:
            cell = self.closure[name] = Cell()
        return cell
