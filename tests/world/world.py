"""A small repository, its real sleeper processes, and ways to wait for what they say. Everything has a deadline."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from lsp_server.link import SleeperLink
from lsp_server.messages import AnalyzeAsked, Done, FromSleeper, Status, StatusAsked, TableState
from lsp_server.store import IndexReader, repository_folders

DEADLINE_S = 60.0
GONE_S_MAX = 5.0


class Server:
    """What an editor's server does with its sleeper."""

    def __init__(self, root: Path, *, spawn: bool = True, arguments: Sequence[str] = ()) -> None:
        self.folders = repository_folders(root)
        self.said: list[FromSleeper] = []
        self._news = asyncio.Event()
        self.link = SleeperLink(self.folders, self._hear, spawn=spawn, sleeper_arguments=arguments)
        self.reader = IndexReader(self.folders.index)

    async def __aenter__(self) -> Server:
        self.link.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.link.stop()
        self.reader.close()

    def _hear(self, message: FromSleeper) -> None:
        self.said.append(message)
        self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Waits until it is true, looking whenever the sleeper says something."""
        async with asyncio.timeout(DEADLINE_S):
            while not true():
                self._news.clear()
                await self._news.wait()

    def losses(self) -> int:
        """How often the sleeper that was talked to went away. A state may pass before it is looked at; this stays."""
        return sum(isinstance(message, TableState) and "went away" in message.detail for message in self.said)

    async def analyze(self, deep: bool = False) -> None:
        """Has everything brought up to date."""
        reply = await self.link.ask(AnalyzeAsked(deep=deep), DEADLINE_S)
        assert isinstance(reply, Done)
        assert reply.error == ""

    async def status(self) -> Status:
        reply = await self.link.ask(StatusAsked(), DEADLINE_S)
        assert isinstance(reply, Status)
        return reply


def write(root: Path, files: dict[str, str]) -> None:
    """Writes the files below the root, each at once: who watches must not read half of one."""
    for name, text in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(target)


async def until_gone(pid: int, within_s: float = GONE_S_MAX) -> None:
    """Waits for the end of a process that may not be our child."""
    async with asyncio.timeout(within_s):
        while is_alive(pid):
            await asyncio.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and was not waited for does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def kill(pid: int | None) -> None:
    """Kills at once, leaving it no chance to tidy up."""
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
