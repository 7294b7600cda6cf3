"""The program: all files of a workspace, and the worklist that runs their bodies until nothing changes.

Owns every scope and cell. It is given lowered files and a way to ask for library stubs; it opens nothing itself, and
it is used by one thread.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import TypeVar

from analyzers import ir
from analyzers.inference import edits
from analyzers.inference import frame as frames
from analyzers.inference.cells import Cell
from analyzers.inference.dialect import Declarations, Dialect, Resolve
from analyzers.inference.scopes import Body, ClassScope, Findings, ModuleScope, never_returns
from analyzers.inference.values import EMPTY, Universe, Values

_T = TypeVar("_T")

RUNS_MAX = 40
"""How often one body runs for one change of the workspace; a body that reaches it keeps what it has found."""

ROUNDS_MAX = 8
"""How often what others no longer say is taken back for one change, each time letting those run again who read it."""

IMPORTS_DEEP_MAX = 12
"""Modules of the workspace that run inside each other because they import each other; deeper ones wait their turn, and
whoever read their names runs again."""


class NoLibrary:
    """A library that knows nothing, for tests of code that needs none."""

    def unit(self, module: str) -> tuple[str, ir.Unit] | None:
        return None


class Program:
    """Every file's bodies, what flows between them, and what their last runs found."""

    def __init__(self, dialect: Dialect, library: Declarations | None = None) -> None:
        self.dialect = dialect
        self.universe = Universe()
        self.modules: dict[str, ModuleScope] = {}
        """The workspace's modules by path."""
        self.library_modules: dict[str, ModuleScope | None] = {}
        self.generation = 0
        self.settled = False
        """Whether everything that flows has flowed, so that what is still without a value is unknown."""
        self.never_return: set[str] = set()
        """Names of the functions that are declared never to return."""
        self.declared: dict[object, Values] = {}
        """What library functions were found to be declared to return, by function and arguments."""
        self.changed: dict[Body, None] = {}
        """Bodies that ran since `take_changed`, in the order in which they first did."""
        self._library = library or NoLibrary()
        self._resolve: Resolve = lambda dotted, importer, level: None
        self._names: dict[str, str] = {}
        self._queue: list[tuple[int, int, Body]] = []
        self._count = 0
        self._running: set[ModuleScope] = set()
        self._before: dict[Body, dict[Cell, Values]] = {}
        """What bodies that ran since a change said before it. It stays until everything has run, so that a body whose
        words do not change in the end disturbs nobody."""
        self._rounds = 0
        self._local: set[Body] = set()
        """Bodies of edited files, which run by themselves first, without what they said before."""
        self._was: dict[Cell, Values | None] = {}
        """What cells held before that; None for those that held nothing of an edited file. Others run again only for
        what has changed in the end."""
        self._unsettled: dict[Body, None] = {}
        self._asked: dict[tuple[str, str, int], str | None] = {}
        """For imports in the workspace (module, importing path, level), the path that was found."""
        self._came_or_went = False
        self._deep = 0
        """Modules that are running inside each other."""

    # The workspace.

    def configure(self, names: dict[str, str], resolve: Resolve) -> None:
        """Says what each path's module is called and how imports find files; before the first `update`."""
        self._names = names
        self._resolve = resolve
        for kind in ("str", "int"):
            cls = self.builtin_class(kind)
            if cls is not None:
                self.universe.wide[kind] = self.universe.instance(cls)

    def update(self, path: str, unit: ir.Unit | None) -> None:
        """Puts a file's new contents in place, or removes it, and queues what has to run again."""
        self.generation += 1
        self.settled = False
        self._rounds = 0
        module = self.modules.get(path)
        if unit is None:
            if module is not None:
                del self.modules[path]
                self._came_or_went = True
                for body in (module.body, *module.bodies.values()):
                    self._forget(body)
                for scope in module.classes.values():
                    scope.rebase([])
            return
        if module is None:
            self._came_or_went = True
            module = self.modules[path] = ModuleScope(path, self._names.get(path, path), unit, library=False)
            self._populate(module, {}, {})
        else:
            old_bodies = _keyed((b.qualname, b) for b in module.bodies.values())
            old_classes = _keyed((c.qualname, c) for c in module.classes.values())
            for old, new in edits.pairs(module.unit, unit):
                self.universe.move(old, new)
            module.unit = unit
            kept = self._populate(module, old_bodies, old_classes)
            for body in (module.body, *old_bodies.values()):
                self._silence(body)
                if body is not module.body and body not in kept:
                    self._forget(body)
            self._local.add(module.body)
            self._local.update(module.bodies.values())
            for scope in {*old_classes.values()} - {*module.classes.values()}:
                scope.rebase([])
        module.ready = False
        self.enqueue(module.body)
        for body in module.bodies.values():
            self.enqueue(body)

    def _populate(
        self,
        module: ModuleScope,
        old_bodies: dict[tuple[str, int], Body],
        old_classes: dict[tuple[str, int], ClassScope],
    ) -> set[Body]:
        """Bodies and classes of a module's unit; the ones that were there before keep their identity."""
        module.bodies = {}
        module.classes = {}
        kept: set[Body] = set()
        counts: dict[str, int] = {}
        for index, function in enumerate(module.unit.functions):
            nth = counts.get(function.qualname, 0)
            counts[function.qualname] = nth + 1
            parent = module.bodies.get(function.parent)
            body = old_bodies.get((function.qualname, nth))
            if body is None:
                body = Body(module, function, parent)
            else:
                body.function, body.parent = function, parent
                kept.add(body)
            module.bodies[index] = body
            if never_returns(function):
                self.never_return.add(function.name)
        counts = {}
        for index, node in enumerate(module.unit.classes):
            nth = counts.get(node.qualname, 0)
            counts[node.qualname] = nth + 1
            scope = old_classes.get((node.qualname, nth))
            if scope is None:
                scope = ClassScope(node, module, module.bodies.get(node.parent))
            else:
                scope.ir, scope.outer = node, module.bodies.get(node.parent)
            module.classes[index] = scope
        for body in module.bodies.values():
            assert body.function is not None
            body.cls = module.classes.get(body.function.cls)
        return kept

    def _forget(self, body: Body) -> None:
        body.gone = True
        for cell in {**self._before.pop(body, {}), **body.wrote}:
            self._take_back(cell, body, None)
        body.wrote = {}
        body.findings = Findings()
        self._unsettled.pop(body, None)
        self.changed[body] = None

    def _silence(self, body: Body) -> None:
        """Takes back all that a body says, before anybody hears of it."""
        for cell in {**self._before.pop(body, {}), **body.wrote}:
            self._was.setdefault(cell, cell.values)
            cell.replace(body, None)
        body.wrote = {}

    # Modules outside the workspace.

    def import_module(self, dotted: str, importer: ModuleScope, level: int) -> ModuleScope | None:
        """The module that an import means, run at least once unless it is being run already."""
        module = self._find_module(dotted, importer, level)
        if module is None or module.ready or module in self._running:
            return module
        if module.library or self._deep < IMPORTS_DEEP_MAX:
            self.run_module(module)
        return module

    def _find_module(self, dotted: str, importer: ModuleScope, level: int) -> ModuleScope | None:
        if not importer.library:
            path = self._resolve(dotted, importer.path, level)
            if path not in self.modules:
                path = None
            self._asked[dotted, importer.path, level] = path
            if path is not None:
                return self.modules[path]
            return self.library_module(dotted) if level == 0 else None
        if level:
            package = importer.name.split(".")
            if not importer.path.endswith(("__init__.pyi", "__init__.py")):
                package = package[:-1]
            package = package[: len(package) - (level - 1)]
            dotted = ".".join((*package, dotted)) if dotted else ".".join(package)
        return self.library_module(dotted)

    def library_module(self, dotted: str) -> ModuleScope | None:
        """A module of the standard library or an installed package, by name."""
        if dotted in self.library_modules:
            return self.library_modules[dotted]
        found = self._library.unit(dotted)
        if found is None:
            self.library_modules[dotted] = None
            return None
        path, unit = found
        module = ModuleScope(path, dotted, unit, library=True)
        self.library_modules[dotted] = module
        self._populate(module, {}, {})
        self.run_module(module)
        return module

    def builtin(self, name: str) -> Values:
        """What the language has for what the engine calls by this name."""
        return self.builtin_name(self.dialect.names.get(name, name))

    def builtin_name(self, name: str) -> Values:
        """What the built-in name holds."""
        module = self.library_module(self.dialect.builtins)
        cell = module.find(name) if module is not None else None
        return cell.values if cell is not None else EMPTY

    def builtin_class(self, name: str) -> ClassScope | None:
        return self.library_class(self.dialect.builtins, self.dialect.names.get(name, name))

    def library_class(self, module_name: str, name: str) -> ClassScope | None:
        """A class of a library module by its name there."""
        module = self.library_module(module_name)
        if module is None:
            return None
        return next((c for c in module.classes.values() if c.qualname == name), None)

    # The worklist.

    def run_module(self, module: ModuleScope) -> None:
        """Runs a module's top level now, since something needs its names."""
        self._running.add(module)
        self._deep += 1
        module.body.queued = False
        self._run(module.body)
        self._deep -= 1
        self._running.discard(module)
        module.ready = True

    def enqueue(self, body: Body) -> None:
        if not body.queued and not body.gone and not body.module.library:
            body.queued = True
            self._count += 1
            # Whoever has run least comes first, so that a body that depends on many waits until most have run; modules
            # before functions, which read what modules bind.
            runs = body.runs if body.generation == self.generation else 0
            heapq.heappush(self._queue, (-1 if runs == 0 and body.function is None else runs, self._count, body))

    def notify(self, cell: Cell, had: Values | None = None) -> None:
        """Queues whatever has read a cell that has changed from `had`, or a cell that it flows into."""
        if self._local:
            self._was.setdefault(cell, had)
        for body in tuple(cell.readers):
            if not body.queued and (not self._local or body in self._local):
                self.enqueue(body)
        if cell.flows_to is not None:
            for target in cell.flows_to:
                if target.add(cell, cell.values):
                    self.notify(target)

    @property
    def waiting(self) -> int:
        """How many bodies are still to run."""
        return len(self._queue)

    def run(self, should_pause: Callable[[], bool] = lambda: False) -> bool:
        """Runs queued bodies; returns whether nothing is left, so that a caller who paused comes back."""
        if self._came_or_went:
            self._came_or_went = False
            self._import_again()
        while True:
            if not self._drain(should_pause):
                return False
            if not self.settled:
                self.settled = True
                for body in self._unsettled:
                    self.enqueue(body)
                self._unsettled = {}
                if not self._drain(should_pause):
                    return False
            if self._local:
                self._tell_others()
            elif self._before:
                self._take_all_back()
            else:
                return True

    def _tell_others(self) -> None:
        """Edited files have settled by themselves: who has read what they now say otherwise has to run again."""
        was, self._was = self._was, {}
        self._local = set()
        self.generation += 1
        for cell, values in was.items():
            if values != cell.values:
                self.notify(cell)
        self.settled = not self._queue

    def _import_again(self) -> None:
        """After files came or went: whoever imports something that is found elsewhere now runs again."""
        for (dotted, importer, level), found in tuple(self._asked.items()):
            path = self._resolve(dotted, importer, level)
            if (path if path in self.modules else None) != found:
                del self._asked[dotted, importer, level]
                module = self.modules.get(importer)
                if module is not None:
                    for body in (module.body, *module.bodies.values()):
                        self.enqueue(body)

    def _take_all_back(self) -> None:
        """Takes from cells what bodies said before a change and no longer say; whoever read it has to run again."""
        before, self._before = self._before, {}
        self._rounds += 1
        if self._rounds < ROUNDS_MAX:
            self.generation += 1
        for body, wrote in before.items():
            for cell, values in wrote.items():
                now = body.wrote.get(cell)
                if now is None or not values <= now:
                    self._take_back(cell, body, now)
        self.settled = not self._queue

    def _take_back(self, cell: Cell, writer: Body | Cell, values: Values | None) -> None:
        if not cell.replace(writer, values):
            return
        for body in tuple(cell.readers):
            self.enqueue(body)
        for target in cell.flows_to or ():
            had = target.by.get(cell)
            if had is not None and not had <= cell.values:
                self._take_back(target, cell, cell.values)

    def _drain(self, should_pause: Callable[[], bool]) -> bool:
        while self._queue:
            _, _, body = heapq.heappop(self._queue)
            if not body.queued:
                continue
            body.queued = False
            if body.generation == self.generation and body.runs >= RUNS_MAX:
                continue
            self._run(body)
            if body.function is None:
                body.module.ready = True
            if should_pause():
                return not self._queue
        return True

    def _run(self, body: Body) -> None:
        """One run of one body: it adds to cells as it goes; what it no longer says is taken back later."""
        if body.generation != self.generation:
            body.generation = self.generation
            body.runs = 0
            if body.wrote:
                known = self._before.setdefault(body, body.wrote)
                if known is not body.wrote:
                    for cell, values in body.wrote.items():
                        known[cell] = known.get(cell, EMPTY) | values
                body.wrote = {}
        # Within one generation what a body says only grows.
        body.runs += 1
        try:
            body.findings = frames.run(self, body)
        except RecursionError:
            # What is nested too deep to be followed keeps what it has found: the rest of the program does not suffer.
            body.overflown = True
        if body.module.library:
            return
        if body.findings.unsettled:
            self._unsettled[body] = None
        self.changed[body] = None

    def take_changed(self) -> dict[Body, None]:
        """The bodies that ran since the last call, as an ordered set."""
        changed, self.changed = self.changed, {}
        return changed

    def bodies(self) -> Iterable[Body]:
        """Every body of the workspace."""
        for module in self.modules.values():
            yield module.body
            yield from module.bodies.values()


def _keyed(items: Iterable[tuple[str, _T]]) -> dict[tuple[str, int], _T]:
    counts: dict[str, int] = {}
    result = {}
    for name, item in items:
        nth = counts.get(name, 0)
        counts[name] = nth + 1
        result[name, nth] = item
    return result
