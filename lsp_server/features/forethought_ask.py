"""`forethought/ask`: a question in a person's own words, answered by the cheapest road that leads to an answer.

Streams: each piece of the answer is sent as a partial result the moment that it is there. Cancelling the request
reaches a model's HTTP call.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lsp_server.features.answer_items import answer_item
from lsp_server.session import Session
from lsp_server.shapes import (
    QUESTION_CHARS_MAX,
    AskParams,
    AskProgress,
    AskResult,
    Choice,
    Cost,
    Position,
    TextDocument,
)
from lsp_server.threads import Turn
from lsp_server.view import View

if TYPE_CHECKING:
    from lsp_server.answering import Here
    from lsp_server.composing import Choice as Reading
    from lsp_server.composing import Reply

METHOD = "forethought/ask"
PARAMS = AskParams


async def handle(session: Session, params: AskParams) -> AskResult:
    # Loaded when somebody asks: an editor that only hovers need not hold it.
    from lsp_server import answering

    began_s = time.perf_counter()
    uri = params.text_document.uri if params.text_document is not None else ""
    repository = session.repository(uri)
    conversation = params.conversation or session.threads.begin()
    if repository is None:
        return AskResult("notKnown", "No folder is open.", (), (), "absent", Cost(), conversation)
    repository.view.refresh()
    here = _here(session, params)

    said: list[str] = []

    def say(markdown: str) -> None:
        said.append(markdown)
        if params.partial_result_token is not None:
            session.report(params.partial_result_token, AskProgress(markdown))

    question = params.question[-QUESTION_CHARS_MAX:]
    reply = await answering.answer(
        repository.view, question, here, session.threads.of(conversation), session.settings, say, session.warn
    )
    if not said:
        say(reply.markdown)
    for each in reply.answers[:1]:
        session.threads.add(conversation, Turn(question, each.path, each.symbol, each.kind, reply.markdown))
        repository.asked(each.path, each.symbol, each.kind, reply.served, reply.saved_tokens)
    return _result(session, repository.view, reply, conversation, time.perf_counter() - began_s)


def _here(session: Session, params: AskParams) -> Here | None:
    document = session.document(params.text_document.uri) if params.text_document is not None else None
    if document is None:
        return None
    from lsp_server.answering import Here

    at = params.position
    offset = document.lines.offset(at.line, at.character, session.encoding) if at is not None else None
    return Here(document.path, offset)


def _result(session: Session, view: View, reply: Reply, conversation: str, seconds: float) -> AskResult:
    return AskResult(
        road=reply.road,
        markdown=reply.markdown,
        answers=tuple(answer_item(view, answer, session.encoding) for answer in reply.answers),
        choices=tuple(_choice(session, view, choice) for choice in reply.choices),
        freshness=reply.freshness,
        cost=Cost(reply.input_tokens, reply.output_tokens, reply.cached_tokens, round(seconds, 4)),
        conversation=conversation,
    )


def _choice(session: Session, view: View, choice: Reading) -> Choice:
    if not choice.path:
        return Choice(choice.label, choice.question)
    lines, symbol = view.lines(choice.path), view.symbol(choice.path, choice.symbol)
    offset = symbol.name_start if symbol is not None else 0
    at = Position(*lines.position(offset, session.encoding)) if lines is not None else Position(0, 0)
    return Choice(choice.label, choice.question, TextDocument(view.uri(choice.path)), at)
