"""Work-done progress: what the sleeper says about itself, as the client's progress bar. Decides nothing."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lsp_server.messages import Progress

TITLES = {
    "scan": "Forethought: looking for changes",
    "facts": "Forethought: reading",
    "deep": "Forethought: preparing answers",
    "think": "Forethought: thinking",
}
SMALL_FILES = 50
"""A shorter piece of work is over before a progress bar could be read."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Bar:
    token: str
    percent: int = -1
    shown: bool = False
    ended: bool = False


class Reporter:
    """Shows the progress of any number of repositories. Belongs to the event loop's thread."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._bars: dict[tuple[str, str], _Bar] = {}
        self._made = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def take(self, name: str, progress: Progress) -> None:
        """Show one step of the repository `name`."""
        if self._closed:
            return
        key = (name, progress.stage)
        over = progress.total > 0 and progress.done >= progress.total
        bar = self._bars.get(key)
        if bar is None:
            if over or progress.total < SMALL_FILES:
                return
            self._made += 1
            bar = self._bars[key] = _Bar(f"forethought/{self._made}")
            # The loop keeps only weak references to its tasks.
            task = asyncio.get_running_loop().create_task(self._begin(bar, name, progress))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if over:
            del self._bars[key]
            self._end(bar)
        else:
            self._report(bar, progress)

    def close(self) -> None:
        """Say nothing any more: the client has asked for the end."""
        self._closed = True
        for bar in self._bars.values():
            self._end(bar)
        self._bars.clear()
        for task in self._tasks:
            task.cancel()

    async def _begin(self, bar: _Bar, name: str, progress: Progress) -> None:
        try:
            await self._server.work_done_progress.create_async(bar.token)
        except Exception as error:  # The client may refuse in any way it likes; then there is no bar.
            _log.debug("no progress: %s", error)
            return
        if bar.ended or self._closed:
            return
        begin = types.WorkDoneProgressBegin(title=TITLES[progress.stage], message=name, percentage=0, cancellable=False)
        self._server.work_done_progress.begin(bar.token, begin)
        bar.shown = True

    def _report(self, bar: _Bar, progress: Progress) -> None:
        percent = 100 * progress.done // max(1, progress.total)
        if bar.shown and percent != bar.percent:
            bar.percent = percent
            message = f"{progress.done} of {progress.total} files"
            report = types.WorkDoneProgressReport(message=message, percentage=percent)
            self._server.work_done_progress.report(bar.token, report)

    def _end(self, bar: _Bar) -> None:
        bar.ended = True
        if bar.shown:
            bar.shown = False
            self._server.work_done_progress.end(bar.token, types.WorkDoneProgressEnd())
