"""Answering a question in a person's own words, by the cheapest road that leads to an answer.

In this order: a prepared answer, several of them together, a model over what was prepared, a model over the source.
Each reply says which road it took and what it cost. Used by the server, the command line and the MCP server; it knows
none of them. `composing` lays out what is said.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzers.asking.anchors import Anchor
from analyzers.asking.literals import Hit
from analyzers.asking.routing import Before, Reading, Routed, asks_for_message, fitted, is_settled, route
from analyzers.evidence.report import read_report
from analyzers.questions import failure_messages
from analyzers.questions.answer import Answer
from analyzers.records import Place, Record
from lsp_server import composing, prepared, said
from lsp_server.composing import Choice, Reply
from lsp_server.explain import Explanation, explain
from lsp_server.likeliest import likeliest
from lsp_server.render.markdown import UriOf
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


async def answer(
    view: View,
    question: str,
    here: Here | None,
    thread: Thread,
    settings: Settings,
    say: Say,
    warn: Say = lambda text: None,
) -> Reply:
    """The reply to a question. What a model writes is said piece by piece; all else comes whole, in the reply.

    `warn` puts before the user's eyes that code is about to leave this machine.
    """
    if is_failure(question):
        explained = await asyncio.to_thread(_explained, view.root, question)
        reply = composing.explained(view, explained)
    else:
        code = ViewCode(view)
        found = _route(view, code, question, here, thread)
        message = "" if is_settled(question, found) else asks_for_message(question)
        if message:
            # Reading every file takes long on a large repository, and the loop belongs to whoever hovers.
            hits = await asyncio.to_thread(said.search, _files(view), message)
            found = _route(view, code, question, here, thread, hits) if hits else found
        reply = _reply(view, code, found)
        record = _for_model(view, found, reply) if settings.model.configured else None
        if record is not None:
            asked = found.kind or "does"
            return await _by_model(view, record, asked, question, thread, settings, say, warn)
    return reply


def from_prepared(
    view: View, question: str, here: Here | None = None, thread: Thread = (), uri_of: UriOf | None = None
) -> Reply:
    """The reply by the roads that need no model, for callers who can wait for the files to be read."""
    if is_failure(question):
        return composing.explained(view, _explained(view.root, question), uri_of)
    return _reply(view, ViewCode(view), routed(view, question, here, thread), uri_of)


def about(view: View, name: str, kind: str, here: Here | None = None, uri_of: UriOf | None = None) -> Reply:
    """The reply to one kind of question about what `name` names (or `here` is), for callers who know the kind."""
    code = ViewCode(view)
    found = route(f"`{name}`" if name else "this", code, here=_anchor_here(view, here))
    readings = tuple(replace(each, kind=fitted(kind, each.anchor.kind)) for each in found.readings)
    return _reply(view, code, replace(found, readings=readings, kind=kind), uri_of)


def explain_text(view: View, text: str, uri_of: UriOf | None = None) -> Reply:
    """A failure that somebody pasted, explained; also where it hardly reads like one."""
    return composing.explained(view, _explained(view.root, text), uri_of)


def routed(view: View, question: str, here: Here | None = None, thread: Thread = ()) -> Routed:
    """How a question is understood, without answering it."""
    code = ViewCode(view)
    found = _route(view, code, question, here, thread)
    message = "" if is_settled(question, found) else asks_for_message(question)
    hits = said.search(_files(view), message) if message else ()
    return _route(view, code, question, here, thread, hits) if hits else found


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


def _files(view: View) -> Files:
    unsaved = {path: buffer.data for path, buffer in view.buffers.items() if buffer.blob != view.blob(path)}
    return Files(view.root, repository_folders(view.root).cache, view.paths(), unsaved)


def _for_model(view: View, found: Routed, reply: Reply) -> Record | None:
    """The anchor that a model is asked about: what is meant is clear, and nothing prepared answers what was asked."""
    if found.decision != "answer" or not found.readings or found.hits:
        return None
    known = any(each.weight > 0 for each in reply.answers)
    if found.readings[0].kind and known and found.kind != "does":
        return None
    anchor = found.readings[0].anchor
    return prepared.record(view, anchor.path, anchor.symbol)


async def _by_model(
    view: View, record: Record, kind: str, question: str, thread: Thread, settings: Settings, say: Say, warn: Say
) -> Reply:
    # Without a model neither module is ever loaded.
    from lsp_server import asking_model
    from lsp_server.model_client import ModelClient, load_library

    await asyncio.to_thread(load_library)
    model = ModelClient(settings.model)
    try:
        return await asking_model.answer(view, record, kind, question, thread, settings, model, say, warn)
    finally:
        await model.close()


def _route(
    view: View, code: ViewCode, question: str, here: Here | None, thread: Thread, hits: Sequence[Hit] = ()
) -> Routed:
    return route(question, code, here=_anchor_here(view, here), before=_before(view, thread), hits=hits)


def _reply(view: View, code: ViewCode, found: Routed, uri_of: UriOf | None = None) -> Reply:
    if found.hits:
        answer = failure_messages.answer([_place(view, hit) for hit in found.hits])
        return composing.answered(view, [answer], uri_of=uri_of)
    if found.decision in ("answer", "two"):
        answers = [each for reading in found.readings for each in _answers(view, reading)]
        if answers:
            return composing.answered(view, answers, found.readings[0].spelled, uri_of)
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
