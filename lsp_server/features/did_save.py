"""`textDocument/didSave`: the sleeper is told at once, without waiting for the file system's own event."""

from __future__ import annotations

from lsprotocol import types

from lsp_server.session import Session

METHOD = types.TEXT_DOCUMENT_DID_SAVE


def handle(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    session.saved(params.text_document.uri)
