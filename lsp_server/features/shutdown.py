"""`shutdown`: the sleepers are let go; the client's `exit` ends the process."""

from __future__ import annotations

from lsprotocol import types

from lsp_server.session import Session

METHOD = types.SHUTDOWN


async def handle(session: Session, params: None) -> None:
    await session.stop()
