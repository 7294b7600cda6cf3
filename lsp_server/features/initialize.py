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
    session.client_shows_documents = bool(window and window.show_document and window.show_document.support)
    own = _get(params.capabilities.experimental, "forethought")
    session.client_shows_answers = own is not None
    # `statusChanged`: a client that does not ask for it never hears of it.
    session.client_hears_status = _get(own, "statusChanged") is True
    for uri in _folders(params):
        session.add_folder(uri)


def _get(value: object, name: str) -> object:
    # What the client wrote comes as a dictionary or as an object with its names, depending on the decoder.
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def _folders(params: types.InitializeParams) -> list[str]:
    if params.workspace_folders:
        return [folder.uri for folder in params.workspace_folders]
    if params.root_uri:
        return [params.root_uri]
    return []
