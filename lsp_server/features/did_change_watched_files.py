"""`workspace/didChangeWatchedFiles`: another hint for the sleeper, from clients that watch files themselves."""

from __future__ import annotations

from lsprotocol import types

from lsp_server.session import Session

METHOD = types.WORKSPACE_DID_CHANGE_WATCHED_FILES


def handle(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    session.hint([change.uri for change in params.changes])
