"""`codeLens/resolve`: what one lens says: the likeliest answer about its function, in one line."""

from __future__ import annotations

from lsprotocol import types

from lsp_server import prepared
from lsp_server.features.menu_items import show_command, title_of
from lsp_server.session import Session

METHOD = types.CODE_LENS_RESOLVE
READS_MAX = 4
"""Other records read for one lens: there are many of them on a screen."""


def handle(session: Session, params: types.CodeLens) -> types.CodeLens:
    data = params.data if isinstance(params.data, dict) else {}
    uri, name = data.get("uri"), data.get("name")
    document = session.document(uri) if isinstance(uri, str) else None
    record = prepared.record(document.view, document.path, name) if document and isinstance(name, str) else None
    answers = prepared.answers(document.view, record, session.muted, READS_MAX) if document and record else []
    if document is None or not answers or answers[0].weight <= 0:
        return types.CodeLens(range=params.range, command=types.Command(title="nothing prepared", command=""))
    title = title_of(answers[0])
    command = show_command(document, params.range.start, answers[0], title)
    return types.CodeLens(range=params.range, command=command, data=params.data)
