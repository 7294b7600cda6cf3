"""`initialized`: the client is ready for messages, so the sleepers start."""

from __future__ import annotations

from lsprotocol import types

from lsp_server.session import Session

METHOD = types.INITIALIZED


def handle(session: Session, params: types.InitializedParams) -> None:
    session.start()
