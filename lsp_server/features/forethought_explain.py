"""`forethought/explain`: why something failed, from a pasted text or from where a debugger stopped.

Reading the folder's files takes long on a large repository, so it runs in a thread of its own.
"""

from __future__ import annotations

import asyncio

from analyzers.questions.answer import Answer
from lsp_server.explain import Explanation, explain
from lsp_server.features.answer_items import answer_item, range_item
from lsp_server.render import explanation as rendering
from lsp_server.render import markdown
from lsp_server.session import Session
from lsp_server.shapes import ExplainParams, ExplainResult, Suspect
from lsp_server.stops import stop_text, values_answer
from lsp_server.view import View

METHOD = "forethought/explain"
PARAMS = ExplainParams

TEXT_CHARS_MAX = 8_000_000


async def handle(session: Session, params: ExplainParams) -> ExplainResult:
    repository = session.repository(params.text_document.uri if params.text_document is not None else "")
    if repository is None:
        return ExplainResult("No folder is open.", (), (), ())
    text = params.text[-TEXT_CHARS_MAX:] or (stop_text(params.stop) if params.stop is not None else "")
    explained = await asyncio.to_thread(explain, repository.root, text)
    repository.view.refresh()
    seen = values_answer(repository.view, params.stop) if params.stop is not None else None
    return _result(session, repository.view, explained, seen)


def _result(session: Session, view: View, explained: Explanation, seen: Answer | None) -> ExplainResult:
    found = [each for each in (seen, explained.answer) if each is not None]
    # The value comes first: it is what the person at the debugger looks for.
    blocks = [markdown.story(seen, view.line_now, view.uri)] if seen is not None else []
    suspects = []
    for each in explained.suspects:
        symbol = view.symbol(each.path, each.name)
        start, end = (symbol.name_start, symbol.name_end) if symbol is not None else (0, 0)
        suspects.append(
            Suspect(
                path=each.path,
                uri=view.uri(each.path),
                range=range_item(view.lines(each.path), start, end, session.encoding),
                name=each.name,
                line=each.line,
                score=each.score,
                confidence=each.confidence,
                reasons=tuple(rendering.reason(reason) for reason in each.reasons),
            )
        )
    return ExplainResult(
        "\n\n".join([*blocks, rendering.markdown(explained, view.uri)]),
        tuple(suspects),
        tuple(answer_item(view, each, session.encoding) for each in found),
        (*explained.nothing_found, *explained.not_known),
    )
