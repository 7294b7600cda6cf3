"""`textDocument/hover`: the likeliest questions about the symbol under the cursor, with their prepared answers.

Architecture invariant: it reads, or it says nothing. It waits for no model, no sleeper and no write.
"""

from __future__ import annotations

from lsprotocol import types

from lsp_server import prepared
from lsp_server.features.convert import offset_at, range_of
from lsp_server.render import markdown
from lsp_server.session import Session

READS_MAX = 40
"""Other records that one hover reads; what takes more belongs to the question when it is asked."""
METHOD = types.TEXT_DOCUMENT_HOVER


def handle(session: Session, params: types.HoverParams) -> types.Hover | None:
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    found = prepared.at(document.view, document.path, offset_at(document, params.position, session.encoding))
    if found is None:
        return None
    session.focused(document, found.record.path, found.record.name)
    document.repository.focus(found.record.path, found.record.name)
    view, here = document.view, (document.path, params.position.line + 1)
    answers = prepared.answers(view, found.record, session.muted, READS_MAX, unasked=True)
    text = markdown.hover(answers, view.line_now, view.uri, view.note(), here)
    if not text:
        return None
    contents = types.MarkupContent(kind=types.MarkupKind.Markdown, value=text)
    return types.Hover(contents=contents, range=range_of(document.lines, found.start, found.end, session.encoding))
