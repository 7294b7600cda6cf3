"""`forethought.ask`: `forethought/ask` for clients that can run commands and know no methods of ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from pygls.exceptions import JsonRpcInvalidParams

from lsp_server.features import forethought_ask
from lsp_server.session import Session
from lsp_server.shapes import AskParams, AskResult


async def run(session: Session, arguments: Sequence[Any]) -> AskResult:
    given = arguments[0] if arguments else None
    try:
        params = AskParams(given) if isinstance(given, str) else msgspec.convert(given, AskParams)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(
            f"forethought.ask takes a question, or what forethought/ask does: {error}"
        ) from error
    return await forethought_ask.handle(session, params)
