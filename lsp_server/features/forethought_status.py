"""`forethought/status`: what the sleeper does. The notification `forethought/statusChanged` says the same unasked."""

from __future__ import annotations

from lsp_server.session import Session
from lsp_server.shapes import StatusParams, StatusResult

METHOD = "forethought/status"
PARAMS = StatusParams


async def handle(session: Session, params: StatusParams) -> StatusResult:
    repository = session.repository(params.text_document.uri if params.text_document is not None else "")
    return await session.standing(repository)
