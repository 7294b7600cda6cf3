"""One run of one body: its statements in order, with what each name may hold at each point.

Owns the flow of control: branches are joined, loops run twice, handlers start from every state of their `try`. What a
test says about a name narrows it. Expressions are `expressions`'; where a value is called is `calls`'.

This file is long because every kind of statement has its case here, and they share the frame.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers import ir
from analyzers.inference import (
    attributes,
    calls,
    conditions,
    containers,
    declarations,
    expressions,
    handing,
    keeping,
    narrowing,
    protocols,
)
from analyzers.inference.cells import Cell
from analyzers.inference.scopes import (
    Body,
    CallSite,
    Caught,
    ClassScope,
    Effect,
    Fate,
    Findings,
    Guard,
    Loose,
    LooseKind,
    Outcome,
    RaiseSite,
    ReturnSite,
    never_returns,
)
from analyzers.inference.values import (
    ANYTHING,
    ELEMENT,
    EMPTY,
    KEYS,
    NONE,
    NOTHING,
    Bound,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    Value,
    Values,
)

if TYPE_CHECKING:
    from analyzers.inference.program import Program

Env = dict[str, Values]
"""What names hold at one point. Keys with a dot are fields of a name, known since an assignment or a test."""

LOOP_PASSES = 2
"""How often a loop's body runs: once for what enters it, once for what it leaves to itself."""


def run(program: Program, body: Body) -> Findings:
    """What happens when the body runs, given what the cells hold now."""
    frame = Frame(program, body)
    if body.function is None:
        frame.block(body.module.unit.body)
        frame.findings.ends = frame.env is not None
    else:
        frame.function(body.function)
    return frame.findings


