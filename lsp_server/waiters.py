"""Clients that asked for an analysis and have not been answered yet.

Any thread may add one; the sleeper's own thread answers. It knows what each waits for, and nothing of how that is done.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from lsp_server.channel import Client
from lsp_server.messages import Done


@dataclass(slots=True, eq=False)
class Waiter:
    """One client's request."""

    client: Client
    id: int
    deep: bool
    """Whether it waits for the deep records too."""
    since_ns: int
    """A comparison that began then or later is one that it waits for."""
    facts_done: bool = False


class Waiters:
    """All of them."""

    def __init__(self) -> None:
        # Held for a few instructions at a time.
        self._lock = threading.Lock()
        self._waiting: list[Waiter] = []
        self._began_ns: int | None = None

    def add(self, client: Client, id_: int, deep: bool, since_ns: int) -> bool:
        """A client asked, for a comparison that began at `since_ns` or later, 0 for now; whether the one under way is
        such a one, or the next one where that is broken off."""
        since_ns = since_ns or time.monotonic_ns()
        with self._lock:
            self._waiting.append(Waiter(client, id_, deep, since_ns))
            return self._began_ns is not None and since_ns <= self._began_ns

    def comparing(self) -> None:
        """A comparison of everything begins."""
        with self._lock:
            self._began_ns = time.monotonic_ns()

    def compared(self) -> None:
        """It is complete: those who wait for one that began when it did have their facts."""
        with self._lock:
            began_ns, self._began_ns = self._began_ns, None
            for waiter in self._waiting:
                if began_ns is not None and waiter.since_ns <= began_ns:
                    waiter.facts_done = True

    def facts_lost(self) -> None:
        """The index begins again."""
        with self._lock:
            for waiter in self._waiting:
                waiter.facts_done = False

    def any_deep(self) -> bool:
        """Whether somebody waits for deep records."""
        return any(waiter.deep for waiter in self._waiting)

    def answer(self, deep_done: bool, problem: str) -> bool:
        """Answers those who have what they wait for; whether there were any. `problem` is deep analysis's."""
        with self._lock:
            done = [waiter for waiter in self._waiting if waiter.facts_done and (deep_done or not waiter.deep)]
            self._waiting = [waiter for waiter in self._waiting if waiter not in done]
        for waiter in done:
            waiter.client.send(Done(waiter.id, problem if waiter.deep else ""))
        return bool(done)
