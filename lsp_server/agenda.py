"""What the sleeper has to look at next: hints gather here until it is worth acting on them.

A single slot, not a queue: however many hints come, at most one round of work waits, and it remembers in words why.
Pure but for a lock: the time is always given, so that tests need no clock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

QUIET_S = 0.05
"""A round waits until hints have stopped for this long: one save is several events."""
PATIENCE_S = 0.5
"""But never longer than this after its first hint."""
PATHS_MAX = 2000
"""Beyond this many names the whole repository is compared: cheaper, and bounded."""
CAUSES_MAX = 8


@dataclass(frozen=True, slots=True)
class Round:
    """One round of bringing the table up to date."""

    whole: bool
    """Compare everything, not only `paths`."""
    paths: frozenset[str]
    causes: tuple[str, ...]

    @property
    def cause(self) -> str:
        """The causes in one line."""
        return ", ".join(self.causes)


class Agenda:
    """The slot. Hints come from the watcher's and the clients' threads; the sleeper's own thread takes rounds."""

    def __init__(self, quiet_s: float = QUIET_S, patience_s: float = PATIENCE_S) -> None:
        self._quiet_s = quiet_s
        self._patience_s = patience_s
        # Held for a few instructions at a time, and notified so that the sleeper need not poll.
        self._changed = threading.Condition()
        self._paths: set[str] = set()
        self._causes: dict[str, None] = {}
        self._whole = False
        self._first_s = 0.0
        self._last_s = 0.0
        self._urgent = False
        self._woken = False

    def hint(self, paths: Iterable[str], cause: str, now_s: float, *, urgent: bool = False) -> None:
        """These files may have changed. `urgent`: somebody waits, so no more hints are waited for."""
        with self._changed:
            self._note(cause, now_s, urgent)
            self._paths.update(paths)
            if len(self._paths) > PATHS_MAX:
                self._paths.clear()
                self._whole = True
            self._changed.notify_all()

    def reconcile(self, cause: str, now_s: float, *, urgent: bool = False) -> None:
        """Anything may have changed."""
        with self._changed:
            self._note(cause, now_s, urgent)
            self._whole = True
            self._paths.clear()
            self._changed.notify_all()

    def take(self, now_s: float) -> Round | None:
        """The round to do now, or None while there is none or more hints are likely on their way."""
        with self._changed:
            due_s = self._due_s()
            if due_s is None or due_s > now_s:
                return None
            taken = Round(self._whole, frozenset(self._paths), tuple(self._causes))
            self._paths.clear()
            self._causes.clear()
            self._whole = False
            self._urgent = False
            return taken

    def is_due(self, now_s: float) -> bool:
        """Whether `take` would return a round."""
        with self._changed:
            due_s = self._due_s()
            return due_s is not None and due_s <= now_s

    def is_empty(self) -> bool:
        """Whether nothing waits, due or not."""
        with self._changed:
            return self._due_s() is None

    def wait(self, now_s: float, longest_s: float | None) -> None:
        """Returns when a round becomes due, when something was said, or after `longest_s` (None: without limit)."""
        with self._changed:
            if not self._woken:
                due_s = self._due_s()
                until_due_s = None if due_s is None else max(0.0, due_s - now_s)
                waits = [wait for wait in (until_due_s, longest_s) if wait is not None]
                self._changed.wait(min(waits) if waits else None)
            self._woken = False

    def wake(self) -> None:
        """Ends the current or the next `wait`."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def _note(self, cause: str, now_s: float, urgent: bool) -> None:
        if not self._causes:
            self._first_s = now_s
        self._last_s = now_s
        self._urgent = self._urgent or urgent
        if len(self._causes) < CAUSES_MAX:
            self._causes[cause] = None

    def _due_s(self) -> float | None:
        if not self._causes:
            return None
        if self._urgent:
            return self._first_s
        return min(self._last_s + self._quiet_s, self._first_s + self._patience_s)
