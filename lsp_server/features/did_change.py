"""`textDocument/didChange`: edits are applied in their order, and the predictor hears which function they are in."""

from __future__ import annotations

from lsprotocol import types

from lsp_server.session import Session

METHOD = types.TEXT_DOCUMENT_DID_CHANGE


def handle(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    buffer = session.buffers.get(params.text_document.uri)
    if buffer is None:
        return
    edits = buffer.edits
    version = params.text_document.version
    for change in params.content_changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            start, end = change.range.start, change.range.end
            span = (start.line, start.character, end.line, end.character)
            buffer.edit(span, change.text, session.encoding, version)
        else:
            buffer.replace(change.text, version)
    if buffer.edits != edits:
        session.edited(params.text_document.uri)
