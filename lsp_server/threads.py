"""Conversations: what was asked before, so that "and who catches it?" is understood. Bounded, and in memory alone.

Belongs to the event loop's thread of a server, or to the one thread of a command.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass

CONVERSATIONS_MAX = 50
"""Conversations kept; the one that rested longest goes first."""
TURNS_MAX = 12
"""Turns kept of one conversation, and so the most that a prompt may be told of it."""
TEXT_CHARS_MAX = 600
"""What is kept of one question and of one answer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with what it was taken to mean and how it was answered in brief."""

    question: str
    path: str
    symbol: str
    kind: str
    said: str = ""


Thread = tuple[Turn, ...]
"""The turns of one conversation, the latest last."""


class Threads:
    """All conversations of one client. Mutable."""

    def __init__(self) -> None:
        self._threads: OrderedDict[str, Thread] = OrderedDict()

    def begin(self) -> str:
        """The name of a new conversation."""
        return secrets.token_hex(6)

    def of(self, conversation: str) -> Thread:
        """What was said in it; nothing in one that is new, or was forgotten."""
        return self._threads.get(conversation, ())

    def add(self, conversation: str, turn: Turn) -> None:
        """Remember a turn."""
        kept = Turn(turn.question[:TEXT_CHARS_MAX], turn.path, turn.symbol, turn.kind, turn.said[:TEXT_CHARS_MAX])
        self._threads[conversation] = (*self.of(conversation), kept)[-TURNS_MAX:]
        self._threads.move_to_end(conversation)
        while len(self._threads) > CONVERSATIONS_MAX:
            self._threads.popitem(last=False)
