"""Reach: what runs when a test runs, along edges that are at least likely.

A call that may reach many methods reaches, from one test, only those of classes that this test makes objects of, and
a function inside another only where the other one has run. Without that, every test of a program with one dispatching
call would seem to reach all that is behind it. What the import of the program's modules makes is there for all tests.

Owns nothing of the edges; `Summaries` says when they change.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analyzers import ir
from analyzers.inference.linking import Links
from analyzers.inference.scopes import Body, ClassScope

REACH_CALLS_MAX = 40
"""How many calls away from a test a body may be to count as reached by it."""

STEPS_MIN = 200_000
STEPS_MAX = 20_000_000
"""Bodies that are walked over, between two changes, to tell which tests reach what: a fifth of a second, and half a
minute."""

_WITHOUT_OBJECT = frozenset({"classmethod", "staticmethod", "__new__", "__init_subclass__", "__class_getitem__"})
"""Decorators and names of methods that run without an object of their class."""


@dataclass(slots=True)
class Ground:
    """What has run, and which classes have objects, before a test begins."""

    ran: set[Body] = field(default_factory=set)
    alive: set[ClassScope] = field(default_factory=set)
    """Classes that have an object, as its own class or one that it inherits from."""


class Reach:
    """Answers what tests reach, and remembers it until edges change."""

    def __init__(
        self,
        links: Links,
        tests: Callable[[], Iterable[Body]],
        inside: Callable[[Body], Sequence[Body]],
        is_test_path: Callable[[str], bool],
    ) -> None:
        self._links = links
        self._tests = tests
        self._inside = inside
        self._is_test_path = is_test_path
        self._next: dict[Body, tuple[tuple[Body, ...], tuple[ClassScope, ...]]] = {}
        self._makable: set[ClassScope] | None = None
        """Classes of which some call in the program is known to make an object; others are not waited for."""
        self._imported: Ground | None = None
        self._of_file: dict[str, Ground] = {}
        self._known: dict[Body, dict[Body, int]] = {}
        self._prepared: dict[Body, list[Body]] | None = None
        """What runs for a test besides it, by test."""
        self._needed: dict[Body, list[Body]] = {}
        """The tests for which something runs besides them."""
        self._steps_left = 0

    def edges_changed(self, bodies: Iterable[Body], steps: int) -> None:
        """These bodies now call something else. `steps` may be spent on `does_reach` until the next change."""
        self._steps_left = min(max(steps, STEPS_MIN), STEPS_MAX)
        changed = set(bodies)
        if not changed:
            return
        for body in changed:
            self._next.pop(body, None)
            if self._is_test_path(body.module.path):
                self._prepared = None
        self._makable = self._imported = None
        self._of_file.clear()
        self._known = {test: found for test, found in self._known.items() if changed.isdisjoint(found)}

    def tests_needing(self, body: Body) -> list[Body]:
        """The tests that a test runner runs this body for: a fixture, set-up."""
        self._preparations()
        return self._needed.get(body, [])

    def _preparations(self) -> dict[Body, list[Body]]:
        if self._prepared is None:
            program = self._links.program
            self._prepared, self._needed = program.dialect.prepares(program, self._tests()), {}
            for test, found in self._prepared.items():
                for body in found:
                    self._needed.setdefault(body, []).append(test)
        return self._prepared

    def does_reach(self, test: Body, body: Body) -> bool:
        """Whether a test from which calls lead to a body reaches it; believed where too many steps were spent."""
        found = self._known.get(test)
        if found is None:
            if self._steps_left <= 0:
                return True
            found = self._known[test] = self.from_test(test)
            self._steps_left -= len(found)
        return body in found

    def from_test(self, test: Body) -> dict[Body, int]:
        """Every body that runs when the test runs, with the number of calls between, nearest first."""
        ground = self._ground(test)
        starts = [test, *self._preparations().get(test, ())]
        return self._walk(starts, Ground(set(ground.ran), set(ground.alive)))

    def _ground(self, test: Body) -> Ground:
        """What importing the program and the files that the test needs has made."""
        program = self._links.program
        if self._imported is None:
            own = [m.body for m in program.modules.values() if not self._is_test_path(m.path)]
            self._imported = self._after(Ground(), own)
        path = test.module.path
        found = self._of_file.get(path)
        if found is None:
            found = self._of_file[path] = self._after(self._imported, program.dialect.loads(program, test))
        return found

    def _after(self, ground: Ground, starts: Iterable[Body]) -> Ground:
        after = Ground(set(ground.ran), set(ground.alive))
        after.ran.update(self._walk(starts, after))
        return after

    def _walk(self, starts: Iterable[Body], ground: Ground) -> dict[Body, int]:
        """Follows edges from some bodies; `ground` grows by what has run and what was made on the way."""
        distances: dict[Body, int] = dict.fromkeys(starts, 0)
        queue = deque(distances)
        unborn: dict[ClassScope, list[tuple[Body, int]]] = {}
        uncalled: dict[Body, list[tuple[Body, int]]] = {}

        def arrive(target: Body, distance: int) -> None:
            if target in distances:
                return
            parent = target.parent
            if parent is not None and parent not in ground.ran:
                uncalled.setdefault(parent, []).append((target, distance))
                return
            owner = self._needs(target)
            if owner is not None and owner not in ground.alive:
                unborn.setdefault(owner, []).append((target, distance))
                return
            distances[target] = distance
            queue.append(target)

        while queue:
            body = queue.popleft()
            ground.ran.add(body)
            targets, made = self._step(body)
            for scope in made:
                for above in scope.mro():
                    if above not in ground.alive:
                        ground.alive.add(above)
                        for target, distance in unborn.pop(above, ()):
                            arrive(target, distance)
            for target, distance in uncalled.pop(body, ()):
                arrive(target, distance)
            for inner in self._inside(body):
                arrive(inner, distances[body])
            if distances[body] < REACH_CALLS_MAX:
                for target in targets:
                    arrive(target, distances[body] + 1)
        return distances

    def _step(self, body: Body) -> tuple[tuple[Body, ...], tuple[ClassScope, ...]]:
        """The bodies that a body calls, and the classes that it makes objects of."""
        found = self._next.get(body)
        if found is None:
            targets: dict[Body, None] = {}
            made: dict[ClassScope, None] = {}
            for site, confidence in self._links.out.get(body, ()):
                if isinstance(site.target, ClassScope):
                    made[site.target] = None
                elif confidence != "possible":
                    targets[site.target] = None
            found = self._next[body] = (tuple(targets), tuple(made))
        return found

    def _needs(self, target: Body) -> ClassScope | None:
        """The class of which there must be an object for a body to run."""
        cls = target.cls
        if cls is None or target.function is None or cls not in self._makable_classes():
            return None
        if target.name in _WITHOUT_OBJECT or any(
            isinstance(d, ir.Name) and d.id in _WITHOUT_OBJECT for d in target.function.decorators
        ):
            return None
        return cls

    def _makable_classes(self) -> set[ClassScope]:
        if self._makable is None:
            self._makable = set()
            for made, callers in self._links.callers.items():
                if isinstance(made, ClassScope) and callers:
                    self._makable.update(made.mro())
        return self._makable


def by_body(tests: Iterable[Body], reach: Reach) -> Mapping[Body, dict[Body, int]]:
    """For each body, the tests that reach it, each with the number of calls between."""
    found: dict[Body, dict[Body, int]] = {}
    for test in tests:
        for body, distance in reach.from_test(test).items():
            found.setdefault(body, {})[test] = distance
    return found