class Frame:
    """The state of one run. Used once, by `run`."""

    __slots__ = (
        "among", "body", "breaks", "classes", "conditions", "continues", "dialect", "env", "findings", "guards",
        "handling", "initial", "kept", "left", "maybe", "module", "outcome", "outer_envs", "pending", "program",
        "rebound", "skipped", "stored", "universe", "unsure",
    )  # fmt: skip

    def __init__(self, program: Program, body: Body) -> None:
        self.program = program
        self.dialect = program.dialect
        self.universe = program.universe
        self.body = body
        self.module = body.module
        self.env: Env | None = {}
        self.findings = Findings(eager=program.dialect.eager)
        self.guards: tuple[Guard, ...] = ()
        self.handling: list[tuple[Values, str]] = []
        """Types and name of the exceptions whose handlers are running, outermost first."""
        self.initial: Env = {}
        """Parameters as they came in, to tell what is handed back unchanged."""
        self.kept: Values = EMPTY
        """What the field that is being assigned keeps of a constructor's parameters."""
        self.rebound: set[str] = set()
        """Names that were bound since."""
        self.pending = False
        """Whether a call has not come back so far, so that it is not known yet whether control passes it."""
        self.stored: Env = {}
        """All that was bound to a parameter since."""
        self.classes: list[ClassScope] = []
        """Classes whose bodies are running, outermost first."""
        self.outer_envs: list[Env | None] = []
        self.breaks: list[list[Env]] = []
        self.continues: list[list[Env]] = []
        self.maybe = 0
        """How many branches, loops and handlers are around the current statement."""
        self.conditions: conditions.Conditions = ()
        """What must hold of parameters for control to be here, outermost first."""
        self.left = False
        """Whether some branch before this point has left the body."""
        self.among: Values = EMPTY
        """What an attribute is being looked up on."""
        self.unsure = False
        """Whether syntax calls a method of something that may also be unknown."""
        self.skipped = False
        """Whether the chain that is being evaluated may have been skipped so far."""
        self.outcome: Outcome = ""
        """What becomes of what the functions throw that are being called back."""

    # Cells.

    def read(self, cell: Cell) -> Values:
        """What a cell holds; this body runs again when that changes."""
        if not self.module.library:
            cell.readers[self.body] = None
        return cell.values

    def write(self, cell: Cell, values: Values) -> None:
        """Puts values into a cell on this body's behalf."""
        if not values:
            return
        wrote = self.body.wrote
        had = wrote.get(cell)
        wrote[cell] = values if had is None else had | values
        before = cell.values
        if cell.add(self.body, values):
            self.program.notify(cell, before)

    def bottom(self) -> Values:
        """The value of what has none yet: nothing while values still flow, something unknown once they have settled.

        Were it unknown from the start, every function would seem to handle unknown values until its callers have run.
        """
        if self.program.settled:
            return ANYTHING
        self.findings.unsettled = True
        return EMPTY

    def doubt(self, values: Values) -> bool:
        """Syntax is about to call methods of these, and is not sure to where something else is among them that has
        the method by nature: a text, a list, something unknown. What was said of that before, to be put back."""
        before = self.unsure
        self.unsure = before or not all(_is_own(v) for v in values)
        return before

    # Functions.

    def function(self, function: ir.Function) -> None:
        env: Env = {}
        for parameter in function.parameters:
            env[parameter.name] = self.parameter(function, parameter)
        self.initial = dict(env)
        self.env = env
        for name in sorted(function.captured):
            if name in env:
                self.write(self.body.closed(name), env[name])
        self.block(function.body)
        if self.env is not None:
            self.findings.ends = True
            if not function.generator and not (self.pending and not self.program.settled):
                self.findings.returns[-1] = ReturnSite(None, NOTHING)
                self.write(self.body.returned, NOTHING)

    def parameter(self, function: ir.Function, parameter: ir.Parameter) -> Values:
        """What a parameter holds: what callers pass, what its annotation and default say, or something unknown."""
        name = parameter.name
        flows = self.read(self.body.param(name))
        declared = EMPTY
        if parameter.annotation is not None:
            declared = declarations.evaluate(self.program, self.module, parameter.annotation, {}, self) - ANYTHING
        if parameter.kind == "star":
            return self.star_parameter(parameter, self.dialect.sequence, flows | declared)
        if parameter.kind == "all":
            return self.star_parameter(parameter, self.dialect.sequence, flows)
        if parameter.kind == "starstar":
            return self.star_parameter(parameter, "dict", flows | declared)
        cls = self.body.cls
        if cls is not None and function.parameters and parameter is function.parameters[0]:
            receiver = self.dialect.receiver(self, function, cls)
            if receiver:
                return (flows - ANYTHING) | receiver
        if not flows and parameter.default is None:
            flows = self.dialect.argument(self, self.body, name)
        default = self.read(self.body.param("=" + name)) if parameter.default is not None else EMPTY
        missing = self.dialect.missing
        if missing and flows and parameter.default is not None:
            if not flows & missing and not flows & ANYTHING:
                default = EMPTY  # everybody passes something
            flows = flows - missing
        if not declared and not (flows - ANYTHING):
            return flows | default | self.bottom()
        if declared:
            flows = declarations.fitting(flows, declared)
        return flows | declared | default

    def star_parameter(self, parameter: ir.Parameter, kind: str, values: Values) -> Values:
        container = self.universe.container(kind, self.program.builtin_class(kind), parameter)
        self.write(containers.element_cell(container), values)
        if kind == "dict":
            text = self.program.builtin_class("str")
            self.write(containers.cell_of(container, KEYS), expressions.instances(self, text))
        for key, cell in self.body.params.items():
            prefix = f"{parameter.name}["
            if key.startswith(prefix):
                inner: str | int = key[len(prefix) :]
                if kind != "dict":
                    inner = int(inner)
                self.write(containers.cell_of(container, inner), self.read(cell))
        return frozenset((container,))

    # Statements.

    def block(self, statements: tuple[ir.Stmt, ...]) -> None:
        outside = self.conditions
        for statement in statements:
            if self.env is None:
                break
            _STATEMENTS[type(statement)](self, statement)
        self.conditions = outside

    def nothing(self, stmt: ir.Stmt) -> None:
        pass

    def expr_stmt(self, stmt: ir.ExprStmt) -> None:
        value = stmt.value
        self.settle_fate(value, "dropped")
        values = expressions.evaluate(self, value)
        self.note_loose("dropped", stmt, value, values)
        if not isinstance(value, ir.Call):
            return
        self.pending = self.pending or not values
        if self.never_returns(value) or self.only_raises(value, values):
            self.env = None
            self.left = self.left or self.maybe > 0
        else:
            self.dialect.asserted(self, value)

    def settle_fate(self, value: ir.Expr, fate: Fate) -> None:
        """What becomes of the promise that an expression gives, said before it is evaluated."""
        for node in self.dialect.promising(value):
            self.findings.fates[node] = fate

    def fate_of(self, node: ir.Node) -> Fate:
        return self.findings.fates.get(node, "kept") if self.dialect.eager else ""

    def note_loose(self, kind: LooseKind, node: ir.Node, value: ir.Expr, values: Values) -> None:
        """Notes a promise that nobody waits for, where the value is surely one."""
        dialect = self.dialect
        if not dialect.eager or not values or self.module.library:
            return
        guarded = any(not guard.promised for guard in self.guards)
        asynchronous = self.body.function is not None and self.body.function.asynchronous
        if kind == "returned" and not (guarded and asynchronous):
            return
        if kind == "tested" and not isinstance(value, ir.Call):
            return  # Of a name or a field it is often asked whether it is set.
        if all(dialect.is_promise(v) for v in values) and not dialect.handles(value):
            self.findings.loose[node.start] = Loose(kind, node, value, guarded)

    def never_returns(self, call: ir.Call) -> bool:
        """Whether a call ends control here: `sys.exit()` and what is declared `NoReturn`."""
        if isinstance(call.func, ir.Attr | ir.Name):
            name = call.func.name if isinstance(call.func, ir.Attr) else call.func.id
            if name in self.dialect.ending_names or name in self.program.never_return:
                values = expressions.evaluate(self, call.func)
                return bool(values) and all(_never_returns(self, v) for v in values)
        return False

    def only_raises(self, call: ir.Call, result: Values) -> bool:
        """Whether all that a call may reach never comes back: `self.fail(…)`, every path of which raises."""
        if result - ANYTHING or not self.program.settled or self.module.library or self.env is None:
            return False
        values = expressions.evaluate(self, call.func)
        return bool(values) and all(_only_raises(v) for v in values)

    def assign(self, stmt: ir.Assign) -> None:
        if stmt.value is None:
            self.declare(stmt)
            return
        values = expressions.evaluate(self, stmt.value)
        if stmt.annotation is not None:
            declared = declarations.evaluate(self.program, self.module, stmt.annotation, {}, self)
            if not values - ANYTHING:
                values = declared or values
            elif self.classes and not values - NOTHING:
                values = values | declared
        for target in stmt.targets:
            self.bind(target, values, stmt.value)
            if NONE in values and isinstance(target, ir.Name):
                self.findings.none_sources.setdefault(target.id, {})[stmt.start] = stmt

    def declare(self, stmt: ir.Assign) -> None:
        """`x: T` without a value: a class's field or a stub's name."""
        if stmt.annotation is None:
            return
        values = declarations.evaluate(self.program, self.module, stmt.annotation, {}, self) or ANYTHING
        for target in stmt.targets:
            if isinstance(target, ir.Name):
                if self.classes:
                    self.write(self.classes[-1].instance_field(target.id), values)
                    if self.module.library:
                        self.write(self.classes[-1].attr(target.id), values)
                elif self.body.function is None:
                    self.store_name(target.id, values, target)
            elif isinstance(target, ir.Attr):
                attributes.store(self, target, values)
                # A declaration says what a field will hold and writes nothing.
                said = self.findings.accesses
                for key in [key for key in said if key[0] == target.start and key[3]]:
                    del said[key]
                for effect in [effect for effect in self.findings.effects if effect[0] == target.start]:
                    del self.findings.effects[effect]

    def bind(self, target: ir.Expr, values: Values, value: ir.Expr | None = None) -> None:
        """An assignment to a target of any form, of `value` if that is written."""
        if isinstance(target, ir.Name):
            if self.body.function is None and not self.module.library:
                owner = self.classes[-1] if self.classes else self.module
                self.findings.accesses[target.start, owner, target.id, True] = (target, owner, target.id, True)
            self.store_name(target.id, values, target)
        elif isinstance(target, ir.Attr):
            if value is not None:
                self.kept = keeping.kept(self, target, value, values)
            attributes.store(self, target, values)
            self.kept = EMPTY
        elif isinstance(target, ir.Index):
            same = isinstance(value, ir.Index) and _is_same_key(target, value)
            if not (same and isinstance(value, ir.Index) and self.dialect.copied(self, target, value)):
                containers.store_index(self, target, values)
        elif isinstance(target, ir.Display):
            self.unpack(target, values)
        elif isinstance(target, ir.Starred):
            container = containers.new_container(self, "list", target, values)
            self.bind(target.value, container)
        elif isinstance(target, ir.Pattern):
            self.take_apart(target, values)
        elif isinstance(target, ir.Defaulted):
            given = expressions.evaluate(self, target.default)
            self.bind(target.target, (values - NOTHING) | given)

    def unpack(self, target: ir.Display, values: Values) -> None:
        starred = next((i for i, t in enumerate(target.items) if isinstance(t, ir.Starred)), None)
        for index, item in enumerate(target.items):
            if starred is None or index < starred:
                self.bind(item, containers.item(self, values, index, len(target.items) if starred is None else None))
            else:
                self.bind(item, protocols.iterate(self, values, target))
        containers.unpacked(self, values, target)

    def take_apart(self, target: ir.Pattern, values: Values) -> None:
        for key, item in target.items:
            if key is None:
                self.bind(item, containers.rest(self, values, target, item))
            elif isinstance(key, ir.Const) and isinstance(key.value, str):
                place = ir.Attr(key.start, key.end, ir.Unknown(key.start, key.start), key.value, key.start)
                self.bind(item, attributes.load(self, values, place))
            else:
                keys = expressions.evaluate(self, key)
                place_ = ir.Index(target.start, target.end, ir.Unknown(target.start, target.start), key)
                self.bind(item, self.dialect.load_index(self, values, keys, place_))

    def store_name(self, name: str, values: Values, node: ir.Node) -> None:
        assert self.env is not None
        function = self.body.function
        self.rebound.add(name)
        if self.classes:
            self.env[name] = values
            self.write(self.classes[-1].attr(name), values)
            return
        if function is None or name in function.globals:
            if function is not None:
                self.findings.accesses[node.start, self.module, name, True] = (node, self.module, name, True)
                self.effect("global", name, node)
            self.env[name] = values
            self.write(self.module.cell(name), values)
        elif name in function.nonlocals:
            self.env[name] = values
            owner = self.body.parent
            while owner is not None and owner.function is not None:
                if name in owner.function.locals:
                    self.write(owner.closed(name), values)
                    break
                owner = owner.parent
        else:
            self.env[name] = values
            if name in self.initial:
                self.stored[name] = self.stored.get(name, EMPTY) | values
            if name in function.captured:
                self.write(self.body.closed(name), values)
        self.forget_fields(name)

    def forget_fields(self, name: str) -> None:
        """After a name is bound anew, what was known of its fields is not known of the new value."""
        assert self.env is not None
        prefix = name + "."
        stale = [key for key in self.env if key.startswith(prefix)]
        for key in stale:
            del self.env[key]

    def augment(self, stmt: ir.Augment) -> None:
        left = expressions.evaluate(self, stmt.target)
        right = expressions.evaluate(self, stmt.value)
        values = protocols.binary(self, stmt.op, left, right, stmt, inplace=True)
        self.bind(stmt.target, values)

    def return_(self, stmt: ir.Return) -> None:
        values = NOTHING
        if stmt.value is not None:
            self.settle_fate(stmt.value, "returned")
            values = expressions.evaluate(self, stmt.value)
            self.note_loose("returned", stmt, stmt.value, values)
            back = handing.back(self, stmt.value, values)
            if back != values:
                self.findings.returns[stmt.start] = ReturnSite(stmt, values, stmt.value)
                values = back
        self.findings.returns.setdefault(stmt.start, ReturnSite(stmt, values, stmt.value))
        self.write(self.body.returned, values)
        self.leave()

    def leave(self) -> None:
        self.left = self.left or self.maybe > 0
        self.env = None

    def raise_(self, stmt: ir.Raise) -> None:
        if stmt.cause is not None:
            expressions.evaluate(self, stmt.cause)
        if stmt.value is None:
            self.leave()
            return
        values = expressions.evaluate(self, stmt.value)
        self.dialect.raised(self, values, stmt)
        again = isinstance(stmt.value, ir.Name) and any(name == stmt.value.id for _, name in self.handling)
        if not again:
            types = self.raised_types(stmt.value, values)
            if types <= ANYTHING:
                types = types | self.dialect.thrown(self, stmt.value)
            conditional = self.maybe > 0 or self.left
            chosen = conditions.unchanged(self, stmt.value.func if isinstance(stmt.value, ir.Call) else stmt.value)
            self.findings.raises[stmt.start, ""] = RaiseSite(
                stmt, types, self.guards, "", False, conditional, self.conditions, chosen
            )
        self.leave()

    def raised_types(self, node: ir.Expr, values: Values) -> Values:
        """The exception classes of a `raise`. What is raised by value may be declared as a base class that nobody
        raises as such: it is left out where something nearer is known, and where it says nothing at all."""
        types = protocols.exception_types(self, values)
        written = values | expressions.evaluate(self, node.func) if isinstance(node, ir.Call) else values
        return frozenset(t for t in types if t in written or not _is_vague(t, types))

    def if_(self, stmt: ir.If) -> None:
        self.note_loose("tested", stmt.test, stmt.test, expressions.evaluate(self, stmt.test))
        decided = narrowing.decided(self, stmt.test)
        before = self.env
        assert before is not None
        self.maybe += 1
        after_body: Env | None = None
        after_else: Env | None = None
        outside = self.conditions
        holds = (*outside, *conditions.of_test(self, stmt.test, True))
        fails = (*outside, *conditions.of_test(self, stmt.test, False))
        if decided is not False:
            self.env = dict(before)
            narrowing.narrow(self, stmt.test, True)
            self.conditions = holds
            self.block(stmt.body)
            after_body = self.env
        if decided is not True:
            self.env = dict(before)
            narrowing.narrow(self, stmt.test, False)
            self.conditions = fails
            self.block(stmt.orelse)
            after_else = self.env
        self.maybe -= 1
        # What follows a branch that has left runs only if the other one was taken.
        self.conditions = outside
        if (after_body is None) != (after_else is None):
            self.conditions = fails if after_body is None else holds
        self.env = join(after_body, after_else)

    def while_(self, stmt: ir.While) -> None:
        forever = isinstance(stmt.test, ir.Const) and bool(stmt.test.value)
        self.loop(stmt.body, stmt.orelse, lambda: None, stmt.test, forever)

    def for_(self, stmt: ir.For) -> None:
        iterable = expressions.evaluate(self, stmt.iterable)

        def enter() -> None:
            self.bind(stmt.target, protocols.iterate(self, iterable, stmt.iterable, stmt.asynchronous))

        self.loop(stmt.body, stmt.orelse, enter, None, forever=False)

    def loop(
        self,
        body: tuple[ir.Stmt, ...],
        orelse: tuple[ir.Stmt, ...],
        enter: Callable[[], None],
        test: ir.Expr | None,
        forever: bool,
    ) -> None:
        self.breaks.append([])
        self.continues.append([])
        self.maybe += 1
        for _ in range(LOOP_PASSES):
            before = self.env
            if before is None:
                break
            self.env = dict(before)
            if test is not None:
                self.note_loose("tested", test, test, expressions.evaluate(self, test))
                narrowing.narrow(self, test, True)
            enter()
            self.block(body)
            for going_on in self.continues[-1]:
                self.env = join(self.env, going_on)
            self.continues[-1].clear()
            self.env = join(before, self.env)
        breaks = self.breaks.pop()
        self.continues.pop()
        if forever:
            self.env = None
        elif self.env is not None:
            if test is not None:
                narrowing.narrow(self, test, False)
            self.block(orelse)
        self.maybe -= 1
        for left in breaks:
            self.env = join(self.env, left)

    def jump(self, stmt: ir.Jump) -> None:
        stack = self.breaks if stmt.kind == "break" else self.continues
        if stack and self.env is not None:
            stack[-1].append(self.env)
        self.env = None

    def try_(self, stmt: ir.Try) -> None:
        before = self.env
        assert before is not None
        caught = [self.caught(handler) for handler in stmt.handlers]
        outside = self.guards
        if caught:
            self.guards = (*outside, Guard(tuple(caught)))
        self.maybe += 1
        self.env = dict(before)
        self.block(stmt.body)
        self.guards = outside
        after = self.env
        # An exception may come at any point of the body, so a handler starts from what held before and after it.
        start = join(before, after) if after is not None else before
        if after is not None:
            self.block(stmt.orelse)
        result: Env | None = self.env if after is not None else None
        for handler, catch in zip(stmt.handlers, caught, strict=True):
            self.env = dict(start or {})
            self.handle(handler, catch)
            result = join(result, self.env)
        self.maybe -= 1
        if stmt.final:
            ended = result is None
            self.env = dict(result if result is not None else join(before, start) or {})
            self.block(stmt.final)
            result = None if ended else self.env
        self.env = result

    def caught(self, handler: ir.Handler) -> Caught:
        again, replaces, uses = _handling(handler)
        if handler.type is None:
            return Caught(None, handler, again, not (again or replaces or uses), replaces)
        types = protocols.exception_types(self, expressions.evaluate(self, handler.type))
        return Caught(types, handler, again, not (again or replaces or uses), replaces)

    def handle(self, handler: ir.Handler, catch: Caught) -> None:
        types = catch.types if catch.types is not None else self.program.builtin("BaseException")
        if handler.name and self.env is not None:
            self.store_name(handler.name, protocols.exception_instances(self, types), handler)
        self.handling.append((types, handler.name))
        self.block(handler.body)
        self.handling.pop()

    def with_(self, stmt: ir.With) -> None:
        outside = self.guards
        suppresses = False
        for context, target in stmt.items:
            values = expressions.evaluate(self, context)
            entered = protocols.enter(self, values, context, stmt.asynchronous)
            if target is not None:
                self.bind(target, entered)
            guard = protocols.suppressed(self, values, context)
            if guard is not None:
                self.guards = (*self.guards, guard)
                suppresses = True
        before = dict(self.env) if self.env is not None else None
        self.block(stmt.body)
        self.guards = outside
        if suppresses:
            self.env = join(self.env, before)

    def match(self, stmt: ir.Match) -> None:
        subject = expressions.evaluate(self, stmt.subject)
        before = self.env
        assert before is not None
        result: Env | None = None
        self.maybe += 1
        exhausted = False
        for case in stmt.cases:
            self.env = dict(before)
            for value in case.values:
                expressions.evaluate(self, value)
            made: Values = frozenset().union(*(expressions.evaluate(self, c) for c in case.classes))
            bound = subject if not case.classes or len(case.binds) > 1 else ANYTHING
            instances = frozenset(self.universe.instance(v.scope) for v in made if isinstance(v, ClassValue))
            for name in case.binds:
                self.store_name(name, (instances if instances else bound) or ANYTHING, case)
            if isinstance(stmt.subject, ir.Name) and instances and self.env is not None:
                self.env[stmt.subject.id] = instances
            if case.guard is not None:
                expressions.evaluate(self, case.guard)
            self.block(case.body)
            result = join(result, self.env)
            exhausted = exhausted or case.irrefutable
        self.maybe -= 1
        self.env = result if exhausted else join(result, before)

    def switch(self, stmt: ir.Switch) -> None:
        expressions.evaluate(self, stmt.subject)
        before = self.env
        assert before is not None
        self.breaks.append([])
        self.maybe += 1
        through: Env | None = None
        unmatched = dict(before)
        default = False
        for branch in stmt.branches:
            self.env = dict(unmatched)
            if branch.test is None:
                default = True
            else:
                expressions.evaluate(self, branch.test)
                test = ir.Compare(branch.start, branch.start, ("is",), (stmt.subject, branch.test))
                narrowing.narrow(self, test, True)
                entered = self.env
                self.env = unmatched
                narrowing.narrow(self, test, False)
                unmatched, self.env = self.env, entered
            self.env = join(self.env, through)
            self.block(branch.body)
            through = self.env
        self.maybe -= 1
        result = through if default else join(through, unmatched)
        for left in self.breaks.pop():
            result = join(result, left)
        self.env = result

    def define(self, stmt: ir.Define) -> None:
        body = self.module.bodies.get(stmt.function)
        if body is None or body.function is None:
            return
        values = self.make_function(body)
        for decorator in reversed(body.function.decorators):
            values = calls.decorate(self, decorator, values, body)
        if values:
            self.store_name(body.function.name, values, body.function)

    def make_function(self, body: Body) -> Values:
        """The function object; its defaults are evaluated now, its body when it is queued."""
        assert body.function is not None
        for parameter in body.function.parameters:
            if parameter.default is not None:
                self.write(body.param("=" + parameter.name), expressions.evaluate(self, parameter.default))
        if body.runs == 0 and not self.module.library:
            self.program.enqueue(body)
        return frozenset((body.value,))

    def define_class(self, stmt: ir.DefineClass) -> None:
        scope = self.module.classes.get(stmt.cls)
        if scope is not None and self.env is not None:
            self.store_name(scope.name, self.make_class(scope), scope.ir)

    def make_class(self, scope: ClassScope) -> Values:
        """Runs a class's body; the class, as its decorators leave it."""
        assert self.env is not None
        bases: list[Values] = []
        for arg in scope.ir.bases:
            if arg.keyword:
                scope.keywords[arg.keyword] = expressions.evaluate(self, arg.value)
            elif not arg.stars:
                bases.append(self.dialect.base(self, arg.value) or ANYTHING)
        if bases != scope.bases:
            scope.rebase(bases)
            # Whoever looked something up before the bases were known looks again.
            for cell in (*scope.fields.values(), *scope.attrs.values()):
                if cell.readers:
                    self.program.notify(cell)
        scope.parameters = self.dialect.type_parameters(self, scope)
        self.classes.append(scope)
        self.outer_envs.append(self.env)
        self.env = {}
        self.block(scope.ir.body)
        self.env = self.outer_envs.pop()
        self.classes.pop()
        values: Values = self.dialect.class_created(self, scope)
        for decorator in reversed(scope.ir.decorators):
            values = calls.decorate(self, decorator, values, None)
        return values

    def import_(self, stmt: ir.Import) -> None:
        self.dialect.import_(self, stmt)

    def member(self, stmt: ir.Member) -> None:
        self.dialect.define_member(self, stmt)

    def delete(self, stmt: ir.Delete) -> None:
        for target in stmt.targets:
            if isinstance(target, ir.Index):
                containers.delete_index(self, target)
            elif isinstance(target, ir.Attr):
                expressions.evaluate(self, target.obj)
            elif isinstance(target, ir.Name) and self.env is not None and not self.classes:
                self.forget_fields(target.id)

    def assert_(self, stmt: ir.Assert) -> None:
        expressions.evaluate(self, stmt.test)
        if stmt.message is not None:
            expressions.evaluate(self, stmt.message)
        types = self.program.builtin("AssertionError")
        self.findings.raises[stmt.start, ""] = RaiseSite(stmt, types, self.guards, "assert", True)
        narrowing.narrow(self, stmt.test, True)
        if isinstance(stmt.test, ir.Const) and stmt.test.value is False:
            self.leave()

    # What was found.

    def edge(self, node: ir.Node, target: Body | ClassScope, via: str = "", direct: bool = False) -> CallSite:
        """Notes that this body calls `target` at `node`."""
        key = (node.start, target, via)
        site = self.findings.calls.get(key)
        if site is None:
            conditional = self.maybe > 0 or self.left
            site = CallSite(node, target, via, self.guards, direct, conditional, conditions=self.conditions)
            site.unsure = self.unsure
            site.fate, site.outcome = self.fate_of(node), self.outcome
            self.findings.calls[key] = site
        elif site.conditions != self.conditions:
            site.conditions = tuple(c for c in site.conditions if c in self.conditions)
        return site

    def iterated(self, node: ir.Node | None, body: Body) -> None:
        """Notes that a generator is run here."""
        key = (node.start if node is not None else -1, body)
        if key not in self.findings.iterated:
            conditional = self.maybe > 0 or self.left
            place = node or ir.Node(0, 0)
            site = CallSite(place, body, "iterated", self.guards, False, conditional, conditions=self.conditions)
            self.findings.iterated[key] = site

    def raises(self, node: ir.Node, types: Values, operation: str, rare: bool) -> None:
        """Notes that an operation or a library call may raise."""
        if types:
            key = (node.start, operation)
            self.findings.raises[key] = RaiseSite(node, types, self.guards, operation, rare)

    def effect(self, kind: str, text: str, node: ir.Node, certain: bool = False) -> None:
        self.findings.effects.setdefault((node.start, kind, text), Effect(kind, text, node, certain))


