"""`textDocument/didClose`: from now on the file on disk counts again."""

from __future__ import annotations

from lsprotocol import types

from lsp_server.session import Session

METHOD = types.TEXT_DOCUMENT_DID_CLOSE


def handle(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    session.close(params.text_document.uri)
