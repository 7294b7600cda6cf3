"""`workspace/didChangeWorkspaceFolders`: repositories come and go, each with its sleeper."""

from __future__ import annotations

from lsprotocol import types

from lsp_server.session import Session

METHOD = types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS


def handle(session: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    for folder in params.event.removed:
        session.remove_folder(folder.uri)
    for folder in params.event.added:
        session.add_folder(folder.uri)
    session.start()