def join(first: Env | None, second: Env | None) -> Env | None:
    """What holds where two ways meet; a field's knowledge must come from both."""
    if first is None:
        return second
    if second is None:
        return first
    result: Env = {}
    for name, values in first.items():
        other = second.get(name)
        if other is None:
            if "." not in name:
                result[name] = values
        else:
            result[name] = values if other is values else values | other
    for name, values in second.items():
        if name not in first and "." not in name:
            result[name] = values
    return result


def _is_vague(kind: Value, among: Values) -> bool:
    """Whether a class stands for others: every exception's base, or the base of another one among these."""
    if not isinstance(kind, ClassValue):
        return False
    if kind.scope.library and kind.scope.name in {"BaseException", "Exception", "Error"}:
        return True
    return any(isinstance(v, ClassValue) and v is not kind and v.scope.is_subclass(kind.scope) for v in among)


def _never_returns(frame: Frame, value: Value) -> bool:
    if isinstance(value, Instance):
        return frame.dialect.ends(value.cls.full_name)
    function = value.func if isinstance(value, Bound) else value
    if not isinstance(function, FunctionValue) or function.body.function is None:
        return False
    return frame.dialect.ends(function.body.full_name) or never_returns(function.body.function)


def _is_own(value: Value) -> bool:
    """Whether a value has the methods that its class in the repository says, or none."""
    if isinstance(value, Instance):
        return not value.cls.library
    return isinstance(value, ClassValue) or value is NONE


