"""What the question menu is made of: a question as one line, and the command that answers it. Shared by its makers."""

from __future__ import annotations

from lsprotocol import types

from analyzers.questions.answer import Answer
from lsp_server.render.markdown import plain
from lsp_server.session import Document

TITLE_CHARS_MAX = 110
"""A longer title is cut by the editor anyway, and where the editor likes."""


def title_of(answer: Answer) -> str:
    """`Who calls it? two callers and one test`: the question and what it comes to, in one line without markup."""
    text = f"{answer.question} {plain(answer.conclusion)}"
    if answer.freshness == "stale":
        text += " (stale)"
    return text if len(text) <= TITLE_CHARS_MAX else text[: TITLE_CHARS_MAX - 1] + "…"


def show_command(document: Document, position: types.Position, answer: Answer, title: str) -> types.Command:
    """Shows one answer whole."""
    where = {"line": position.line, "character": position.character}
    argument = {"uri": document.view.uri(document.path), "position": where, "kind": answer.kind}
    return types.Command(title=title, command="forethought.showAnswer", arguments=[argument])
