"""`textDocument/didOpen`: a buffer is opened."""

from __future__ import annotations

from lsprotocol import types

from lsp_server.session import Session

METHOD = types.TEXT_DOCUMENT_DID_OPEN


def handle(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    session.open(document.uri, document.text, document.version)