def _is_same_key(target: ir.Index, source: ir.Index) -> bool:
    """`a[k]` and `b[k]`."""
    return isinstance(target.key, ir.Name) and isinstance(source.key, ir.Name) and target.key.id == source.key.id


def _only_raises(value: Value) -> bool:
    body = getattr(value.func if isinstance(value, Bound) else value, "body", None)
    if not isinstance(body, Body) or body.function is None or body.module.library:
        return False
    if body.function.generator or body.function.asynchronous or body.runs == 0 or body.overflown:
        return False
    if body.cls is not None and any(body.name in scope.attrs for scope in body.cls.below()):
        return False
    found = body.findings
    if found.ends or found.returns:
        return False
    # What is only there to be overridden says nothing about those that override it.
    raised = [kind for site in found.raises.values() if not site.operation for kind in site.types]
    return not raised or any(_class_name(kind) != "NotImplementedError" for kind in raised)


def _class_name(kind: Value) -> str:
    return kind.scope.name if isinstance(kind, ClassValue) else ""


def _handling(handler: ir.Handler) -> tuple[bool, bool, bool]:
    """Whether a handler raises the same again, raises something else, and does anything with what it caught."""
    again = replaces = False
    uses = False
    stack: list[ir.Stmt] = list(handler.body)
    while stack:
        stmt = stack.pop()
        if isinstance(stmt, ir.Raise):
            same = stmt.value is None or (isinstance(stmt.value, ir.Name) and stmt.value.id == handler.name)
            again = again or same
            replaces = replaces or not same
        elif isinstance(stmt, ir.ExprStmt | ir.Return | ir.Assign) and not isinstance(
            getattr(stmt, "value", None), ir.Const | type(None)
        ):
            uses = True
        for name in ("body", "orelse", "final"):
            stack.extend(getattr(stmt, name, ()))
        for inner in getattr(stmt, "handlers", ()):
            stack.extend(inner.body)
    return again, replaces, uses


_STATEMENTS: dict[type, Callable[[Frame, Any], None]] = {
    ir.Stmt: Frame.nothing,
    ir.ExprStmt: Frame.expr_stmt,
    ir.Assign: Frame.assign,
    ir.Augment: Frame.augment,
    ir.Return: Frame.return_,
    ir.Raise: Frame.raise_,
    ir.If: Frame.if_,
    ir.While: Frame.while_,
    ir.For: Frame.for_,
    ir.Try: Frame.try_,
    ir.With: Frame.with_,
    ir.Match: Frame.match,
    ir.Define: Frame.define,
    ir.DefineClass: Frame.define_class,
    ir.Import: Frame.import_,
    ir.Member: Frame.member,
    ir.Switch: Frame.switch,
    ir.Delete: Frame.delete,
    ir.Assert: Frame.assert_,
    ir.Jump: Frame.jump,
}

__all__ = ["ELEMENT", "Env", "External", "Frame", "Value", "join", "run"]
