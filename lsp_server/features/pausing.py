"""`forethought.pause` and `forethought.resume`: the user's word to the sleepers of every open repository."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsp_server.channel import ChannelError
from lsp_server.session import Session


async def pause(session: Session, arguments: Sequence[Any]) -> None:
    await _say(session, paused=True)


async def resume(session: Session, arguments: Sequence[Any]) -> None:
    await _say(session, paused=False)


async def _say(session: Session, *, paused: bool) -> None:
    for repository in session.repositories:
        try:
            await repository.pause(paused)
        except (ChannelError, TimeoutError):
            # A sleeper that is not there does nothing either way; the status says that none answers.
            continue
