"""`workspace/didChangeConfiguration`: which answers to show. Endpoints, keys and commands are never taken from here."""

from __future__ import annotations

from lsprotocol import types

from lsp_server.session import Session

METHOD = types.WORKSPACE_DID_CHANGE_CONFIGURATION


def handle(session: Session, params: types.DidChangeConfigurationParams) -> None:
    session.configure(params.settings)
    for repository in session.repositories:
        session.on_tests(session, repository)
