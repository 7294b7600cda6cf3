"""Clients that asked for an analysis and have not been answered yet.

Any thread may add one; the sleeper's own thread answers. It knows what each waits for, and nothing of how that is done.
"""

from __future__ import annotations

import threading
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
    facts_done: bool = False


class Waiters:
    """All of them."""

    def __init__(self) -> None:
        # Held for a few instructions at a time.
        self._lock = threading.Lock()
        self._waiting: list[Waiter] = []

    def add(self, client: Client, id_: int, deep: bool) -> None:
        """This client asked now: only a comparison that begins later can answer it."""
        with self._lock:
            self._waiting.append(Waiter(client, id_, deep))

    def without_facts(self) -> list[Waiter]:
        """Those whom a comparison that begins now will answer."""
        with self._lock:
            return [waiter for waiter in self._waiting if not waiter.facts_done]

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
