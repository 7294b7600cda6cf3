"""The program: all files of a workspace, and the worklist that runs their bodies until nothing changes.

Owns every scope and cell. It is given lowered files and a way to ask for library stubs; it opens nothing itself, and
it is used by one thread.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from analyzers import ir
from analyzers.inference import frame as frames
from analyzers.inference.cells import Cell
from analyzers.inference.scopes import Body, ClassScope, Findings, ModuleScope, never_returns
from analyzers.inference.values import EMPTY, Universe, Values

_T = TypeVar("_T")

RUNS_MAX = 40
"""How often one body runs for one change of the workspace; a body that reaches it keeps what it has found."""

STEPS_BETWEEN_PAUSES = 20
"""Bodies that run between two looks at whether somebody else needs the machine."""


class Library(Protocol):
    """Where the source of code outside the workspace comes from: typeshed's stubs and installed packages."""

    def unit(self, module: str) -> tuple[str, ir.Unit] | None:
        """The path and the lowered source of a module by its dotted name, or None where it is not known."""


class NoLibrary:
    """A library that knows nothing, for tests of code that needs none."""

    def unit(self, module: str) -> tuple[str, ir.Unit] | None:
        return None


Resolve = Callable[[str, str, int], str | None]
"""Finds the workspace file of a module: dotted name, importing path, level of a relative import."""


class Program:
    """Every file's bodies, what flows between them, and what their last runs found."""

    def __init__(self, library: Library | None = None) -> None:
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
        self.changed: set[Body] = set()
        """Bodies that ran since `take_changed`."""
        self._library = library or NoLibrary()
        self._resolve: Resolve = lambda dotted, importer, level: None
        self._names: dict[str, str] = {}
        self._queue: list[tuple[int, int, Body]] = []
        self._count = 0
        self._running: set[ModuleScope] = set()

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
        module = self.modules.get(path)
        if unit is None:
            if module is not None:
                del self.modules[path]
                for body in (module.body, *module.bodies.values()):
                    self._forget(body)
            return
        if module is None:
            module = self.modules[path] = ModuleScope(path, self._names.get(path, path), unit, library=False)
            self._populate(module, {}, {})
        else:
            old_bodies = _keyed((b.qualname, b) for b in module.bodies.values())
            old_classes = _keyed((c.qualname, c) for c in module.classes.values())
            module.unit = unit
            kept = self._populate(module, old_bodies, old_classes)
            for body in old_bodies.values():
                if body not in kept:
                    self._forget(body)
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
        for cell in body.wrote:
            if cell.replace(body, None):
                self.notify(cell)
        body.wrote = {}
        body.findings = Findings()

    # Modules outside the workspace.

    def import_module(self, dotted: str, importer: ModuleScope, level: int) -> ModuleScope | None:
        """The module that an import means, run at least once unless it is being run already."""
        module = self._find_module(dotted, importer, level)
        if module is not None and not module.ready and module not in self._running:
            self.run_module(module)
        return module

    def _find_module(self, dotted: str, importer: ModuleScope, level: int) -> ModuleScope | None:
        if not importer.library:
            path = self._resolve(dotted, importer.path, level)
            if path is not None and path in self.modules:
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
        """What the built-in name holds."""
        module = self.library_module("builtins")
        cell = module.find(name) if module is not None else None
        return cell.values if cell is not None else EMPTY

    def builtin_class(self, name: str) -> ClassScope | None:
        return self.library_class("builtins", name)

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
        module.body.queued = False
        self._run(module.body)
        self._running.discard(module)
        module.ready = True

    def enqueue(self, body: Body) -> None:
        if not body.queued and not body.module.library:
            body.queued = True
            self._count += 1
            # Whoever has run least comes first, so that a body that depends on many waits until most have run.
            runs = body.runs if body.generation == self.generation else 0
            heapq.heappush(self._queue, (runs, self._count, body))

    def notify(self, cell: Cell) -> None:
        """Queues whatever has read a cell that has changed, or a cell that it flows into."""
        for body in cell.readers:
            if not body.queued:
                self.enqueue(body)
        if cell.flows_to is not None:
            for target in cell.flows_to:
                if target.add(None, cell.values):
                    self.notify(target)

    @property
    def waiting(self) -> int:
        """How many bodies are still to run."""
        return len(self._queue)

    def run(self, should_pause: Callable[[], bool] = lambda: False) -> bool:
        """Runs queued bodies; returns whether nothing is left, so that a caller who paused comes back."""
        if not self._drain(should_pause):
            return False
        if not self.settled:
            self.settled = True
            for body in tuple(self.bodies()):
                if body.findings.unsettled:
                    self.enqueue(body)
        return self._drain(should_pause)

    def _drain(self, should_pause: Callable[[], bool]) -> bool:
        steps = 0
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
            steps += 1
            if steps % STEPS_BETWEEN_PAUSES == 0 and should_pause():
                return not self._queue
        return True

    def _run(self, body: Body) -> None:
        """One run of one body: it adds to cells as it goes, and takes back what it no longer says."""
        first = body.generation != self.generation
        if first:
            body.generation = self.generation
            body.runs = 0
        body.runs += 1
        before = body.wrote
        body.wrote = {}
        body.findings = frames.run(self, body)
        if not body.module.library:
            self.changed.add(body)
        if first:
            # What the source said before this generation may no longer hold; within one generation values only grow.
            for cell, values in before.items():
                now = body.wrote.get(cell)
                if (now is None or not values <= now) and cell.replace(body, now):
                    self.notify(cell)
        else:
            for cell, values in before.items():
                body.wrote[cell] = body.wrote.get(cell, EMPTY) | values

    def take_changed(self) -> set[Body]:
        """The bodies that ran since the last call."""
        changed, self.changed = self.changed, set()
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
