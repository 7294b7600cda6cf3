"""Answering a question in a person's own words, by the cheapest road that leads to an answer.

In this order: a prepared answer, several of them together, a model over what was prepared, a model over the source.
Each reply says which road it took and what it cost. Used by the server, the command line and the MCP server; it knows
none of them, and no Markdown of its own beyond joining blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analyzers.asking.routing import Anchor, Reading, route
from analyzers.facts import Symbol
from analyzers.questions.answer import Answer, Freshness
from lsp_server import prepared
from lsp_server.messages import Road as Served
from lsp_server.render import markdown
from lsp_server.settings import Settings
from lsp_server.shapes import Road
from lsp_server.threads import Thread
from lsp_server.view import View

Say = Callable[[str], None]
"""Takes the next piece of the answer's Markdown."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where the person is: a file, and the byte offset of the cursor where that is known."""

    path: str
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A reading to choose: asking `question` at the symbol means it and no other."""

    label: str
    question: str
    path: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or why there is none."""

    road: Road
    markdown: str
    answers: tuple[Answer, ...] = ()
    choices: tuple[Choice, ...] = ()
    freshness: Freshness = "absent"
    served: Served = "unanswered"
    """The same road as the ledger knows it."""
    saved_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


async def answer(view: View, question: str, here: Here | None, thread: Thread, settings: Settings, say: Say) -> Reply:
    """The reply to a question; each piece of its Markdown is also said at once."""
    reply = from_prepared(view, question, here, thread)
    say(reply.markdown)
    return reply


def from_prepared(view: View, question: str, here: Here | None, thread: Thread) -> Reply:
    """The reply by the roads that need no model: at once."""
    routed = route(question, _Names(view), _anchor_here(view, here))
    found = [answer for reading in routed.readings if (answer := _answer(view, reading)) is not None]
    if not found:
        return Reply("notKnown", "Not known: nothing that is prepared fits this question.")
    text = "\n\n".join(markdown.whole(each, view.line_now, view.uri) for each in found)
    road: Road = "prepared" if len(found) == 1 else "composed"
    stale = any(each.freshness == "stale" for each in found)
    served: Served = "prepared" if len(found) == 1 else "composed"
    return Reply(road, text, tuple(found), (), "stale" if stale else "fresh", served)


class _Names:
    """The names of a repository as routing looks them up."""

    def __init__(self, view: View) -> None:
        self._view = view

    def named(self, name: str) -> list[tuple[str, Symbol]]:
        found = []
        for path in self._view.paths_defining(name):
            facts = self._view.facts(path)
            found += [(path, symbol) for symbol in (facts.symbols if facts else ()) if symbol.name == name]
        return found


def _answer(view: View, reading: Reading) -> Answer | None:
    record = prepared.record(view, reading.anchor.path, reading.anchor.symbol)
    return prepared.answer(view, record, reading.kind) if record is not None else None


def _anchor_here(view: View, here: Here | None) -> Anchor | None:
    if here is None or here.offset is None:
        return None
    record = prepared.around(view, here.path, here.offset)
    return Anchor(record.path, record.name, record.kind) if record is not None else None
