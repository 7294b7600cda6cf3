"""`forethought pause` and `resume`: the user's word to the sleeper, about everything that nobody waits for."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsp_server.channel import ChannelError
from lsp_server.cli.exits import FAILED, Failure
from lsp_server.cli.paths import root_of
from lsp_server.link import SleeperLink
from lsp_server.messages import Paused
from lsp_server.store import RepositoryFolders, repository_folders

ANSWER_S_MAX = 2.0


def pause(path: Path, *, paused: bool) -> None:
    folders = repository_folders(root_of(path))
    try:
        asyncio.run(_say(folders, paused))
    except (ChannelError, TimeoutError) as error:
        raise Failure(FAILED, f"no sleeper is running for {folders.root}") from error
    print("paused: saved files are still kept current" if paused else "resumed")


async def _say(folders: RepositoryFolders, paused: bool) -> None:
    link = SleeperLink(folders, spawn=False)
    link.start()
    try:
        await link.ask(Paused(paused), ANSWER_S_MAX)
    finally:
        await link.stop()
