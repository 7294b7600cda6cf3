"""Answering a question in a person's own words, by the cheapest road that leads to an answer.

In this order: a prepared answer, several of them together, a model over what was prepared, a model over the source.
Each reply says which road it took and what it cost. Used by the server, the command line and the MCP server; it knows
none of them. `composing` lays out what is said.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzers.asking.anchors import Anchor
from analyzers.asking.literals import Hit
from analyzers.asking.routing import Before, Reading, Routed, asks_for_message, route
from analyzers.evidence.report import read_report
from analyzers.questions import failure_messages
from analyzers.questions.answer import Answer
from analyzers.records import Place
from lsp_server import composing, prepared, said
from lsp_server.composing import Choice, Reply
from lsp_server.explain import Explanation, explain
from lsp_server.likeliest import likeliest
from lsp_server.said import Files
from lsp_server.settings import Settings
from lsp_server.store import repository_folders
from lsp_server.threads import Thread
from lsp_server.view import View
from lsp_server.view_code import ViewCode

ANSWERS_MAX = 3
"""Answers to a question that names an anchor and nothing else."""
CHOICES_MAX = 3
QUOTE_CHARS_MAX = 120

_INSTALLED = re.compile(r"""(?<=["'\s(])[^"'\s(]*?(?:site|dist)-packages/""")
"""What stands before a package's own folder in the path of an installed file."""

Say = Callable[[str], None]
"""Takes the next piece of the answer's Markdown."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where the person is: a file, and the byte offset of the cursor where that is known."""

    path: str
    offset: int | None = None


async def answer(view: View, question: str, here: Here | None, thread: Thread, settings: Settings, say: Say) -> Reply:
    """The reply to a question; each piece of its Markdown is also said at once."""
    if is_failure(question):
        explained = await asyncio.to_thread(_explained, view.root, question)
        reply = composing.explained(view, explained)
    else:
        message = asks_for_message(question)
        hits: Sequence[Hit] = ()
        if message:
            # Reading every file takes long on a large repository, and the loop belongs to whoever hovers.
            hits = await asyncio.to_thread(said.search, _files(view), message)
        reply = _routed(view, question, here, thread, hits)
    say(reply.markdown)
    return reply


def from_prepared(view: View, question: str, here: Here | None = None, thread: Thread = ()) -> Reply:
    """The reply by the roads that need no model, for callers who can wait for the files to be read."""
    if is_failure(question):
        return composing.explained(view, _explained(view.root, question))
    return _routed(view, question, here, thread, _hits(view, question))


def routed(view: View, question: str, here: Here | None = None, thread: Thread = ()) -> Routed:
    """How a question is understood, without answering it."""
    return route(
        question,
        ViewCode(view),
        here=_anchor_here(view, here),
        before=_before(view, thread),
        hits=_hits(view, question),
    )


def is_failure(question: str) -> bool:
    """Whether somebody pasted a traceback or a test runner's output."""
    if "\n" not in question and "Traceback" not in question and 'File "' not in question:
        return False
    return any(error.frames for failure in read_report(question).failures for error in failure.errors)


def explained_failure(view: View, question: str) -> Explanation | None:
    """What a pasted failure is explained by; None where the question is none."""
    return _explained(view.root, question) if is_failure(question) else None


def _explained(root: Path, text: str) -> Explanation:
    """The failure, explained; where no frame is the repository's, an installed copy's are taken for it."""
    explained = explain(root, text)
    if explained.suspects:
        return explained
    as_if_here = _INSTALLED.sub("", text)
    return explain(root, as_if_here) if as_if_here != text else explained


def _hits(view: View, question: str) -> Sequence[Hit]:
    message = asks_for_message(question)
    return said.search(_files(view), message) if message else ()


def _files(view: View) -> Files:
    unsaved = {path: buffer.data for path, buffer in view.buffers.items() if buffer.blob != view.blob(path)}
    return Files(view.root, repository_folders(view.root).cache, view.paths(), unsaved)


def _routed(view: View, question: str, here: Here | None, thread: Thread, hits: Sequence[Hit]) -> Reply:
    code = ViewCode(view)
    found = route(question, code, here=_anchor_here(view, here), before=_before(view, thread), hits=hits)
    if found.hits:
        return composing.answered(view, [failure_messages.answer([_place(view, hit) for hit in found.hits])])
    if found.decision in ("answer", "two"):
        answers = [each for reading in found.readings for each in _answers(view, reading)]
        if answers:
            return composing.answered(view, answers, spelled=found.readings[0].spelled)
        return composing.not_answered(view, found)
    if found.decision == "askBack":
        return composing.ask_back(view, found, _likely(view) if not found.readings else ())
    similar = {name for each in found.unknown for name, _ in code.table().similar(each.rpartition(".")[2])}
    choices = [
        Choice.of(view, Anchor(path, symbol.qualname, symbol.kind), found.kind)
        for name in sorted(similar)
        for path in code.defining(name)
        for symbol in code.symbols(path)
        if symbol.name == name
    ]
    return composing.unknown(found, choices[:CHOICES_MAX])


def _answers(view: View, reading: Reading) -> list[Answer]:
    record = prepared.record(view, reading.anchor.path, reading.anchor.symbol)
    if record is None:
        return []
    if reading.kind:
        one = prepared.answer(view, record, reading.kind)
        if one is not None:
            return [one]
    return [each for each in prepared.answers(view, record) if each.weight > 0][:ANSWERS_MAX]


def _likely(view: View) -> list[Anchor]:
    return [Anchor(record.path, record.name, record.kind) for record in likeliest(view, CHOICES_MAX)]


def _place(view: View, hit: Hit) -> tuple[Place, bool, float]:
    literal = hit.literal
    text, lines, facts = view.text(literal.path), view.lines(literal.path), view.facts(literal.path)
    quote = " ".join(text[literal.start : literal.end].decode("utf-8", "replace").split()) if text is not None else ""
    if len(quote) > QUOTE_CHARS_MAX:
        quote = quote[: QUOTE_CHARS_MAX - 1] + "…"
    line = lines.line_of(literal.start) + 1 if lines is not None else 1
    symbol = composing.enclosing(facts, literal.start)
    return Place(literal.path, literal.start, literal.end, line, symbol, quote), literal.raised, hit.score


def _before(view: View, thread: Thread) -> Before | None:
    if not thread:
        return None
    last = thread[-1]
    symbol = view.symbol(last.path, last.symbol)
    return Before(Anchor(last.path, last.symbol, symbol.kind if symbol is not None else "module"), last.kind)


def _anchor_here(view: View, here: Here | None) -> Anchor | None:
    if here is None or here.offset is None:
        return None
    record = prepared.around(view, here.path, here.offset)
    return Anchor(record.path, record.name, record.kind) if record is not None else None
