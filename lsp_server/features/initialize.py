"""`initialize`: which folders are open, and how the client counts characters."""

from __future__ import annotations

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder

from analyzers.text import Encoding
from lsp_server.session import Session

METHOD = types.INITIALIZE


def handle(session: Session, params: types.InitializeParams) -> None:
    chosen = ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)
    session.encoding = Encoding(str(getattr(chosen, "value", chosen)))
    window = params.capabilities.window
    session.client_shows_progress = bool(window and window.work_done_progress)
    for uri in _folders(params):
        session.add_folder(uri)


def _folders(params: types.InitializeParams) -> list[str]:
    if params.workspace_folders:
        return [folder.uri for folder in params.workspace_folders]
    if params.root_uri:
        return [params.root_uri]
    return []
