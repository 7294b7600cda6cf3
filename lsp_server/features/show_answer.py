"""`forethought.showAnswer`: one question about one place, answered whole. Choosing from the menu of questions runs it.

Takes one argument, `{uri, position, kind}`, and gives an answer as `answer_items` writes it; null where nothing fits.
A client that does not say that it knows us (`capabilities.experimental.forethought`) would drop that, so it is shown a
page or a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from pygls.exceptions import JsonRpcInvalidParams

from analyzers.questions import answer as answers
from analyzers.questions.catalogue import KINDS
from analyzers.records import Record
from lsp_server import prepared
from lsp_server.features.answer_items import answer_item
from lsp_server.render import plain_text
from lsp_server.session import Session
from lsp_server.shapes import Answer, ShowAnswerParams
from lsp_server.thought_answers import KIND as THOUGHTS
from lsp_server.thought_answers import thoughts_of
from lsp_server.view import View


def run(session: Session, arguments: Sequence[Any]) -> Answer | None:
    chosen = _chosen(arguments)
    document = session.document(chosen.uri)
    if document is None:
        return None
    offset = document.lines.offset(chosen.position.line, chosen.position.character, session.encoding)
    record = prepared.around(document.view, document.path, offset)
    if record is None:
        return None
    answer = _thought(document.view, record) if chosen.kind == THOUGHTS else None
    answer = answer or prepared.answer(document.view, record, chosen.kind)
    if answer is None:
        return None
    document.repository.asked(record.path, record.name, chosen.kind)
    if not session.client_shows_answers:
        view = document.view
        page = plain_text.page(answer, view.line_now, lambda path: str(view.root / path))
        session.show_page(f"{answer.kind}-{answer.symbol}", page, plain_text.message(answer, view.line_now))
    return answer_item(document.view, answer, session.encoding)


def _thought(view: View, record: Record) -> answers.Answer | None:
    """What a model thought about it, while nobody asked."""
    found = thoughts_of(view, record)
    return found[0] if found else None


def _chosen(arguments: Sequence[Any]) -> ShowAnswerParams:
    try:
        chosen = msgspec.convert(arguments[0] if arguments else None, ShowAnswerParams)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"forethought.showAnswer takes {{uri, position, kind}}: {error}") from error
    if chosen.kind not in KINDS:
        raise JsonRpcInvalidParams(f"there is no kind of question called {chosen.kind}")
    return chosen
